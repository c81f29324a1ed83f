import * as files from 'node:fs/promises';
import { mkdir, mkdtemp, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { Failure } from '../support/failure.ts';
import { Saving, type Files } from './save-file.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'circdesk-save-'));
});

/** Saves files of these names and texts, as a download does. */
async function save(texts: Record<string, string>, { access = files as Files, into = folder } = {}) {
  const saving = new Saving(access, into);
  try {
    await saving.prepare();
    for (const [name, text] of Object.entries(texts)) {
      const write = await saving.begin(name);
      for (const letter of text) await write(letter);
    }
    const marks = await saving.settle();
    await saving.nameThem(new AbortController().signal);
    return marks;
  } catch (thrown) {
    await saving.discard();
    throw thrown;
  }
}

const failing = (code: string) => () => Promise.reject(Object.assign(new Error(code), { code }));
const outcome = (saving: Promise<unknown>) =>
  saving.then(
    () => 'saved',
    (thrown: unknown) => (thrown as Failure).error.code,
  );
const left = async () => (await readdir(folder)).sort();

test('files are whole, readable by this user only, and nothing else is left', async () => {
  const marks = await save({ 'a.json': 'all of it', 'a.pdf': 'and this' });
  expect(await readFile(join(folder, 'a.json'), 'utf8')).toBe('all of it');
  expect(await left()).toEqual(['a.json', 'a.pdf']);
  for (const { path, size, mtimeMs } of marks) {
    const found = await stat(path);
    expect(found.mode & 0o777).toBe(0o600);
    expect({ size: found.size, mtimeMs: found.mtimeMs }).toEqual({ size, mtimeMs });
  }
});

test('a folder that is missing is made', async () => {
  await save({ 'a.json': 'text' }, { into: join(folder, 'new') });
  expect(await readdir(join(folder, 'new'))).toEqual(['a.json']);
});

test('a file of that name is never overwritten', async () => {
  await writeFile(join(folder, 'a.pdf'), 'older');
  expect(await outcome(save({ 'a.pdf': 'newer' }))).toBe('folderUnusable');
  expect(await readFile(join(folder, 'a.pdf'), 'utf8')).toBe('older');
  expect(await left()).toEqual(['a.pdf']);
});

test('where the file system has no links, files are renamed, and still never over another', async () => {
  const access: Files = { ...files, link: failing('ENOTSUP') };
  await save({ 'a.json': 'text' }, { access });
  expect(await left()).toEqual(['a.json']);
  expect(await outcome(save({ 'a.json': 'newer' }, { access }))).toBe('folderUnusable');
  expect(await readFile(join(folder, 'a.json'), 'utf8')).toBe('text');
});

test.each(['writeFile', 'sync'] as const)(
  'a disk that fills up at %s leaves no half file, and says that it is full',
  async (call) => {
    const access: Files = {
      ...files,
      open: async (...args: Parameters<typeof files.open>) => {
        const file = await files.open(...args);
        if (args[0].toString().endsWith('a.pdf.part')) file[call] = failing('ENOSPC');
        return file;
      },
    };
    expect(await outcome(save({ 'a.json': 'text', 'a.pdf': 'text' }, { access }))).toBe('diskFull');
    expect(await left()).toEqual([]);
  },
);

test('a folder that may not be written is told as such', async () => {
  const access: Files = { ...files, open: failing('EROFS') };
  expect(await outcome(save({ 'a.json': 'text' }, { access }))).toBe('folderReadOnly');
});

test('what was begun on a share that is gone, and left an empty folder in its place, is told as having stayed', async () => {
  let device = 1;
  const withDevice = async (path: string) => Object.assign(await stat(path), { dev: device });
  const saving = new Saving({ ...files, stat: withDevice as Files['stat'] }, folder);
  await saving.prepare();
  await (
    await saving.begin('a.json')
  )('half of');
  await rename(folder, `${folder}-away`);
  await mkdir(folder);
  device++;
  expect(await saving.discard()).toEqual([join(folder, '.a.json.part')]);
});
