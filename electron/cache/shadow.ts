// The copy as pulling writes it: which edition of a library's patrons is shown, which one is being filled, and the
// position that each equals. Knows nothing of the outbox.
import { patronSchema, type Patron } from '../../shared/patrons/patron.ts';
import type { Clock } from '../../shared/clock.ts';
import { z } from 'zod';
import { Failure } from '../support/failure.ts';
import type { PullState, SetAside } from './desk-store.ts';
import { Edition } from './edition.ts';
import type { EncryptedFile } from './encrypted-file.ts';

interface LibraryRow {
  live: number | null;
  live_epoch: string | null;
  live_position: number | null;
  resumable: number;
  synced_at: string | null;
  filling: number | null;
  fill_epoch: string | null;
  fill_position: number | null;
  fill_after: string | null;
  fill_whole: number | null;
  fill_arrived: number | null;
  fill_total: number | null;
}

/** So many patrons are indexed in one go; a search waits no longer than that takes. */
const INDEXED_AT_ONCE = 5000;
/** So many rows of a former edition are let go of in one transaction. */
const SWEPT_AT_ONCE = 500;

export class Shadow {
  readonly #file: EncryptedFile;
  readonly #clock: Clock;

  constructor(file: EncryptedFile, clock: Clock) {
    this.#file = file;
    this.#clock = clock;
  }

