import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { deskKey, SEALED_KEY, type KeySealer } from './key.ts';
import { Folders, KEY } from './testing.ts';

const folders = new Folders();
afterEach(() => folders.removeAll());

/** A keyring with a secret of its own. */
const keyring = (secret: number, available = true, stale = false): KeySealer => ({
  available: () => Promise.resolve(available),
  seal: (text) => Promise.resolve(Buffer.from([secret, ...Buffer.from(text).map((byte) => byte ^ secret)])),
  unseal: (sealed) =>
    sealed[0] === secret
      ? Promise.resolve({
          text: Buffer.from(sealed.subarray(1).map((byte) => byte ^ secret)).toString(),
          stale,
        })
      : Promise.reject(new Error('not mine')),
});
const random = { bytes: (count: number) => new Uint8Array(count).fill(7) };
let troubles: string[] = [];
afterEach(() => {
  troubles = [];
});
const keyOf = (folder: string, sealer: KeySealer, from = random) =>
  deskKey(folder, sealer, from, { trouble: (what) => troubles.push(what) });

test('makes a key once, keeps it sealed only', async () => {
  const folder = folders.make();
  expect(await keyOf(folder, keyring(1))).toEqual({ outcome: 'key', key: KEY });
  const other = { bytes: () => new Uint8Array(32) };
  expect(await keyOf(folder, keyring(1), other)).toEqual({ outcome: 'key', key: KEY });
  expect(readdirSync(folder)).toEqual([SEALED_KEY]);
  const kept = readFileSync(join(folder, SEALED_KEY));
  expect(kept.includes(Buffer.from(KEY))).toBe(false);
  expect(kept.includes(Buffer.from(KEY).toString('hex'))).toBe(false);
});

test('a keyring with a newer key seals the same key anew', async () => {
  const folder = folders.make();
  await keyOf(folder, keyring(1));
  const before = readFileSync(join(folder, SEALED_KEY));
  const renewed: KeySealer = {
    ...keyring(3),
    unseal: (sealed) => (sealed[0] === 1 ? keyring(1, true, true) : keyring(3)).unseal(sealed),
  };
  expect(await keyOf(folder, renewed)).toEqual({ outcome: 'key', key: KEY });
  expect(readFileSync(join(folder, SEALED_KEY)).equals(before)).toBe(false);
  expect(await keyOf(folder, keyring(3))).toEqual({ outcome: 'key', key: KEY });
});

test.each([
  ['gives back something else', { ...keyring(1, true, true), seal: () => Promise.resolve(Buffer.from('x')) }],
  ['can not seal now', { ...keyring(1, true, true), seal: () => Promise.reject(new Error('locked')) }],
  ['finds no room for it', keyring(1, true, true)],
])('where a newer key %s, the older seal stays and opens the files', async (why, renewed) => {
  const folder = folders.make();
  await keyOf(folder, keyring(1));
  const before = readFileSync(join(folder, SEALED_KEY));
  if (why.includes('room')) mkdirSync(join(folder, `${SEALED_KEY}.new`));
  expect(await keyOf(folder, renewed)).toEqual({ outcome: 'key', key: KEY });
  expect(readFileSync(join(folder, SEALED_KEY)).equals(before)).toBe(true);
  expect(troubles).toEqual(['sealing the key anew']);
});

test('a keyring that fails when it is asked for is none, and the log says why', async () => {
  const failing = { ...keyring(1), available: () => Promise.reject(new Error('locked')) };
  expect(await keyOf(folders.make(), failing)).toEqual({ outcome: 'noKeyring' });
  expect(troubles).toEqual(['asking for the keyring']);
});

test('a keyring that is away when the key is to be opened has forgotten nothing', async () => {
  const folder = folders.make();
  await keyOf(folder, keyring(1));
  const away: KeySealer = { ...keyring(1), unseal: () => Promise.resolve('away') };
  expect(await keyOf(folder, away)).toEqual({ outcome: 'noKeyring' });
});

test('a changed keyring, and a lost key beside files, are no damage and make no new key', async () => {
  const { folder } = folders.open();
  expect(await keyOf(folder, keyring(1))).toEqual({ outcome: 'forgotten' });
  const fresh = folders.make();
  await keyOf(fresh, keyring(1));
  expect(await keyOf(fresh, keyring(2))).toEqual({ outcome: 'forgotten' });
  writeFileSync(join(fresh, SEALED_KEY), Buffer.from([1, 1, 2]));
  expect(await keyOf(fresh, keyring(1))).toEqual({ outcome: 'forgotten' });
  rmSync(join(fresh, SEALED_KEY));
  expect(await keyOf(fresh, keyring(1, false))).toEqual({ outcome: 'noKeyring' });
  expect(readdirSync(fresh)).toEqual([]);
});

test.each([
  ['nothing', ''],
  ['another key', '09'.repeat(32)],
])('a keyring that gives back %s is none', async (_what, text) => {
  const folder = folders.make();
  const forgetful = { ...keyring(1), unseal: () => Promise.resolve({ text, stale: false }) };
  expect(await keyOf(folder, forgetful)).toEqual({ outcome: 'noKeyring' });
  expect(readdirSync(folder)).toEqual([]);
});
