// The log goes to IT, and further: nothing of a patron may stand in it, whatever went wrong.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { Failure } from './failure.ts';
import { fileLog, type Log } from './log.ts';

const folder = mkdtempSync(join(tmpdir(), 'circdesk-log-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});
let log: Log;
beforeEach(() => {
  rmSync(join(folder, 'circdesk.log'), { force: true });
  log = fileLog(folder, { now: () => 0 });
});
const written = () => readFileSync(join(folder, 'circdesk.log'), 'utf8');

const SECRET = 'Plantedsson';
class Hostile extends Error {
  override readonly name = `Error of ${SECRET}`;
  readonly code = `of ${SECRET}`;
}
const zodError = z.object({ [SECRET]: z.literal('x') }).safeParse({ [SECRET]: SECRET }).error;

test.each([
  ['an error whose message quotes', new Error(`near "${SECRET}": syntax error`)],
  ['a message that looks like a stack', new Error(`no\n    at ${SECRET}\n    at ${SECRET} (/home/x:1:2)`)],
  ['a name and a code that quote', new Hostile('no')],
  ['a schema’s words on a value', zodError],
  ['words of a server', new Failure({ code: 'invalid' }, `Not of the expected shape: ${SECRET} Öberg`)],
  ['a failure because of an error that quotes', new Failure({ code: 'internal' }, new Error(SECRET))],
  ['something thrown that is no error', { patron: SECRET }],
])('%s leaves none of it in the log', (_what, thrown) => {
  log.trouble('a test', thrown);
  expect(written()).toContain('a test');
  expect(written()).not.toContain(SECRET);
});

test('IT learns what failed and where', () => {
  log.trouble('a test', Object.assign(new TypeError('no such thing'), { code: 'ERR_SOMETHING' }));
  expect(written()).toMatch(/TypeError \| ERR_SOMETHING \| at .*log\.test\.ts:\d+:\d+/);
  log.trouble('a test', new Failure({ code: 'signedOut' }, 'signed-out'));
  expect(written()).toContain('"because":"signed-out"');
  expect(written()).toContain('TypeError');
});

test('the log is for its user alone', () => {
  log.write('started');
  expect(statSync(join(folder, 'circdesk.log')).mode & 0o777).toBe(0o600);
  fileLog(join(folder, 'first', 'logs'), { now: () => 0 });
  for (const made of ['first', 'first/logs']) expect(statSync(join(folder, made)).mode & 0o777).toBe(0o700);
});

test('one that has grown too large makes way for a new one: two are all there ever is', () => {
  for (const before of ['the first', 'the second']) {
    writeFileSync(join(folder, 'circdesk.log'), before.padEnd(1_000_001));
    log.write('started');
    expect(written().length).toBeLessThan(100);
    expect(readFileSync(join(folder, 'circdesk.1.log'), 'utf8').trimEnd()).toBe(before);
  }
});

test.runIf(process.platform === 'linux')('a pipe in its place is waited for by nobody', () => {
  execFileSync('mkfifo', [join(folder, 'circdesk.log')]);
  log.write('started');
  expect(written()).toContain('started');
});
