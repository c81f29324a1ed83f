// The server's folder: its database, the note of its history, and a lock that dies with the process that holds it.
import Database, { type Connection } from 'better-sqlite3';
import { existsSync, lstatSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { StartProblem, Store } from '../store/store.ts';

export const DATABASE = 'circdesk.sqlite';
export const HISTORY = 'history.json';
const LOCK = 'lock.sqlite';
/** In ms: another command may be bringing the database up to date. */
const PATIENCE = 5000;
/** In ms: of two that ask at once each would be refused for the other's sake. */
const A_MOMENT = 200;

export interface DataFolder {
  database: string;
  history: string;
  /** There is a database in it already. */
  used: boolean;
}

/** Makes the folder where it is missing; refuses one that holds something else. */
export function openDataFolder(path: string): DataFolder {
  if (existsSync(path) && !statSync(path).isDirectory()) throw new StartProblem(`${path} is not a folder.`);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const database = join(path, DATABASE);
  const used = existsSync(database);
  const others = readdirSync(path).filter((name) => !name.startsWith(LOCK) && name !== HISTORY);
  if (!used && others.length > 0)
    throw new StartProblem(`${path} holds other files, and no database of this server.`);
  return { database, history: join(path, HISTORY), used };
}

/** For commands that make nothing: a mistyped name leaves no folder behind. */
export function openUsedFolder(path: string): DataFolder {
  if (!existsSync(join(path, DATABASE))) throw new StartProblem(`There is no database in ${path}.`);
  return openDataFolder(path);
}

/** A server of an older version that still runs would find its database changed under it. */
export function openStore(path: string): Store {
  const older = `The server that runs on ${path} is older than this program: see Update in docs/server.md.`;
  return new Store(openUsedFolder(path).database, () => lock(join(path, LOCK), older, PATIENCE));
}

/** Two servers on one folder would each think that they alone write it. Answers what lets go of it. */
export function lockFolder(path: string): () => void {
  const database = join(path, DATABASE);
  const found = lstatSync(database, { throwIfNoEntry: false });
  const link = found?.isSymbolicLink() ? 'a symbolic link' : found && found.nlink > 1 ? 'a hard link' : '';
  if (link !== '')
    throw new StartProblem(`${database} has a second name (${link}), under which a server may run on it.`);
  return lock(join(path, LOCK), `Another server runs on ${path}.`);
}

/** Two backups to one name would each take away what the other has written. Answers what lets go of it. */
export const lockBackups = (path: string): (() => void) =>
  lock(join(path, `${LOCK}.backup`), `Another backup of ${path} is being made.`);

function lock(file: string, taken: string, patience = A_MOMENT): () => void {
  let held: Connection | undefined;
  try {
    held = new Database(file);
    held.pragma(`busy_timeout = ${patience}`);
    held.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    held?.close();
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code.startsWith('SQLITE_BUSY')) throw new StartProblem(taken);
    throw new StartProblem(`${file} can't be locked: ${String(error)}`, { cause: error });
  }
  return () => held.close();
}
