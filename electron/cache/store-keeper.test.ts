// What becomes of a desk's files where the keyring that sealed their key is not there, or the thread that holds them ends.
import { closeSync, openSync, readdirSync, renameSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { SEALED_KEY } from './key.ts';
import { RESCUE } from './outbox-shape.ts';
import { namesSetAside, setForgottenAside } from './set-aside.ts';
import { keepStore, type KeeperParts } from './store-keeper.ts';
import { actOf, EPOCH, Folders, idOf, LIBRARY, patronOf, renamed } from './testing.ts';
import { METHODS } from './thread-messages.ts';

const folders = new Folders();
afterEach(() => folders.removeAll());

const parts = (folder: string, available: boolean): KeeperParts => ({
  workerFile: new URL('./worker.ts', import.meta.url).pathname,
  folder,
  sealer: {
    available: () => Promise.resolve(available),
    seal: (text) => Promise.resolve(Buffer.from(text).reverse()),
    unseal: (sealed) => Promise.resolve({ text: Buffer.from(sealed).reverse().toString(), stale: false }),
  },
  random: { bytes: (count) => new Uint8Array(count).fill(7) },
  memoryOnly: true,
  log: { write: () => undefined, trouble: () => undefined },
  onOpened: () => undefined,
});

test('a start without the keyring destroys nothing that waits, also where policy would do without one', async () => {
  const folder = folders.make();
  const first = await keepStore(parts(folder, true));
  if ('trouble' in first) throw new Error(first.trouble.kind);
  const act = await first.store.append(actOf(1, 1, renamed('Aalto')));
  await first.store.close();
  expect(await keepStore(parts(folder, false))).toEqual({ trouble: { kind: 'noKeyring', waiting: null } });
  const again = await keepStore(parts(folder, true));
  if ('trouble' in again) throw new Error(again.trouble.kind);
  expect(await again.store.acts(['waiting'])).toEqual([act]);
  await again.store.close();
});

test('where there is no keyring and policy does not do without, a first start keeps nothing', async () => {
  const folder = folders.make();
  const refused = await keepStore({ ...parts(folder, false), memoryOnly: false });
  expect(refused).toEqual({ trouble: { kind: 'noKeyring', waiting: null } });
  expect(readdirSync(folder)).toEqual([]);
});

test('where there never was a keyring and policy does without, what an earlier run left is gone', async () => {
  const folder = folders.make();
  const first = await keepStore(parts(folder, false));
  if ('trouble' in first) throw new Error(first.trouble.kind);
  await first.store.append(actOf(1, 1, renamed('Aalto')));
  await first.store.close();
  const again = await keepStore(parts(folder, false));
  if ('trouble' in again) throw new Error(again.trouble.kind);
  expect(again.memoryOnly).toBe(true);
  expect(await again.store.acts(['waiting'])).toEqual([]);
  await again.store.close();
});

test('a desk that has a keyring now starts anew, whatever a run without one left, and keeps what is done from then on', async () => {
  const folder = folders.make();
  const first = await keepStore(parts(folder, false));
  if ('trouble' in first) throw new Error(first.trouble.kind);
  await first.store.append(actOf(1, 1, renamed('Aalto')));
  await first.store.close();
  const second = await keepStore(parts(folder, true));
  if ('trouble' in second) throw new Error(second.trouble.kind);
  expect(await second.store.acts(['waiting'])).toEqual([]);
  const act = await second.store.append(actOf(2, 1, renamed('Ek')));
  await second.store.close();
  const third = await keepStore(parts(folder, true));
  if ('trouble' in third) throw new Error(third.trouble.kind);
  expect(await third.store.acts(['waiting'])).toEqual([act]);
  await third.store.close();
});

test('doing without a keyring, a start leaves alone what was set aside for IT', async () => {
  const folder = folders.make();
  const first = await keepStore(parts(folder, true));
  if ('trouble' in first) throw new Error(first.trouble.kind);
  await first.store.append(actOf(1, 1, renamed('Aalto')));
  await first.store.close();
  setForgottenAside(folder, { now: () => Date.parse('2026-11-25T10:00:00Z') });
  const aside = namesSetAside(folder);
  expect(aside.some((name) => name.startsWith('outbox.db'))).toBe(true);
  const again = await keepStore(parts(folder, false));
  if ('trouble' in again) throw new Error(again.trouble.kind);
  expect(again.memoryOnly).toBe(true);
  expect(namesSetAside(folder)).toEqual(aside);
  await again.store.close();
});

test('doing without a keyring, a start destroys no files whose sealed key alone was lost', async () => {
  const folder = folders.make();
  const first = await keepStore(parts(folder, true));
  if ('trouble' in first) throw new Error(first.trouble.kind);
  const act = await first.store.append(actOf(1, 1, renamed('Aalto')));
  await first.store.close();
  const sealed = join(folder, SEALED_KEY);
  renameSync(sealed, `${folder}.kept`);
  expect(await keepStore(parts(folder, false))).toEqual({ trouble: { kind: 'forgottenKey', waiting: null } });
  renameSync(`${folder}.kept`, sealed);
  const again = await keepStore(parts(folder, true));
  if ('trouble' in again) throw new Error(again.trouble.kind);
  expect(await again.store.acts(['waiting'])).toEqual([act]);
  await again.store.close();
});

/** A worker whose thread ends as it is asked for the counts. */
function endingWorker(): string {
  const workerFile = join(folders.make(), 'ends.ts');
  const asked = `import { parentPort } from 'node:worker_threads';
    parentPort.on('message', ({ method }) => method === '${METHODS.counts}' && process.exit(1));`;
  const worker = JSON.stringify(new URL('./worker.ts', import.meta.url).pathname);
  writeFileSync(workerFile, `${asked}\nawait import(${worker});`);
  return workerFile;
}

test('a thread that ends now and then is begun again for as long as the desk runs; one that ends again and again is not', async () => {
  const folder = folders.make();
  const kept = await keepStore({ ...parts(folder, true), workerFile: endingWorker() });
  if ('trouble' in kept) throw new Error(kept.trouble.kind);
  const { store } = kept;
  const now = performance.now.bind(performance);
  let passed = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now() + passed);
  for (let n = 0; n < 8; n++) {
    await expect(store.counts(LIBRARY)).rejects.toThrow('ended');
    expect(await store.acts(['waiting'])).toEqual([]);
    passed += 3_600_000;
  }
  for (let n = 0; n < 5; n++) {
    await expect(store.counts(LIBRARY)).rejects.toThrow('ended');
    expect(await store.acts(['waiting'])).toEqual([]);
  }
  await expect(store.counts(LIBRARY)).rejects.toThrow('ended');
  await expect(store.acts(['waiting'])).rejects.toThrow("can't be kept open");
  vi.restoreAllMocks();
});

