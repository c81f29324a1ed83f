// The audit log: who looked at, changed and exported a patron, and when. Rows are only added; they go when the
// library's time for keeping them is over. Details name fields and counts, never what is in them.
import { v7 as uuidv7 } from 'uuid';
import type { EndpointAnswer } from '../shared/central/contract.ts';
import { LOOK_LASTS } from '../shared/clock.ts';
import type { Libraries } from './libraries.ts';
import { daysFrom, timeOf, type Ports } from './ports.ts';
import type { Store } from './store/store.ts';

export type AuditEntry = EndpointAnswer<'audit'>['entries'][number];
export interface AuditFact {
  library: string;
  patronId: string;
  staff: string;
  kind: AuditEntry['kind'];
  detail: string;
  /** Where a desk made the id: a repeat of it adds nothing. */
  id?: string;
  at?: string;
}

/** How the detail of an export begins that this server made. */
export const FROM_SERVER = 'server';

const HOUR = 3_600_000;

// Where a detail names staff, after all else that it says; it does so nowhere else.
export const handedOverBy = (username: string) => `, handed over by ${username}`;
export const saidToBeOf = (username = 'somebody unknown here') => `, said to be of ${username}`;
const STAFF = /, (?:handed over by|said to be of) .*$/s;

/** A detail as others than the library's own people get to read it. */
export const withoutStaff = (detail: string) => detail.replace(STAFF, '');

export class Audit {
  readonly #store: Store;
  readonly #ports: Ports;
  readonly #libraries: Libraries;

  constructor(store: Store, ports: Ports, libraries: Libraries) {
    this.#store = store;
    this.#ports = ports;
    this.#libraries = libraries;
  }

  /** Answers whether a row was added. */
  log(fact: AuditFact): boolean {
    const { clock, random } = this.#ports;
    const id = fact.id ?? uuidv7({ msecs: clock.now(), random: random.bytes(16) });
    const keepUntil = daysFrom(clock, this.#libraries.get(fact.library).retention.audit);
    const added = this.#store.run(
      `INSERT OR IGNORE INTO audit (id, library, patron_id, staff, kind, at, detail, keep_until)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      id,
      fact.library,
      fact.patronId,
      fact.staff,
      fact.kind,
      fact.at ?? timeOf(clock),
      fact.detail,
      keepUntil,
    );
    return added > 0;
  }

  /** A read that the permission is missing for: whoever asks for it time and again adds a row an hour. */
  logRefusedRead({ library, patronId, staff, detail }: Omit<AuditFact, 'kind' | 'id' | 'at'>): void {
    const { clock } = this.#ports;
    const since = new Date(clock.now() - HOUR).toISOString();
    const sql = `SELECT 1 FROM audit
      WHERE library = ? AND patron_id = ? AND at BETWEEN ? AND ? AND staff = ? AND kind = 'refused' AND detail = ?`;
    if (!this.#store.row(sql, library, patronId, since, timeOf(clock), staff, detail))
      this.log({ library, patronId, staff, kind: 'refused', detail });
  }

  /** Whether this member of staff opened the patron so lately that it counts, so that reading again is no new look. */
  lookedLately({ id, library }: { id: string; library: string }, patronId: string): boolean {
    const { clock } = this.#ports;
    const since = new Date(clock.now() - LOOK_LASTS).toISOString();
    // Not those of a clock that was ahead: they would stand in for all looks until then.
    const sql = `SELECT 1 FROM audit
      WHERE library = ? AND patron_id = ? AND at BETWEEN ? AND ? AND staff = ? AND kind = 'looked'`;
    return this.#store.row(sql, library, patronId, since, timeOf(clock), id) !== undefined;
  }

  /** Newest first; `place` is the time and id of the entry that they come after. */
  entries(
    library: string,
    patronId: string,
    { place, limit = -1 }: { place?: readonly (string | number)[] | undefined; limit?: number } = {},
  ): AuditEntry[] {
    return this.#store.rows(
      `SELECT audit.id, kind, at, coalesce(staff.name, '') AS staff, detail FROM audit
       LEFT JOIN staff ON staff.id = audit.staff
       WHERE audit.library = ? AND patron_id = ? ${place ? 'AND (at, audit.id) < (?, ?)' : ''}
       ORDER BY at DESC, audit.id DESC LIMIT ?`,
      ...[library, patronId, ...(place ?? []), limit],
    );
  }

  /** What was logged as a member of staff began this export here, within the last day; a desk's own note is none. */
  exportOf(id: string, of: { library: string; patronId: string; staff: string }): string | undefined {
    return this.#store.row<{ detail: string }>(
      `SELECT detail FROM audit WHERE id = ? AND library = ? AND patron_id = ? AND staff = ? AND kind = 'exported'
         AND at >= ? AND detail LIKE '${FROM_SERVER}%'`,
      ...[id, of.library, of.patronId, of.staff, daysFrom(this.#ports.clock, -1)],
    )?.detail;
  }

  /** Removes what the libraries need not keep any longer; `now` is the known time. */
  expire(now: string): void {
    this.#store.together(() => {
      this.#store.run("INSERT OR REPLACE INTO setting (name, value) VALUES ('expired_before', ?)", now);
      this.#store.run('DELETE FROM audit WHERE keep_until < ?', now);
    });
  }
}
