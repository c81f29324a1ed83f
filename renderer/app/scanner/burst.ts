// Tells a scanner's keys from a person's, by their pace and their end, and reads the card's number out of them. Pure:
// keys and their times come in, and nothing here knows of a page.
import { LONGEST_SCAN, type ScannerRules } from '../../../shared/ipc/desk.ts';

export type Scanned =
  | { kind: 'card'; number: string }
  /** A code of another kind than policy names, as on a book, or longer than any card's. */
  | { kind: 'other' };

const AIM_IDENTIFIER = /^\][A-Za-z][0-9A-Za-z]/;

/** What a run of keys says, if it is a scanner's. */
export function readScan(typed: string, rules: ScannerRules): Scanned | undefined {
  const { prefix, suffix, aimIdentifiers, minLength } = rules;
  // A scanner puts its prefix before the identifier, or behind it.
  let rest = typed.startsWith(prefix) ? typed.slice(prefix.length) : undefined;
  const [identifier] = AIM_IDENTIFIER.exec(rest ?? typed) ?? [];
  const within = identifier ? (rest ?? typed).slice(identifier.length) : rest;
  rest = rest === undefined && within?.startsWith(prefix) ? within.slice(prefix.length) : within;
  if (rest === undefined || (identifier && rest === typed)) return undefined;
  const number = suffix !== '' && rest.endsWith(suffix) ? rest.slice(0, -suffix.length) : rest;
  if (number.trim().length < minLength) return undefined;
  const other = aimIdentifiers.length > 0 && !(identifier && aimIdentifiers.includes(identifier));
  return other || number.trim().length > LONGEST_SCAN
    ? { kind: 'other' }
    : { kind: 'card', number: number.trim() };
}

/** Whether a card is told from whatever else types quickly by what stands before it: an identifier, or a sign that few type. */
export const marksCards = ({ prefix, aimIdentifiers }: ScannerRules): boolean =>
  aimIdentifiers.length > 0 || /[^\p{L}\p{N}]/u.test(prefix);

/** One run of keys after another. A pause that is longer than a scanner's begins a new one. */
export class KeyRun {
  typed = '';
  #lastAt = -Infinity;

  /** A character; answers whether it begins a run. `at` in ms. */
  add(character: string, at: number, gapMs: number): boolean {
    const begins = this.typed === '' || at - this.#lastAt > gapMs;
    this.typed = begins ? character : this.typed + character;
    this.#lastAt = at;
    return begins;
  }

  /** Enter or Tab; answers what a run of characters up to it said. The end may take twice a scanner's pause. */
  end(at: number, rules: ScannerRules): Scanned | undefined {
    const { typed } = this;
    const late = at - this.#lastAt > rules.gapMs * 2;
    this.drop();
    return late ? undefined : readScan(typed, rules);
  }

  drop(): void {
    this.typed = '';
    this.#lastAt = -Infinity;
  }
}
