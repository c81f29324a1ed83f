// Opens a desk's two files, or says why not: a key that isn't theirs, files of a newer version, damage. Nothing is
// ever deleted here: what can't be used is set aside under another name.
import { copyFileSync, existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../shared/clock.ts';
import { rescueSchema, type Rescue } from '../../shared/ipc/sync.ts';
import { COPY } from './copy-shape.ts';
import { readIfThere, renameDurably } from './durable-file.ts';
import { EncryptedFile } from './encrypted-file.ts';
import { keyMatches, markKey } from './key-check.ts';
import { bringUpToDate, checkVersion, NewerFile, OtherFile, type FileShape } from './migrations.ts';
import { OUTBOX, RESCUE } from './outbox-shape.ts';
import { parsedAs } from './remembered.ts';
import { joinReadings, rescueOutbox, type Rescued } from './rescue.ts';
import { PARTS, removeDamaged, setDamagedAside } from './set-aside.ts';
import { SqliteStore } from './sqlite-store.ts';
import { readableToItsEnd, type ReadableLogs } from './write-ahead-log.ts';

/** Where the outbox was rescued, what came of that; else nothing was, and nothing lost. */
export interface StoreReport extends Rescue {
  copy: 'kept' | 'new' | 'rebuilt';
  outbox: 'kept' | 'new' | 'rescued';
}

export type Opening =
  | { outcome: 'open'; store: SqliteStore; report: StoreReport }
  /** A forgotten or changed keyring: the files stay as they are. */
  | { outcome: 'wrongKey' }
  /** Files of a newer version of the program, left as they are; the acts that wait in them, as they stand there. */
  | { outcome: 'newer'; waiting: unknown[] };

export interface OpenOptions {
  folder: string;
  /** 32 bytes. */
  key: Uint8Array;
  clock: Clock;
  giveWay: () => Promise<void>;
  /** Those of this version, if nothing else is said. */
  shapes?: Record<keyof typeof FILES, FileShape>;
}

export const FILES = { copy: 'copy.db', outbox: 'outbox.db' } as const;
const SHAPES = { copy: COPY, outbox: OUTBOX };
const RESCUE_FILE = 'outbox.rescue.db';
/** A copy of an outbox whose log is damaged, while it is rescued. */
const READ_FILE = 'outbox.read.db';
const DAMAGE_MARK = 'copy.damaged';

/** Absent is also a file that nothing was ever written into. */
type Condition = 'absent' | 'fine' | 'newer' | 'unreadable';

export function openStore(options: OpenOptions): Opening {
  const { folder, key, clock, giveWay, shapes = SHAPES } = options;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  takeUpRescue(folder, clock);
  const readableLogs = damagedLog(join(folder, FILES.outbox));
  const found = {
    copy: conditionOf(join(folder, FILES.copy), key, shapes.copy, false),
    outbox: conditionOf(join(folder, FILES.outbox), key, shapes.outbox, true),
  };
  if (found.outbox === 'absent' && hadOutbox(folder)) found.outbox = 'unreadable';
  const conditions = Object.values(found);
  const opens = conditions.some((condition) => condition === 'fine' || condition === 'newer');
  // A file that opens proves the key, whatever became of the check beside it.
  if (conditions.includes('unreadable') && !opens && !keyMatches(folder, key)) return { outcome: 'wrongKey' };
  markKey(folder, key);
  if (conditions.includes('newer')) return { outcome: 'newer', waiting: waitingIn(folder, key) };

  const report: StoreReport = { copy: 'kept', outbox: 'kept', rescued: 0, lost: 0, looksLost: 0 };
  // SQLite would read it up to the damage, and say nothing.
  if (readableLogs) found.outbox = 'unreadable';
  if (found.outbox === 'absent') report.outbox = 'new';
  if (found.outbox === 'fine') removeRescue(folder);
  if (found.outbox === 'unreadable') Object.assign(report, replaceOutbox(options, readableLogs));
  if (found.copy === 'absent') report.copy = 'new';
  if (found.copy === 'unreadable' || existsSync(join(folder, DAMAGE_MARK))) {
    setDamagedAside(folder, FILES.copy, clock);
    rmSync(join(folder, DAMAGE_MARK), { force: true });
    report.copy = 'rebuilt';
  }
  // By now there is a copy again, or it is being filled: patrons' data stays no longer than it has to.
  if (found.copy === 'fine' && report.copy === 'kept') removeDamaged(folder, FILES.copy);
  const outbox = openFile(join(folder, FILES.outbox), key, shapes.outbox, 'FULL');
  try {
    const copy = openCopy(options, report);
    const removeDamagedCopy = () => {
      removeDamaged(folder, FILES.copy);
    };
    const store = new SqliteStore({ copy, outbox, clock, giveWay, removeDamagedCopy });
    return { outcome: 'open', store, report };
  } catch (error) {
    outbox.close();
    throw error;
  }
}

/** Bringing a file up to date reads more of it than looking at it did: damage may show only here. */
function openCopy({ folder, key, clock, shapes = SHAPES }: OpenOptions, report: StoreReport): EncryptedFile {
  // The copy can always be pulled again; only its order of commits has to outlive a power cut, not the last one.
  const open = () => openFile(join(folder, FILES.copy), key, shapes.copy, 'NORMAL');
  try {
    return open();
  } catch (error) {
    if (!isDamage(error)) throw error;
    setDamagedAside(folder, FILES.copy, clock);
    report.copy = 'rebuilt';
    return open();
  }
}

/** To be called where SQLite found damage in the copy while it was used: the next opening rebuilds it. */
export function markCopyDamaged(folder: string): void {
  writeFileSync(join(folder, DAMAGE_MARK), '');
}

export const isDamage = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && /^SQLITE_(NOTADB|CORRUPT)/.test(String(error.code));

function openFile(
  path: string,
  key: Uint8Array,
  shape: FileShape,
  durability: 'FULL' | 'NORMAL',
): EncryptedFile {
  const file = EncryptedFile.open(path, key, durability);
  try {
    bringUpToDate(file, shape);
    return file;
  } catch (error) {
    file.close();
    throw error;
  }
}

function conditionOf(path: string, key: Uint8Array, shape: FileShape, thoroughly: boolean): Condition {
  if (!existsSync(path)) return 'absent';
  // A pipe would be waited for, for ever.
  if (!statSync(path).isFile()) return 'unreadable';
  // Opens with any key, and SQLite deletes the log beside it.
  if (sizeOf(path) === 0) return 'absent';
  let file: EncryptedFile | undefined;
  try {
    file = EncryptedFile.openToRead(path, key);
    checkVersion(file, shape);
    if (file.setting('user_version') === 0) return 'absent';
    return thoroughly && file.setting('quick_check') !== 'ok' ? 'unreadable' : 'fine';
  } catch (error) {
    if (error instanceof NewerFile) return 'newer';
    if (error instanceof OtherFile || isDamage(error)) return 'unreadable';
    throw error;
  } finally {
    file?.close();
  }
}

/** It is made before the copy. Where it has a page, its log was read already. */
function hadOutbox(folder: string): boolean {
  const outbox = join(folder, FILES.outbox);
  return existsSync(join(folder, FILES.copy)) || (sizeOf(outbox) === 0 && sizeOf(`${outbox}-wal`) > 0);
}

/** Of an outbox whose log is damaged, that log as it can be read to its end. */
function damagedLog(outbox: string): ReadableLogs | undefined {
  const log = statSync(outbox, { throwIfNoEntry: false })?.isFile()
    ? readIfThere(`${outbox}-wal`)
    : undefined;
  return log && readableToItsEnd(log);
}

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

/** Writes what can be rescued into a new file before the damaged one is moved. */
function replaceOutbox(options: OpenOptions, readableLogs?: ReadableLogs): Omit<StoreReport, 'copy'> {
  const { folder, key, clock, shapes = SHAPES } = options;
  const { acts, logEvents, values, epochs, lost, looksLost } = readableLogs
    ? rescueWithLogs(folder, key, readableLogs)
    : rescueOutbox(join(folder, FILES.outbox), key);
  const rescue = { rescued: acts.length, lost, looksLost };
  const former = parsedAs(values.find(({ name }) => name === RESCUE)?.value, rescueSchema);
  removeRescue(folder);
  const file = openFile(join(folder, RESCUE_FILE), key, shapes.outbox, 'FULL');
  file.together(() => {
    for (const { sequence, record, sum } of acts)
      file.run('INSERT INTO act (sequence, record, sum) VALUES (?, ?, ?)', sequence, record, sum);
    for (const { record, sum } of logEvents)
      file.run("INSERT INTO log_event (id, record, sum) VALUES (? ->> 'id', ?, ?)", record, record, sum);
    for (const { name, value } of values) file.run('INSERT INTO value VALUES (?, ?)', name, value);
    // Whatever ends the program from here on, staff are told of it.
    const untold = JSON.stringify(former ? addedUp(former, rescue) : rescue);
    file.run('INSERT OR REPLACE INTO value VALUES (?, ?)', RESCUE, untold);
    for (const { library, epoch } of epochs) file.run('INSERT INTO epoch VALUES (?, ?)', library, epoch);
  });
  file.truncateLog();
  file.close();
  setDamagedAside(folder, FILES.outbox, clock);
  takeUpRescue(folder, clock);
  return { outbox: 'rescued', ...rescue };
}

/**
 * Also as SQLite reads it, up to the damage: a page beyond may hide what was whole before. What the newest reading doesn't
 * hold may have been done and forgotten since: it goes out once more, like an act whose answer was lost. Nothing shows
 * what a damaged page held: nobody can say what is lost.
 */
function rescueWithLogs(folder: string, key: Uint8Array, { asBefore, asIs }: ReadableLogs): Rescued {
  const outbox = join(folder, FILES.outbox);
  const copy = join(folder, READ_FILE);
  const rescueWith = (log: Buffer) => {
    removeRescue(folder);
    copyFileSync(outbox, copy);
    writeFileSync(`${copy}-wal`, log, { mode: 0o600 });
    return rescueOutbox(copy, key);
  };
  // On a damaged page no sum proves a value or an epoch.
  const proved = { ...rescueWith(asIs), values: [], epochs: [] };
  return {
    ...joinReadings([rescueOutbox(outbox, key), rescueWith(asBefore), proved]),
    lost: null,
    looksLost: null,
  };
}

/** Staff haven't noted the former one yet: what it lost is lost still. */
function addedUp(former: Rescue, latest: Rescue): Rescue {
  const sum = (a: number | null, b: number | null) => (a === null || b === null ? null : a + b);
  const { rescued, lost, looksLost } = latest;
  return { rescued, lost: sum(former.lost, lost), looksLost: sum(former.looksLost, looksLost) };
}

/** A rescue that was cut off by a crash: whole where the damaged file is already out of the way. */
function takeUpRescue(folder: string, clock: Clock): void {
  const [rescue, outbox] = [join(folder, RESCUE_FILE), join(folder, FILES.outbox)];
  if (!existsSync(rescue) || existsSync(outbox)) return;
  // The damaged file's log may be left in its place, and would be played into the rescued one.
  setDamagedAside(folder, FILES.outbox, clock);
  renameDurably(rescue, outbox);
}

/** One that was cut off beside the file that it was to replace. */
function removeRescue(folder: string): void {
  for (const file of [RESCUE_FILE, READ_FILE])
    for (const part of PARTS) rmSync(join(folder, file + part), { force: true });
}

function waitingIn(folder: string, key: Uint8Array): unknown[] {
  const path = join(folder, FILES.outbox);
  if (!existsSync(path)) return [];
  const file = EncryptedFile.openToRead(path, key);
  try {
    const sql =
      "SELECT record FROM act WHERE record ->> 'state' IN ('waiting', 'sent', 'conflict', 'refused')";
    return file.rows<{ record: string }>(sql).map(({ record }) => JSON.parse(record) as unknown);
  } finally {
    file.close();
  }
}
