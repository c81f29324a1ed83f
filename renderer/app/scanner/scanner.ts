// Listens for a scanner, whatever has the focus. It takes the scanner's keys out of the page again, so that its Enter
// presses nothing and its characters are typed nowhere; people's keys it leaves alone.
import type { ScannerRules } from '../../../shared/ipc/desk.ts';
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

const IGNORED = ['Shift', 'AltGraph', 'CapsLock', 'NumLock', 'Control', 'Alt', 'Meta'];

/** What answers a question. One with a password in it is left alone: a badge may type that. */
function isAnswer({ key, target }: KeyboardEvent): boolean {
  if (key !== 'Enter' && (key !== ' ' || isText(target))) return false;
  const dialog = target instanceof Element ? target.closest('[role=dialog], [role=alertdialog]') : null;
  return dialog !== null && !dialog.querySelector('input[type=password]');
}

/** A character as typed: AltGr is Ctrl and Alt at once on some keyboards. */
export function isCharacter(event: KeyboardEvent): boolean {
  const modified = event.ctrlKey || event.altKey || event.metaKey;
  return event.key.length === 1 && (!modified || event.getModifierState('AltGraph'));
}

/** Until the answered function is called. */
export function listenForScans({ rules, isScan, onScan, onHands }: ScannerParts): () => void {
  const run = new KeyRun();
  let field = fieldBefore(null);
  let lastAt = -Infinity;

  function take(event: KeyboardEvent): void {
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  function pressed(event: KeyboardEvent): void {
    const now = rules();
    if (!now || event.isComposing) return run.drop();
    if (IGNORED.includes(event.key)) return;
    // A code may hold Tab and Enter, too, and somebody hold it out: no hand answers so soon after another key.
    const tooSoon = !event.repeat && event.timeStamp - lastAt <= now.gapMs && isAnswer(event);
    lastAt = event.timeStamp;
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
