import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import * as files from 'node:fs/promises';
import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Files } from './save-file.ts';
import { SavedFiles, type SavedFilesParts } from './saved-files.ts';

const HOUR = 3_600_000;
const SAVED_AT = new Date('2026-03-01T10:00:00Z');
const NAME = 'patron-data-2026-03-01-0123456789abcdef';
const [JSON_NAME, PDF_NAME] = [`${NAME}.json`, `${NAME}.pdf`];
const ID = '00000000-0000-4000-8000-000000000001';
const SECOND = '00000000-0000-4000-8000-000000000002';
let folder: string;
let now: number;
/** Of the folders. */
let device: number;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'circdesk-saved-'));
  now = Date.parse('2026-03-01T10:00:00Z');
  device = (await stat(folder)).dev;
});
afterEach(() => {
  vi.useRealTimers();
});

const memory = (parts: Partial<SavedFilesParts> = {}) =>
  new SavedFiles({
    file: join(folder, 'saved-files.json'),
    files,
    clock: { now: () => now },
    log: { write: () => undefined, trouble: () => undefined },
    ...parts,
  });

/** Saves a file as a download does. */
async function saved(saver: SavedFiles, name = JSON_NAME, hours: number | null = 24): Promise<string> {
  const path = join(folder, name);
  saver.begin(ID, [`${path}.part`], device);
  await writeFile(path, 'all of it');
  await utimes(path, SAVED_AT, SAVED_AT);
  const { size, mtimeMs } = await stat(path);
  saver.settle(
    ID,
    [{ path, size, mtimeMs }],
    hours === null ? null : new Date(now + hours * HOUR).toISOString(),
  );
  saver.finish(ID, []);
  return path;
}
const withDevice = async (path: string) => Object.assign(await stat(path), { dev: device });
const failing = (code: string) => () => Promise.reject(Object.assign(new Error(code), { code }));
const left = async () => (await readdir(folder)).filter((name) => name !== 'saved-files.json').sort();

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
  now += 23 * HOUR;
  await vi.advanceTimersByTimeAsync(23 * HOUR);
  expect(await left()).toEqual([JSON_NAME]);
  now += HOUR + 2;
  await vi.advanceTimersByTimeAsync(HOUR + 2);
  vi.useRealTimers();
  await expect.poll(left).toEqual([]);
  saver.shutdown();
});

test('if the app was off then, it is deleted at the next start; a younger one stays', async () => {
  const first = memory();
  await saved(first);
  first.shutdown();
  now += 23 * HOUR;
  const second = memory();
  await second.boot();
  second.shutdown();
  expect(await left()).toEqual([JSON_NAME]);
  now += 2 * HOUR;
  const third = memory();
  await third.boot();
  expect(await left()).toEqual([]);
});

test('what a crash left half done is removed at the next start, what has its name already, too: both or none', async () => {
  const crashed = memory();
  const path = join(folder, JSON_NAME);
  crashed.begin(ID, [`${path}.part`, join(folder, `${PDF_NAME}.part`)], device);
  await writeFile(`${path}.part`, 'half of');
  await writeFile(path, 'all of it');
  const { size, mtimeMs } = await stat(path);
  crashed.settle(ID, [{ path, size, mtimeMs }], new Date(now + HOUR).toISOString());
  await memory().boot();
  expect(await left()).toEqual([]);
  expect(await readFile(join(folder, 'saved-files.json'), 'utf8')).toBe('[]');
});

test.each([
  ['saved once more', 'all of it', new Date('2001-01-01')],
  ['changed, by a program that keeps its time,', 'all of it, and a note', SAVED_AT],
])('a file that somebody %s is theirs: it is left alone, and forgotten', async (_how, text, time) => {
  const saver = memory();
  const path = await saved(saver);
  await writeFile(path, text);
  await utimes(path, time, time);
  saver.shutdown();
  now += 25 * HOUR;
  await memory().boot();
  expect(await left()).toEqual([JSON_NAME]);
  expect(await readFile(join(folder, 'saved-files.json'), 'utf8')).toBe('[]');
});

test('a file that was saved while the clock was years ahead goes after its hours all the same', async () => {
  const right = now;
  now += 70 * 365 * 24 * HOUR;
  const first = memory();
  await saved(first);
  first.shutdown();
  now = right;
  const second = memory();
  await second.boot();
  second.shutdown();
  expect(await left()).toEqual([JSON_NAME]);
  now += 25 * HOUR;
  await memory().boot();
  expect(await left()).toEqual([]);
});

test('a link that stands in a saved file’s place takes nothing with it, nor is a folder there touched', async () => {
  const saver = memory();
  const path = await saved(saver);
  const theirs = join(folder, 'theirs.json');
  await rename(path, theirs);
  await symlink(theirs, path);
  now += 25 * HOUR;
  await saver.boot();
  expect(await left()).toEqual(['theirs.json']);
  await saved(saver);
  await rm(path);
  await mkdir(path);
  now += 25 * HOUR;
  await saver.boot();
  expect(await left()).toEqual([JSON_NAME, 'theirs.json']);
  saver.shutdown();
});

test('without a time it stays, and isn’t remembered beyond this start', async () => {
  const saver = memory();
  await saved(saver, JSON_NAME, null);
  saver.shutdown();
  now += 1e5 * HOUR;
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
  now += 25 * HOUR;
  await saver.boot();
  expect(await left()).toEqual([JSON_NAME]);
  held = false;
  await saver.boot();
  expect(await left()).toEqual([]);
  saver.shutdown();
});

