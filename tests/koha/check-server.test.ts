// npm run check-server, as a library's IT runs it, against both kinds of server.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer, type RunningServer } from '../../build/reference-server.ts';
import type { Check } from '../../build/server-check.ts';
import { Central, cardOf, isFree } from '../drive/central.ts';
import { certificateFile, openTlsLine } from '../drive/tls-line.ts';
import { LOOKER, smallLibrary, STAFF } from './fake/small-library.ts';
import type { FakeKoha } from './fake/koha.ts';
import { listen, type ListeningKoha } from './fake/listen.ts';

interface Report {
  kind: string;
  ok: number;
  failed: number;
  checks: Check[];
}

async function check(url: string, user: string, password: string, ...more: string[]) {
  return checkUnder({}, url, user, password, ...more);
}

async function checkUnder(
  variables: Record<string, string>,
  url: string,
  user: string,
  password: string,
  ...more: string[]
) {
  const main = join(import.meta.dirname, '..', '..', 'build', 'check-server.ts');
  const args = [main, '--url', url, '--user', user, '--password-stdin', ...more];
  const env = { ...process.env, ...variables };
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'pipe'], env });
  child.stdin.end(`${password}\n`);
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const [out, errors, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  const last = out.trim().split('\n').at(-1) ?? '';
  const report = (last.startsWith('{') ? JSON.parse(last) : { checks: [] }) as Report;
  const outcomes = Object.fromEntries(report.checks.map((one) => [one.check, one.outcome]));
  return { code, out, errors, report, outcomes };
}

test('a mistyped option is told in words with the usage, before a server is asked', async () => {
  const { code, errors } = await check('http://127.0.0.1:9/', 'lead', 'x', '--wirte');
  expect(code).toBe(2);
  expect(errors).toContain("Unknown option '--wirte'");
  expect(errors).toContain('--password-stdin');
  expect(errors).not.toContain('node:internal');
});

