// Bad options and bad folders are said in words, before anything is written.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { StartProblem } from '../store/store.ts';
import { UsageProblem } from './arguments.ts';
import { backup } from './backup.ts';
import { desks } from './desks.ts';
import { staff } from './staff.ts';
import { start } from './start.ts';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'circdesk-arguments-'))));
afterEach(() => rmSync(folder, { recursive: true }));

type Kind = typeof UsageProblem | typeof StartProblem;
const whose = ['--library', 'north', '--username', 'lead'];
const cases: [verb: (argv: string[]) => Promise<void>, argv: string[], kind: Kind, words: RegExp][] = [
  [start, ['--port', '3'], UsageProblem, /--data is missing/],
  [start, ['--data', 'DIR', '--demo', 'many'], UsageProblem, /--demo takes a whole number/],
  [start, ['--data', 'DIR', '--demo', '-1'], UsageProblem, /--demo/],
  [start, ['--data', 'DIR', '--port', '70000'], UsageProblem, /--port takes a whole number from 0 to 65535/],
  [start, ['--data', 'DIR', '--access-seconds', '0'], UsageProblem, /--access-seconds takes/],
  [start, ['--data', 'DIR', 'more'], UsageProblem, /more/],
  [start, ['--data', 'DIR'], StartProblem, /is empty. Give --demo/],
  [backup, ['--data', 'DIR'], UsageProblem, /--out is missing/],
  [backup, ['--data', 'DIR/nowhere', '--out', 'DIR/b'], StartProblem, /There is no folder/],
  [backup, ['--data', 'DIR', '--out', 'DIR/b'], StartProblem, /is kept outside/],
  [backup, ['--data', 'DIR', '--out', 'DIR/./circdesk.sqlite-wal'], StartProblem, /is kept outside/],
  [backup, ['--data', 'DIR', '--out', 'DIR/nowhere/b'], StartProblem, /There is no folder .*nowhere/],
  [backup, ['--data', 'DIR', '--out', 'DIR.b'], StartProblem, /There is no database/],
  [staff, ['--data', 'DIR', '--library', 'north'], UsageProblem, /--username is missing/],
  [staff, ['--data', 'DIR', ...whose, '--grant', 'All'], UsageProblem, /no permission "All"/],
  [staff, ['--data', 'DIR', ...whose, '--lock', '--unlock'], UsageProblem, /the opposite/],
  [staff, ['--data', 'DIR', ...whose], StartProblem, /no database/],
  [staff, ['--data', 'DIR/nowhere', ...whose], StartProblem, /no database in .*nowhere/],
  [desks, ['--data', 'DIR/nowhere'], StartProblem, /no database in .*nowhere/],
];

test.each(cases)('%o %j', async (verb, argv, kind, words) => {
  const wish = async () => verb(argv.map((part) => part.replace('DIR', folder)));
  await expect(wish).rejects.toThrow(kind);
  await expect(wish).rejects.toThrow(words);
  expect(readdirSync(folder)).toEqual([]);
});

test('a folder with other files in it is not touched', async () => {
  writeFileSync(join(folder, 'recipes.txt'), 'x');
  await expect(start(['--data', folder, '--demo', '1'])).rejects.toThrow(/holds other files/);
});

test('a backup in a folder within the server’s own is not kept outside of it', async () => {
  mkdirSync(join(folder, 'backups'));
  const asked = backup(['--data', folder, '--out', join(folder, 'backups', 'b')]);
  await expect(asked).rejects.toThrow(/is kept outside/);
});
