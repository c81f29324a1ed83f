// The change feed: one row a patron at its newest position, and tombstones of the deleted ones. Whoever changes
// anything that a patron's record shows calls `moved` in the same transaction.
import type { Change, EndpointAnswer } from '../../shared/central/contract.ts';
import { granted, refused, type Outcome } from '../outcome.ts';
import { timeOf, type Clock } from '../ports.ts';
import type { History } from '../store/history.ts';
import type { Store } from '../store/store.ts';
import type { PatronRow, Records } from './record.ts';

/** A page ends where it grows beyond this, in characters of JSON: desks take 64 MiB for an answer, and wait for it. */
const LARGEST_PAGE = 4 * 1024 * 1024;

interface ChangeRow {
  patron_id: string;
  position: number;
  deleted_at: string | null;
}

export class Feed {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #history: History;
  readonly #records: Records;

  constructor(store: Store, clock: Clock, history: History, records: Records) {
    this.#store = store;
    this.#clock = clock;
    this.#history = history;
    this.#records = records;
  }

  #put(patron: { id: string; library: string }, deletedAt: string | null): void {
    this.#store.run(
      `INSERT INTO change (patron_id, library, position, deleted_at) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET position = excluded.position, deleted_at = excluded.deleted_at`,
      patron.id,
      patron.library,
      this.#history.next(),
      deletedAt,
    );
  }

  /** The patron's record is another now: a new version in this epoch, at a new position. */
  moved(number: number): void {
    this.#store.run(
      'UPDATE patron SET version = version + 1, epoch = ?, changed_at = ? WHERE number = ?',
      this.#history.epoch,
      timeOf(this.#clock),
      number,
    );
    const patron = this.#records.byNumber(number);
    if (patron) this.#put(patron, null);
  }

  deleted(patron: PatronRow): void {
    this.#put(patron, timeOf(this.#clock));
  }

  changes(
    library: string,
    ask: { after: number; epoch: string; limit: number },
  ): Outcome<EndpointAnswer<'changes'>> {
    const { epoch, head, durable } = this.#history.marks();
    if (ask.epoch !== epoch) return refused('other-epoch');
    if (ask.after > head) return refused('cursor-unknown');
    if (ask.after < this.#floor(library)) return refused('cursor-too-old');
    const rows = this.#store.rows<ChangeRow>(
      `SELECT patron_id, position, deleted_at FROM change WHERE library = ? AND position > ?
       ORDER BY position LIMIT ?`,
      library,
      ask.after,
      ask.limit + 1,
    );
    const changes = onePage(rows.slice(0, ask.limit), (row) => this.#change(library, row));
    const more = rows.length > changes.length;
    const position = more ? (changes.at(-1)?.position ?? head) : head;
    return granted({ epoch, head, durable, position, changes, more });
  }

  /** Deletions up to this position are no longer known. */
  #floor(library: string): number {
    return this.#store.row<{ floor: number }>('SELECT floor FROM library WHERE id = ?', library)?.floor ?? 0;
  }

  #change(library: string, { patron_id, position, deleted_at }: ChangeRow): Change {
    const found = this.#records.find(library, patron_id);
    // Whoever isn't there is told as deleted too: one row must not hold up a library's desks.
    if (deleted_at !== null || !found.ok) return { kind: 'deleted', position, patronId: patron_id };
    return { kind: 'patron', position, patron: this.#records.whole(found.value) };
  }

  snapshot(library: string, ask: { after?: string | undefined; limit: number }): EndpointAnswer<'snapshot'> {
    const rows = this.#store.rows<PatronRow>(
      'SELECT * FROM patron WHERE library = ? AND id > ? ORDER BY id LIMIT ?',
      library,
      ask.after ?? '',
      ask.limit + 1,
    );
    const count = this.#store.row<{ n: number }>(
      'SELECT count(*) AS n FROM patron WHERE library = ?',
      library,
    );
    const patrons = onePage(rows.slice(0, ask.limit), (row) => this.#records.whole(row));
    return {
      epoch: this.#history.epoch,
      position: this.#history.head(),
      total: count?.n ?? 0,
      patrons,
      next: rows.length > patrons.length ? (patrons.at(-1)?.id ?? null) : null,
    };
  }

  /** Forgets deletions from before a moment; a cursor from before that has to fill anew. */
  compact(library: string, before: string): void {
    this.#store.together(() => {
      const last = this.#store.row<{ position: number | null }>(
        'SELECT max(position) AS position FROM change WHERE library = ? AND deleted_at < ?',
        library,
        before,
      );
      if (!last?.position) return;
      this.#store.run('DELETE FROM change WHERE library = ? AND deleted_at < ?', library, before);
      this.#store.run('UPDATE library SET floor = max(floor, ?) WHERE id = ?', last.position, library);
    });
  }
}

/** Holds one at least, however large: else nobody after it would come to any desk. */
function onePage<Row, T>(rows: readonly Row[], show: (row: Row) => T): T[] {
  const page: T[] = [];
  let size = 0;
  for (const row of rows) {
    const shown = show(row);
    size += JSON.stringify(shown).length;
    if (size > LARGEST_PAGE && page.length > 0) break;
    page.push(shown);
  }
  return page;
}
