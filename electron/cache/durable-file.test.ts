// A small file is the former one or the new one, also where the disk has room for only half of it.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  lstatSync,
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
import { writeDurably } from './durable-file.ts';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'circdesk-durable-'))));
afterEach(() => {
  rmSync(folder, { recursive: true });
});

test.skipIf(process.platform === 'win32')('a disk that takes half of a file leaves the one before', () => {
  const file = join(folder, 'saved-files.json');
  writeFileSync(file, 'the one before');
  const script = `import { writeDurably } from ${JSON.stringify(join(import.meta.dirname, 'durable-file.ts'))};
    writeDurably(${JSON.stringify(file)}, Buffer.alloc(50_000, 'x'));`;
  // No file may be larger than some KiB there: as on a full disk, a write takes what it can, and only the next one fails.
  const { status, stderr } = spawnSync(
    'sh',
    ['-c', 'ulimit -f 8 && exec "$0" --input-type=module -e "$1"', process.execPath, script],
    { encoding: 'utf8' },
  );
  expect(readFileSync(file, 'utf8')).toBe('the one before');
  expect(status).not.toBe(0);
  expect(stderr).toContain('EFBIG');
  expect(readdirSync(folder)).toEqual(['saved-files.json']);
});

test.skipIf(process.platform === 'win32').each([
  ['a pipe', (beside: string) => void execFileSync('mkfifo', [beside])],
  ['a link to another file', (beside: string) => symlinkSync(join(folder, 'of somebody else'), beside)],
  ['what a crash left', (beside: string) => writeFileSync(beside, 'x'.repeat(99), { mode: 0o644 })],
])('%s in the place of what is written beside is not written through, nor waited for', (_what, put) => {
  const file = join(folder, 'desk.json');
  writeFileSync(join(folder, 'of somebody else'), 'theirs');
  put(`${file}.new`);
  const script = `import { writeDurably } from ${JSON.stringify(join(import.meta.dirname, 'durable-file.ts'))};
    writeDurably(${JSON.stringify(file)}, Buffer.from('ours'));`;
  // On its own: what waits for a pipe can't be stopped from within.
  execFileSync(process.execPath, ['--input-type=module', '-e', script], { timeout: 30_000 });
  expect(readFileSync(file, 'utf8')).toBe('ours');
  expect(lstatSync(file).mode & 0o777).toBe(0o600);
  expect(lstatSync(file).isFile()).toBe(true);
  expect(readFileSync(join(folder, 'of somebody else'), 'utf8')).toBe('theirs');
});

const mounts = process.platform === 'linux' && process.getuid?.() === 0;
test.skipIf(!mounts)('a disk that is full is said to be, as staff are told of it elsewhere', () => {
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=12k', 'tmpfs', folder]);
  try {
    const file = join(folder, 'saved-files.json');
    writeDurably(file, Buffer.from('the one before'));
    let thrown: unknown;
    try {
      writeDurably(file, Buffer.alloc(50_000, 'x'));
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ error: { code: 'diskFull' } });
    expect(readFileSync(file, 'utf8')).toBe('the one before');
  } finally {
    execFileSync('umount', [folder]);
  }
});
