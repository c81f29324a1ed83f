import * as files from 'node:fs/promises';
import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test, vi } from 'vitest';
import { patronDataPolicySchema } from '../policy/patron-data-policy.ts';
import { PatronDataDownload, type DownloadParts } from './download.ts';
import type { Files } from './save-file.ts';
import { SavedFiles } from './saved-files.ts';
import { exportOf, loanOf } from './testing.ts';

const PATRON = '0195a3b0-0000-7000-8000-000000000001';
let home: string;
let downloads: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'circdesk-download-'));
  downloads = join(home, 'Downloads');
});

const clock = { now: () => Date.parse('2026-03-01T10:00:00Z') };
const policyWith = (patronData: object) => patronDataPolicySchema.parse(patronData);

function desk(change: Partial<DownloadParts> = {}) {
  const savedFiles = new SavedFiles({
    file: join(home, 'saved-files.json'),
    files: change.files ?? files,
    clock,
    log: { write: () => undefined, trouble: () => undefined },
  });
  const shown: string[] = [];
  const download = new PatronDataDownload({
    open: () => Promise.resolve({ source: exportOf({ loanHistory: [loanOf(1)] }).source, waiting: [] }),
    policy: patronDataPolicySchema.parse({}),
    print: () => Promise.resolve(Buffer.from('%PDF')),
    files,
    savedFiles,
    clock,
    random: { bytes: (count) => crypto.getRandomValues(new Uint8Array(count)) },
    downloadsFolder: () => downloads,
    elsewhere: () => Promise.resolve(undefined),
    showInFolder: (path) => shown.push(path),
    onProgress: () => undefined,
    ...change,
  });
  return { download, shown, savedFiles };
}
const ASK = { requester: 'unchecked', saveElsewhere: false } as const;
const failing = (code: string) => () => Promise.reject(Object.assign(new Error(code), { code }));
const left = () => readdir(downloads).catch(() => []);

test('both files are saved under one name that tells nothing of the patron', async () => {
  const { download, savedFiles } = desk();
  const { names, folder, deleteAt, madeFrom } = await download.download(PATRON, ASK);
  expect(names).toEqual([
    expect.stringMatching(/^patron-data-2026-03-01-[0-9a-f]{16}\.json$/),
    expect.stringMatching(/^patron-data-2026-03-01-[0-9a-f]{16}\.pdf$/),
  ]);
  expect((await left()).sort()).toEqual(names);
  expect({ folder, deleteAt, madeFrom }).toEqual({
    folder: downloads,
    deleteAt: '2026-03-02T10:00:00.000Z',
    madeFrom: 'server',
  });
  savedFiles.shutdown();
});

test('formats, folder and time are the policy’s', async () => {
  const folder = join(home, 'Elsewhere');
  const policy = policyWith({ formats: ['pdf'], folder, deleteAfterHours: 0 });
  const { download } = desk({ policy });
  const saved = await download.download(PATRON, ASK);
  expect(saved).toMatchObject({ folder, deleteAt: null });
  expect(await readdir(folder)).toEqual(saved.names);
  expect(saved.names).toHaveLength(1);
});

test('where the policy asks who is asking, no answer is no file', async () => {
  const { download, savedFiles } = desk({ policy: policyWith({ askWhoIsAsking: true }) });
  expect((await download.questions()).whoIsAsking).toBe(true);
  await expect(download.download(PATRON, ASK)).rejects.toMatchObject({ error: { code: 'requestRefused' } });
  expect(await left()).toEqual([]);
  await download.download(PATRON, { ...ASK, requester: 'patron' });
  savedFiles.shutdown();
});

test('a folder that isn’t only on this computer is named first, and asked about', async () => {
  const { download, savedFiles } = desk({
    elsewhere: () => Promise.resolve({ kind: 'cloud', service: 'OneDrive' }),
  });
  expect((await download.questions()).elsewhere).toEqual({
    folder: downloads,
    kind: 'cloud',
    service: 'OneDrive',
  });
  await expect(download.download(PATRON, ASK)).rejects.toMatchObject({ error: { code: 'folderElsewhere' } });
  expect(await left()).toEqual([]);
  await download.download(PATRON, { ...ASK, saveElsewhere: true });
  expect(await left()).toHaveLength(2);
  savedFiles.shutdown();
});

test('one patron’s data is downloaded once at a time, so that cancelling it leaves none', async () => {
  const print = () => new Promise<Buffer>((resolve) => setTimeout(() => resolve(Buffer.from('%PDF')), 50));
  const { download, savedFiles } = desk({ print });
  const first = download.download(PATRON, ASK);
  await expect(download.download(PATRON, ASK)).rejects.toMatchObject({ error: { code: 'requestRefused' } });
  await vi.waitFor(async () => expect(await left()).not.toEqual([]));
  download.cancel(PATRON);
  await expect(first).rejects.toMatchObject({ error: { code: 'cancelled' } });
  expect(await left()).toEqual([]);
  await download.download(PATRON, ASK);
  expect(await left()).toHaveLength(2);
  savedFiles.shutdown();
});

test('cancelled at any step, no file is left and none is remembered', async () => {
  const never = () => new Promise<never>(() => undefined);
  const rejected = (signal: AbortSignal) =>
    new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => {
        reject(new Error('aborted'));
      });
    });
  for (const change of [
    { open: never },
    { files: { ...files, mkdir: never } },
    { print: (_: unknown, signal: AbortSignal) => rejected(signal) },
  ]) {
    const { download } = desk(change);
    const downloading = download.download(PATRON, ASK);
    setTimeout(() => {
      download.cancel(PATRON);
    }, 50);
    await expect(downloading).rejects.toMatchObject({ error: { code: 'cancelled' } });
    expect(await left()).toEqual([]);
    expect(await readFile(join(home, 'saved-files.json'), 'utf8').catch(() => '[]')).toBe('[]');
  }
});

