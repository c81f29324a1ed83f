import { existsSync, mkdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { isFailure } from '../support/failure.ts';
import { openStoreThread, type StoreThreadOptions } from './store-thread.ts';
import { actOf, AT, EPOCH, Folders, idOf, LIBRARY, patronOf, renamed } from './testing.ts';

const folders = new Folders();
afterEach(() => folders.removeAll());

const told = { onSlow: vi.fn(), onDamaged: vi.fn(), onEnded: vi.fn() };
const workerFile = new URL('./worker.ts', import.meta.url);
const options = (folder: string, fill = 7): StoreThreadOptions => ({
  workerFile,
  folder,
  key: new Uint8Array(32).fill(fill),
  ...told,
});

async function opened(folder: string) {
  const opening = await openStoreThread(options(folder));
  if (opening.outcome !== 'open') throw new Error(opening.outcome);
  return opening;
}

test('calls go over and come back in order, failures with their code', async () => {
  const folder = folders.make();
  const { store, report } = await opened(folder);
  expect(report).toMatchObject({ copy: 'new', outbox: 'new' });
  await store.beginFill(LIBRARY, EPOCH, 1, 1);
  const calls = [
    store.fillPage(LIBRARY, [patronOf(1)], null, 1),
    store.finishFill(LIBRARY),
    store.append(actOf(1, 1, renamed('Aalto'))),
    store.append(actOf(2, 1, renamed('Berg'))),
  ] as const;
  const [, , first, second] = await Promise.all(calls);
  expect([first.sequence, second.sequence]).toEqual([1, 2]);
  expect((await store.search(LIBRARY, 'berg', 0, 1)).total).toBe(1);
  await expect(store.applyChanges(LIBRARY, [], 2, 'epoch-2', AT)).rejects.toSatisfy((thrown: unknown) =>
    isFailure(thrown, 'serverRestored'),
  );
  await expect(store.append(actOf(1, 1, renamed('twice')))).rejects.toThrow('SQLITE_CONSTRAINT');
  await store.close();
  expect(told.onEnded).not.toHaveBeenCalled();
  await expect(store.counts(LIBRARY)).rejects.toThrow('ended');

  expect(await openStoreThread(options(folder, 8))).toEqual({ outcome: 'wrongKey' });
  expect(existsSync(join(folder, 'outbox.db'))).toBe(true);
});

test('a folder that cannot be used is said, and ends no thread in silence', async () => {
  const { folder, store } = folders.open();
  await store.close();
  await expect(openStoreThread(options(join(folder, 'outbox.db', 'below')))).rejects.toThrow();
  expect(told.onEnded).not.toHaveBeenCalled();
});

test('a copy that can’t be opened now is not taken for a damaged one: it is there once it can', async () => {
  const { folder, store } = await folders.filled([patronOf(1)]);
  await store.close();
  const inTheWay = join(folder, 'copy.db-wal');
  mkdirSync(inTheWay);
  await expect(openStoreThread(options(folder))).rejects.toThrow('SQLITE_CANTOPEN');
  rmdirSync(inTheWay);
  const { store: again, report } = await opened(folder);
  expect(report.copy).toBe('kept');
  expect(await again.patron(LIBRARY, idOf(1))).toBeDefined();
  await again.close();
});
