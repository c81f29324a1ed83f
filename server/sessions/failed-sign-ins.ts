// Slows guessing down. An account is locked for a while at the desk that failed, and, for desks that it never
// signed in from, when many of them failed: so that a stranger can't lock a colleague out of their own desk.
import { createHash } from 'node:crypto';
import type { Clock } from '../ports.ts';
import type { Store } from '../store/store.ts';
import { usernameKey } from './staff.ts';

const MINUTE = 60_000;
const AT_ONE_DESK = { failures: 5, lock: 5 * MINUTE };
const AT_STRANGE_DESKS = { failures: 20, lock: 5 * MINUTE };
/** Failures older than this are forgotten. */
const FORGOTTEN_AFTER = 15 * MINUTE;
const STRANGE_DESKS = '*';
/** In the place of a desk: failures of patrons, which are counted and forgotten in another way. */
export const OF_PATRONS = 'patrons';

interface Failures {
  failures: number;
  last_at: number;
  locked_until: number;
}

/** What is typed in the place of a library, a name or a card, a password even, can't be read in it. */
export const hidden = (...typed: string[]) =>
  createHash('sha256').update(JSON.stringify(typed)).digest('base64url');

/** As whom an account's failures are remembered: it is no card's, and in no patron's file. */
export const whoseAccount = (library: string, username: string) => hidden(library, usernameKey(username));

export interface Place {
  desk: string;
  /** The account signed in from this desk before. */
  known: boolean;
}

export class FailedSignIns {
  readonly #store: Store;
  readonly #clock: Clock;

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  #at(who: string, place: string): Failures {
    const row = this.#store.row<Failures>(
      'SELECT failures, last_at, locked_until FROM failed_sign_in WHERE who = ? AND place = ?',
      who,
      place,
    );
    // Also what a clock noted that was ahead; a lock never lasts so long.
    const stale = !row || Math.abs(this.#clock.now() - row.last_at) > FORGOTTEN_AFTER;
    return stale ? { failures: 0, last_at: 0, locked_until: 0 } : row;
  }

  /** Until when this account is locked here, in milliseconds; undefined when it isn't. */
  lockedUntil(who: string, place: Place): number | undefined {
    const here = this.#at(who, place.desk).locked_until;
    const strange = place.known ? 0 : this.#at(who, STRANGE_DESKS).locked_until;
    const until = Math.max(here, strange);
    return until > this.#clock.now() ? until : undefined;
  }

  /**
   * Counted before the password is looked at, so that many at once count too; in one commit at a desk known or not, so that
   * its time tells nothing. Answers how many there are.
   */
  count(who: string, place: Place): number {
    return this.#store.together(() => {
      if (!place.known) this.#add(who, STRANGE_DESKS, AT_STRANGE_DESKS);
      return this.#add(who, place.desk, AT_ONE_DESK);
    });
  }

  #add(who: string, place: string, limit: { failures: number; lock: number }): number {
    const now = this.#clock.now();
    const failures = this.#at(who, place).failures + 1;
    const locked = failures >= limit.failures;
    this.#store.run(
      `INSERT INTO failed_sign_in (who, place, failures, last_at, locked_until) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET failures = excluded.failures, last_at = excluded.last_at,
         locked_until = excluded.locked_until`,
      who,
      place,
      locked ? 0 : failures,
      now,
      locked ? now + limit.lock : 0,
    );
    return failures;
  }

  /** After a success: this desk's failures, and its own share of the strange desks' ones. */
  clear(who: string, place: Place): void {
    this.#store.run('DELETE FROM failed_sign_in WHERE who = ? AND place = ?', who, place.desk);
    if (!place.known)
      this.#store.run(
        'UPDATE failed_sign_in SET failures = max(failures - 1, 0) WHERE who = ? AND place = ?',
        who,
        STRANGE_DESKS,
      );
  }

  clearAll(who: string): void {
    this.#store.run('DELETE FROM failed_sign_in WHERE who = ?', who);
  }

  forgetOld(): void {
    this.#store.run(
      'DELETE FROM failed_sign_in WHERE place <> ? AND last_at < ?',
      OF_PATRONS,
      this.#clock.now() - FORGOTTEN_AFTER,
    );
  }
}
