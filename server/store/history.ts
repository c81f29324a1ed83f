// Which history the server is in: its epoch, its newest change (`head`), and up to where desks may forget what they
// sent (`durable`). A database that was put back from a backup, or copied back as a file, begins a new epoch.
import { v4 as uuidv4 } from 'uuid';
import type { Random } from '../../shared/random.ts';
import { StartProblem, type Store } from './store.ts';

/** What stands outside the database, so that a database copied back is noticed. */
export interface HistoryNote {
  epoch: string;
  head: number;
  durable: number;
  /** Which epoch gave out the position `durable`; notes from before there was a lineage don't say. */
  durableEpoch?: string | undefined;
}

export interface HistoryFile {
  /** Undefined where there is none, or none that can be read. */
  read(): HistoryNote | undefined;
  write(note: HistoryNote): void;
}

export interface Marks {
  epoch: string;
  head: number;
  durable: number;
}

/** So many of the newest backups must stay restorable: `durable` is the head of the oldest of them. */
export const RESTORABLE_BACKUPS = 2;

interface HistoryRow {
  epoch: string;
  head: number;
  is_backup: number;
}

/** An epoch that this database was in, the head where it began, and what desks already relied on then. */
interface LineageRow {
  epoch: string;
  began_at: number;
  durable: number;
}

export class History {
  readonly #store: Store;
  readonly #file: HistoryFile;
  readonly epoch: string;
  /** The database was put back since the server last ran. */
  readonly wasRestored: boolean;
  readonly #lineage: readonly LineageRow[];
  #noted: HistoryNote;

  constructor(store: Store, file: HistoryFile, random: Random, acceptLoss = false) {
    this.#store = store;
    this.#file = file;
    const noted = file.read();
    const before = this.#row();
    if (noted && !acceptLoss) refuseLoss(before, lineageOf(store), noted);
    this.epoch = store.together(() => epochAtStart(store, noted, random));
    this.wasRestored = before !== undefined && before.epoch !== this.epoch;
    this.#lineage = lineageOf(store);
    this.#noted = this.#noteOf(this.marks());
    file.write(this.#noted);
  }

  #row(): HistoryRow | undefined {
    return this.#store.row<HistoryRow>('SELECT epoch, head, is_backup FROM history');
  }

  head(): number {
    return this.#row()?.head ?? 0;
  }

  /** Only inside the transaction of the change that gets this position. */
  next(): number {
    this.#store.run('UPDATE history SET head = head + 1');
    return this.head();
  }

  durable(): number {
    return Math.max(this.#lineage.at(-1)?.durable ?? 0, backedUp(this.#store));
  }

  marks(): Marks {
    return { epoch: this.epoch, head: this.head(), durable: this.durable() };
  }

  /**
   * Before an answer goes out: nobody knows of a later history than the note. Never inside a transaction: a server killed
   * before the commit would find its database older than the note.
   */
  note(): Marks {
    const marks = this.marks();
    if (this.#noted.head !== marks.head || this.#noted.durable !== marks.durable) {
      const note = this.#noteOf(marks);
      this.#file.write(note);
      this.#noted = note;
    }
    return marks;
  }

  #noteOf(marks: Marks): HistoryNote {
    return { ...marks, durableEpoch: epochAt(this.#lineage, marks.durable) };
  }
}

const lineageOf = (store: Store): LineageRow[] =>
  store.rows<LineageRow>('SELECT epoch, began_at, durable FROM lineage ORDER BY number');

/** Which epoch gave out a position: heads of different epochs say nothing about each other. */
const epochAt = (lineage: readonly LineageRow[], position: number): string | undefined =>
  lineage.findLast(({ began_at }) => began_at < position)?.epoch;

function backedUp(store: Store): number {
  const kept = store.rows<{ head: number }>(
    'SELECT head FROM backup ORDER BY rowid DESC LIMIT ?',
    RESTORABLE_BACKUPS,
  );
  return kept.at(-1)?.head ?? 0;
}

/** Whether all that desks may have forgotten is in this database. */
function holdsDurable({ head }: HistoryRow, lineage: readonly LineageRow[], noted: HistoryNote): boolean {
  const { durable, durableEpoch = noted.epoch } = noted;
  return durable === 0 || (head >= durable && epochAt(lineage, durable) === durableEpoch);
}

/**
 * Desks forget what `durable` covers: a database without it would lose it for good. One without any history beside a
 * note of one was put back empty.
 */
function refuseLoss(row: HistoryRow | undefined, lineage: readonly LineageRow[], noted: HistoryNote): void {
  if (!row)
    throw new StartProblem(
      'The database is empty. Put a backup in its place: see Restore in docs/server.md.',
    );
  if (holdsDurable(row, lineage, noted)) return;
  throw new StartProblem(
    'This database is older than the oldest backup that desks rely on, or from before an earlier restore: acts that ' +
      'they no longer keep would be lost. Restore a newer backup, or start with --accept-loss.',
  );
}

function epochAtStart(store: Store, noted: HistoryNote | undefined, random: Random): string {
  const mint = () => uuidv4({ random: random.bytes(16) });
  const row = store.row<HistoryRow>('SELECT epoch, head, is_backup FROM history');
  if (!row) {
    const epoch = mint();
    store.run('INSERT INTO history (one, epoch, head, is_backup) VALUES (1, ?, 0, 0)', epoch);
    begin(store, { epoch, began_at: 0, durable: 0 });
    return epoch;
  }
  const sameHistory = noted?.epoch === row.epoch && noted.head <= row.head;
  if (sameHistory && row.is_backup === 0) return row.epoch;
  const epoch = mint();
  const lineage = lineageOf(store);
  const own = Math.max(lineage.at(-1)?.durable ?? 0, backedUp(store));
  // Where a loss was accepted, none of the rest may be lost without a word.
  const relied = noted && (holdsDurable(row, lineage, noted) ? noted.durable : row.head);
  store.run('UPDATE history SET epoch = ?, is_backup = 0', epoch);
  begin(store, { epoch, began_at: row.head, durable: Math.max(own, relied ?? 0) });
  return epoch;
}

function begin(store: Store, { epoch, began_at, durable }: LineageRow): void {
  store.run('INSERT INTO lineage (epoch, began_at, durable) VALUES (?, ?, ?)', epoch, began_at, durable);
}
