// What is rescued from a damaged outbox: every act that can be read, and what is lost is counted and told.
import {
  cpSync,
  existsSync,
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
import { EncryptedFile } from './encrypted-file.ts';
import { RESCUE } from './outbox-shape.ts';
import { namesSetAside, removeDamaged } from './set-aside.ts';
import { actOf, AT, damage, deskIdOf, Folders, idOf, KEY, LIBRARY, renamed, STAFF } from './testing.ts';

const folders = new Folders();
afterEach(() => folders.removeAll());

test('acts are rescued from around a damaged page; what is lost is counted', async () => {
  const folder = await folders.worked(120);
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

test('a bit that is wrong costs the act that it stands in, not its page', async () => {
  const folder = await folders.worked(120);
  const path = join(folder, 'outbox.db');
  const middle = Math.floor(statSync(path).size / 8192) * 4096;
  damage(path, middle + 3900, 1, (readFileSync(path)[middle + 3900] ?? 0) ^ 1);
  expect(folders.open(folder).report).toMatchObject({ outbox: 'rescued', rescued: 119, lost: 1 });
});

test('what stands between two damaged pages is rescued, and before a last one that is damaged', async () => {
  const folder = await folders.worked(120);
  const pages = statSync(join(folder, 'outbox.db')).size / 4096;
  const lost: number[] = [];
  for (let second = 13; second < pages; second++) {
    const copy = folders.make();
    cpSync(folder, copy, { recursive: true });
    for (const page of [12, second]) damage(join(copy, 'outbox.db'), page * 4096, 4096);
    const { store, report } = folders.open(copy);
    lost.push(120 - report.rescued);
    await store.close();
  }
  // Four stand on a page.
  expect(lost.filter((acts) => acts !== 4 && acts !== 8)).toEqual([]);
});

test('a rescue cut off by a crash is taken up again', async () => {
  const folder = await folders.worked();
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
  const folder = await folders.worked(120);
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
  const folder = await folders.worked(60);
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
  const folder = await folders.worked();
  cpSync(join(folder, 'outbox.db'), join(folder, 'outbox.rescue.db'));
  const { store } = folders.open(folder);
  await store.append(actOf(4, 1, renamed('Aalto')));
  expect(await store.counts(LIBRARY)).toEqual({ waiting: 4, undecided: 0 });
  expect(existsSync(join(folder, 'outbox.rescue.db'))).toBe(false);
});

test('whatever bytes are damaged, no act comes out other than it went in, and none vanishes unreported', async () => {
  const folder = await folders.worked(60);
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
  const folder = await folders.worked();
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
