// The server's database: opened with the settings that durability needs, brought up to date, and asked through
// prepared statements. A database of a newer server is refused.
import Database, { type Connection, type Statement } from 'better-sqlite3';
import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { swedishPlace } from '../../shared/patrons/list-order.ts';
import { migrations } from './migrations.ts';

/** Tells our file from any other SQLite file ("CDSK"). */
const APPLICATION_ID = 0x4344534b;
/** Where it stands in the file. */
const ID_AT = 68;
/** A backup that no server has started from yet ("CDSB"). */
export const BACKUP_ID = 0x43445342;
const NOT_OURS = 'The file is not a database of this server.';
const DAMAGED = 'The database is damaged. Put a backup in its place: see docs/server.md.';
const STRANGE = 'The database is not as this server makes it: see Restore in docs/server.md.';
const LEFT_LOG =
  'A backup was put beside the log of another database, which would damage it. Set that file aside, whose name ends in ' +
  '-wal: see Restore in docs/server.md.';

/** A start that can't be: its message is fit for an administrator. */
export class StartProblem extends Error {}

type Value = string | number | null;

export class Store {
  readonly #db: Connection;
  readonly #statements = new Map<string, Statement<Value[]>>();

  /** `file` may be `:memory:`. `hold` keeps servers off while it is brought up to date, and answers what lets go. */
  constructor(file: string, hold?: () => () => void) {
    refuseLeftLog(file);
    this.#db = new Database(file);
    try {
      this.#db.pragma('busy_timeout = 5000');
      this.#db.pragma('foreign_keys = ON');
      this.#db.pragma('temp_store = MEMORY');
      this.#db.pragma('secure_delete = ON');
      this.#db.pragma('cache_size = -65536');
      bringUpToDate(this.#db, hold);
    } catch (error) {
      this.#db.close();
      const code = error instanceof Error && 'code' in error ? String(error.code) : '';
      if (code === 'SQLITE_NOTADB') throw new StartProblem(NOT_OURS);
      if (code.startsWith('SQLITE_CORRUPT')) throw new StartProblem(DAMAGED);
      throw code === 'SQLITE_ERROR'
        ? new StartProblem(`${STRANGE} ${String(error)}`, { cause: error })
        : error;
    }
  }

  #statement(sql: string): Statement<Value[]> {
    let statement = this.#statements.get(sql);
    if (!statement) this.#statements.set(sql, (statement = this.#db.prepare<Value[]>(sql)));
    return statement;
  }

  row<T>(sql: string, ...values: Value[]): T | undefined {
    return this.#statement(sql).get(...values) as T | undefined;
  }

  rows<T>(sql: string, ...values: Value[]): T[] {
    return this.#statement(sql).all(...values) as T[];
  }

  /** Answers how many rows it touched. */
  run(sql: string, ...values: Value[]): number {
    return this.#statement(sql).run(...values).changes;
  }

  /** Runs work in one transaction, or in a savepoint of the one that is open; what it throws undoes it all. */
  together<T>(work: () => T): T {
    return this.#db.transaction(work).immediate();
  }

  /** Lets SQL ask a question of ours about two texts. */
  define(name: string, holds: (a: string, b: string) => boolean): void {
    this.#db.function(name, { deterministic: true }, (a, b) => (holds(String(a), String(b)) ? 1 : 0));
  }

  /** Writes a copy of the whole database in one go, while others go on with it: else each of their writes begins it anew. */
  async copyTo(file: string): Promise<void> {
    await this.#db.backup(file, { progress: () => 0x7f_ff_ff_ff });
  }

  close(): void {
    this.#statements.clear();
    this.#db.close();
  }
}

/**
 * Reads the file itself: to SQLite the log is part of it. Only before this process has it open: closing a file drops the
 * process's locks on it.
 */
function refuseLeftLog(file: string): void {
  const log = statSync(`${file}-wal`, { throwIfNoEntry: false });
  if (!log?.size || !existsSync(file)) return;
  const id = Buffer.alloc(4);
  const handle = openSync(file, 'r');
  try {
    readSync(handle, id, 0, id.length, ID_AT);
  } finally {
    closeSync(handle);
  }
  if (id.readUInt32BE() === BACKUP_ID) throw new StartProblem(LEFT_LOG);
}

function bringUpToDate(db: Connection, hold?: () => () => void): void {
  const version = versionOf(db);
  const newest = migrations.at(-1)?.version ?? 0;
  if (version > newest)
    throw new StartProblem(
      `This database was written by a newer server (version ${version}; this one knows ${newest}).`,
    );
  const application = Number(db.pragma('application_id', { simple: true }));
  const tables = db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get();
  if (application !== APPLICATION_ID && application !== BACKUP_ID && tables !== 0)
    throw new StartProblem(NOT_OURS);
  // Before there is a log: from here on one beside it is its own.
  if (application === BACKUP_ID) db.pragma(`application_id = ${APPLICATION_ID}`);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  if (version < newest) {
    const letGo = hold?.();
    try {
      migrate(db);
    } finally {
      letGo?.();
    }
  }
  refuseStrange(db);
}

const versionOf = (db: Connection): number => Number(db.pragma('user_version', { simple: true }));

function migrate(db: Connection): void {
  db.function('swedish_place', { deterministic: true }, (family, given, id) =>
    swedishPlace(String(family), String(given), String(id)),
  );
  migrations.forEach((migration, index) => {
    if (migration.version !== index + 1) throw new Error(`Migration ${migration.name} is out of order.`);
    db.transaction(() => {
      // Asked within: another program may have done it while this one waited.
      if (migration.version <= versionOf(db)) return;
      db.exec(migration.sql);
      db.pragma(`user_version = ${migration.version}`);
      db.pragma(`application_id = ${APPLICATION_ID}`);
    }).immediate();
  });
}

/** What is missing would be found out by desks, one answer after the other; what a trigger does, by nobody. */
function refuseStrange(db: Connection): void {
  const [found, ours] = [partsOf(db), ownParts()];
  const missing = ours.filter((part) => !found.includes(part));
  const planted = found.filter((part) => part.startsWith('trigger ') && !ours.includes(part));
  if (missing.length > 0) throw new StartProblem(`${STRANGE} It lacks ${missing.join(', ')}.`);
  if (planted.length > 0) throw new StartProblem(`${STRANGE} It also has ${planted.join(', ')}.`);
}

const partsOf = (db: Connection): string[] =>
  db.prepare("SELECT type || ' ' || name FROM sqlite_schema").pluck().all().map(String);

let own: string[] | undefined;
/** As the migrations make them. */
function ownParts(): string[] {
  if (own) return own;
  const db = new Database(':memory:');
  migrate(db);
  own = partsOf(db);
  db.close();
  return own;
}
