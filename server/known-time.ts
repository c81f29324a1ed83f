// The time that the server forgets by, and that patrons grow up by. A clock may be wrong for a while: the battery is dead,
// and the network hasn't set it yet. What it then says is never taken at its word.
import { DAY, type Clock } from './ports.ts';
import type { Store } from './store/store.ts';

const HOUR = DAY / 24;
/** At most so much at a time, so that a start with a clock that is ahead forgets little; a long standstill is caught up with. */
const STEP = 2 * DAY;

/** The time of the last housekeeping, in milliseconds; undefined before the first one. */
export function knownTime(store: Store): number | undefined {
  const row = store.row<{ value: string }>("SELECT value FROM setting WHERE name = 'expired_before'");
  return row && Date.parse(row.value);
}

export class KnownTime {
  readonly #store: Store;
  readonly #clock: Clock;
  #asked: number | undefined;

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /**
   * For the housekeeping at start, and daily. A clock that moved by a day from one to the next is believed; else the time
   * doesn't go back, and goes on by a step at most.
   */
  next(): number {
    const now = this.#clock.now();
    const isBelieved = this.#asked !== undefined && Math.abs(now - this.#asked - DAY) < HOUR;
    this.#asked = now;
    const known = knownTime(this.#store) ?? now;
    return isBelieved ? now : Math.min(Math.max(now, known), known + STEP);
  }
}
