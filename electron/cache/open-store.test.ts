import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { Failure } from '../support/failure.ts';
import { COPY } from './copy-shape.ts';
import { EncryptedFile, isPlain } from './encrypted-file.ts';
import type { Migration } from './migrations.ts';
import { OUTBOX } from './outbox-shape.ts';
import { namesSetAside, removeDamaged, setForgottenAside } from './set-aside.ts';
import { markCopyDamaged, openStore } from './open-store.ts';
import type { SqliteStore } from './sqlite-store.ts';
import { AT, clock, damage, EPOCH, fill, Folders, giveWay, KEY, LIBRARY, patronOf } from './testing.ts';

const folders = new Folders();
afterEach(() => folders.removeAll());

const open = (folder: string, key = KEY) => openStore({ folder, key, clock, giveWay });
const WRONG = new Uint8Array(32).fill(8);

test('a wrong key is told apart from damage, and nothing is touched', async () => {
  const folder = await folders.worked();
  const before = readdirSync(folder).map((name) => [name, readFileSync(join(folder, name)).toString('hex')]);
  expect(open(folder, WRONG)).toEqual({ outcome: 'wrongKey' });
  rmSync(join(folder, 'key-check'));
  expect(open(folder, WRONG)).toEqual({ outcome: 'wrongKey' });
  const after = readdirSync(folder).map((name) => [name, readFileSync(join(folder, name)).toString('hex')]);
  expect(after).toEqual(before.filter(([name]) => name !== 'key-check'));
  expect(folders.open(folder).report).toMatchObject({ copy: 'kept', outbox: 'kept' });
});

test('files that open prove the key where its check is damaged or gone', async () => {
  const folder = await folders.worked();
  writeFileSync(join(folder, 'key-check'), 'rubbish');
  expect(folders.open(folder).report).toMatchObject({ copy: 'kept', outbox: 'kept' });
  expect(readFileSync(join(folder, 'key-check'))).toHaveLength(32);
  expect(readFileSync(join(folder, 'key-check')).includes(Buffer.from(KEY))).toBe(false);
});

test('a whole outbox proves the key beside a damaged copy, though its check is gone', async () => {
  const folder = await folders.worked();
  damage(join(folder, 'copy.db'), 0, 4096);
  rmSync(join(folder, 'key-check'));
  const { store, report } = folders.open(folder);
  expect(report).toMatchObject({ copy: 'rebuilt', outbox: 'kept', lost: 0 });
  expect(await store.counts(LIBRARY)).toEqual({ waiting: 3, undecided: 0 });
});

test('an outbox that another program holds just then is no damaged one', async () => {
  const folder = await folders.worked();
  const other = EncryptedFile.open(join(folder, 'outbox.db'), KEY, 'FULL');
  other.execute('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  expect(() => open(folder)).toThrow(/locked/);
  other.close();
  expect(namesSetAside(folder)).toEqual([]);
  expect(folders.open(folder).report).toMatchObject({ copy: 'kept', outbox: 'kept', lost: 0 });
});

test('a damaged copy is set aside and begun anew; the outbox is whole, and the last epoch is still known', async () => {
  const folder = await folders.worked();
  damage(join(folder, 'copy.db'), 0, 4096);
  const { store, report } = folders.open(folder);
  expect(report).toEqual({ copy: 'rebuilt', outbox: 'kept', rescued: 0, lost: 0, looksLost: 0 });
  expect(readdirSync(folder)).toContain('copy.db.damaged-2026-11-24T10-00-00-000Z');
  expect(await store.counts(LIBRARY)).toEqual({ waiting: 3, undecided: 0 });
  expect(await store.pullState(LIBRARY)).toEqual({
    epoch: EPOCH,
    position: null,
    fill: null,
    syncedAt: null,
  });
});

test('a damaged copy goes when there is another; a damaged outbox when somebody says so', async () => {
  const folder = await folders.worked();
  damage(join(folder, 'copy.db'), 0, 4096);
  damage(join(folder, 'outbox.db'), 4096, 4096);
  const first = folders.open(folder);
  expect(first.report).toMatchObject({ copy: 'rebuilt', outbox: 'rescued' });
  await first.store.close();
  expect(namesSetAside(folder).map((name) => name.slice(0, 9))).toContain('copy.db.d');
  await folders.open(folder).store.close();
  const names = namesSetAside(folder);
  expect(new Set(names.map((name) => name.slice(0, 9)))).toEqual(new Set(['outbox.db']));
  removeDamaged(folder, 'outbox.db');
  expect(namesSetAside(folder)).toEqual([]);
});

test.each<[string, (store: SqliteStore) => Promise<void>]>([
  ['another is filled', (store) => fill(store, [patronOf(1)])],
  ['patrons are erased, as of a desk that was revoked', (store) => store.erasePatrons()],
])('a damaged copy goes while the desk runs, once %s', async (_what, work) => {
  const folder = await folders.worked();
  markCopyDamaged(folder);
  const { store } = folders.open(folder);
  expect(namesSetAside(folder)).not.toEqual([]);
  await work(store);
  expect(namesSetAside(folder)).toEqual([]);
});

test('after a forgotten keyring the desk begins anew; the outbox and its sealed key stay for IT, the copy goes', async () => {
  const folder = await folders.worked();
  setForgottenAside(folder, clock);
  expect(namesSetAside(folder)).toContain('outbox.db.forgotten-2026-11-24T10-00-00-000Z');
  expect(folders.open(folder, WRONG).report).toMatchObject({ copy: 'new', outbox: 'new' });
});

/** Opens files by a later version, whose copy has one migration more. */
function openLater(folder: string, sql: Migration['sql']) {
  const later = { version: COPY.migrations.length + 1, name: 'later', sql };
  const shapes = { copy: { ...COPY, migrations: [...COPY.migrations, later] }, outbox: OUTBOX };
  return openStore({ folder, key: KEY, clock, giveWay, shapes });
}

test('a disk that is full while the copy is brought up to date costs no copy', async () => {
  const folder = await folders.worked();
  const full = () => {
    throw new Failure({ code: 'diskFull' });
  };
  expect(() => openLater(folder, full)).toThrow(
    expect.objectContaining({ error: { code: 'diskFull' } }) as Error,
  );
  expect(namesSetAside(folder)).toEqual([]);
  expect(folders.open(folder).report).toMatchObject({ copy: 'kept', outbox: 'kept' });
});

test('damage that shows only while the copy is brought up to date rebuilds it', async () => {
  const folder = await folders.worked();
  const path = join(folder, 'copy.db');
  // Everything but the first page, which is all that looking at the file reads.
  damage(path, 4096, statSync(path).size);
  const opening = openLater(folder, 'CREATE INDEX later ON set_aside (reason)');
  if (opening.outcome !== 'open') throw new Error(opening.outcome);
  expect(opening.report).toMatchObject({ copy: 'rebuilt', outbox: 'kept' });
  expect(await opening.store.counts(LIBRARY)).toEqual({ waiting: 3, undecided: 0 });
  await opening.store.close();
});

test.each(['nonsense', '{}', '{"familyName":null,"givenName":5}'])(
  'a row that makes no sense to a later version rebuilds the copy: the desk starts, and what waits is whole: %s',
  async (summary) => {
    const folder = await folders.worked();
    const file = EncryptedFile.open(join(folder, 'copy.db'), KEY, 'NORMAL');
    for (const { name } of file.rows<{ name: string }>(
      "SELECT name FROM sqlite_schema WHERE name GLOB 'patron_*_in_swedish_order'",
    ))
      file.execute(`DROP INDEX ${name}`);
    file.execute('ALTER TABLE patron_1 DROP COLUMN swedish');
    file.run('UPDATE patron_1 SET summary = ? WHERE number = 1', summary);
    file.set('user_version', 1);
    file.close();
    const { store, report } = folders.open(folder);
    expect(report).toMatchObject({ copy: 'rebuilt', outbox: 'kept' });
    expect(await store.counts(LIBRARY)).toEqual({ waiting: 3, undecided: 0 });
    await store.close();
  },
);

test.each(['copy.db', 'outbox.db'])(
  'a folder in the place of %s is set aside, and goes as a damaged file does',
  async (name) => {
    const folder = await folders.worked();
    rmSync(join(folder, name));
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'a'), '');
    const aside = () => namesSetAside(folder).filter((one) => one.startsWith(`${name}.`));
    await folders.open(folder).store.close();
    expect(aside()).not.toEqual([]);
    removeDamaged(folder, 'outbox.db');
    await folders.open(folder).store.close();
    expect(aside()).toEqual([]);
  },
);

