// How soon a key comes after the one before. A code that somebody holds out may hold any keys, and what presses a button
// at a scanner's pace is no hand. Listens before anything else in the window does.
import type { ScannerRules } from '../../../shared/ipc/desk.ts';

export const MODIFIERS = ['Shift', 'AltGraph', 'CapsLock', 'NumLock', 'Control', 'Alt', 'Meta'];

const since = new WeakMap<KeyboardEvent, number>();
let lastAt = performance.now();
let newest: KeyboardEvent | undefined;

/** In ms, since any other key; those that are held with others make no pause, and are none. */
export const sinceKey = (event: KeyboardEvent): number => since.get(event) ?? 0;

/** Whether no key has come after it. */
export const isNewestKey = (event: KeyboardEvent): boolean => event === newest;

/** Where policy lets a scanner take longer than this, hands may be as quick: they need not be slower than it. */
const HANDS_MS = 80;

/** In ms: what comes sooner after another key is no hand's. */
export const scannersPause = ({ gapMs }: ScannerRules): number => Math.min(gapMs, HANDS_MS);

export function watchPace(rules: () => ScannerRules | undefined): void {
  /** Held keys, and what was before each: their repeats are judged as they were. */
  const down = new Map<string, number>();
  const count = ({ timeStamp }: Event) => {
    lastAt = timeStamp;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const pause = (event.repeat ? down.get(event.code) : undefined) ?? event.timeStamp - lastAt;
    since.set(event, pause);
    newest = event;
    down.set(event.code, pause);
    const now = rules();
    if (!MODIFIERS.includes(event.key) || (now && pause <= scannersPause(now))) count(event);
  };
  // An open list of choices, or the system, has taken what came before.
  const onKeyUp = (event: KeyboardEvent) => {
    if (!down.delete(event.code)) count(event);
  };
  window.addEventListener('keydown', onKeyDown, { capture: true });
  window.addEventListener('keyup', onKeyUp, { capture: true });
  // So has another window: a card in the code brings its own to the front.
  window.addEventListener('focus', count);
}
