import * as files from 'node:fs/promises';
import { mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { Failure } from '../support/failure.ts';
import { saveWholeFile, type Files } from './save-file.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'circdesk-save-'));
});

const failing = (code: string) => () => Promise.reject(Object.assign(new Error(code), { code }));
const outcome = (saving: Promise<string>) =>
  saving.then(
    () => 'saved',
    (thrown: unknown) => (thrown as Failure).error.code,
  );

test('the file is whole, readable by this user only, and nothing else is left', async () => {
  const path = await saveWholeFile(files, folder, 'a.json', 'all of it');
  expect(await readFile(path, 'utf8')).toBe('all of it');
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await readdir(folder)).toEqual(['a.json']);
});

test('a folder that is missing is made', async () => {
  await saveWholeFile(files, join(folder, 'new'), 'a.json', 'text');
  expect(await readdir(join(folder, 'new'))).toEqual(['a.json']);
});

test('a file of that name is never overwritten', async () => {
  await writeFile(join(folder, 'a.json'), 'older');
  expect(await outcome(saveWholeFile(files, folder, 'a.json', 'newer'))).toBe('folderUnusable');
  expect(await readFile(join(folder, 'a.json'), 'utf8')).toBe('older');
  expect(await readdir(folder)).toEqual(['a.json']);
});

test('where the file system has no links, the file is renamed, and still never over another', async () => {
  const withoutLinks: Files = { ...files, link: failing('ENOTSUP') };
  await saveWholeFile(withoutLinks, folder, 'a.json', 'text');
  expect(await readdir(folder)).toEqual(['a.json']);
  expect(await outcome(saveWholeFile(withoutLinks, folder, 'a.json', 'newer'))).toBe('folderUnusable');
  expect(await readFile(join(folder, 'a.json'), 'utf8')).toBe('text');
});

test('a disk that fills up leaves no half file, and says that it is full', async () => {
  const full: Files = {
    ...files,
    open: async (...args: Parameters<typeof files.open>) => {
      const file = await files.open(...args);
      file.sync = failing('ENOSPC');
      return file;
    },
  };
  expect(await outcome(saveWholeFile(full, folder, 'a.json', 'text'))).toBe('diskFull');
  expect(await readdir(folder)).toEqual([]);
});

test('a folder that may not be written is told as such', async () => {
  const readOnly: Files = { ...files, open: failing('EROFS') };
  expect(await outcome(saveWholeFile(readOnly, folder, 'a.json', 'text'))).toBe('folderReadOnly');
});
