import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { COPY } from './copy-shape.ts';
import { EncryptedFile, isPlain } from './encrypted-file.ts';
import { OUTBOX, RESCUE } from './outbox-shape.ts';
import { namesSetAside, removeDamaged, setForgottenAside } from './set-aside.ts';
import { markCopyDamaged, openStore } from './open-store.ts';
import type { SqliteStore } from './sqlite-store.ts';
import {
  actOf,
  AT,
  clock,
  deskIdOf,
  EPOCH,
  fill,
  Folders,
  giveWay,
  idOf,
  KEY,
  LIBRARY,
  patronOf,
  renamed,
  STAFF,
} from './testing.ts';

const folders = new Folders();
afterEach(() => folders.removeAll());

const open = (folder: string, key = KEY) => openStore({ folder, key, clock, giveWay });
const WRONG = new Uint8Array(32).fill(8);

/** Overwrites bytes of a file, as a failing disk does. */
function damage(path: string, from: number, length: number, byte = 0xa5): void {
  const bytes = readFileSync(path);
  bytes.fill(byte, from, Math.min(from + length, bytes.length));
  writeFileSync(path, bytes);
}

async function worked(acts = 3) {
  const { store, folder } = await folders.filled([patronOf(1), patronOf(2)]);
  for (let n = 1; n <= acts; n++) {
    await store.append(actOf(n, 1, { kind: 'block', comment: `Comment ${n} ${'.'.repeat(300)}` }));
  }
  await store.remember('grant', 'kept');
  await store.close();
  return folder;
}

test('a wrong key is told apart from damage, and nothing is touched', async () => {
  const folder = await worked();
  const before = readdirSync(folder).map((name) => [name, readFileSync(join(folder, name)).toString('hex')]);
  expect(open(folder, WRONG)).toEqual({ outcome: 'wrongKey' });
  rmSync(join(folder, 'key-check'));
  expect(open(folder, WRONG)).toEqual({ outcome: 'wrongKey' });
  const after = readdirSync(folder).map((name) => [name, readFileSync(join(folder, name)).toString('hex')]);
  expect(after).toEqual(before.filter(([name]) => name !== 'key-check'));
  expect(folders.open(folder).report).toMatchObject({ copy: 'kept', outbox: 'kept' });
});

test('files that open prove the key where its check is damaged or gone', async () => {
  const folder = await worked();
  writeFileSync(join(folder, 'key-check'), 'rubbish');
  expect(folders.open(folder).report).toMatchObject({ copy: 'kept', outbox: 'kept' });
  expect(readFileSync(join(folder, 'key-check'))).toHaveLength(32);
  expect(readFileSync(join(folder, 'key-check')).includes(Buffer.from(KEY))).toBe(false);
});

test('a damaged copy is set aside and begun anew; the outbox is whole, and the last epoch is still known', async () => {
  const folder = await worked();
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
  const folder = await worked();
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
  const folder = await worked();
  markCopyDamaged(folder);
  const { store } = folders.open(folder);
  expect(namesSetAside(folder)).not.toEqual([]);
  await work(store);
  expect(namesSetAside(folder)).toEqual([]);
});

test('after a forgotten keyring the desk begins anew; the outbox and its sealed key stay for IT, the copy goes', async () => {
  const folder = await worked();
  setForgottenAside(folder, clock);
  expect(namesSetAside(folder)).toContain('outbox.db.forgotten-2026-11-24T10-00-00-000Z');
  expect(folders.open(folder, WRONG).report).toMatchObject({ copy: 'new', outbox: 'new' });
});

test('damage that shows only while the copy is brought up to date rebuilds it', async () => {
  const folder = await worked();
  const path = join(folder, 'copy.db');
  // Everything but the first page, which is all that looking at the file reads.
  damage(path, 4096, statSync(path).size);
  const later = {
    version: COPY.migrations.length + 1,
    name: 'later',
    sql: 'CREATE INDEX later ON set_aside (reason)',
  };
  const shapes = { copy: { ...COPY, migrations: [...COPY.migrations, later] }, outbox: OUTBOX };
  const opening = openStore({ folder, key: KEY, clock, giveWay, shapes });
  if (opening.outcome !== 'open') throw new Error(opening.outcome);
  expect(opening.report).toMatchObject({ copy: 'rebuilt', outbox: 'kept' });
  expect(await opening.store.counts(LIBRARY)).toEqual({ waiting: 3, undecided: 0 });
  await opening.store.close();
});

test.each(['nonsense', '{}', '{"familyName":null,"givenName":5}'])(
  'a row that makes no sense to a later version rebuilds the copy: the desk starts, and what waits is whole: %s',
  async (summary) => {
    const folder = await worked();
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
    const folder = await worked();
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
    const folder = await worked();
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
  const folder = await worked();
  markCopyDamaged(folder);
  const { store, report } = folders.open(folder);
  expect(report.copy).toBe('rebuilt');
  await store.close();
  expect(folders.open(folder).report.copy).toBe('kept');
});