  #library(code: string): LibraryRow | undefined {
    return this.#file.row('SELECT * FROM library WHERE code = ?', code);
  }

  libraries(): string[] {
    const sql = 'SELECT code FROM library WHERE live IS NOT NULL OR filling IS NOT NULL';
    return this.#file.rows<{ code: string }>(sql).map(({ code }) => code);
  }

  /** All of the pull state but the epoch, which is kept with the outbox. */
  pullState(code: string): Omit<PullState, 'epoch'> {
    const row = this.#library(code);
    const filling = row?.filling !== null && row?.filling !== undefined;
    return {
      position: row?.resumable === 1 ? row.live_position : null,
      fill: filling
        ? {
            epoch: row.fill_epoch ?? '',
            position: row.fill_position ?? 0,
            after: row.fill_after,
            whole: row.fill_whole === 1,
            arrived: row.fill_arrived ?? 0,
            total: row.fill_total ?? 0,
          }
        : null,
      syncedAt: row?.synced_at ?? null,
    };
  }

  /** What the edition shown equals: acts beyond it are laid over. */
  shownAt(code: string): { epoch: string; position: number } | undefined {
    const row = this.#library(code);
    if (row?.live_epoch === null || row?.live_epoch === undefined) return undefined;
    return { epoch: row.live_epoch, position: row.live_position ?? 0 };
  }

  /** The edition that windows see: the last whole one, or what has arrived of the first. */
  shown(code: string): Edition | undefined {
    const row = this.#library(code);
    if (row?.live) return new Edition(this.#file, row.live, Infinity);
    return this.#filling(code);
  }

  beginFill(code: string, epoch: string, position: number, total: number): void {
    this.#file.together(() => {
      this.#file.run('INSERT INTO library (code) VALUES (?) ON CONFLICT DO NOTHING', code);
      const { number } = this.#file.row<{ number: number }>(
        'INSERT INTO edition (library) VALUES (?) RETURNING number',
        code,
      ) ?? { number: 0 };
      Edition.make(this.#file, number);
      this.#file.run(
        `UPDATE library SET resumable = 0, filling = ?, fill_epoch = ?, fill_position = ?, fill_after = NULL, fill_whole = 0, fill_arrived = 0,
           fill_total = ?, synced_at = coalesce(synced_at, ?) WHERE code = ?`,
        ...[number, epoch, position, total, new Date(this.#clock.now()).toISOString(), code],
      );
    });
  }

  fillPage(
    code: string,
    patrons: readonly unknown[],
    next: string | null,
    arrived: number,
  ): { setAside: number } | undefined {
    const filling = this.#filling(code);
    if (!filling) return undefined;
    return this.#file.together(() => {
      const setAside = patrons.filter((patron) => !this.#put(filling, code, patron)).length;
      filling.settle();
      this.#file.run(
        'UPDATE library SET fill_after = ?, fill_whole = ?, fill_arrived = fill_arrived + ? WHERE code = ?',
        ...[next, next === null ? 1 : 0, arrived, code],
      );
      return { setAside };
    });
  }

  /** Builds a part of the indexes; with the last part the new edition takes the place of the old one. */
  finishFill(code: string, beforeCommit: () => void): { left: number } {
    const filling = this.#filling(code);
    if (!filling) return { left: 0 };
    return this.#file.together(() => {
      const left = filling.buildIndexes(INDEXED_AT_ONCE);
      if (left > 0) return { left };
      this.#file.run(
        `UPDATE library SET live = filling, live_epoch = fill_epoch, live_position = fill_position, resumable = 1,
           filling = NULL, fill_epoch = NULL, fill_position = NULL, fill_after = NULL, fill_whole = NULL,
           fill_arrived = NULL, fill_total = NULL WHERE code = ?`,
        code,
      );
      beforeCommit();
      return { left: 0 };
    });
  }

  /** Answers who was touched; undefined where there is no copy to apply them to. */
  applyChanges(
    code: string,
    page: readonly unknown[],
    position: number,
    epoch: string,
    syncedAt: string | null,
    beforeCommit: (deleted: string[]) => void,
  ): string[] | undefined {
    const live = this.#applicable(code, position, epoch);
    if (!live) return undefined;
    const changes = page.map(changeOf);
    const deleted = changes.flatMap((change) => (change.kind === 'deleted' ? change.patronId : []));
    // A former edition would still hold who is gone.
    if (changes.some(({ kind }) => kind !== 'patron')) while (this.sweep());
    this.#file.together(() => {
      for (const change of changes) {
        if (change.kind === 'patron') this.#put(live, code, change.patron);
        else {
          live.remove(change.patronId);
          const sql = 'DELETE FROM set_aside WHERE edition = ? AND patron = ?';
          this.#file.run(sql, live.number, change.patronId);
        }
      }
      this.#file.run(
        'UPDATE library SET live_position = ?, synced_at = coalesce(?, synced_at) WHERE code = ?',
        ...[position, syncedAt, code],
      );
      live.settle();
      beforeCommit(deleted);
    });
    if (changes.some(({ kind }) => kind !== 'patron')) this.#file.truncateLog();
    const ids = changes.map((change) => (change.kind === 'patron' ? idOf(change.patron) : change.patronId));
    return [...new Set(ids.filter((id) => id !== null))];
  }

  #applicable(code: string, position: number, epoch: string): Edition | undefined {
    const row = this.#library(code);
    if (!row?.live || row.resumable !== 1) return undefined;
    if (row.live_epoch !== epoch) throw new Failure({ code: 'serverRestored' });
    if (position < (row.live_position ?? 0))
      throw new Failure({ code: 'serverRubbish' }, 'an earlier position');
    return new Edition(this.#file, row.live, Infinity);
  }

  forgetPosition(code: string): void {
    this.#file.run(
      `UPDATE library SET resumable = 0, filling = NULL, fill_epoch = NULL, fill_position = NULL,
         fill_after = NULL, fill_whole = NULL, fill_arrived = NULL, fill_total = NULL WHERE code = ?`,
      code,
    );
  }

  setAside(code: string): SetAside[] {
    return this.#file.rows(
      `SELECT patron AS patronId, reason, at FROM set_aside WHERE edition IN
         (SELECT live FROM library WHERE code = ? UNION SELECT filling FROM library WHERE code = ?)
         ORDER BY number`,
      code,
      code,
    );
  }

  /** Shows and knows no patrons of a library, or of any, any more; `sweep` lets go of them, `shrink` of the room they took. */
  erase(code?: string): void {
    if (code === undefined) this.#file.run('DELETE FROM library');
    else this.#file.run('DELETE FROM library WHERE code = ?', code);
  }

  shrink(): void {
    this.#file.execute('VACUUM');
    this.#file.truncateLog();
  }

  /** Lets go of a part of an edition that nothing shows or fills any more. Answers whether there is more to do. */
  sweep(): boolean {
    const old = this.#file.row<{ number: number }>(
      `SELECT number FROM edition WHERE number NOT IN
         (SELECT live FROM library WHERE live IS NOT NULL
          UNION SELECT filling FROM library WHERE filling IS NOT NULL) LIMIT 1`,
    );
    if (!old) return false;
    this.#file.together(() => new Edition(this.#file, old.number, 0).sweep(SWEPT_AT_ONCE));
    return true;
  }

  #filling(code: string): Edition | undefined {
    const row = this.#file.row<{ number: number; worded: number | null }>(
      'SELECT number, worded FROM edition WHERE number = (SELECT filling FROM library WHERE code = ?)',
      code,
    );
    return row && new Edition(this.#file, row.number, row.worded ?? 0);
  }

  /** Whether the record is good; one that isn't is set aside. */
  #put(edition: Edition, code: string, record: unknown): boolean {
    const parsed = patronSchema.safeParse(record);
    const patron = parsed.success && parsed.data.library === code ? parsed.data : undefined;
    const id = patron?.id ?? idOf(record);
    if (id !== null) {
      this.#file.run('DELETE FROM set_aside WHERE edition = ? AND patron = ?', edition.number, id);
    }
    if (patron) {
      edition.put(patron);
      return true;
    }
    // Where it fails and by which rule, never with which value.
    const reason = parsed.success
      ? 'library: other'
      : parsed.error.issues.map(({ path, code }) => `${path.join('.')}: ${code}`).join('; ');
    this.#file.run(
      'INSERT INTO set_aside (edition, patron, reason, record, at) VALUES (?, ?, ?, ?, ?)',
      ...[edition.number, id, reason.slice(0, 1000), JSON.stringify(record) ?? 'null'],
      new Date(this.#clock.now()).toISOString(),
    );
    return false;
  }

  patron(code: string, patronId: string): Patron | undefined {
    return this.shown(code)?.patron(patronId);
  }
}

/** `leftOut`: not deleted, but no longer one of those whom the copy is to hold. */
const goneSchema = z.object({ kind: z.enum(['deleted', 'leftOut']), patronId: z.string() });
const patronChangeSchema = z.object({ kind: z.literal('patron'), patron: z.unknown() });

/** Whoever is gone, or a record to be checked; what is neither is a record that will not pass. */
function changeOf(change: unknown): z.infer<typeof goneSchema> | { kind: 'patron'; patron: unknown } {
  const gone = goneSchema.safeParse(change);
  if (gone.success) return gone.data;
  const changed = patronChangeSchema.safeParse(change);
  return { kind: 'patron', patron: changed.success ? changed.data.patron : change };
}

function idOf(record: unknown): string | null {
  return typeof record === 'object' && record !== null && 'id' in record && typeof record.id === 'string'
    ? record.id
    : null;
}
