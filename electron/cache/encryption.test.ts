import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { EncryptedFile, isPlain } from './encrypted-file.ts';
import { describe } from './thread-messages.ts';
import { actOf, Folders, KEY, LIBRARY, patronOf } from './testing.ts';

const folders = new Folders();
afterEach(() => folders.removeAll());

const PLANTED = ['Plantedsson', 'planted@example.org', 'Planted comment'];

const patrons = Array.from({ length: 300 }, (_, n) =>
  patronOf(n, { personal: { familyName: 'Plantedsson' }, contact: { emails: ['planted@example.org'] } }),
);

test('no file in the folder holds a readable value, while open and after', async () => {
  const { store, folder } = await folders.filled(patrons);
  await store.append(actOf(1, 1, { kind: 'block', comment: 'Planted comment' }));
  const readable = () =>
    readdirSync(folder).filter((name) => {
      const bytes = readFileSync(join(folder, name));
      return PLANTED.some((text) => bytes.includes(text) || bytes.includes(text.toLowerCase()));
    });
  expect(readdirSync(folder).sort()).toEqual(
    [
      'copy.db',
      'copy.db-shm',
      'copy.db-wal',
      'key-check',
      'outbox.db',
      'outbox.db-shm',
      'outbox.db-wal',
    ].sort(),
  );
  expect(readable()).toEqual([]);
  await store.close();
  expect(readable()).toEqual([]);
  expect(isPlain(join(folder, 'copy.db'))).toBe(false);
  expect(isPlain(join(folder, 'outbox.db'))).toBe(false);
});

test('the planted values would be found where they are readable', async () => {
  const { store, folder } = await folders.filled(patrons);
  await store.close();
  const file = EncryptedFile.openToRead(join(folder, 'copy.db'), KEY);
  expect(file.decrypted().includes('Plantedsson')).toBe(true);
  file.close();
});

test('sorts stay in memory, deletions overwrite, commits of the outbox are pressed onto the disk', () => {
  const path = join(folders.make(), 'a.db');
  const file = EncryptedFile.open(path, KEY, 'FULL');
  const settings = Object.fromEntries(
    ['cipher', 'temp_store', 'secure_delete', 'synchronous', 'journal_mode', 'foreign_keys'].map((name) => [
      name,
      file.setting(name),
    ]),
  );
  expect(settings).toEqual({
    cipher: 'aegis',
    temp_store: 2,
    secure_delete: 1,
    synchronous: 2,
    journal_mode: 'wal',
    foreign_keys: 1,
  });
  file.close();
});

test('a big sort leaves nothing in the temporary folder', async () => {
  const before = new Set(readdirSync(tmpdir()));
  const { store } = await folders.filled(patrons);
  await store.search(LIBRARY, 'planted*', 0, 200);
  const fresh = readdirSync(tmpdir()).filter((name) => !before.has(name) && /etilqs|sqlite/i.test(name));
  expect(fresh).toEqual([]);
  await store.close();
});

test('another key opens nothing and changes nothing', async () => {
  const { store, folder } = await folders.filled(patrons.slice(0, 5));
  await store.close();
  const path = join(folder, 'copy.db');
  const before = readFileSync(path);
  expect(() => EncryptedFile.open(path, new Uint8Array(32), 'FULL')).toThrow('file is not a database');
  expect(readFileSync(path).equals(before)).toBe(true);
  expect(existsSync(`${path}-wal`)).toBe(false);
});

test('a disk that fills up in the middle leaves nothing of what was begun, and has its own code', () => {
  const file = EncryptedFile.open(join(folders.make(), 'a.db'), KEY, 'FULL');
  file.execute('CREATE TABLE a (x)');
  file.set('max_page_count', 10);
  const writing = () =>
    file.together(() => {
      for (let n = 0; n < 100; n++) file.run('INSERT INTO a VALUES (?)', 'x'.repeat(1000));
    });
  let thrown: unknown;
  try {
    writing();
  } catch (error) {
    thrown = error;
  }
  expect(describe(thrown)).toEqual({ failure: { code: 'diskFull' } });
  expect(file.row('SELECT count(*) AS n FROM a')).toEqual({ n: 0 });
  file.close();
});

test('a disk with no room to open a file on has the code of a full one, too', () => {
  const thrown = Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR_SHMSIZE' });
  expect(describe(thrown)).toEqual({ failure: { code: 'diskFull' } });
});
