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
import { Settings } from './settings.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'circdesk-settings-'));
  file = join(folder, 'desk.json');
});
afterEach(() => {
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