test.skipIf(process.platform === 'win32')(
  'a pipe in the place of copy.db keeps no desk waiting',
  async () => {
    const folder = await folders.worked();
    rmSync(join(folder, 'copy.db'));
    execFileSync('mkfifo', [join(folder, 'copy.db')]);
    // In a process of its own, which ends where it would wait for somebody who writes.
    const opens = `import(${JSON.stringify(join(import.meta.dirname, 'open-store.ts'))}).then(({ openStore }) =>
    console.log(openStore({ folder: ${JSON.stringify(folder)}, key: new Uint8Array([${KEY.join()}]), clock: Date }).report.copy))`;
    const { stdout } = spawnSync(process.execPath, ['-e', opens], { encoding: 'utf8', timeout: 10_000 });
    expect(stdout).toBe('rebuilt\n');
  },
);

test('damage met while working rebuilds the copy on the next opening', async () => {
  const folder = await folders.worked();
  markCopyDamaged(folder);
  const { store, report } = folders.open(folder);
  expect(report.copy).toBe('rebuilt');
  await store.close();
  expect(folders.open(folder).report.copy).toBe('kept');
});

test("a desk's first start that was cut off before it wrote anything has lost nothing", () => {
  const folder = folders.make();
  writeFileSync(join(folder, 'outbox.db'), '');
  writeFileSync(join(folder, 'outbox.db-wal'), '');
  expect(folders.open(folder).report).toMatchObject({ copy: 'new', outbox: 'new', lost: 0 });
});

test('an emptied copy proves no key: the outbox beside it stays as it is', async () => {
  const folder = await folders.worked();
  truncateSync(join(folder, 'copy.db'));
  expect(open(folder, WRONG)).toEqual({ outcome: 'wrongKey' });
  const { store } = folders.open(folder);
  expect(await store.counts(LIBRARY)).toEqual({ waiting: 3, undecided: 0 });
});

test('a plain database in the place of ours is set aside, not written into', async () => {
  const folder = await folders.worked();
  const path = join(folder, 'copy.db');
  const { default: Database } = await import('better-sqlite3');
  rmSync(path);
  new Database(path).exec('CREATE TABLE a (x)').close();
  expect(isPlain(path)).toBe(true);
  expect(folders.open(folder).report.copy).toBe('rebuilt');
  expect(isPlain(path)).toBe(false);
});

test('a failing page leaves the time of the last sync as it was', async () => {
  const folder = await folders.worked();
  const { store } = folders.open(folder);
  await store.applyChanges(LIBRARY, [], 101, EPOCH, AT);
  expect(await store.pullState(LIBRARY)).toMatchObject({ position: 101, syncedAt: AT });
});