test('doing without a keyring, a desk whose thread ends has what waits until it is ended itself', async () => {
  const kept = await keepStore({ ...parts(folders.make(), false), workerFile: endingWorker() });
  if ('trouble' in kept) throw new Error(kept.trouble.kind);
  const act = await kept.store.append(actOf(1, 1, renamed('Aalto')));
  for (let n = 0; n < 2; n++) {
    await expect(kept.store.counts(LIBRARY)).rejects.toThrow('ended');
    expect(await kept.store.acts(['waiting'])).toEqual([act]);
  }
  await kept.store.close();
});

/** A desk's folder with 300 patrons and an act that waits; answers that act. */
async function worked(folder: string) {
  const first = await keepStore(parts(folder, true));
  if ('trouble' in first) throw new Error(first.trouble.kind);
  const act = await first.store.append(actOf(1, 1, renamed('Aalto')));
  await first.store.beginFill(LIBRARY, EPOCH, 1, 300);
  const patrons = Array.from({ length: 300 }, (_, n) => patronOf(n));
  await first.store.fillPage(LIBRARY, patrons, null, 300);
  await first.store.finishFill(LIBRARY);
  await first.store.close();
  return act;
}

function damage(path: string): void {
  const file = openSync(path, 'r+');
  for (let page = 10 * 4096; page < statSync(path).size; page += 4096)
    writeSync(file, 'damaged', page + 100, 'latin1');
  closeSync(file);
}

const damageCopy = (folder: string) => damage(join(folder, 'copy.db'));

test('damage that many calls meet at once is one damage: the copy is begun anew, and what waits is there', async () => {
  const folder = folders.make();
  const act = await worked(folder);
  const kept = await keepStore(parts(folder, true));
  if ('trouble' in kept) throw new Error(kept.trouble.kind);
  damageCopy(folder);
  const { store } = kept;
  const reads = Array.from({ length: 8 }, (_, n) => store.patron(LIBRARY, idOf(n * 30)));
  for (const read of await Promise.allSettled(reads)) expect(read.status).toBe('rejected');
  expect(await store.patron(LIBRARY, idOf(1))).toBeUndefined();
  expect(await store.acts(['waiting'])).toEqual([act]);
  await store.close();
});

test('damage that is met while the desk ends opens nothing again, and loses nothing that waits', async () => {
  const folder = folders.make();
  const act = await worked(folder);
  let opened = 0;
  const kept = await keepStore({ ...parts(folder, true), onOpened: () => opened++ });
  if ('trouble' in kept) throw new Error(kept.trouble.kind);
  damageCopy(folder);
  const { store } = kept;
  const reads = Array.from({ length: 8 }, (_, n) => store.patron(LIBRARY, idOf(n * 30)));
  const ended = Promise.allSettled([...reads, store.close()]);
  for (const { status } of (await ended).slice(0, -1)) expect(status).toBe('rejected');
  await expect(store.acts(['waiting'])).rejects.toThrow();
  expect(opened).toBe(1);
  const again = await keepStore(parts(folder, true));
  if ('trouble' in again) throw new Error(again.trouble.kind);
  expect(await again.store.acts(['waiting'])).toEqual([act]);
  await again.store.close();
});

test('acts that are lost to damage while the desk runs are told of until staff have noted it', async () => {
  const folder = folders.make();
  const first = await keepStore(parts(folder, true));
  if ('trouble' in first) throw new Error(first.trouble.kind);
  for (let n = 1; n <= 100; n++) await first.store.append(actOf(n, n, renamed('.'.repeat(300))));
  await first.store.close();
  const kept = await keepStore(parts(folder, true));
  if ('trouble' in kept) throw new Error(kept.trouble.kind);
  const { store } = kept;
  damage(join(folder, 'outbox.db'));
  await Promise.allSettled([store.acts(['waiting']), store.acts(['waiting'])]);
  const rescued = (await store.acts(['waiting'])).length;
  expect(rescued).toBeLessThan(100);
  const told = await store.recall(RESCUE);
  expect(JSON.parse(told ?? '')).toMatchObject({ rescued });
  await store.close();
  const again = await keepStore(parts(folder, true));
  if ('trouble' in again) throw new Error(again.trouble.kind);
  expect(await again.store.recall(RESCUE)).toBe(told);
  await again.store.close();
});
