// Our ids for what Koha numbers: UUIDs (version 8) that hold a mark of the server, the kind of thing and its number, so
// that the number can be read back after any restart, and never is taken for another server's.
import { createHash } from 'node:crypto';

const KINDS = { patron: 1, loan: 2, hold: 3, accountLine: 4, attribute: 5 } as const;
export type KohaKind = keyof typeof KINDS;

export class KohaIds {
  readonly #mark: string;

  constructor(address: string) {
    const { href } = new URL(address);
    // With or without the last slash it is the same server.
    const whole = href.endsWith('/') ? href : `${href}/`;
    this.#mark = createHash('sha256').update(whole).digest('hex').slice(0, 12);
  }

  id(kind: KohaKind, number: number): string {
    return `${this.#prefix(kind)}${number.toString(16).padStart(12, '0')}`;
  }

  /** Undefined where it is no id of this kind at this server. */
  number(kind: KohaKind, id: string): number | undefined {
    return id.startsWith(this.#prefix(kind)) ? Number.parseInt(id.slice(-12), 16) : undefined;
  }

  #prefix(kind: KohaKind): string {
    const [first, second] = [this.#mark.slice(0, 8), this.#mark.slice(8)];
    return `${first}-${second}-8${KINDS[kind].toString(16).padStart(3, '0')}-8000-`;
  }
}
