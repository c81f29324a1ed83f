// The desk's files at rest: the ways in which an "encrypted" database was seen to be readable all the same.
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { EncryptedFile, isPlain } from '../../electron/cache/encrypted-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'circdesk-at-rest-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});
afterEach(() => {
  vi.doUnmock('better-sqlite3');
  vi.doUnmock('electron');
  vi.resetModules();
});
const KEY = new Uint8Array(32).fill(7);

/** On an SQLite that writes in the clear, and answers so when it is told a key, and asked for its cipher. */
async function openInTheClear(file: string, key: unknown, cipher?: string): Promise<void> {
  vi.doMock('better-sqlite3', () => ({
    default: class extends Database {
      override key = key as never;
      override pragma(text: string, options?: { simple: true }): unknown {
        return text.startsWith('cipher') ? cipher : super.pragma(text, options);
      }
    },
  }));
  vi.resetModules();
  const { EncryptedFile: Misled } = await import('../../electron/cache/encrypted-file.ts');
  Misled.open(file, KEY, 'FULL').close();
}

test.each([
  ['without encryption, which takes any pragma', undefined, undefined],
  ['that refuses the key', () => 1, 'aegis'],
  ['that takes the key, and has no cipher', () => 0, undefined],
])('an SQLite %s is noticed before anything is written', async (what, key, cipher) => {
  const file = join(folder, `${what.length}.db`);
  await expect(openInTheClear(file, key, cipher)).rejects.toThrow();
  expect(statSync(file).size).toBe(0);
});

test('one that says that it encrypts, and doesn’t, is noticed before anything of a patron is written', async () => {
  await expect(openInTheClear(join(folder, 'said.db'), () => 0, 'aegis')).rejects.toThrow('in the clear');
});

test('a plain database in the place of ours is not opened, and not written to', () => {
  const file = join(folder, 'plain.db');
  new Database(file).exec("CREATE TABLE a (x); INSERT INTO a VALUES ('Plantedsson')").close();
  const before = readFileSync(file);
  expect(isPlain(file)).toBe(true);
  expect(() => EncryptedFile.open(file, KEY, 'FULL')).toThrow();
  expect(readFileSync(file).equals(before)).toBe(true);
});

test.skipIf(process.platform !== 'linux')(
  'a sort larger than the cache opens no temporary file, not for a moment',
  () => {
    const file = EncryptedFile.open(join(folder, 'sort.db'), KEY, 'NORMAL');
    const open = () =>
      readdirSync('/proc/self/fd').flatMap((fd) => {
        try {
          return [readlinkSync(join('/proc/self/fd', fd))];
        } catch {
          return [];
        }
      });
    const before = new Set(open());
    const seen = new Set<string>();
    let rows = 0;
    file.define('looked', () => {
      if (rows++ % 2_000 === 0) for (const path of open()) if (!before.has(path)) seen.add(path);
      return true;
    });
    file.set('cache_size', 50);
    file.execute('CREATE TABLE a (x)');
    file.together(() => {
      for (let n = 0; n < 20_000; n++)
        file.run('INSERT INTO a VALUES (?)', `Plantedsson ${n} ${'x'.repeat(1_000)}`);
    });
    file.rows('SELECT x, looked(x) FROM (SELECT x FROM a ORDER BY substr(x, 13) DESC, random())');
    file.close();
    expect(rows).toBe(20_000);
    expect(
      [...seen].filter((path) => !path.startsWith(folder) && /etilqs|sqlite|deleted|tmp/i.test(path)),
    ).toEqual([]);
  },
);

test('the same page written twice is not the same bytes, and pages can not change places', () => {
  const path = join(folder, 'pages.db');
  const file = EncryptedFile.open(path, KEY, 'FULL');
  file.execute('CREATE TABLE a (x)');
  for (let n = 0; n < 200; n++) file.run('INSERT INTO a VALUES (?)', 'y'.repeat(900));
  file.truncateLog();
  const size = Number(file.setting('page_size'));
  file.close();
  const bytes = readFileSync(path);
  const pages = Array.from({ length: bytes.length / size }, (_, n) =>
    bytes.subarray(n * size, (n + 1) * size),
  );
  expect(pages.length).toBeGreaterThan(20);
  expect(new Set(pages.map((page) => page.toString('base64'))).size).toBe(pages.length);
  const swapped = Buffer.concat(
    [...pages.slice(0, 9), pages[10], pages[9], ...pages.slice(11)].filter((one) => one !== undefined),
  );
  writeFileSync(join(folder, 'swapped.db'), swapped);
  const read = EncryptedFile.openToRead(join(folder, 'swapped.db'), KEY);
  expect(() => read.rows('SELECT x FROM a')).toThrow(/malformed|not a database|corrupt/i);
  read.close();
});

describe('the keyring', () => {
  const sealedBy = async (seal: (text: string) => Promise<Buffer>, opened?: () => Promise<never>) => {
    vi.doMock('electron', () => ({
      safeStorage: {
        isAsyncEncryptionAvailable: () => Promise.resolve(true),
        encryptStringAsync: seal,
        decryptStringAsync: opened,
      },
    }));
    vi.resetModules();
    return (await import('../../electron/cache/keyring.ts')).keyring;
  };
  const bytes = (text: string) => Promise.resolve(Buffer.from(text));

  test.skipIf(process.platform !== 'linux')(
    'what anybody could open, since no keyring answers and Chromium’s own key steps in, is none',
    async () => {
      const nobody = await sealedBy(() => bytes('v10…'));
      expect(await nobody.available()).toBe(false);
      await expect(nobody.seal('the key')).rejects.toThrow();
      expect(await (await sealedBy(() => bytes('v11…'))).available()).toBe(true);
    },
  );

  test('one that is away for a while is not called forgotten, and nobody is offered to begin anew', async () => {
    const failing = (words: string) => () => Promise.reject(new Error(words));
    const unsealed = async (words: string) =>
      (await sealedBy(() => bytes('v11…'), failing(words))).unseal(Buffer.from('v11…'));
    expect(await unsealed('safeStorage is temporarily unavailable. Please try again.')).toBe('away');
    await expect(unsealed('Error while decrypting the ciphertext.')).rejects.toThrow();
  });
});
