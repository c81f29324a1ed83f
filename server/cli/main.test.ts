// The command line, as an administrator uses it: the real program in a process of its own.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import {
  copyFileSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { v7 as uuidv7 } from 'uuid';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { BLOCK_PATRON } from '../../shared/permissions.ts';
import type { DemoAccount } from '../demo/accounts.ts';
import { migrations } from '../store/migrations.ts';
import { Store } from '../store/store.ts';
import { undoMigrations } from '../testing/older-database.ts';
import { lockFolder } from './data-folder.ts';

// Each starts the program anew, several times: on a busy machine that takes its time.
vi.setConfig({ testTimeout: 60_000 });

const main = join(import.meta.dirname, '..', 'main.ts');
let folder: string;
const running: ChildProcess[] = [];
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'circdesk-cli-'))));
afterEach(() => {
  running.splice(0).forEach((server) => server.kill('SIGKILL'));
  rmSync(folder, { recursive: true });
});

const data = () => join(folder, 'data');
function run(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], {
    encoding: 'utf8',
    timeout: 50_000,
  });
  return { status, stdout, stderr };
}

async function start(...options: string[]) {
  const server = spawn(process.execPath, [main, '--data', data(), ...options], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.push(server);
  const lines: string[] = [];
  let errors = '';
  server.stderr.on('data', (chunk: Buffer) => void (errors += chunk.toString()));
  const exited = new Promise<number | null>((resolve) => server.once('exit', resolve));
  await new Promise<void>((resolve, reject) => {
    createInterface(server.stdout).on('line', (line) => resolve(void lines.push(line)));
    void exited.then(() => reject(new Error(errors)));
  });
  const { url, accounts } = JSON.parse(lines[0] ?? '') as { url: string; accounts: DemoAccount[] };
  const stop = (signal: NodeJS.Signals = 'SIGTERM') => {
    server.kill(signal);
    return exited;
  };
  return { url, accounts, lines, errors: () => errors, stop };
}

async function signIn(
  { url, accounts }: Awaited<ReturnType<typeof start>>,
  library = 'north',
  username = 'lead',
) {
  const account = accounts.find((one) => one.library === library && one.username === username);
  const json = { 'content-type': 'application/json' };
  const body = JSON.stringify({ library, username, password: account?.password, desk: uuidv7() });
  const answer = await fetch(`${url}/sessions`, { method: 'POST', headers: json, body });
  const session = (await answer.json()) as { accessToken?: string; accessExpiresIn?: number; epoch?: string };
  const { accessToken = '', accessExpiresIn, epoch = '' } = session;
  const ask = (method: string, path: string, asked?: unknown) =>
    fetch(url + path, {
      method,
      headers: {
        authorization: `Bearer ${accessToken}`,
        'idempotency-key': uuidv7(),
        'circdesk-act': uuidv7(),
        'circdesk-acted-at': new Date().toISOString(),
        'circdesk-epoch': epoch,
        ...(asked !== undefined && json),
      },
      ...(asked !== undefined && { body: JSON.stringify(asked) }),
    });
  const someone = async () => {
    const { patrons } = (await (await ask('GET', '/patrons?query=*&limit=1')).json()) as {
      patrons: { id: string }[];
    };
    return patrons[0]?.id ?? '';
  };
  return { status: answer.status, accessExpiresIn, epoch, ask, someone };
}

test('starts on loopback with one line, ends when told, and goes on where it was', async () => {
  const first = await start('--demo', '5', '--seed', '7');
  expect(first.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect(first.accounts).toHaveLength(6);
  const desk = await signIn(first);
  expect(desk.status).toBe(201);
  const patron = await desk.someone();
  const blocked = await desk.ask('POST', `/patrons/${patron}/blocks`, { id: uuidv7(), comment: 'kept' });
  expect(blocked.status).toBe(201);
  expect(await first.stop()).toBe(0);
  expect(first.lines).toHaveLength(1);
  expect(first.errors()).toBe('');
  expect(readdirSync(data()).sort()).toEqual(['circdesk.sqlite', 'history.json', 'lock.sqlite']);
  if (process.platform !== 'win32') expect(statSync(join(data(), 'circdesk.sqlite')).mode & 0o077).toBe(0);

  const second = await start('--demo', '5', '--seed', '7');
  expect(second.accounts).toEqual(first.accounts);
  const again = await signIn(second);
  expect(again.epoch).toBe(desk.epoch);
  const { blocks } = (await (await again.ask('GET', `/patrons/${patron}`)).json()) as { blocks: unknown[] };
  expect(blocks).toMatchObject([{ comment: 'kept' }]);
});

test('as it is started, it lets in ten sign-ins and a hundred requests a second, tokens for ten minutes; a PIN costs who guesses it', async () => {
  const server = await start('--demo', '2');
  const desk = await signIn(server);
  expect(desk.accessExpiresIn).toBe(600);
  const patron = await desk.someone();
  expect((await desk.ask('PUT', `/patrons/${patron}/pin`, { pin: '5937' })).status).toBe(200);
  const letIn = async (count: number, ask: () => Promise<Response>) => {
    const began = performance.now();
    const answers = await Promise.all(Array.from({ length: count }, ask));
    const within = Math.ceil((performance.now() - began) / 1000) + 1;
    return [answers.filter(({ status }) => status !== 429).length, within] as const;
  };
  const body = JSON.stringify({ refreshToken: 'r.x' });
  const headers = { 'content-type': 'application/json' };
  const refresh = () => fetch(`${server.url}/sessions/refresh`, { method: 'POST', headers, body });
  const [refreshed, seconds] = await letIn(200, refresh);
  expect(refreshed).toBeGreaterThanOrEqual(10);
  expect(refreshed).toBeLessThanOrEqual(10 * seconds);
  const [asked, within] = await letIn(1_000, () => fetch(server.url));
  expect(asked).toBeGreaterThanOrEqual(100);
  expect(asked).toBeLessThanOrEqual(100 * within);
  await server.stop();
  const database = new Database(join(data(), 'circdesk.sqlite'));
  const { pin } = database.prepare('SELECT pin FROM patron WHERE id = ?').get(patron) as { pin: string };
  database.close();
  expect(pin).toMatch(/^scrypt\$16384\$/);
});

test('whoever holds a connection with half a request keeps no server from ending, nor the next one from its start', async () => {
  const server = await start('--demo', '1');
  const held = connect(Number(new URL(server.url).port), '127.0.0.1').on('error', () => undefined);
  held.write('POST /sessions HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{');
  await pause(1000);
  const began = performance.now();
  expect(await server.stop()).toBe(0);
  expect(performance.now() - began).toBeLessThan(20_000);
  await (await start()).stop();
});

test('an act that was answered survives a kill', async () => {
  const first = await start('--demo', '2');
  const desk = await signIn(first);
  const patron = await desk.someone();
  await desk.ask('POST', `/patrons/${patron}/blocks`, { id: uuidv7(), comment: 'kept' });
  await first.stop('SIGKILL');
  const again = await signIn(await start());
  const { blocks } = (await (await again.ask('GET', `/patrons/${patron}`)).json()) as { blocks: unknown[] };
  expect(blocks).toMatchObject([{ comment: 'kept' }]);
  expect(again.epoch).toBe(desk.epoch);
});

test('`staff` counts from the next request on, while the server runs', async () => {
  const server = await start('--demo', '2');
  const desk = await signIn(server);
  const patron = await desk.someone();
  const block = async () =>
    (await desk.ask('POST', `/patrons/${patron}/blocks`, { id: uuidv7(), comment: 'x' })).status;
  const staff = (...options: string[]) =>
    run('staff', '--data', data(), '--library', 'north', '--username', 'lead', ...options);
  expect(await block()).toBe(201);
  expect(staff('--revoke', BLOCK_PATRON).status).toBe(0);
  expect(await block()).toBe(403);
  staff('--grant', BLOCK_PATRON);
  expect(await block()).toBe(201);
  staff('--end-sessions');
  expect(await block()).toBe(401);
  expect((await signIn(server)).status).toBe(201);
  staff('--lock');
  expect((await signIn(server)).status).toBe(423);
  expect(JSON.parse(staff('--unlock').stdout)).toMatchObject({ username: 'lead', locked: false });
  expect((await signIn(server)).status).toBe(201);
});

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

test('what an administrator changes of accounts and desks stands in the log of sign-ins', async () => {
  const server = await start('--demo', '2');
  const account = server.accounts.find(({ username }) => username === 'desk');
  if (!account) throw new Error('no demo accounts');
  const { library, username } = account;
  const staff = (...options: string[]) =>
    run('staff', '--data', data(), '--library', library, '--username', username, ...options);
  const [desk, permission] = [uuidv7(), 'Patrons - Delete patron'];
  staff('--grant', permission, '--lock');
  staff('--revoke', permission, '--unlock', '--end-sessions');
  run('desks', '--data', data(), '--revoke', desk.toUpperCase());
  run('desks', '--data', data(), '--allow', desk);
  const listed = (...options: string[]) =>
    run('sign-ins', '--data', data(), '--library', library, ...options)
      .stdout.trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { username: string; desk: string; event: string })
      .map((row) => `${row.username}${row.desk}: ${row.event}`)
      .toReversed();
  const ofAccount = [
    `desk: permission granted: ${permission}`,
    'desk: account locked',
    `desk: permission withdrawn: ${permission}`,
    'desk: account unlocked',
    'desk: sessions ended by an administrator',
  ];
  expect(listed('--username', username)).toEqual(ofAccount);
  expect(listed()).toEqual([...ofAccount, `${desk}: desk revoked`, `${desk}: desk allowed`]);
});

test('an administrator reads who signed in and out, and what was refused', async () => {
  const server = await start('--demo', '2');
  const [account] = server.accounts;
  if (!account) throw new Error('no demo accounts');
  const { library, username } = account;
  const desk = uuidv7();
  const tryIn = (password: string) =>
    fetch(`${server.url}/sessions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ library, username, password, desk }),
    });
  expect([(await tryIn('a guess')).status, (await tryIn(account.password)).status]).toEqual([401, 201]);
  const listed = run('sign-ins', '--data', data(), '--library', library, '--username', username);
  expect(
    listed.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown),
  ).toEqual([
    { at: expect.any(String) as string, username, desk, event: 'signed in' },
    { at: expect.any(String) as string, username, desk, event: 'wrong password' },
  ]);
  expect(run('sign-ins', '--data', data(), '--library', library, '--username', 'nobody')).toEqual({
    status: 1,
    stdout: '',
    stderr: `There is no account nobody at ${library}.\n`,
  });
});

test('logs routes and never patrons', async () => {
  const server = await start('--demo', '2', '--log');
  const desk = await signIn(server);
  const patron = await desk.someone();
  await desk.ask('GET', '/patrons?query=Secretname');
  await desk.ask('POST', `/patrons/${patron}/blocks`, { id: uuidv7(), comment: 'Secretcomment' });
  await desk.ask('GET', '/Secretpath');
  await server.stop();
  expect(server.errors()).toContain('"route":"/patrons/:patronId/blocks"');
  for (const secret of ['Secret', patron, 'Bearer', 'password'])
    expect(server.errors()).not.toContain(secret);
});

test('says in words what is wrong, and how it is used', () => {
  const said = run('--data', data(), '--colour', 'red');
  expect([said.status, said.stdout]).toEqual([2, '']);
  expect(said.stderr).toMatch(/--colour[^]*Usage:/);
  expect(said.stderr).not.toContain('    at ');
});

test.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])('%s is no command', (word) => {
  const said = run(word);
  expect([said.status, said.stdout]).toEqual([2, '']);
  expect(said.stderr).toContain(`There is no command ${word}.`);
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

test('refuses a folder that another server runs on', async () => {
  const server = await start('--demo', '1');
  const second = run('--data', data());
  expect([second.status, second.stdout]).toEqual([1, '']);
  expect(second.stderr).toContain('Another server runs');
  expect((await fetch(server.url)).status).toBe(200);
});

test.each([
  ['hard link', linkSync],
  ['symbolic link', symlinkSync],
])('refuses a %s to a database in a folder that another server may run on', async (what, link) => {
  const server = await start('--demo', '1');
  const other = join(folder, 'other');
  mkdirSync(other);
  link(join(data(), 'circdesk.sqlite'), join(other, 'circdesk.sqlite'));
  const second = run('--data', other);
  expect([second.status, second.stdout]).toEqual([1, '']);
  expect(second.stderr).toContain(`circdesk.sqlite has a second name (a ${what})`);
  expect(run('desks', '--data', data()).status).toBe(0);
  expect((await fetch(server.url)).status).toBe(200);
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

test.each<[string, (lock: string) => void]>([
  ['a folder', (lock) => mkdirSync(lock)],
  ['no database', (lock) => writeFileSync(lock, 'a page of text. '.repeat(100))],
])('a lock that is %s is said to be in the way, not another server', async (_what, make) => {
  await (await start('--demo', '1')).stop();
  const lock = join(data(), 'lock.sqlite');
  rmSync(lock);
  make(lock);
  const said = run('--data', data());
  expect([said.status, said.stdout]).toEqual([1, '']);
  expect(said.stderr).toMatch(/^\S+lock\.sqlite can't be locked: [^\n]+\n$/);
});

test('what was typed is told without the characters that a terminal obeys', async () => {
  await (await start('--demo', '1')).stop();
  const typed = 'le\x1b[2J\x9b2J\u202Ead';
  const account = run('staff', '--data', data(), '--library', 'north', '--username', typed);
  expect(account.stderr).toBe('There is no account le\uFFFD[2J\uFFFD2J\uFFFDad at north.\n');
  expect(run(typed).stderr).not.toContain('\x1b');
});
