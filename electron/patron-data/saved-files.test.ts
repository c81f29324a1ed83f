import * as files from 'node:fs/promises';
import { mkdir, readFile, rename, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  begin,
  device,
  failing,
  folder,
  HOUR,
  ID,
  JSON_NAME,
  left,
  memory,
  now,
  pass,
  PDF_NAME,
  saved,
  SAVED_AT,
  SECOND,
} from './testing-saved-files.ts';

beforeEach(begin);
afterEach(() => {
  vi.useRealTimers();
});

test('a download that begins while a start still cleans up is remembered', async () => {
  const former = memory();
  former.begin(SECOND, [join(folder, `on a share that hangs/${JSON_NAME}`)], device);
  let goOn: () => void = () => undefined;
  const hanging = new Promise<void>((resolve) => (goOn = resolve));
  const saver = memory({ files: { ...files, unlink: () => hanging } });
  const booting = saver.boot();
  saver.begin(ID, [join(folder, `${JSON_NAME}.part`)], device);
  goOn();
  await booting;
  expect(await readFile(join(folder, 'saved-files.json'), 'utf8')).toContain(ID);
  saver.shutdown();
});

test('a file is deleted when its time is over, while the app runs', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const saver = memory();
  await saved(saver);
  pass(23 * HOUR);
  await vi.advanceTimersByTimeAsync(23 * HOUR);
  expect(await left()).toEqual([JSON_NAME]);
  pass(HOUR + 2);
  await vi.advanceTimersByTimeAsync(HOUR + 2);
  vi.useRealTimers();
  await expect.poll(left).toEqual([]);
  saver.shutdown();
});

test('if the app was off then, it is deleted at the next start; a younger one stays', async () => {
  const first = memory();
  await saved(first);
  first.shutdown();
  pass(23 * HOUR);
  const second = memory();
  await second.boot();
  second.shutdown();
  expect(await left()).toEqual([JSON_NAME]);
  pass(2 * HOUR);
  const third = memory();
  await third.boot();
  expect(await left()).toEqual([]);
});

test.each([
  ['at once', 0],
  ['after the hours that files stay', 25],
])(
  'what a crash left half done is removed at the next start %s, what has its name already, too: both or none',
  async (_when, hours) => {
    const crashed = memory();
    const path = join(folder, JSON_NAME);
    crashed.begin(ID, [`${path}.part`, join(folder, `${PDF_NAME}.part`)], device);
    await writeFile(`${path}.part`, 'half of');
    await writeFile(path, 'all of it');
    const { size, mtimeMs } = await stat(path);
    crashed.settle(ID, [{ path, size, mtimeMs }], new Date(now + 24 * HOUR).toISOString());
    pass(hours * HOUR);
    await memory().boot();
    expect(await left()).toEqual([]);
    expect(await readFile(join(folder, 'saved-files.json'), 'utf8')).toBe('[]');
  },
);

test.each([
  ['saved once more', 'all of it', new Date('2001-01-01')],
  ['changed, by a program that keeps its time,', 'all of it, and a note', SAVED_AT],
])('a file that somebody %s is theirs: it is left alone, and forgotten', async (_how, text, time) => {
  const saver = memory();
  const path = await saved(saver);
  await writeFile(path, text);
  await utimes(path, time, time);
  saver.shutdown();
  pass(25 * HOUR);
  await memory().boot();
  expect(await left()).toEqual([JSON_NAME]);
  expect(await readFile(join(folder, 'saved-files.json'), 'utf8')).toBe('[]');
});

test('a file that was saved while the clock was years ahead goes after its hours all the same', async () => {
  const right = now;
  pass(70 * 365 * 24 * HOUR);
  const first = memory();
  await saved(first);
  first.shutdown();
  pass(right - now);
  const second = memory();
  await second.boot();
  second.shutdown();
  expect(await left()).toEqual([JSON_NAME]);
  pass(25 * HOUR);
  await memory().boot();
  expect(await left()).toEqual([]);
});

test('a link that stands in a saved file’s place takes nothing with it, nor is a folder there touched', async () => {
  const saver = memory();
  const path = await saved(saver);
  const theirs = join(folder, 'theirs.json');
  await rename(path, theirs);
  await symlink(theirs, path);
  pass(25 * HOUR);
  await saver.boot();
  expect(await left()).toEqual(['theirs.json']);
  await saved(saver);
  await rm(path);
  await mkdir(path);
  pass(25 * HOUR);
  await saver.boot();
  expect(await left()).toEqual([JSON_NAME, 'theirs.json']);
  saver.shutdown();
});

