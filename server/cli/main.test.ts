// The command line, as an administrator uses it: the real program in a process of its own.
import { once } from 'node:events';
import { linkSync, mkdirSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { v7 as uuidv7 } from 'uuid';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { BLOCK_PATRON } from '../../shared/permissions.ts';
import { begin, data, end, folder, run, signIn, start } from '../testing/command-line.ts';

beforeEach(begin);
afterEach(end);

/** Of this machine: by some of them others reach it. macOS has no other one of its own. */
function otherAddresses(): string[] {
  const outside = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return [
    ...outside.filter(({ family, internal }) => family === 'IPv4' && !internal).map(({ address }) => address),
    ...(process.platform === 'darwin' ? [] : ['127.0.0.2']),
  ];
}

async function answersAt(address: string, { url }: { url: string }): Promise<boolean> {
  const connection = connect(Number(new URL(url).port), address);
  const answers = await once(connection, 'connect').then(
    () => true,
    () => false,
  );
  connection.destroy();
  return answers;
}

test('starts on loopback with one line, ends when told, and goes on where it was', async () => {
  const first = await start('--demo', '5', '--seed', '7');
  expect(first.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  for (const address of otherAddresses())
    expect([address, await answersAt(address, first)]).toEqual([address, false]);
  expect(await answersAt('127.0.0.1', first)).toBe(true);
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

test('each start forgets what the libraries need not keep any longer', async () => {
  const first = await start('--demo', '2');
  const desk = await signIn(first);
  await desk.ask('POST', `/patrons/${await desk.someone()}/blocks`, { id: uuidv7(), comment: 'x' });
  await first.stop();
  const database = new Database(join(data(), 'circdesk.sqlite'));
  const blocks = () => database.prepare('SELECT count(*) FROM block').pluck().get();
  database.exec("UPDATE block SET keep_until = '2020-01-01T00:00:00.000Z'");
  expect(blocks()).not.toBe(0);
  await (await start()).stop();
  expect(blocks()).toBe(0);
  database.close();
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

test('an account that was guessed at, and a desk that was revoked, are let in again where an administrator says so', async () => {
  const server = await start('--demo', '2');
  const account = server.accounts.find(({ library, username }) => library === 'north' && username === 'lead');
  const desk = uuidv7();
  const signInBy = async (password: string | undefined) => {
    const body = JSON.stringify({ library: 'north', username: 'lead', password, desk });
    const headers = { 'content-type': 'application/json' };
    return (await fetch(`${server.url}/sessions`, { method: 'POST', headers, body })).status;
  };
  const desks = (...options: string[]) => run('desks', '--data', data(), ...options);
  for (let n = 0; n < 5; n++) await signInBy('a guess');
  expect(await signInBy(account?.password)).toBe(423);
  run('staff', '--data', data(), '--library', 'north', '--username', 'lead', '--unlock');
  expect(await signInBy(account?.password)).toBe(201);

  for (const option of ['--revoke', '--allow'])
    expect(desks(option, desk.slice(1))).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("no desk's id") as string,
    });
  expect(await signInBy(account?.password)).toBe(201);
  desks('--revoke', desk);
  expect(await signInBy(account?.password)).toBe(403);
  desks('--allow', desk);
  expect(await signInBy(account?.password)).toBe(201);
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
