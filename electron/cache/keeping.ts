// How long the copy is kept without being synced: a desk that nobody connects any more doesn't hold a town's patrons
// for ever. What waits to be sent stays, sealed.
import type { Clock } from '../../shared/clock.ts';
import type { DeskStore } from './desk-store.ts';

const NAME = 'copy touched';
const DAY_MS = 24 * 3_600_000;

export class Keeping {
  readonly #store: DeskStore;
  /** One that staff can't set back. */
  readonly #clock: Clock;
  readonly #days: number;

  constructor(store: DeskStore, clock: Clock, days: number) {
    this.#store = store;
    this.#clock = clock;
    this.#days = days;
  }

  /** The server was heard from. */
  async touch(): Promise<void> {
    await this.#store.remember(NAME, String(this.#clock.now()));
  }

  /** Erases the copy where its time is over. Answers whether it did. */
  async check(): Promise<boolean> {
    const touched = await this.#store.recall(NAME);
    if (touched === undefined || this.#clock.now() - Number(touched) <= this.#days * DAY_MS) return false;
    await this.#store.erasePatrons();
    await this.#store.forget(NAME);
    return true;
  }
}
