// For the tests of saved files: a folder and a clock of their own. What is exported is the test's that runs.
import * as files from 'node:fs/promises';
import { mkdtemp, readdir, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SavedFiles, type SavedFilesParts } from './saved-files.ts';

export const HOUR = 3_600_000;
export const SAVED_AT = new Date('2026-03-01T10:00:00Z');
const NAME = 'patron-data-2026-03-01-0123456789abcdef';
export const [JSON_NAME, PDF_NAME] = [`${NAME}.json`, `${NAME}.pdf`];
export const ID = '00000000-0000-4000-8000-000000000001';
export const SECOND = '00000000-0000-4000-8000-000000000002';
export let folder: string;
export let now: number;
/** Of the folders. */
export let device: number;
/** Before each test. */
export async function begin(): Promise<void> {
  folder = await mkdtemp(join(tmpdir(), 'circdesk-saved-'));
  now = Date.parse('2026-03-01T10:00:00Z');
  device = (await stat(folder)).dev;
}
export const pass = (ms: number) => void (now += ms);
/** As a computer does with its disks at a start. */
export const renumber = (by: number) => void (device += by);

export const memory = (parts: Partial<SavedFilesParts> = {}) =>
  new SavedFiles({
    file: join(folder, 'saved-files.json'),
    files,
    clock: { now: () => now },
    log: { write: () => undefined, trouble: () => undefined },
    ...parts,
  });

/** Saves a file as a download does. */
export async function saved(saver: SavedFiles, name = JSON_NAME, hours: number | null = 24): Promise<string> {
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
export const failing = (code: string) => () => Promise.reject(Object.assign(new Error(code), { code }));
export const left = async () => (await readdir(folder)).filter((name) => name !== 'saved-files.json').sort();
