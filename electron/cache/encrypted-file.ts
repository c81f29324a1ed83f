// One encrypted SQLite file, asked through prepared statements. The only place where a database of the desk is
// opened: nothing here may ever leave a page, a journal or a sort in the clear.
import Database, { type Connection, type Statement } from 'better-sqlite3';
import { closeSync, openSync, readSync } from 'node:fs';
import { Failure } from '../support/failure.ts';

interface ConnectionOptions {
  readonly: boolean;
  fileMustExist: boolean;
}
const SqliteConnection: new (file: string, options: ConnectionOptions) => Connection = Database;

export type Value = string | number | null | Uint8Array;

/** How hard a commit is pressed onto the disk: `FULL` outlives a power cut, `NORMAL` may lose the last ones. */
export type Durability = 'FULL' | 'NORMAL';

/** docs/decisions/0009: authenticated page by page, and quicker to read than the others. */
const CIPHER = 'aegis';
const PLAIN_HEADER = 'SQLite format 3';

/** The fork of SQLite was told to encrypt, and doesn't. Nothing must be written then. */
export class NotEncrypted extends Error {}

function connect(file: string, key: Uint8Array, readonly: boolean, verified = true): Connection {
  const connection = new SqliteConnection(file, { readonly, fileMustExist: readonly });
  const raw = Buffer.from(`x'${Buffer.from(key).toString('hex')}'`);
  try {
    connection.pragma(`cipher = '${CIPHER}'`);
    if (!verified) {
      connection.pragma('hmac_check = 0');
      connection.pragma('cell_size_check = ON');
    }
    if (connection.key(raw) !== 0) throw new NotEncrypted('The key was not taken.');
    if (connection.pragma('cipher', { simple: true }) !== CIPHER) throw new NotEncrypted('No cipher is set.');
    connection.pragma('temp_store = MEMORY');
    // Reads the first page: the wrong key and damage show here.
    connection.pragma('user_version');
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  } finally {
    raw.fill(0);
  }
}

/** Whether a file's first bytes are those of an unencrypted database. */
export function isPlain(file: string): boolean {
  const start = Buffer.alloc(PLAIN_HEADER.length);
  const handle = openSync(file, 'r');
  try {
    readSync(handle, start, 0, start.length, 0);
  } finally {
    closeSync(handle);
  }
  return start.toString('latin1') === PLAIN_HEADER;
}

/** A full disk is for staff to hear of; what was begun is undone. */
function tellFull<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    const full = error instanceof Error && 'code' in error && error.code === 'SQLITE_FULL';
    throw full ? new Failure({ code: 'diskFull' }, error) : error;
  }
}

export class EncryptedFile {
  readonly #connection: Connection;
  readonly #statements = new Map<string, Statement<Value[]>>();

  private constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Opens or makes a file for writing. Throws SQLite's error where the key is wrong or the file damaged. */
  static open(file: string, key: Uint8Array, durability: Durability): EncryptedFile {
    // For this user only; SQLite gives its logs the same rights.
    closeSync(openSync(file, 'a', 0o600));
    const connection = connect(file, key, false);
    try {
      connection.pragma('journal_mode = WAL');
      connection.pragma(`synchronous = ${durability}`);
      connection.pragma('secure_delete = ON');
      connection.pragma('foreign_keys = ON');
      connection.pragma('cache_size = -65536');
      connection.pragma('journal_size_limit = 16777216');
      if (isPlain(file)) throw new NotEncrypted('The file is written in the clear.');
    } catch (error) {
      connection.close();
      throw error;
    }
    return new EncryptedFile(connection);
  }

  /** Opens a file that must stay as it is. */
  static openToRead(file: string, key: Uint8Array): EncryptedFile {
    return new EncryptedFile(connect(file, key, true));
  }

  /** Opens a damaged file to rescue what is left: pages that fail their seal are read, so rows need sums of their own. */
  static openDamaged(file: string, key: Uint8Array): EncryptedFile {
    return new EncryptedFile(connect(file, key, true, false));
  }

  #statement(sql: string): Statement<Value[]> {
    let statement = this.#statements.get(sql);
    if (!statement) this.#statements.set(sql, (statement = this.#connection.prepare<Value[]>(sql)));
    return statement;
  }

  row<T>(sql: string, ...values: Value[]): T | undefined {
    return tellFull(() => this.#statement(sql).get(...values) as T | undefined);
  }

  rows<T>(sql: string, ...values: Value[]): T[] {
    return this.#statement(sql).all(...values) as T[];
  }

  /** Answers how many rows it touched. */
  run(sql: string, ...values: Value[]): number {
    return tellFull(() => this.#statement(sql).run(...values).changes);
  }

  /** Runs statements that are not kept: making and dropping tables. */
  execute(sql: string): void {
    tellFull(() => this.#connection.exec(sql));
  }

  /** Forgets prepared statements, such as those on tables that are dropped. */
  forgetStatements(): void {
    this.#statements.clear();
  }

  /** Runs work in one transaction, or in a savepoint of the one that is open; what it throws undoes it all. */
  together<T>(work: () => T): T {
    return tellFull(() => this.#connection.transaction(work).immediate());
  }

  setting(name: string): unknown {
    return this.#connection.pragma(name, { simple: true });
  }

  set(name: string, value: number): void {
    this.#connection.pragma(`${name} = ${value}`);
  }

  /** Lets SQL call a function of ours. */
  define(name: string, body: (value: string) => boolean | string): void {
    // SQLite takes the number of arguments from the function's own.
    this.#connection.function(name, { deterministic: true }, (value) => {
      const result = body(String(value));
      return typeof result === 'string' ? result : Number(result);
    });
  }

  /** Runs work that touches the tables in which an index of words keeps its pages. */
  insideIndexes<T>(work: () => T): T {
    this.#connection.unsafeMode(true);
    try {
      return work();
    } finally {
      this.#connection.unsafeMode(false);
    }
  }

  /** Writes the log into the file and cuts it to nothing, so that what was deleted is gone from both. */
  truncateLog(): void {
    this.#connection.pragma('wal_checkpoint(TRUNCATE)');
  }

  /** The decrypted pages, in memory: for tests that look for what should be gone. */
  decrypted(): Buffer {
    return this.#connection.serialize();
  }

  close(): void {
    this.#statements.clear();
    this.#connection.close();
  }
}
