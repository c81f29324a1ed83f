// What each attempt whose answer is still out found before it went out, so that a repeat can tell whether it arrived.
// Koha moves a record's time with every change of it.
import type { OutgoingAct } from '../central-server.ts';
import type { KohaPatron } from './records.ts';
import { textOf } from './values.ts';

/** Koha's times are whole seconds, and the act's time is only as good as the clocks were measured. */
const TOLERANCE_MS = 2000;

export class Attempts {
  /** By the attempt's key: when the record had last changed before the attempt went out; null while it hasn't. */
  readonly #before = new Map<string, string | null>();

  /** Before anything is asked for it. */
  hear({ key, repeated }: OutgoingAct): void {
    if (!repeated) this.#before.set(key, null);
  }

  /** It goes out now. Answers how that is taken back where it didn't. */
  begin({ key }: OutgoingAct, record: KohaPatron): () => void {
    const before = this.#before.get(key);
    this.#before.set(key, textOf(record.updated_on));
    return () => {
      if (before === undefined) this.#before.delete(key);
      else this.#before.set(key, before);
    };
  }

  end({ key }: OutgoingAct): void {
    this.#before.delete(key);
  }

  /** Whether the attempt has surely not come to anything yet. */
  isWithoutEffect({ key, at, repeated }: OutgoingAct, record: KohaPatron): boolean {
    const before = this.#before.get(key);
    if (!repeated || before === null) return true;
    if (before !== undefined) return before === textOf(record.updated_on);
    // The desk was started anew since: a record older than the act itself is untouched by it.
    return Date.parse(textOf(record.updated_on)) < Date.parse(at) - TOLERANCE_MS;
  }
}
