// Listens for a scanner, whatever has the focus. It takes the scanner's keys out of the page again, so that its Enter
// presses nothing and its characters are typed nowhere; people's keys it leaves alone.
import type { ScannerRules } from '../../../shared/ipc/desk.ts';
import { MODIFIERS, scannersPause, sinceKey } from '../keys/pace.ts';
import { KeyRun, type Scanned } from './burst.ts';
import { fieldBefore, isText, type FieldBefore } from './field.ts';

export interface ScannerParts {
  /** Undefined while nobody listens: the screen is hidden. */
  rules: () => ScannerRules | undefined;
  /** Whether it is surely a scan where it came: what else types so quickly is left alone. */
  isScan: (scanned: Scanned, rules: ScannerRules) => boolean;
  onScan: (scanned: Scanned, field: FieldBefore) => void;
  /** Somebody pressed a key or the mouse: what was scanned before must not come under their hands now. */
  onHands: () => void;
}

/** What only moves about, or changes a text. */
const MOVES = /^(Tab|Arrow\w+|Home|End|Page\w+|Backspace|Delete)$/;

/** Presses a button, sends a form, answers a question, or is a shortcut; where that does more than search or sign in. */
function acts(event: KeyboardEvent): boolean {
  const { key, target } = event;
  const typed = isCharacter(event) ? key !== ' ' || isText(target) : MOVES.test(key) && !isModified(event);
  if (typed || key !== 'Enter' || isModified(event)) return !typed;
  return !(target instanceof Element && target.closest('[data-scan=opens], [data-scan=types]'));
}

const isModified = ({ ctrlKey, altKey, metaKey }: KeyboardEvent) => ctrlKey || altKey || metaKey;

/** A character as typed: AltGr is Ctrl and Alt at once on some keyboards. */
export function isCharacter(event: KeyboardEvent): boolean {
  return event.key.length === 1 && (!isModified(event) || event.getModifierState('AltGraph'));
}

/** Until the answered function is called. */
export function listenForScans({ rules, isScan, onScan, onHands }: ScannerParts): () => void {
  const run = new KeyRun();
  let field = fieldBefore(null);

  function take(event: KeyboardEvent): void {
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  function pressed(event: KeyboardEvent): void {
    const now = rules();
    if (!now || event.isComposing) return run.drop();
    if (MODIFIERS.includes(event.key)) return;
    // A code may hold Tab and Enter, too, and somebody hold it out.
    const tooSoon = sinceKey(event) <= scannersPause(now) && acts(event);
    if (isCharacter(event) && !(tooSoon && event.key === ' ')) {
      if (run.add(event.key, event.timeStamp, now.gapMs)) {
        field = fieldBefore(event.target);
        onHands();
      }
      // In the midst of a run nothing but text takes characters: no select, no button, no shortcut.
      else if (!isText(event.target)) take(event);
      return;
    }
    const ends = event.key === 'Enter' || event.key === 'Tab';
    const scanned = ends ? run.end(event.timeStamp, now) : undefined;
    if (!scanned || !isScan(scanned, now)) {
      run.drop();
      if (tooSoon) take(event);
      else onHands();
      return;
    }
    take(event);
    field.restore();
    onScan(scanned, field);
  }

  const pointed = () => onHands();
  window.addEventListener('keydown', pressed, { capture: true });
  window.addEventListener('pointerdown', pointed, { capture: true });
  return () => {
    window.removeEventListener('keydown', pressed, { capture: true });
    window.removeEventListener('pointerdown', pointed, { capture: true });
  };
}