test('what a crash left half done, and a program holds at the next start, is tried again', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const part = join(folder, `.${JSON_NAME}.part`);
  memory().begin(ID, [part], device);
  await writeFile(part, 'half of');
  let held = true;
  const unlink: typeof files.unlink = (path) => (held ? failing('EBUSY')() : files.unlink(path));
  const saver = memory({ files: { ...files, unlink } });
  await saver.boot();
  expect(await left()).toEqual([`.${JSON_NAME}.part`]);
  held = false;
  await vi.advanceTimersByTimeAsync(HOUR);
  vi.useRealTimers();
  await expect.poll(left).toEqual([]);
  saver.shutdown();
});

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

describe('a file whose folder can’t be reached', () => {
  let share: string;
  beforeEach(async () => {
    share = join(folder, 'share');
    await mkdir(share);
  });
  const goAway = () => rename(share, join(folder, 'away'));
  const comeBack = () => rename(join(folder, 'away'), share);

  test('when its time is over goes once it can be', async () => {
    await saved(memory(), `share/${JSON_NAME}`);
    now += 25 * HOUR;
    await goAway();
    const second = memory();
    await second.boot();
    second.shutdown();
    await comeBack();
    await memory().boot();
    expect(await readdir(share)).toEqual([]);
    expect(await readFile(join(folder, 'saved-files.json'), 'utf8')).toBe('[]');
  });

  test.each(['EIO', 'ESTALE', 'ETIMEDOUT', 'EACCES', 'EHOSTDOWN'])(
    '(%s) goes once it can be',
    async (code) => {
      await saved(memory(), `share/${JSON_NAME}`);
      now += 25 * HOUR;
      const second = memory({ files: { ...files, stat: failing(code) as Files['stat'] } });
      await second.boot();
      second.shutdown();
      await memory().boot();
      expect(await readdir(share)).toEqual([]);
    },
  );

  /** A share that is not mounted leaves an empty folder in its place, which is another device's. */
  const unmount = async () => {
    await goAway();
    await mkdir(share);
    device++;
  };
  const mount = async () => {
    await rm(share, { recursive: true });
    await comeBack();
    device--;
  };
  const mounted = { ...files, stat: withDevice as Files['stat'] };

  test('since it is not mounted goes once it can be, whether it was saved or was being written', async () => {
    const saver = memory({ files: mounted });
    await saved(saver, `share/${JSON_NAME}`);
    const part = join(share, `.${PDF_NAME}.part`);
    saver.begin(SECOND, [part], device);
    await writeFile(part, 'half of');
    now += 25 * HOUR;
    await unmount();
    const second = memory({ files: mounted });
    await second.boot();
    second.shutdown();
    await mount();
    await memory({ files: mounted }).boot();
    expect(await readdir(share)).toEqual([]);
  });

  test.each([
    { to: 'within', on: 'another', where: () => share },
    { to: 'out of', on: 'the same', where: () => folder },
  ])('was moved $to its folder, which is on $on device now, is forgotten', async ({ on, where }) => {
    await saved(memory({ files: mounted }), `share/${JSON_NAME}`);
    await rename(join(share, JSON_NAME), join(where(), 'moved.json'));
    // Disks are numbered anew at each start of a computer.
    if (on === 'another') device++;
    now += 25 * HOUR;
    await memory({ files: mounted }).boot();
    expect(await readFile(join(folder, 'saved-files.json'), 'utf8')).toBe('[]');
  });

  test.each([
    { how: 'is missing', leave: goAway, back: comeBack },
    { how: 'is not mounted', leave: unmount, back: mount },
  ])(
    'since it $how is said to be there still when staff look for it or delete it',
    async ({ leave, back }) => {
      const saver = memory({ files: mounted });
      await saved(saver, `share/${JSON_NAME}`, null);
      await leave();
      const away = { error: { code: 'fileAway', folder: share } };
      await expect(saver.present(ID)).rejects.toMatchObject(away);
      await expect(saver.delete(ID)).rejects.toMatchObject(away);
      await back();
      await saver.delete(ID);
      expect(await readdir(share)).toEqual([]);
    },
  );
});

test('of two that were saved each goes at its own time, and what is being written stays', async () => {
  const saver = memory();
  await saved(saver, JSON_NAME, 1);
  const other = join(folder, PDF_NAME);
  saver.begin(SECOND, [`${other}.part`], device);
  await writeFile(`${other}.part`, 'half of');
  now += 2 * HOUR;
  await saver.boot();
  expect(await left()).toEqual([`${PDF_NAME}.part`]);
  await rename(`${other}.part`, other);
  const { size, mtimeMs } = await stat(other);
  saver.settle(SECOND, [{ path: other, size, mtimeMs }], new Date(now + HOUR).toISOString());
  saver.finish(SECOND, []);
  saver.shutdown();
  now += 2 * HOUR;
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

test('a damaged memory is set aside, and nothing is deleted on its word', async () => {
  await saved(memory());
  await writeFile(join(folder, 'saved-files.json'), '[{"id":');
  now += 25 * HOUR;
  await memory().boot();
  expect(await left()).toEqual([JSON_NAME, 'saved-files.json.damaged']);
});

test('a memory that one start could not read, and set aside, is read by the next: what it names does not stay for ever', async () => {
  await saved(memory());
  const file = join(folder, 'saved-files.json');
  await rename(file, `${file}.damaged`);
  now += 25 * HOUR;
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
    now += 25 * HOUR;
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
  now += 25 * HOUR;
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
  now += 2 * HOUR;
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
