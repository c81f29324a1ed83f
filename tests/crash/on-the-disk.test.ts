// What a power cut must not take away is on the disk before anything rests on it: the file before its name, its name
// before desks are told of it.
import { mkdtempSync, mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { writeDurably } from '../../electron/cache/durable-file.ts';
import { backup } from '../../server/cli/backup.ts';
import { historyFileAt } from '../../server/store/history-file.ts';
import { testNetwork } from '../../server/testing/network.ts';

const done: string[] = [];
vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>();
  const fsyncSync = (handle: number) => {
    done.push(fs.fstatSync(handle).isDirectory() ? 'the folder is on the disk' : 'the file is on the disk');
    fs.fsyncSync(handle);
  };
  const renameSync = (from: string, to: string) => {
    done.push('renamed');
    fs.renameSync(from, to);
  };
  return { ...fs, fsyncSync, renameSync };
});
vi.mock('../../server/store/backup.ts', async (original) => {
  const real = await original<typeof import('../../server/store/backup.ts')>();
  const recordBackup = (...told: Parameters<typeof real.recordBackup>) => {
    done.push('desks may forget what it covers');
    real.recordBackup(...told);
  };
  return { ...real, recordBackup };
});

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'circdesk-on-the-disk-'));
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});
const inItsFolder = process.platform === 'win32' ? [] : ['the folder is on the disk'];

test('a small file of the desk, its sealed key above all, is the former one or the new one', () => {
  done.length = 0;
  writeDurably(join(folder, 'key.sealed'), Buffer.from('a key'));
  expect(done).toEqual(['the file is on the disk', 'renamed', ...inItsFolder]);
});

test('desks are told of a backup that is there', async () => {
  const data = join(folder, 'data');
  mkdirSync(data);
  const historyFile = historyFileAt(join(data, 'history.json'));
  testNetwork({ database: join(data, 'circdesk.sqlite'), historyFile }).central.close();
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  done.length = 0;
  await backup(['--data', data, '--out', join(folder, 'monday.sqlite')]);
  expect(done).toEqual([
    'the file is on the disk',
    'renamed',
    'the folder is on the disk',
    'desks may forget what it covers',
  ]);
});
