import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Folders } from '../cache/testing.ts';
import { Failure } from './failure.ts';
import { Settings } from './settings.ts';

const stores = new Folders();
let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'circdesk-settings-'));
  file = join(folder, 'desk.json');
});
afterEach(async () => {
  await stores.removeAll();
  rmSync(folder, { recursive: true });
});

test('what a desk remembers is there after a restart', () => {
  const first = new Settings(file);
  first.lastLibrary = 'north';
  first.choose({ language: 'sv' });
  const again = new Settings(file);
  expect([again.desk, again.lastLibrary, again.chosen]).toEqual([first.desk, 'north', { language: 'sv' }]);
});

const makePipe = () => void execFileSync('mkfifo', [file]);
test.each<[string, () => void]>([
  ['is damaged', () => writeFileSync(file, '{"desk":')],
  ['can not be read', () => symlinkSync(file, file)],
  ['is a folder', () => mkdirSync(file)],
  ...(process.platform === 'win32' ? [] : [['is a pipe', makePipe] satisfies [string, () => void]]),
])('a file that %s is set aside, not overwritten', (_, make) => {
  make();
  const { desk } = new Settings(file);
  expect(readdirSync(folder).sort()).toEqual(['desk.json', 'desk.json.damaged']);
  expect(readFileSync(file, 'utf8')).toContain(desk);
});

test('what is there already is read on a full disk, too', () => {
  const { desk } = new Settings(file);
  // In the place of the file beside, nothing can be written.
  mkdirSync(`${file}.new`);
  expect(new Settings(file).desk).toBe(desk);
});

const noTrouble = (_what: string, thrown: unknown) => {
  throw thrown;
};

test.each(['is lost', 'names another'])('a desk whose file %s is still the desk that it was', async (how) => {
  const { store } = stores.open();
  const first = new Settings(file);
  await first.bindTo(store, noTrouble);
  rmSync(file);
  if (how === 'names another') new Settings(file);
  const again = new Settings(file);
  expect(again.desk).not.toBe(first.desk);
  await again.bindTo(store, noTrouble);
  expect(again.desk).toBe(first.desk);
  again.lastLibrary = 'north';
  expect(new Settings(file).desk).toBe(first.desk);
});

test('a full disk, on which a desk can keep its id nowhere else, doesn’t keep it from starting', async () => {
  const { store } = stores.open();
  store.remember = () => Promise.reject(new Failure({ code: 'diskFull' }));
  const settings = new Settings(file);
  const { desk } = settings;
  const troubles: string[] = [];
  await settings.bindTo(store, (what) => troubles.push(what));
  expect([settings.desk, troubles]).toEqual([desk, ['keeping the desk id']]);
});
