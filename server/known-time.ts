// The time that the server forgets by, and that patrons grow up by. A clock may be wrong for a while: the battery is dead,
// and the network hasn't set it yet. What it then says is never taken at its word.
import { DAY, timeOf, type Clock } from './ports.ts';
import type { Store } from './store/store.ts';

const HOUR = DAY / 24;
/** At most so much at a time, so that a start with a clock that is ahead forgets little; a long standstill is caught up with. */
const STEP = 2 * DAY;

/** The latest that any housekeeping knew, in milliseconds; undefined before the first one. */
export function knownTime(store: Store): number | undefined {
  const row = store.row<{ value: string }>("SELECT value FROM setting WHERE name = 'known_time'");
  return row && Date.parse(row.value);
}

export interface Housekeeping {
  /** Never later than the clock's, nor than what is known. */
  time: number;
  /** Whether the clock can be taken for right: what another one did may be undone by it. */
  isRight: boolean;
}

export class KnownTime {
  readonly #store: Store;
  readonly #clock: Clock;
  #asked: number | undefined;

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** For the housekeeping at start, and daily. A clock that moved by a day from one to the next is believed. */
  next(): Housekeeping {
    const now = this.#clock.now();
    const isBelieved = this.#asked !== undefined && Math.abs(now - this.#asked - DAY) < HOUR;
    this.#asked = now;
    const before = knownTime(this.#store) ?? now;
    const known = Math.max(before, isBelieved ? now : Math.min(now, before + STEP));
    const sql = "INSERT OR REPLACE INTO setting (name, value) VALUES ('known_time', ?)";
    this.#store.run(sql, timeOf({ now: () => known }));
    return { time: Math.min(now, known), isRight: isBelieved || Math.abs(now - known) < DAY };
  }
}
