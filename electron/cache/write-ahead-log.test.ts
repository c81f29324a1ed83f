// The log that a killed desk leaves holds what was saved last. A bit of it that a disk damages meanwhile must not make
// what stands beyond vanish in silence, nor bring back what staff let go of.
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { UNDECIDED, type OutboxAct } from './act.ts';
import { namesSetAside } from './set-aside.ts';
import type { SqliteStore } from './sqlite-store.ts';
import { actOf, AT, deskIdOf, EPOCH, Folders, LIBRARY, patronOf, renamed } from './testing.ts';

const folders = new Folders();
afterEach(() => folders.removeAll());

const FRAME = 24 + 4096;

/** The files as a kill leaves them, and so many bytes of the outbox's log damaged. */
function killed(folder: string, damage: { from: number; length: number }): string {
  const left = folders.make();
  cpSync(folder, left, { recursive: true });
  for (const name of ['outbox.db-shm', 'copy.db-shm']) rmSync(join(left, name));
  const path = join(left, 'outbox.db-wal');
  const log = readFileSync(path);
  for (let at = damage.from; at < damage.from + damage.length; at++) log[at] = (log[at] ?? 0) ^ 1;
  writeFileSync(path, log);
  return left;
}

const logOf = (folder: string) => readFileSync(join(folder, 'outbox.db-wal'));
const frameAt = (log: Buffer, at: number) => log.subarray(at, at + FRAME);
const framesOf = (log: Buffer) => Array.from({ length: (log.length - 32) / FRAME }, (_, n) => 32 + n * FRAME);

async function worked(acts = 20) {
  const { store, folder } = await folders.filled([patronOf(1)]);
  for (let n = 1; n <= acts; n++) await store.append(actOf(n, 1, renamed(`Name ${n} ${'.'.repeat(300)}`)));
  return { folder, log: logOf(folder) };
}

const inTheMiddle = (log: Buffer) => 32 + Math.floor(log.length / FRAME / 2) * FRAME;

test.each<[string, (log: Buffer) => { from: number; length: number }]>([
  ['a bit of a page', (log) => ({ from: inTheMiddle(log) + 200, length: 1 })],
  ['the sum of a page', (log) => ({ from: inTheMiddle(log) + 16, length: 1 })],
  ['the number of a page', (log) => ({ from: inTheMiddle(log), length: 1 })],
  ['its header', () => ({ from: 20, length: 1 })],
  ['its first sector', () => ({ from: 0, length: 4096 })],
])(
  'damage in the log before its end loses no act that was written again since, and is told: %s',
  async (_what, where) => {
    const { folder, log } = await worked();
    const left = killed(folder, where(log));
    const { store, report } = folders.open(left);
    expect((await store.acts(['waiting'])).map(({ id }) => id)).toEqual(
      Array.from({ length: 20 }, (_, n) => deskIdOf(n + 1)),
    );
    expect(report).toEqual({ copy: 'kept', outbox: 'rescued', rescued: 20, lost: null, looksLost: null });
    expect(namesSetAside(left).filter((name) => name.endsWith('-wal'))).toHaveLength(1);
    expect(readdirSync(left).filter((name) => /rescue|read/.test(name))).toEqual([]);
    await store.close();
    expect(folders.open(left).report).toMatchObject({ outbox: 'kept', lost: 0 });
  },
);

test('wherever its log is damaged, no act comes out other than it went in, and none vanishes unreported', async () => {
  const { folder, log } = await worked();
  for (let from = 50; from < log.length; from += FRAME * 7 + 61) {
    const { store, report } = folders.open(killed(folder, { from, length: 64 }));
    const acts = await store.acts(['waiting', 'sent']);
    for (const act of acts) {
      const { sequence, state } = act;
      const typed = actOf(sequence, 1, renamed(`Name ${sequence} ${'.'.repeat(300)}`));
      expect(act).toEqual({ ...typed, sequence, state, wiped: false });
    }
    if (acts.length < 20) expect(report).toMatchObject({ outbox: 'rescued', lost: null });
    await store.close();
  }
});