test('acts are rescued from around a damaged page; what is lost is counted', async () => {
  const folder = await worked(120);
  const path = join(folder, 'outbox.db');
  // The middle of the file: pages of rows.
  damage(path, Math.floor(statSync(path).size / 4096 / 2) * 4096, 4096);
  const { store, report } = folders.open(folder);
  const acts = await store.acts(['waiting']);
  expect(report).toMatchObject({ copy: 'kept', outbox: 'rescued', rescued: acts.length });
  expect(acts.length).toBeGreaterThan(90);
  expect(report.lost === null || report.lost + acts.length === 120).toBe(true);
  for (const act of acts) expect(act).toMatchObject({ id: deskIdOf(act.sequence), patronId: idOf(1) });
  expect(await store.recall('grant')).toBe('kept');
  // The damaged file stays for IT, and new acts come after the old ones.
  expect(readdirSync(folder).filter((name) => /^outbox\.db\.damaged-.*Z$/.test(name))).toHaveLength(1);
  const last = acts.at(-1)?.sequence ?? 0;
  expect((await store.append(actOf(999, 2, renamed('Ny')))).sequence).toBeGreaterThan(last);
  await store.close();
  expect(folders.open(folder).report.outbox).toBe('kept');
});

test('a rescue cut off by a crash is taken up again', async () => {
  const folder = await worked();
  const aside = join(folder, 'outbox.db.damaged-earlier');
  cpSync(join(folder, 'outbox.db'), join(folder, 'outbox.rescue.db'));
  cpSync(join(folder, 'outbox.db'), aside);
  rmSync(join(folder, 'outbox.db'));
  const { store, report } = folders.open(folder);
  expect(report.outbox).toBe('kept');
  expect(await store.counts(LIBRARY)).toEqual({ waiting: 3, undecided: 0 });
  expect(existsSync(join(folder, 'outbox.rescue.db'))).toBe(false);
});

test('looks and exports that a damaged outbox loses are counted, too', async () => {
  const { store, folder } = folders.open();
  const looked = { kind: 'looked', library: LIBRARY, staff: STAFF, at: AT } as const;
  for (let n = 1; n <= 100; n++)
    await store.appendLogEvent({ ...looked, id: deskIdOf(n), patronId: idOf(n) });
  await store.close();
  damage(join(folder, 'outbox.db'), 15 * 4096, 4096);
  const { store: rescued, report } = folders.open(folder);
  const left = (await rescued.logEvents(LIBRARY, 100)).length;
  expect(left).toBeLessThan(100);
  expect(report).toMatchObject({ outbox: 'rescued', lost: 0, looksLost: 100 - left });
});

test('what rescues lost adds up until staff have noted it', async () => {
  const folder = await worked(120);
  for (const page of [20, 25]) {
    damage(join(folder, 'outbox.db'), page * 4096, 4096);
    const { store } = folders.open(folder);
    const rescued = (await store.acts(['waiting'])).length;
    expect(JSON.parse((await store.recall(RESCUE)) ?? '')).toEqual({
      rescued,
      lost: 120 - rescued,
      looksLost: 0,
    });
    await store.close();
  }
});

test('a rescue cut off before the log of the damaged outbox was away has all that it rescued, and is told of', async () => {
  const folder = await worked(60);
  const { store } = folders.open(folder);
  for (let n = 61; n <= 90; n++) await store.append(actOf(n, 1, renamed(`Name ${n} ${'.'.repeat(150)}`)));
  const [whole, cutOff] = [folders.make(), folders.make()];
  for (const name of ['outbox.db', 'outbox.db-wal', 'key-check'])
    cpSync(join(folder, name), join(cutOff, name));
  damage(join(cutOff, 'outbox.db'), Math.floor(statSync(join(cutOff, 'outbox.db')).size / 8192) * 4096, 4096);
  cpSync(cutOff, whole, { recursive: true });
  const first = folders.open(whole);
  expect(first.report.outbox).toBe('rescued');
  const rescued = await first.store.acts(['waiting']);
  const told = await first.store.recall(RESCUE);
  expect(told).toBeDefined();
  await first.store.close();

  cpSync(join(whole, 'outbox.db'), join(cutOff, 'outbox.rescue.db'));
  renameSync(join(cutOff, 'outbox.db'), join(cutOff, 'outbox.db.damaged-earlier'));
  const { store: next } = folders.open(cutOff);
  expect(await next.acts(['waiting'])).toEqual(rescued);
  expect(await next.recall(RESCUE)).toBe(told);
  removeDamaged(cutOff, 'outbox.db');
  expect(namesSetAside(cutOff)).toEqual([]);
});

test('a rescue that was begun beside an outbox that is whole after all never takes its place', async () => {
  const folder = await worked();
  cpSync(join(folder, 'outbox.db'), join(folder, 'outbox.rescue.db'));
  const { store } = folders.open(folder);
  await store.append(actOf(4, 1, renamed('Aalto')));
  expect(await store.counts(LIBRARY)).toEqual({ waiting: 4, undecided: 0 });
  expect(existsSync(join(folder, 'outbox.rescue.db'))).toBe(false);
});

