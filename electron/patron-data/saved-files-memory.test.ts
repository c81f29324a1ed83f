// What is remembered of saved files, on disks that are full and in files that are damaged or somebody else’s.
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { SavedFilesParts } from './saved-files.ts';
import {
  begin,
  device,
  folder,
  HOUR,
  ID,
  JSON_NAME,
  left,
  memory,
  pass,
  saved,
  SECOND,
} from './testing-saved-files.ts';

beforeEach(begin);
afterEach(() => {
  vi.useRealTimers();
});

test('a damaged memory is set aside, and nothing is deleted on its word', async () => {
  await saved(memory());
  await writeFile(join(folder, 'saved-files.json'), '[{"id":');
  pass(25 * HOUR);
  await memory().boot();
  expect(await left()).toEqual([JSON_NAME, 'saved-files.json.damaged']);
});

test('a memory that one start could not read, and set aside, is read by the next: what it names does not stay for ever', async () => {
  await saved(memory());
  const file = join(folder, 'saved-files.json');
  await rename(file, `${file}.damaged`);
  pass(25 * HOUR);
  await memory().boot();
  expect(await left()).toEqual(['saved-files.json.damaged']);
});

describe('a memory that a start could neither read nor set aside', () => {
  let file: string;
  beforeEach(async () => {
    await saved(memory());
    file = join(folder, 'saved-files.json');
    // As of a program that holds it.
    await rename(file, `${file}.held`);
    await mkdir(file);
    await mkdir(join(`${file}.damaged`, 'a'), { recursive: true });
  });

  test('is read before anything is written over it: what it names does not stay for ever', async () => {
    const saver = memory();
    await rm(file, { recursive: true });
    await rm(`${file}.damaged`, { recursive: true });
    await rename(`${file}.held`, file);
    await saver.boot();
    saver.begin(SECOND, [], device);
    expect(await readFile(file, 'utf8')).toContain(ID);
    await saver.undo(SECOND, []);
    saver.shutdown();
    pass(25 * HOUR);
    await memory().boot();
    expect(await left()).toEqual([]);
  });

  test('is not written over as long as that is so: nothing is saved then', async () => {
    await rm(file, { recursive: true });
    await writeFile(file, '[{"id":');
    const saver = memory();
    await saver.boot();
    expect(() => saver.begin(SECOND, [], device)).toThrow('overwritten');
    expect(await readFile(file, 'utf8')).toBe('[{"id":');
  });
});

test('of a memory in which one entry makes no sense the others count', async () => {
  await saved(memory());
  const file = join(folder, 'saved-files.json');
  const entries = JSON.parse(await readFile(file, 'utf8')) as unknown[];
  await writeFile(file, JSON.stringify([{ id: 'strange' }, ...entries]));
  pass(25 * HOUR);
  await memory().boot();
  expect(await left()).toEqual(['saved-files.json.damaged']);
});

test('what is remembered is for this user only', async () => {
  await saved(memory());
  expect((await stat(join(folder, 'saved-files.json'))).mode & 0o777).toBe(0o600);
});

test('on a disk that is full, what is over its time is deleted all the same, at a start and later', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const former = memory();
  await saved(former, JSON_NAME, 1);
  former.shutdown();
  pass(2 * HOUR);
  const trouble = vi.fn();
  const saver = memory({ log: { write: () => undefined, trouble } });
  // In the place of the file beside, nothing can be written.
  await mkdir(join(folder, 'saved-files.json.new'));
  await saver.boot();
  expect(await left()).toEqual(['saved-files.json.new']);
  expect(trouble).toHaveBeenCalled();
  saver.shutdown();
});

test('nothing is written that could not be remembered first', async () => {
  await mkdir(join(folder, 'saved-files.json.new'));
  const saver = memory();
  expect(() => saver.begin(ID, [join(folder, `${JSON_NAME}.part`)], device)).toThrow('EISDIR');
});

test.skipIf(process.platform === 'win32').each([
  ['a folder', (path: string) => mkdirSync(path)],
  ['a pipe', (path: string) => execFileSync('mkfifo', [path])],
])('%s in the place of the memory is set aside, and nothing is waited for', async (_what, make) => {
  const path = join(folder, 'saved-files.json');
  make(path);
  const saver = memory();
  await saved(saver);
  expect(await left()).toEqual([JSON_NAME, 'saved-files.json.damaged']);
  saver.shutdown();
});

test('a list that names files which no desk makes has none of them deleted, nor asked for', async () => {
  const thesis = join(folder, 'thesis.odt');
  await writeFile(thesis, 'years of work');
  const asked: unknown[] = [];
  const heard = (path: unknown) => {
    asked.push(path);
    return Promise.reject(new Error('not here'));
  };
  const elsewhere = { path: '\\\\evil.example\\share\\x', size: 1, mtimeMs: 1 };
  const entry = { id: ID, unfinished: [thesis], files: [elsewhere], deleteAt: '2026-01-01T00:00:00.000Z' };
  await writeFile(join(folder, 'saved-files.json'), JSON.stringify([entry]));
  const saver = memory({ files: { stat: heard, unlink: heard } as unknown as SavedFilesParts['files'] });
  await saver.boot();
  saver.shutdown();
  expect(asked).toEqual([]);
  expect(await left()).toContain('thesis.odt');
});
