import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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

test('makes a key once, keeps it sealed only', async () => {
  const folder = folders.make();
  expect(await deskKey(folder, keyring(1), random)).toEqual({ outcome: 'key', key: KEY });
  const other = { bytes: () => new Uint8Array(32) };
  expect(await deskKey(folder, keyring(1), other)).toEqual({ outcome: 'key', key: KEY });
  expect(readdirSync(folder)).toEqual([SEALED_KEY]);
  const kept = readFileSync(join(folder, SEALED_KEY));
  expect(kept.includes(Buffer.from(KEY))).toBe(false);
  expect(kept.includes(Buffer.from(KEY).toString('hex'))).toBe(false);
});

test('a keyring with a newer key seals the same key anew', async () => {
  const folder = folders.make();
  await deskKey(folder, keyring(1), random);
  const before = readFileSync(join(folder, SEALED_KEY));
  const renewed = { ...keyring(1, true, true), seal: keyring(3).seal };
  expect(await deskKey(folder, renewed, random)).toEqual({ outcome: 'key', key: KEY });
  expect(readFileSync(join(folder, SEALED_KEY)).equals(before)).toBe(false);
  expect(await deskKey(folder, keyring(3), random)).toEqual({ outcome: 'key', key: KEY });
});

test('a changed keyring, and a lost key beside files, are no damage and make no new key', async () => {
  const { folder } = folders.open();
  expect(await deskKey(folder, keyring(1), random)).toEqual({ outcome: 'forgotten' });
  const fresh = folders.make();
  await deskKey(fresh, keyring(1), random);
  expect(await deskKey(fresh, keyring(2), random)).toEqual({ outcome: 'forgotten' });
  writeFileSync(join(fresh, SEALED_KEY), Buffer.from([1, 1, 2]));
  expect(await deskKey(fresh, keyring(1), random)).toEqual({ outcome: 'forgotten' });
  rmSync(join(fresh, SEALED_KEY));
  expect(await deskKey(fresh, keyring(1, false), random)).toEqual({ outcome: 'noKeyring' });
  expect(readdirSync(fresh)).toEqual([]);
});

test('a keyring that does not give back what it took is none', async () => {
  const folder = folders.make();
  const forgetful = { ...keyring(1), unseal: () => Promise.resolve({ text: '', stale: false }) };
  expect(await deskKey(folder, forgetful, random)).toEqual({ outcome: 'noKeyring' });
  expect(readdirSync(folder)).toEqual([]);
});
