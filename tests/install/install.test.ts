// A fresh machine: npm ci with nothing but node, npm and a shell on the PATH. No compiler, no Python, and no
// install script runs; afterwards Node is 24 in npm scripts and SQLite opens.
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  mkdtempSync,
  mkdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  existsSync,
  realpathSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'circdesk-install-'));
const project = join(folder, 'project');
const bin = join(folder, 'bin');

/** The machine's own programs, without the project's bin folders that npm puts before them. */
const machinePath = (process.env['PATH'] ?? '')
  .split(delimiter)
  .filter((part) => !part.includes('node_modules'));
const onMachine = (program: string) =>
  machinePath.map((part) => join(part, program)).find((path) => existsSync(path));

const run = (program: string, args: string[]) =>
  execFileSync(join(bin, program), args, {
    cwd: project,
    encoding: 'utf8',
    env: { PATH: bin, HOME: process.env['HOME'], npm_config_cache: join(folder, 'cache') },
  });

beforeAll(() => {
  mkdirSync(bin);
  mkdirSync(project);
  for (const program of ['node', 'npm', 'npx', 'sh']) {
    const path = onMachine(program);
    if (!path) throw new Error(`${program} is not on this machine's PATH`);
    symlinkSync(realpathSync(path), join(bin, program));
  }
  for (const file of ['package.json', 'package-lock.json', '.npmrc'])
    copyFileSync(join(root, file), join(project, file));
  writeFileSync(
    join(project, 'open-sqlite.cjs'),
    "const Database = require('better-sqlite3'); const db = new Database('opened.db');" +
      "db.pragma(\"key='test'\"); console.log(process.version, db.prepare('SELECT 1 AS one').get().one);",
  );
  run('npx', ['--yes', 'npm@11.19.1', 'ci', '--no-audit', '--no-fund']);
}, 240_000);

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
}, 120_000);

test('without gcc and Python on the PATH, npm ci installs a Node 24 and an SQLite that opens', () => {
  expect(dirname(bin)).toBe(folder);
  for (const tool of ['gcc', 'cc', 'g++', 'make', 'python', 'python3'])
    expect(existsSync(join(bin, tool))).toBe(false);
  expect(run('npm', ['exec', '--', 'node', 'open-sqlite.cjs'])).toMatch(/^v24\.\d+\.\d+ 1\n$/);
});

test('no install script has run', () => {
  expect(run('npm', ['config', 'get', 'ignore-scripts'])).toBe('true\n');
  expect(existsSync(join(project, 'node_modules', 'better-sqlite3', 'build'))).toBe(false);
});