test('whoever leaves while a folder is looked at, on a server that is away, leaves no export behind', async () => {
  let opened = false;
  let answer: () => void = () => undefined;
  const { download } = desk({
    elsewhere: () => new Promise((resolve) => (answer = () => void resolve(undefined))),
    open: () => {
      opened = true;
      return Promise.resolve({ source: exportOf().source, waiting: [] });
    },
  });
  const asked = download.download(PATRON, ASK);
  download.cancel(PATRON);
  answer();
  await expect(asked).rejects.toMatchObject({ error: { code: 'cancelled' } });
  expect(opened).toBe(false);
});

test('a PDF that can’t be printed leaves no JSON either', async () => {
  const { download } = desk({ print: () => Promise.reject(new Error('crashed')) });
  await expect(download.download(PATRON, ASK)).rejects.toThrow('crashed');
  expect(await left()).toEqual([]);
});

test('a half file that a failed download couldn’t remove goes later, while the desk runs', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  let away = false;
  const unlink: Files['unlink'] = (path) => (away ? failing('EIO')() : files.unlink(path));
  const access = { ...files, unlink };
  const print = () => {
    away = true;
    return failing('EIO')();
  };
  const { download, savedFiles } = desk({ files: access, print });
  await expect(download.download(PATRON, ASK)).rejects.toThrow('EIO');
  expect(await left()).toHaveLength(1);
  away = false;
  await vi.advanceTimersByTimeAsync(3_600_000);
  vi.useRealTimers();
  await expect.poll(left).toEqual([]);
  savedFiles.shutdown();
});

test('what a program holds as the file gets its name goes with the file', async () => {
  let held = true;
  const unlink: Files['unlink'] = (path) =>
    held && String(path).endsWith('.part') ? failing('EBUSY')() : files.unlink(path);
  const { download, savedFiles } = desk({ files: { ...files, unlink } });
  const { file } = await download.download(PATRON, ASK);
  await expect(download.delete(PATRON, file)).rejects.toMatchObject({ error: { code: 'fileNotDeleted' } });
  held = false;
  await download.delete(PATRON, file);
  expect(await left()).toEqual([]);
  savedFiles.shutdown();
});

test('a file that can’t have its name leaves its partner none either', async () => {
  const link: Files['link'] = (from, to) =>
    String(to).endsWith('.pdf') ? failing('EEXIST')() : files.link(from, to);
  const { download } = desk({ files: { ...files, link } });
  await expect(download.download(PATRON, ASK)).rejects.toMatchObject({ error: { code: 'folderUnusable' } });
  expect(await left()).toEqual([]);
  expect(await readFile(join(home, 'saved-files.json'), 'utf8')).toBe('[]');
});

test('a desk that ends between two names leaves neither', async () => {
  let ended = false;
  const link: Files['link'] = (from, to) => {
    ended = String(to).endsWith('.pdf');
    return ended ? new Promise<void>(() => undefined) : files.link(from, to);
  };
  const { download } = desk({ files: { ...files, link }, policy: policyWith({ deleteAfterHours: 0 }) });
  void download.download(PATRON, ASK);
  await expect.poll(() => ended).toBe(true);
  expect(await left()).toHaveLength(3);
  await desk().savedFiles.boot();
  expect(await left()).toEqual([]);
});

test.each(['link', 'unlink'] as const)(
  'cancelled, or its window gone, at %s on a slow disk, no file is saved',
  async (call) => {
    const { download, savedFiles } = desk({
      files: {
        ...files,
        [call]: (...paths: [string, string]) => {
          download.cancel(PATRON);
          return files[call](...paths);
        },
      },
    });
    await expect(download.download(PATRON, ASK)).rejects.toMatchObject({ error: { code: 'cancelled' } });
    expect(await left()).toEqual([]);
    savedFiles.shutdown();
  },
);

test('cancelled while its files are put on a slow disk, no file is saved', async () => {
  const open: Files['open'] = async (...args) => {
    const handle = await files.open(...args);
    const sync = handle.sync.bind(handle);
    handle.sync = () => {
      download.cancel(PATRON);
      return sync();
    };
    return handle;
  };
  const link = vi.fn(files.link);
  const { download } = desk({ files: { ...files, open, link } });
  await expect(download.download(PATRON, ASK)).rejects.toMatchObject({ error: { code: 'cancelled' } });
  expect(link).not.toHaveBeenCalled();
  expect(await left()).toEqual([]);
});

test('a window shows and deletes its own patron’s files only', async () => {
  const { download, shown } = desk();
  const { file, names } = await download.download(PATRON, ASK);
  await expect(download.show('other', file)).rejects.toMatchObject({ error: { code: 'fileGone' } });
  await expect(download.delete('other', file)).rejects.toMatchObject({ error: { code: 'fileGone' } });
  await download.show(PATRON, file);
  expect(shown).toEqual([join(downloads, names[0] ?? '')]);
  await download.delete(PATRON, file);
  expect(await left()).toEqual([]);
  await expect(download.show(PATRON, file)).rejects.toMatchObject({ error: { code: 'fileGone' } });
});