test('without a time it stays, and isn’t remembered beyond this start', async () => {
  const saver = memory();
  await saved(saver, JSON_NAME, null);
  saver.shutdown();
  pass(1e5 * HOUR);
  await memory().boot();
  expect(await left()).toEqual([JSON_NAME]);
  expect(await readFile(join(folder, 'saved-files.json'), 'utf8')).toBe('[]');
});

test('staff delete it before; once it is gone, that is said', async () => {
  const saver = memory();
  await saved(saver);
  await saver.delete(ID);
  expect(await left()).toEqual([]);
  await expect(saver.delete(ID)).rejects.toMatchObject({ error: { code: 'fileGone' } });
  saver.shutdown();
});

test('a file that another program holds is said to be, and is tried again', async () => {
  let held = true;
  const saver = memory({
    files: {
      ...files,
      unlink: (path) => (held ? failing('EBUSY')() : files.unlink(path)),
    },
  });
  await saved(saver);
  await expect(saver.delete(ID)).rejects.toMatchObject({ error: { code: 'fileNotDeleted', folder } });
  pass(25 * HOUR);
  await saver.boot();
  expect(await left()).toEqual([JSON_NAME]);
  held = false;
  await saver.boot();
  expect(await left()).toEqual([]);
  saver.shutdown();
});

test.each([`.${JSON_NAME}.part`, JSON_NAME])(
  'what a crash left half done, and a program holds at the next start, is tried again: %s',
  async (name) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const path = join(folder, name);
    const crashed = memory();
    crashed.begin(ID, [join(folder, `.${JSON_NAME}.part`)], device);
    await writeFile(path, 'some of');
    if (name === JSON_NAME) {
      const { size, mtimeMs } = await stat(path);
      crashed.settle(ID, [{ path, size, mtimeMs }], null);
    }
    let held = true;
    const unlink: typeof files.unlink = (one) =>
      held && one === path ? failing('EBUSY')() : files.unlink(one);
    const saver = memory({ files: { ...files, unlink } });
    await saver.boot();
    expect(await left()).toEqual([name]);
    held = false;
    await vi.advanceTimersByTimeAsync(HOUR);
    vi.useRealTimers();
    await expect.poll(left).toEqual([]);
    saver.shutdown();
  },
);

test('what a crash left half done, and a program holds at this start, goes at the next', async () => {
  const part = join(folder, `.${JSON_NAME}.part`);
  memory().begin(ID, [part], device);
  await writeFile(part, 'half of');
  const second = memory({ files: { ...files, unlink: failing('EBUSY') } });
  await second.boot();
  second.shutdown();
  await memory().boot();
  expect(await left()).toEqual([]);
});

test('of two that were saved each goes at its own time, and what is being written stays', async () => {
  const saver = memory();
  await saved(saver, JSON_NAME, 1);
  const other = join(folder, PDF_NAME);
  saver.begin(SECOND, [`${other}.part`], device);
  await writeFile(`${other}.part`, 'half of');
  pass(2 * HOUR);
  await saver.boot();
  expect(await left()).toEqual([`${PDF_NAME}.part`]);
  await rename(`${other}.part`, other);
  const { size, mtimeMs } = await stat(other);
  saver.settle(SECOND, [{ path: other, size, mtimeMs }], new Date(now + HOUR).toISOString());
  saver.finish(SECOND, []);
  saver.shutdown();
  pass(2 * HOUR);
  await memory().boot();
  expect(await left()).toEqual([]);
});

test('of two files, one that somebody changed is named, not said to be deleted', async () => {
  let held = true;
  const unlink: typeof files.unlink = (path) => (held ? failing('EBUSY')() : files.unlink(path));
  const saver = memory({ files: { ...files, unlink } });
  const paths = [JSON_NAME, PDF_NAME].map((name) => join(folder, name));
  const marks = await Promise.all(
    paths.map(async (path) => {
      await writeFile(path, 'all of it');
      const { size, mtimeMs } = await stat(path);
      return { path, size, mtimeMs };
    }),
  );
  saver.begin(ID, [], device);
  saver.settle(ID, marks, null);
  saver.finish(ID, []);
  await writeFile(join(folder, PDF_NAME), 'and a note');
  await expect(saver.delete(ID)).rejects.toMatchObject({ error: { code: 'fileNotDeleted' } });
  held = false;
  const one = { code: 'fileLeft', folder, files: [PDF_NAME] };
  await expect(saver.delete(ID)).rejects.toMatchObject({ error: one });
  expect(await left()).toEqual([PDF_NAME]);
});
