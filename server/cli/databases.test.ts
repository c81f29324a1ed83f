// Databases that the program finds: backed up, put back, damaged, another's, or left by an older server.
import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { migrations } from '../store/migrations.ts';
import { Store } from '../store/store.ts';
import { begin, data, end, folder, main, run, running, signIn, start } from '../testing/command-line.ts';
import { undoMigrations } from '../testing/older-database.ts';
import { lockFolder } from './data-folder.ts';

beforeEach(begin);
afterEach(end);

test('`backup` makes one file while the server runs; a server from it is in a new epoch and knows what is durable', async () => {
  const out = join(folder, 'backup.sqlite');
  const first = await start('--demo', '2');
  const desk = await signIn(first);
  const made = run('backup', '--data', data(), '--out', out);
  expect(made.status).toBe(0);
  const { head } = JSON.parse(made.stdout) as { head: number };
  const answer = await fetch(first.url);
  expect(answer.headers.get('circdesk-durable')).toBe(String(head));
  expect(readdirSync(folder).sort()).toEqual(['backup.sqlite', 'data']);
  expect(run('backup', '--data', data(), '--out', out).stderr).toContain('is there already');
  await first.stop();
  copyFileSync(out, join(data(), 'circdesk.sqlite'));
  const restored = await start();
  expect((await signIn(restored)).epoch).not.toBe(desk.epoch);
  const told = /^The database was restored\. .* see Restore in docs\/server\.md\.\n$/;
  await vi.waitFor(() => expect(restored.errors()).toMatch(told));
  await restored.stop();
  const again = await start();
  await again.stop();
  expect(again.errors()).toBe('');
});

test('of two backups at once one is made whole, and the other refused', async () => {
  await (await start('--demo', '40')).stop();
  const out = join(folder, 'backup.sqlite');
  const ends = await Promise.all(
    [1, 2].map(async () => {
      const made = spawn(process.execPath, [main, 'backup', '--data', data(), '--out', out]);
      running.push(made);
      let errors = '';
      made.stderr.on('data', (chunk: Buffer) => void (errors += chunk.toString()));
      const status = await new Promise<number | null>((resolve) => made.once('close', resolve));
      return { status, errors };
    }),
  );
  const refused = ends.filter(({ status }) => status !== 0).map(({ errors }) => errors);
  expect(refused).toEqual([
    expect.stringMatching(/^(Another backup of .* is being made|.*backup\.sqlite is there already)\.\n$/),
  ]);
  const marks = (file: string) => {
    const database = new Database(file);
    try {
      return database.prepare('SELECT count(*) FROM backup').pluck().get();
    } finally {
      database.close();
    }
  };
  expect([out, join(data(), 'circdesk.sqlite')].map(marks)).toEqual([1, 1]);
});

test('a desk that was revoked since the backup is revoked again before the restored server starts', async () => {
  const out = join(folder, 'backup.sqlite');
  const first = await start('--demo', '2');
  const stolen = await signIn(first);
  const patron = await stolen.someone();
  run('backup', '--data', data(), '--out', out);
  await first.stop();
  copyFileSync(out, join(data(), 'circdesk.sqlite'));
  const { desk } = JSON.parse(run('desks', '--data', data()).stdout) as { desk: string };
  expect(run('desks', '--data', data(), '--revoke', desk).status).toBe(0);
  await start('--port', new URL(first.url).port);
  expect((await stolen.ask('GET', `/patrons/${patron}`)).status).toBe(401);
});

test('a database that is none is said to be, in words', () => {
  mkdirSync(data());
  writeFileSync(
    join(data(), 'circdesk.sqlite'),
    'a page of text, as long as the head of a database. '.repeat(4),
  );
  const said = run('--data', data());
  expect([said.status, said.stdout]).toEqual([1, '']);
  expect(said.stderr).toBe('The file is not a database of this server.\n');
});

test('a database that was put back damaged, or half of it, is said to be, in words', async () => {
  await (await start('--demo', '2')).stop();
  const database = join(data(), 'circdesk.sqlite');
  const whole = readFileSync(database);
  for (const damaged of [whole.subarray(0, whole.length / 2), Buffer.alloc(0)]) {
    writeFileSync(database, damaged);
    const said = run('--data', data());
    expect([said.status, said.stdout]).toEqual([1, '']);
    expect(said.stderr).toMatch(/^The database is (damaged|empty)\. [^\n]*docs\/server\.md\.\n$/);
  }
});

test.each([
  ['a table that is missing', 'DROP TABLE block', /It lacks table block/],
  [
    'a view in the place of a table',
    'ALTER TABLE debt RENAME TO kept; CREATE VIEW debt AS SELECT * FROM kept',
    /It lacks table debt/,
  ],
  [
    'a trigger that deletes in silence',
    'CREATE TRIGGER more AFTER UPDATE ON history BEGIN DELETE FROM block; END',
    /It also has trigger more\./,
  ],
  ['a version that never was', 'PRAGMA user_version = -1', /already exists/],
])('a database that was put back with %s is refused, in words', async (_what, sql, words) => {
  await (await start('--demo', '2')).stop();
  const db = new Database(join(data(), 'circdesk.sqlite'));
  db.exec(sql);
  db.close();
  const said = run('--data', data());
  expect([said.status, said.stdout]).toEqual([1, '']);
  expect(said.stderr).toMatch(/^The database is not as this server makes it: [^\n]*\n$/);
  expect(said.stderr).toMatch(words);
});

/** As a server wrote it that knew no Swedish order yet. */
function olderDatabase() {
  mkdirSync(data());
  const file = join(data(), 'circdesk.sqlite');
  new Store(file).close();
  const database = new Database(file);
  undoMigrations(database, 5);
  return database;
}

test('no command changes the database under an older server that still runs', () => {
  const database = olderDatabase();
  const letGo = lockFolder(data());
  for (const args of [['desks'], ['backup', '--out', join(folder, 'backup.sqlite')]]) {
    const said = run(...args, '--data', data());
    expect([said.status, said.stdout]).toEqual([1, '']);
    expect(said.stderr).toMatch(/^The server that runs on .* is older than this program: [^\n]*\n$/);
  }
  expect(database.pragma('user_version', { simple: true })).toBe(5);
  letGo();
  expect(run('desks', '--data', data())).toEqual({ status: 0, stdout: '', stderr: '' });
  expect(database.pragma('user_version', { simple: true })).toBe(migrations.length);
  database.close();
});

test('of two commands that find an older database, each does what it was asked', async () => {
  const database = olderDatabase();
  database.exec('BEGIN IMMEDIATE');
  const ends = [1, 2].map(async () => {
    const command = spawn(process.execPath, [main, 'desks', '--data', data()]);
    running.push(command);
    let errors = '';
    command.stderr.on('data', (chunk: Buffer) => void (errors += chunk.toString()));
    const status = await new Promise<number | null>((resolve) => command.once('close', resolve));
    return { status, errors };
  });
  await pause(3000);
  database.exec('COMMIT');
  database.close();
  const done = { status: 0, errors: '' };
  expect(await Promise.all(ends)).toEqual([done, done]);
});