test('whatever bytes are damaged, no act comes out other than it went in, and none vanishes unreported', async () => {
  const folder = await worked(60);
  const size = statSync(join(folder, 'outbox.db')).size;
  const cases = fc.sample(
    fc.array(
      fc.record({ from: fc.nat(size - 1), length: fc.integer({ min: 1, max: 6000 }), byte: fc.nat(255) }),
      {
        minLength: 1,
        maxLength: 3,
      },
    ),
    { numRuns: 15, seed: 20261124 },
  );
  let rescued = 0;
  for (const damages of cases) {
    const copy = folders.make();
    cpSync(folder, copy, { recursive: true });
    for (const { from, length, byte } of damages) damage(join(copy, 'outbox.db'), from, length, byte);
    const { store, report } = folders.open(copy);
    const acts = await store.acts(['waiting']);
    for (const act of acts) {
      const comment = `Comment ${act.sequence} ${'.'.repeat(300)}`;
      const sent = actOf(act.sequence, 1, { kind: 'block', comment });
      expect(act).toEqual({ ...sent, sequence: act.sequence, wiped: false });
    }
    if (acts.length < 60) {
      expect(report.outbox).toBe('rescued');
      expect(report.lost === null || report.lost === 60 - acts.length).toBe(true);
      rescued += acts.length;
    }
    await store.close();
  }
  expect(rescued).toBeGreaterThan(0);
});

test.each<[string, (outbox: string) => void]>([
  ['is emptied', (outbox) => truncateSync(outbox)],
  [
    'lost its log before a page of it was moved',
    (outbox) => (rmSync(outbox), EncryptedFile.open(outbox, KEY, 'FULL').close()),
  ],
  ['is gone', (outbox) => rmSync(outbox)],
])('an outbox that %s is told of: nobody can say what was in it', async (_what, lose) => {
  const folder = await worked();
  lose(join(folder, 'outbox.db'));
  const { store, report } = folders.open(folder);
  const told = { rescued: 0, lost: null, looksLost: null };
  expect(report).toEqual({ copy: 'kept', outbox: 'rescued', ...told });
  expect(JSON.parse((await store.recall(RESCUE)) ?? '')).toEqual(told);
  await store.append(actOf(4, 1, renamed('Ny')));
  await store.close();
  expect(folders.open(folder).report.outbox).toBe('kept');
});

test.each([true, false])(
  'of an outbox that a killed desk left with its log, and that is empty or gone, the log stays for IT (empty: %s)',
  async (empty) => {
    const { store, folder } = folders.open();
    await store.append(actOf(1, 1, renamed('Ny')));
    const killed = folders.make();
    for (const name of ['outbox.db-wal', 'key-check']) cpSync(join(folder, name), join(killed, name));
    if (empty) writeFileSync(join(killed, 'outbox.db'), '');
    expect(folders.open(killed).report).toMatchObject({ outbox: 'rescued', lost: null });
    const log = namesSetAside(killed).find((name) => name.endsWith('-wal')) ?? '';
    expect(readFileSync(join(killed, log))).toEqual(readFileSync(join(folder, 'outbox.db-wal')));
  },
);

test("a desk's first start that was cut off before it wrote anything has lost nothing", () => {
  const folder = folders.make();
  writeFileSync(join(folder, 'outbox.db'), '');
  writeFileSync(join(folder, 'outbox.db-wal'), '');
  expect(folders.open(folder).report).toMatchObject({ copy: 'new', outbox: 'new', lost: 0 });
});

test('an emptied copy proves no key: the outbox beside it stays as it is', async () => {
  const folder = await worked();
  truncateSync(join(folder, 'copy.db'));
  expect(open(folder, WRONG)).toEqual({ outcome: 'wrongKey' });
  const { store } = folders.open(folder);
  expect(await store.counts(LIBRARY)).toEqual({ waiting: 3, undecided: 0 });
});

test('acts that stand only in the write-ahead log are rescued too', async () => {
  const { store, folder } = folders.open();
  for (let n = 1; n <= 40; n++) await store.append(actOf(n, 1, renamed(`Name ${n} ${'.'.repeat(150)}`)));
  const copy = folders.make();
  for (const name of ['outbox.db', 'outbox.db-wal', 'key-check'])
    cpSync(join(folder, name), join(copy, name));
  damage(join(copy, 'outbox.db'), 0, 100_000);
  const { store: rescuedStore } = folders.open(copy);
  expect(await rescuedStore.acts(['waiting'])).toHaveLength(40);
});

test('a plain database in the place of ours is set aside, not written into', async () => {
  const folder = await worked();
  const path = join(folder, 'copy.db');
  const { default: Database } = await import('better-sqlite3');
  rmSync(path);
  new Database(path).exec('CREATE TABLE a (x)').close();
  expect(isPlain(path)).toBe(true);
  expect(folders.open(folder).report.copy).toBe('rebuilt');
  expect(isPlain(path)).toBe(false);
});

test('a failing page leaves the time of the last sync as it was', async () => {
  const folder = await worked();
  const { store } = folders.open(folder);
  await store.applyChanges(LIBRARY, [], 101, EPOCH, AT);
  expect(await store.pullState(LIBRARY)).toMatchObject({ position: 101, syncedAt: AT });
});
