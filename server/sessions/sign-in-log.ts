// The log of sign-ins: who came in and left, where and when, what was refused to them, and what an administrator changed
// of accounts and desks. Rows are only added, and go after a season. What was typed as the name of nobody isn't in it: it may be anything, a password even.
import type { Permission } from '../../shared/permissions.ts';
import { daysFrom, timeOf, type Clock } from '../ports.ts';
import type { Store } from '../store/store.ts';

const KEPT_DAYS = 90;

export type SignInEvent =
  | 'signed in'
  | 'signed out'
  | 'wrong password'
  | 'refused: the account is locked'
  | 'ended: a refresh token came twice'
  | Change;
type Change =
  | `permission ${'granted' | 'withdrawn'}: ${Permission}`
  | 'account locked'
  | 'account unlocked'
  | 'sessions ended by an administrator'
  | 'desk revoked'
  | 'desk allowed';

export class SignInLog {
  readonly #store: Store;
  readonly #clock: Clock;

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** What an administrator changed names the account or the desk. */
  note(event: SignInEvent, { staff = '', desk = '' }: { staff?: string; desk?: string }): void {
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

  /** Newest first. Desks are no library's: what was changed of them is told with all of its staff. */
  list(
    library: string,
    staff: string | null,
  ): { at: string; username: string; desk: string; event: SignInEvent }[] {
    return this.#store.rows(
      `SELECT at, coalesce(username, '') AS username, desk, event
       FROM sign_in_event LEFT JOIN staff ON staff.id = sign_in_event.staff
       WHERE coalesce(library, ?) = ? AND sign_in_event.staff = coalesce(?, sign_in_event.staff)
       ORDER BY number DESC`,
      ...[library, library, staff],
    );
  }

  /** As the audit log, after it has expired. */
  forgetOld(): void {
    this.#store.run(
      "DELETE FROM sign_in_event WHERE keep_until < (SELECT value FROM setting WHERE name = 'expired_before')",
    );
  }
}