describe('a Koha', () => {
  let koha: FakeKoha;
  let listening: ListeningKoha;
  beforeAll(async () => {
    koha = smallLibrary({ now: () => Date.now() });
    const { patron_id } = koha.world.addPatron({
      surname: 'Aaltonen',
      cardnumber: '2100001',
      staff_notes: 'Rings twice.',
      // A child, whose data only a guardian may ask for.
      date_of_birth: `${new Date().getUTCFullYear() - 5}-01-31`,
    });
    koha.world.lend(patron_id, koha.world.addBook('Dune', 'Herbert', 'b1').item);
    koha.world.charge(patron_id, 2.5, 'LOST');
    listening = await listen(koha);
  });
  afterAll(() => listening.close());

  test('is recognised and read, and nothing changes there', async () => {
    const before = JSON.stringify([[...koha.world.patrons], koha.world.attributes]);
    const { code, report, outcomes, out } = await check(listening.url, STAFF.username, STAFF.password);
    expect(report).toMatchObject({ kind: 'koha', failed: 0 });
    expect(outcomes).toMatchObject({ 'sign in': 'ok', loans: 'ok', debts: 'ok', 'patron data file': 'ok' });
    expect(outcomes).toMatchObject({ reservations: 'skipped', notifications: 'skipped' });
    expect(code).toBe(0);
    expect(JSON.stringify([[...koha.world.patrons], koha.world.attributes])).toBe(before);
    expect(out).not.toContain('Aaltonen');
    expect(out).not.toContain(STAFF.password);
  });

  describe('behind TLS', () => {
    const folder = mkdtempSync(join(tmpdir(), 'circdesk-check-'));
    afterAll(() => {
      rmSync(folder, { recursive: true, force: true });
    });
    const tries = async (certificate: string, server: object, variables: Record<string, string>) => {
      const line = await openTlsLine(listening.url, certificate);
      const policy = join(folder, 'policy.json');
      writeFileSync(policy, JSON.stringify({ server: { url: line.url, ...server } }));
      const { username, password } = STAFF;
      const done = await checkUnder(variables, line.url, username, password, '--policy', policy);
      await line.close();
      return { ...done, passed: line.passed };
    };
    const certificateAuthority = certificateFile('library');
    /** Whom this machine trusts. */
    const trusting = { NODE_EXTRA_CA_CERTS: certificateFile('stranger') };

    test('is believed where policy’s certificate authority stands behind it', async () => {
      const { outcomes } = await tries('through-intermediate', { certificateAuthority }, trusting);
      expect(outcomes).toMatchObject({ 'sign in': 'ok' });
    });

    test.each<[string, object, Record<string, string>, string]>([
      [
        'whose authority is trusted here, and isn’t policy’s',
        { certificateAuthority },
        trusting,
        'serverCertificate',
      ],
      [
        'that no authority stands behind, where all were to be believed',
        { certificateAuthority },
        { NODE_TLS_REJECT_UNAUTHORIZED: '0' },
        'NODE_TLS_REJECT_UNAUTHORIZED',
      ],
      ['that isn’t policy’s', { url: 'https://library.example/' }, trusting, 'https://library.example/'],
      [
        'where policy’s authority can’t be read',
        { certificateAuthority: '/nowhere/ca.pem' },
        trusting,
        '/nowhere/ca.pem',
      ],
      [
        'where there is none in policy’s file',
        { certificateAuthority: certificateFile('good.key') },
        trusting,
        'certificate',
      ],
    ])('%s is sent nothing', async (_which, server, variables, said) => {
      const { code, errors, passed } = await tries('strangers', server, variables);
      expect({ code, passed }).toEqual({ code: 2, passed: 0 });
      expect(errors).toContain(said);
    });

    test('is sent nothing where the policy isn’t there', async () => {
      const { code, errors } = await check(listening.url, 'lead', 'x', '--policy', join(folder, 'none.json'));
      expect(code).toBe(2);
      expect(errors).toContain('none.json');
    });
  });

  test('is written to, one patron only, and everything is put back', async () => {
    const { report, outcomes } = await check(
      ...([listening.url, STAFF.username, STAFF.password] as const),
      ...['--kind', 'koha', '--write', '--patron', '2100001'],
    );
    expect(report.failed).toBe(0);
    expect(outcomes).toMatchObject({
      'edit the staff note': 'ok',
      'put the staff note back': 'ok',
      block: 'ok',
      unblock: 'ok',
      'all is as it was': 'ok',
    });
    expect(koha.world.patron(3)['staff_notes']).toBe('Rings twice.');
    expect(koha.world.attributes).toEqual([]);
  });

  test('whose account may do little says what is missing', async () => {
    const { code, outcomes, out } = await check(listening.url, LOOKER.username, LOOKER.password);
    expect(outcomes).toMatchObject({ 'sign in': 'ok', loans: 'skipped' });
    expect(out).toContain('circulate: circulate_remaining_permissions');
    expect(code).toBe(0);
  });

  test('behind a gateway that drops a header says which one', async () => {
    const answer = koha.answer.bind(koha);
    koha.answer = (request) => answer({ ...request, headers: { ...request.headers, 'x-koha-embed': '' } });
    const { code, outcomes, out } = await check(listening.url, STAFF.username, STAFF.password);
    koha.answer = answer;
    expect(outcomes).toMatchObject({ 'sign in': 'ok', 'first page of a copy': 'failed' });
    expect(out).toContain('x-koha-embed without effect: extended_attributes');
    expect(code).toBe(1);
  });

  test('whose answers are no JSON has none of what stands there printed', async () => {
    const answer = koha.answer.bind(koha);
    koha.answer = (request) => {
      const answered = answer(request);
      return request.path.endsWith('/account') ? { ...answered, body: 'Aaltonen: 0701740605' } : answered;
    };
    const { outcomes, out } = await check(listening.url, STAFF.username, STAFF.password);
    koha.answer = answer;
    expect(outcomes).toMatchObject({ 'sign in': 'ok', 'open a patron': 'failed' });
    expect(out).toContain('serverRubbish, SyntaxError');
    expect(out).not.toContain('Aalto');
  });

  test('that refuses the password, or has no such patron, fails the command', async () => {
    const wrong = await check(listening.url, STAFF.username, 'wrong');
    expect(wrong).toMatchObject({ code: 1, outcomes: { 'sign in': 'failed' } });
    const noCard = await check(listening.url, STAFF.username, STAFF.password, '--write', '--patron', '999');
    expect(noCard).toMatchObject({ code: 1, outcomes: { 'find the patron of the card': 'failed' } });
  });
});

describe('our reference server', () => {
  let server: RunningServer;
  const folder = mkdtempSync(join(tmpdir(), 'circdesk-check-'));
  beforeAll(async () => {
    server = await startServer(folder, ['--demo', '30', '--seed', '3']);
  });
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test('is recognised, read and written to', async () => {
    const lead = server.accounts.find(({ username }) => username === 'lead');
    if (!lead) throw new Error('The demo network has no lead.');
    const card = cardOf(await (await Central.signIn(server.url, lead)).patronWho(isFree));
    const more = ['--library', lead.library, '--write', '--patron', card];
    const first = await check(server.url, lead.username, lead.password, ...more);
    expect(first.report).toMatchObject({ kind: 'circdesk', failed: 0 });
    expect(first.outcomes).toMatchObject({ notifications: 'ok', agreements: 'ok' });
    expect(first.outcomes['patron data file']).toBe('skipped');
    expect(first.outcomes).toMatchObject({ block: 'ok', unblock: 'ok', 'all is as it was': 'ok' });
  });
});

test('what is asked for wrongly is explained, and nothing is tried', async () => {
  const { code, errors } = await check('http://library.example/', 'x', 'y');
  expect(code).toBe(2);
  expect(errors).toContain('https');
});
