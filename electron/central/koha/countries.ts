// Countries as Koha has them, a text that somebody typed, and as we have them, a code where the text is one's name.
import { fold } from '../../../shared/patrons/fold.ts';

const LETTERS = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
const CODES = LETTERS.flatMap((first) => LETTERS.map((second) => first + second));

/** What is longer is no country's name: to fold what somebody typed without end would take seconds. */
const LONGEST_NAME = 200;

export class Countries {
  readonly #names: Intl.DisplayNames;
  readonly #codes = new Map<string, string>();

  /** `language` is the one that this Koha's countries are written in; English is understood too. */
  constructor(language: string) {
    this.#names = namesIn(language);
    for (const names of [namesIn('en'), this.#names])
      for (const code of CODES) {
        const name = names.of(code);
        if (name !== undefined) this.#codes.set(fold(name), code);
      }
  }

  /** The text itself where it is nobody's name. */
  codeOf(text: string): string {
    const plain = text.trim();
    if (/^[A-Z]{2}$/.test(plain) && this.#names.of(plain) !== undefined) return plain;
    return (plain.length <= LONGEST_NAME && this.#codes.get(fold(plain))) || plain;
  }

  nameOf(code: string): string {
    return (/^[A-Z]{2}$/.test(code) ? this.#names.of(code) : undefined) ?? code;
  }
}

const namesIn = (language: string) => new Intl.DisplayNames(language, { type: 'region', fallback: 'none' });
