// Desks that an administrator revoked: a stolen or retired computer. Its tokens end at once, and whatever it asks, it
// is told so, so that it erases its copy.
import { timeOf, type Clock } from '../ports.ts';
import type { Store } from '../store/store.ts';

export class Desks {
  readonly #store: Store;
  readonly #clock: Clock;

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** `desk` as a request names itself. */
  isRevoked(desk: string | undefined): boolean {
    const sql = 'SELECT 1 FROM revoked_desk WHERE desk = ?';
    return desk !== undefined && this.#store.row(sql, desk.toLowerCase()) !== undefined;
  }

  revoke(desk: string): void {
    const id = desk.toLowerCase();
    this.#store.together(() => {
      const sql = 'INSERT OR IGNORE INTO revoked_desk (desk, revoked_at) VALUES (?, ?)';
      this.#store.run(sql, id, timeOf(this.#clock));
      this.#store.run('UPDATE session SET ended = 1 WHERE desk = ?', id);
      this.#store.run('DELETE FROM push_grant WHERE desk = ?', id);
    });
  }

  /** Staff may sign in there again; what had ended stays ended. */
  allow(desk: string): void {
    this.#store.run('DELETE FROM revoked_desk WHERE desk = ?', desk.toLowerCase());
  }

  /** Desks that staff signed in at, the latest first: so that an administrator finds the one that is missing. */
  list(): { desk: string; library: string; lastSignIn: string; lastStaff: string; revoked: boolean }[] {
    return this.#store
      .rows<{ desk: string; library: string; at: number; username: string; revoked: number }>(
        `SELECT session.desk, library, max(started_at) AS at, username,
           EXISTS (SELECT 1 FROM revoked_desk WHERE revoked_desk.desk = session.desk) AS revoked
         FROM session JOIN staff ON staff.id = session.staff GROUP BY session.desk ORDER BY at DESC`,
      )
      .map(({ desk, library, at, username, revoked }) => ({
        desk,
        library,
        lastSignIn: new Date(at).toISOString(),
        lastStaff: username,
        revoked: revoked === 1,
      }));
  }
}
