// Slows the guessing of PINs down. There are no desks here: failures with all cards that a patron uses count together,
// and each five of them lock these for twice as long as the five before, until the patron signs in or gets a new PIN.
import { DAY, type Clock } from '../ports.ts';
import { hidden, OF_PATRONS } from '../sessions/failed-sign-ins.ts';
import type { Store } from '../store/store.ts';
import { cardKey } from './search-index.ts';

const AT_ONCE = 5;
const FIRST_LOCK = 5 * 60_000;
/** Five tries a day find four digits in years; and whoever the card belongs to waits for a day at most. */
const LONGEST_LOCK = DAY;
/** What led to a lock is kept so much longer that waiting for its end pays no guesser. */
const KEPT = `iif(failures < ${AT_ONCE}, ${DAY}, ${7 * DAY})`;

/** As whom failures at a card are remembered. */
export const whoseCard = (library: string, card: string) => hidden(library, 'card', cardKey(card));

export class FailedPins {
  readonly #store: Store;
  readonly #clock: Clock;

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** What a clock noted that was ahead counts no longer than the rest. */
  #at(who: string): { failures: number; locked_until: number } {
    const row = this.#store.row<{ failures: number; locked_until: number }>(
      `SELECT failures, locked_until FROM failed_sign_in WHERE who = ? AND abs(last_at - ?) <= ${KEPT}`,
      who,
      this.#clock.now(),
    );
    return row ?? { failures: 0, locked_until: 0 };
  }

  /** Until when one of these cards, and so all of them, is locked, in milliseconds; undefined when none is. */
  lockedUntil(cards: readonly string[]): number | undefined {
    const until = Math.max(...cards.map((who) => this.#at(who).locked_until));
    return until > this.#clock.now() ? until : undefined;
  }

  /** What is remembered of a card. */
  of(who: string): { failures: number; lastAt: number; lockedUntil: number | null }[] {
    return this.#store.rows(
      `SELECT failures, last_at AS lastAt, nullif(locked_until, 0) AS lockedUntil FROM failed_sign_in
       WHERE who = ?`,
      who,
    );
  }

  /**
   * Counted before the PIN is looked at, so that many at once count too. Answers how many there are of all `cards`. Each
   * has them all: few at each are kept as long as many at one, and they stay when one is lost.
   */
  count(cards: readonly string[]): number {
    const now = this.#clock.now();
    const failures = 1 + Math.max(...cards.map((who) => this.#at(who).failures));
    const lock = Math.min(FIRST_LOCK * 2 ** (failures / AT_ONCE - 1), LONGEST_LOCK);
    const lockedUntil = failures % AT_ONCE === 0 ? now + lock : 0;
    this.#store.together(() => {
      for (const who of cards)
        this.#store.run(
          `INSERT OR REPLACE INTO failed_sign_in (who, place, failures, last_at, locked_until)
           VALUES (?, ?, ?, ?, ?)`,
          ...[who, OF_PATRONS, failures, now, lockedUntil],
        );
    });
    return failures;
  }

  clear(cards: readonly string[]): void {
    for (const who of cards) this.#store.run('DELETE FROM failed_sign_in WHERE who = ?', who);
  }

  forgetOld(): void {
    const now = this.#clock.now();
    this.#store.run(`DELETE FROM failed_sign_in WHERE place = ? AND last_at < ? - ${KEPT}`, OF_PATRONS, now);
  }
}
