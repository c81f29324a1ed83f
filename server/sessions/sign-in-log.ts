// The log of sign-ins: who came in and left, where and when, and what was refused to them. Rows are only added, and go
// after a season. What was typed as the name of nobody isn't in it: it may be anything, a password even.
import { daysFrom, timeOf, type Clock } from '../ports.ts';
import type { Store } from '../store/store.ts';

const KEPT_DAYS = 90;

export type SignInEvent =
  | 'signed in'
  | 'signed out'
  | 'wrong password'
  | 'refused: the account is locked'
  | 'ended: a refresh token came twice';

export class SignInLog {
  readonly #store: Store;
  readonly #clock: Clock;

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  note(event: SignInEvent, { staff, desk }: { staff: string; desk: string }): void {
    this.#store.run(
      'INSERT INTO sign_in_event (at, staff, desk, event, keep_until) VALUES (?, ?, ?, ?, ?)',
      ...[timeOf(this.#clock), staff, desk, event, daysFrom(this.#clock, KEPT_DAYS)],
    );
  }

  /** Takes as long as a note, and keeps none: the time would tell which names somebody has. */
  noteNobody(): void {
    const sql = "INSERT OR REPLACE INTO setting (name, value) VALUES ('nobody_tried_at', ?)";
    this.#store.run(sql, timeOf(this.#clock));
  }

  /** Newest first. */
  list(
    library: string,
    staff: string | null,
  ): { at: string; username: string; desk: string; event: SignInEvent }[] {
    return this.#store.rows(
      `SELECT at, username, desk, event FROM sign_in_event JOIN staff ON staff.id = sign_in_event.staff
       WHERE library = ? AND staff.id = coalesce(?, staff.id) ORDER BY number DESC`,
      library,
      staff,
    );
  }

  /** As the audit log, after it has expired. */
  forgetOld(): void {
    this.#store.run(
      "DELETE FROM sign_in_event WHERE keep_until < (SELECT value FROM setting WHERE name = 'expired_before')",
    );
  }
}