test('what was saved before the damage is there, wherever that is: today, or on a day before', async () => {
  const note = (n: number) => actOf(n, 1, renamed(`Name ${n} ${'.'.repeat(300)}`));
  const { store: earlier, folder } = await folders.filled([patronOf(1)]);
  for (let n = 1; n <= 20; n++) await earlier.append(note(n));
  await earlier.close();
  const { store: today } = folders.open(folder);
  const ends: number[] = [];
  for (let n = 21; n <= 26; n++) {
    await today.append(note(n));
    ends.push(logOf(folder).length);
  }
  for (const frame of framesOf(logOf(folder))) {
    const { store } = folders.open(killed(folder, { from: frame + 500, length: 1 }));
    const saved = 20 + ends.filter((end) => end <= frame).length;
    expect((await store.acts(['waiting', 'sent'])).slice(0, saved).map(({ id }) => id)).toEqual(
      Array.from({ length: saved }, (_, n) => deskIdOf(n + 1)),
    );
    await store.close();
  }
});

test('what staff let go of is not waiting again after damage in the log', async () => {
  const { store, folder } = await folders.filled([patronOf(1)]);
  const refusal: OutboxAct['refusal'] = { code: 'internal', detail: '', fields: [] };
  const { id } = await store.append(actOf(1, 1, renamed('Let go of'), { state: 'refused', refusal }));
  const from = logOf(folder).length + 100;
  await store.update(id, { state: 'withdrawn' }, UNDECIDED);
  for (let n = 2; n <= 5; n++) await store.append(actOf(n, 1, renamed(`Name ${n}`)));
  const { store: again } = folders.open(killed(folder, { from, length: 1 }));
  expect((await again.act(id))?.state).toBe('withdrawn');
  expect((await again.acts(['waiting'])).map(({ sequence }) => sequence)).toEqual([2, 3, 4, 5]);
});

test('what staff let go of stays so where the page by which all acts are found was damaged before', async () => {
  const { store, folder } = await folders.filled([patronOf(1)]);
  const refusal: OutboxAct['refusal'] = { code: 'internal', detail: '', fields: [] };
  for (let n = 1; n <= 20; n++)
    await store.append(actOf(n, 1, renamed('Let go of'), { state: 'refused', refusal }));
  await store.update(deskIdOf(1), { state: 'withdrawn' }, UNDECIDED);
  const log = logOf(folder);
  const root = framesOf(log).findLast((at) => log.readUInt32BE(at) === 2) ?? 0;
  const { store: again } = folders.open(killed(folder, { from: root + 500, length: 1 }));
  expect((await again.act(deskIdOf(1)))?.state).toBe('withdrawn');
});

const confirmed = { state: 'confirmed', confirmed: { epoch: EPOCH, head: 50, at: AT } } as const;

test('what may have been done and forgotten beyond the damage goes out as sent before: nobody’s later work is undone', async () => {
  const { store, folder } = await folders.filled([patronOf(1)]);
  for (let n = 1; n <= 2; n++)
    await store.append(actOf(n, 1, renamed(`Name ${n}`), { recordTime: '2026-11-24T09:00:00Z' }));
  const from = logOf(folder).length + 100;
  await store.remember('grant', 'kept');
  await store.update(deskIdOf(1), confirmed);
  await store.forgetDurable(LIBRARY, EPOCH, 100);
  await store.append(actOf(3, 1, renamed('Name 3')));
  const { store: again } = folders.open(killed(folder, { from, length: 1 }));
  const acts = await again.acts(['waiting', 'sent']);
  expect(acts.map(({ sequence, state }) => [sequence, state])).toEqual([
    [1, 'sent'],
    [2, 'waiting'],
    [3, 'waiting'],
  ]);
  expect(acts[0]?.recordTime).toBeUndefined();
});

test('so does an act that a damaged page held last: what it had become there can’t be read', async () => {
  const { store, folder } = await folders.filled([patronOf(1)]);
  await store.append(actOf(1, 1, renamed('Ny')));
  await store.update(deskIdOf(1), confirmed);
  await store.remember('grant', 'kept');
  const log = logOf(folder);
  const page = framesOf(log).findLast((at) => log.readUInt32BE(at) === 2) ?? 0;
  const { store: again } = folders.open(killed(folder, { from: page + 600, length: 3400 }));
  expect((await again.act(deskIdOf(1)))?.state).toBe('sent');
});

test('a value on a damaged page is as it was before, never with another letter', async () => {
  const { store, folder } = await folders.filled([patronOf(1)]);
  await store.remember('grant', 'kept');
  const end = logOf(folder).length + FRAME;
  await store.remember('grant', 'kept later');
  await store.append(actOf(1, 1, renamed('Ny')));
  const { store: again } = folders.open(killed(folder, { from: end - 72, length: 1 }));
  expect(await again.recall('grant')).toBe('kept');
});

test.each([9000, 20_000])(
  'what was saved between two power cuts is there, whatever of what they tore is left: %i',
  async (torn) => {
    const tear = async (folder: string, store: SqliteStore, n: number, length: number) => {
      const before = logOf(folder);
      await store.append(actOf(n, 1, renamed('.'.repeat(length))));
      const after = logOf(folder);
      const from = framesOf(after).find((at) => !frameAt(after, at).equals(frameAt(before, at))) ?? 0;
      return killed(folder, { from: from + 500, length: 1 });
    };
    const { store, folder } = await folders.filled([patronOf(1)]);
    await store.append(actOf(1, 1, renamed('Saved before')));
    const once = await tear(folder, store, 2, torn);
    const { store: between } = folders.open(once);
    await between.append(actOf(3, 1, renamed('Saved between')));
    const twice = await tear(once, between, 4, 300);
    const { store: after } = folders.open(twice);
    const ids = (await after.acts(['waiting', 'sent'])).map(({ id }) => id);
    expect(ids.slice(0, 2)).toEqual([deskIdOf(1), deskIdOf(3)]);
  },
);

test.each([300, 20_000])(
  'a last transaction that is there by halves is a cut of the power, not damage: %i',
  async (length) => {
    const { store, folder } = await folders.filled([patronOf(1)]);
    await store.append(actOf(1, 1, renamed('Saved before')));
    const from = logOf(folder).length + 100;
    await store.append(actOf(2, 1, renamed('.'.repeat(length))));
    const { store: again, report } = folders.open(killed(folder, { from, length: 1 }));
    expect(report).toMatchObject({ outbox: 'kept', lost: 0 });
    expect((await again.acts(['waiting'])).map(({ sequence }) => sequence)).toEqual([1]);
  },
);

test('what a former log left beyond the end of this one is no damage, and comes back to nobody', async () => {
  const { store, folder } = await folders.filled([patronOf(1)]);
  await store.append(actOf(1, 1, renamed('Let go of')));
  for (let n = 2; n <= 20; n++) await store.append(actOf(n, 1, renamed(`Name ${n}`)));
  const former = logOf(folder);
  await store.update(deskIdOf(1), { state: 'withdrawn' });
  await store.close();
  const { store: later } = folders.open(folder);
  await later.append(actOf(21, 1, renamed('Ny')));
  const left = killed(folder, { from: 0, length: 0 });
  const log = logOf(folder);
  writeFileSync(join(left, 'outbox.db-wal'), Buffer.concat([log, former.subarray(log.length)]));
  const { store: again, report } = folders.open(left);
  expect(report).toMatchObject({ outbox: 'kept', lost: 0 });
  expect((await again.act(deskIdOf(1)))?.state).toBe('withdrawn');
  expect(await again.acts(['waiting'])).toHaveLength(20);
});

test('the one act since the start is not lost where the header of its log is damaged', async () => {
  const { store, folder } = await folders.filled([patronOf(1)]);
  await store.append(actOf(1, 1, renamed('Yesterday')));
  await store.close();
  const { store: today } = folders.open(folder);
  await today.append(actOf(2, 1, renamed('Today')));
  const { store: again, report } = folders.open(killed(folder, { from: 20, length: 1 }));
  expect(report.outbox).toBe('rescued');
  expect((await again.acts(['waiting'])).map(({ sequence }) => sequence)).toEqual([1, 2]);
});
