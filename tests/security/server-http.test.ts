// The running reference server against who floods, drips, guesses and sends nonsense.
import { mkdtempSync, rmSync } from 'node:fs';
import { request, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { v7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { ReferenceServer } from '../../electron/central/reference/reference-server.ts';
import { httpTransport } from '../../electron/central/transport.ts';
import { every, pause } from '../../server/cli/start.ts';
import { createServer, type Server } from '../../server/http/server.ts';
import { daysFrom } from '../../server/ports.ts';
import { SignInLog } from '../../server/sessions/sign-in-log.ts';
import { historyInMemory } from '../../server/store/history-file.ts';
import { addTestLibraries, PASSWORD, testNetwork, testOptions } from '../../server/testing/network.ts';
import { endpoints, type EndpointName } from '../../shared/central/contract.ts';
import { ACT_HEADERS, type Endpoint } from '../../shared/central/endpoint.ts';
import type { Session } from '../../shared/central/contract.ts';
import { EMPTY_SECTIONS } from '../../shared/patrons/sections.ts';
import { fitting, monstrous } from './arbitrary.ts';

const options = testOptions();
let server: Server;
let url = '';
let session: Session;
const DESK = '3f0e9a52-6a37-4e7e-9c5e-0d7f5b7c9a10';

beforeAll(async () => {
  server = await createServer({ ...options, rates: { session: 1e6, signIn: 5 } });
  addTestLibraries(server.central);
  url = await server.app.listen({ host: '127.0.0.1', port: 0 });
  session = await signedIn();
});
afterAll(() => server.app.close());

const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
let signIns = 0;
/** Time passes in some of the tests: whoever needs a session begins one, from an address that nobody floods. */
async function signedIn(): Promise<Session> {
  const credentials = { library: 'north', username: 'lead', password: PASSWORD, desk: DESK };
  const answer = await post('/sessions', credentials, {
    'x-forwarded-for': `192.0.2.${100 + signIns++}`,
  });
  return (await answer.json()) as Session;
}
const guess = (from: string, headers: Record<string, string> = {}) =>
  post(
    '/sessions',
    { library: 'north', username: `u${Math.random()}`, password: 'guess', desk: DESK },
    { 'x-forwarded-for': from, ...headers },
  );
const statuses = async (answers: Promise<Response>[]) => {
  const counts: Record<number, number> = {};
  for (const { status } of await Promise.all(answers)) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
};
const PIN = { method: 'PUT', headers: { 'content-type': 'application/json' }, body: '{"pin":"1234"}' };
const many = <T>(count: number, make: (n: number) => T) => Array.from({ length: count }, (_, n) => make(n));

describe('sign-ins by the thousand', () => {
  test('from one address are held up, also with another made-up token each time', async () => {
    const counts = await statuses(
      many(40, (n) => guess('192.0.2.1', { authorization: `Bearer a.${n}-${'x'.repeat(40)}` })),
    );
    expect(counts).toEqual({ 401: 5, 429: 35 });
  });

  test.each([
    ['refreshes', '/sessions/refresh', { refreshToken: `r.${'x'.repeat(43)}` }],
    ['patrons’ sign-ins', endpoints.patronSignIn.path, { library: 'north', cardNumber: 'C-1', pin: '0000' }],
  ])('from one address are held up: %s', async (what, path, body) => {
    const from = { 'x-forwarded-for': `192.0.2.${10 + what.length}` };
    const counts = await statuses(many(40, () => post(path, body, from)));
    expect(counts[429]).toBe(35);
  });

  test('from one address are held up, whatever else it says of where it comes from', async () => {
    const counts = await statuses(many(40, (n) => guess(`198.51.100.${n}, 192.0.2.4`)));
    expect(counts).toEqual({ 401: 5, 429: 35 });
  });

  test.each([
    ['one line of IPv6, which has a whole network', (n: number) => `2001:db8:1:2::${n.toString(16)}`],
    ['one address whose port the proxy tells, too', (n: number) => `192.0.2.5:${40_000 + n}`],
    ['one address of IPv6 with its port', (n: number) => `[2001:db8:1:3::1]:${40_000 + n}`],
  ])('from %s are held up', async (_which, from) => {
    expect(await statuses(many(40, (n) => guess(from(n + 1))))).toEqual({ 401: 5, 429: 35 });
  });

  test('do not hold up who comes from another address through the same proxy', async () => {
    const flood = many(30, () => guess('192.0.2.2'));
    const colleague = await post(
      '/sessions',
      { library: 'north', username: 'desk', password: PASSWORD, desk: DESK },
      { 'x-forwarded-for': '192.0.2.3' },
    );
    expect(colleague.status).toBe(201);
    await Promise.all(flood);
  });
});

describe('one who asks without end', () => {
  test('is held up by address, also with another made-up token each time', async () => {
    const { app } = await createServer({ ...testOptions(), rates: { session: 10, signIn: 5 } });
    const ask = (n: number) => app.inject({ url: '/', headers: { authorization: `Bearer a.${n}` } });
    const statuses = new Set<number>();
    for (let n = 0; n < 60; n++) statuses.add((await ask(n)).statusCode);
    expect([...statuses]).toEqual([200, 429]);
    await app.close();
  });

  test.each<[string, { method: 'GET' | 'POST'; url: string; payload?: string }, number]>([
    ['where nothing is', { method: 'GET', url: '/nowhere' }, 404],
    ['in a way that nothing is asked in', { method: 'POST', url: '/patrons/search' }, 404],
    [
      'where nothing is, with a body that makes no sense',
      { method: 'POST', url: '/nowhere', payload: '{' },
      400,
    ],
  ])('is held up %s', async (_where, asked, usual) => {
    const { app } = await createServer({ ...testOptions(), rates: { session: 10, signIn: 5 } });
    const headers = { 'content-type': 'application/json' };
    const statuses = new Set<number>();
    for (let n = 0; n < 60; n++) statuses.add((await app.inject({ ...asked, headers })).statusCode);
    expect([...statuses]).toEqual([usual, 429]);
    await app.close();
  });

  test('does not hold up everybody by work that takes long, such as setting PINs', async () => {
    const headers = () => ({
      authorization: `Bearer ${session.accessToken}`,
      [ACT_HEADERS.key]: v7(),
      [ACT_HEADERS.act]: v7(),
      [ACT_HEADERS.actedAt]: new Date(options.clock.now()).toISOString(),
      [ACT_HEADERS.epoch]: server.central.marks().epoch,
    });
    const setPin = () =>
      fetch(`${url}/patrons/${v7()}/pin`, { ...PIN, headers: { ...PIN.headers, ...headers() } });
    const pins = Promise.all(many(60, setPin));
    await new Promise((resolve) => setTimeout(resolve, 50));
    const began = performance.now();
    await fetch(url);
    const waited = performance.now() - began;
    expect(new Set((await pins).map(({ status }) => status))).toEqual(new Set([404, 429]));
    // A fraction of what all of them take.
    expect(waited).toBeLessThan((performance.now() - began) / 3);
  }, 60_000);
});

describe('pages of many, which hold up everybody while they are made', () => {
  const HELD_UP: [EndpointName, Record<string, string>][] = [
    ['snapshot', { limit: '1000' }],
    ['changes', { after: '0', limit: '1000' }],
    ['patronDataPart', { limit: '2000', upTo: '2026-05-01T00:00:00Z' }],
    ['audit', { limit: '1000' }],
  ];
  const params = { patronId: v7(), exportId: v7(), part: 'processing' };
  const ask = (name: EndpointName, query: object, { accessToken, epoch }: Session) =>
    server.central.answer(name, {
      params,
      query: { epoch, ...query },
      body: undefined,
      headers: { authorization: `Bearer ${accessToken}` },
    });

  test.each(HELD_UP)(
    'are refused to who asks for 40 of %s at once, and to nobody else',
    async (name, query) => {
      const [own, ofTheSame] = [await signedIn(), await signedIn()];
      const flood = Promise.all(many(40, () => ask(name, query, own)));
      const other = Promise.all(many(4, () => ask(name, query, ofTheSame)));
      const asked = (await flood).filter(({ status }) => status !== 429);
      expect(asked).toHaveLength(4);
      expect((await other).map(({ status }) => status)).toEqual(asked.map(({ status }) => status));
    },
  );

  test.each(HELD_UP)('of %s are never refused to who asks for one after the other', async (name, query) => {
    const own = await signedIn();
    for (let n = 0; n < 20; n++) expect((await ask(name, query, own)).status).not.toBe(429);
  });

  test('nor does who reads one long patron again and again hold up others: each comes after one of theirs', async () => {
    const [own, colleague] = [await signedIn(), await signedIn()];
    const order: string[] = [];
    const read = async (who: string, session: Session) => {
      const headers = { authorization: `Bearer ${session.accessToken}` };
      const call = { params: { patronId: v7() }, query: {}, body: undefined, headers };
      const { status } = await server.central.answer('patron', call);
      order.push(`${who} ${status}`);
    };
    const flood = many(100, () => read('own', own));
    await read('colleague', colleague);
    const before = order.filter((one) => one === 'own 404').length;
    await Promise.all(flood);
    expect(before).toBeLessThan(3);
    expect(order.filter((one) => one === 'own 404')).toHaveLength(60);
    expect(order.filter((one) => one === 'own 429')).toHaveLength(40);
  });

  test('and each is read in a round of its own: what comes over many connections at once finds nobody at work', async () => {
    const own = await signedIn();
    options.pauses.length = 0;
    await ask('patron', {}, own);
    await ask('snapshot', {}, own);
    expect(options.pauses).toEqual([0, 0]);
  });

  test('go to nobody who was locked while they waited', async () => {
    const own = await signedIn();
    const waiting = ask('snapshot', {}, own);
    server.central.staff.setLocked(own.staff.id, true);
    expect((await waiting).status).toBe(401);
    server.central.staff.setLocked(own.staff.id, false);
  });

  test('let others come in between', async () => {
    const rates = { session: 1e6, signIn: 100 };
    const own = await createServer({ ...testOptions(), pause, rates });
    addTestLibraries(own.central);
    const { writing, store } = own.central.parts;
    const sections = { ...EMPTY_SECTIONS, library: { branch: 'main', category: 'adult' } };
    store.together(() => many(300, () => writing.create('north', v7(), sections)));
    const body = { library: 'north', username: 'desk', password: PASSWORD, desk: DESK };
    const call = { params: {}, query: {}, headers: {}, body };
    const headers: Record<string, string>[] = [];
    while (headers.length < 15) {
      const { accessToken } = (await own.central.answer('signIn', call)).body as Session;
      headers.push({ authorization: `Bearer ${accessToken}` });
    }
    let made = 0;
    const pages = many(60, async (n) => {
      const { statusCode } = await own.app.inject({ url: '/snapshot', headers: headers[n % 15] ?? {} });
      made++;
      return statusCode;
    });
    await pages[0];
    expect((await own.app.inject('/')).statusCode).toBe(200);
    expect(made).toBeLessThan(pages.length / 2);
    expect(new Set(await Promise.all(pages))).toEqual(new Set([200]));
    await own.app.close();
  }, 60_000);
});

describe('guesses at a colleague’s password', () => {
  const central = () => server.central;
  const signIn = (desk: string, password: string) =>
    central().answer('signIn', {
      params: {},
      query: {},
      headers: {},
      body: { library: 'south', username: 'lead', password, desk },
    });
  const deskNumber = (n: number) => `3f0e9a52-6a37-4e7e-9c5e-${String(n).padStart(12, '0')}`;
  const OWN = deskNumber(900_001);

  test('from ever new desks lock strange desks only, for minutes; never the colleague’s own', async () => {
    expect((await signIn(OWN, PASSWORD)).status).toBe(201);
    for (let day = 0; day < 3; day++) {
      for (let n = 0; n < 100; n++) await signIn(deskNumber(day * 1000 + n), 'guess');
      const fresh = deskNumber(900_100 + day);
      expect((await signIn(fresh, PASSWORD)).status).toBe(423);
      expect((await signIn(OWN, PASSWORD)).status).toBe(201);
      options.clock.pass(5 * 60_000 + 1);
      expect((await signIn(fresh, PASSWORD)).status).toBe(201);
      options.clock.pass(86_400_000);
    }
  });

  test('each costs more time than the one before', async () => {
    options.pauses.length = 0;
    const desk = deskNumber(800_000);
    for (let n = 0; n < 5; n++) await signIn(desk, 'guess');
    expect(options.pauses).toEqual([...options.pauses].sort((a, b) => a - b));
    expect(options.pauses.at(-1)).toBeGreaterThan(options.pauses[0] ?? Infinity);
  });
});

describe('an address that can’t be read', () => {
  test.each(['/patrons/%ff', '/%', '/patrons/%E0%A4%A'])('%s is answered as anything else', async (path) => {
    const answer = await fetch(url + path);
    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(await answer.json()).toMatchObject({ type: 'urn:circdesk:problem:bad-request' });
  });

  test.each(['//patrons?query=a', '/PATRONS?query=a', '/patrons/../snapshot', '/patrons;x=1?query=a'])(
    '%s is no other way to what is there',
    async (path) => {
      const { hostname, port } = new URL(url);
      const status = await new Promise((resolve, reject) => {
        const headers = { authorization: `Bearer ${session.accessToken}` };
        request({ hostname, port, path, headers }, (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        })
          .on('error', reject)
          .end();
      });
      expect(status).toBe(404);
    },
  );
});

describe('whatever is asked', () => {
  test.each([
    ['a patron’s data', 'GET', '/snapshot', 200],
    ['a look at nobody', 'GET', `/patrons/${v7()}`, 404],
    ['what makes no sense', 'GET', '/snapshot?limit=x', 400],
    ['an address that is none', 'GET', '/nowhere', 404],
    ['an address that can’t be read', 'GET', '/%', 400],
    ['a body that can’t be read', 'POST', '/patrons', 400],
    ['only the headers', 'HEAD', '/snapshot', 200],
    ['what a page elsewhere may do', 'OPTIONS', '/snapshot', 404],
    ['something to be sent back', 'TRACE', '/snapshot', 404],
    ['a method that nothing has', 'PROPFIND', '/snapshot', 404],
  ])('the answer to %s is kept nowhere, and is what it says', async (_what, method, path, status) => {
    const { accessToken } = await signedIn();
    const { hostname, port } = new URL(url);
    const headers = { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' };
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      request({ hostname, port, method, path, headers }, (got) => resolve(got.resume()))
        .on('error', reject)
        .end(method === 'POST' ? '{' : undefined);
    });
    expect(answer.statusCode).toBe(status);
    expect(answer.headers).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'content-type': expect.stringMatching(/^application\/(problem\+)?json; charset=utf-8$/) as string,
    });
  });

  test('a fault is logged by its route and its kind, without a word of what was asked', async () => {
    const logged = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const broken = await createServer({ ...testOptions(), log: true });
    addTestLibraries(broken.central);
    const credentials = { library: 'north', username: 'lead', password: PASSWORD, desk: DESK };
    const { accessToken } = (
      await broken.app.inject({ method: 'POST', url: '/sessions', payload: credentials })
    ).json<Session>();
    broken.central.parts.records.find = () => {
      throw new TypeError('MARKED in what was thrown');
    };
    const address = `/patrons/${v7()}?again=1&marked=MARKED`;
    const headers = { authorization: `Bearer ${accessToken}` };
    const { statusCode } = await broken.app.inject({ url: address, headers });
    await broken.app.close();
    const lines = logged.mock.calls.map(([line]) => String(line)).join('');
    logged.mockRestore();
    expect(statusCode).toBe(500);
    expect(lines).toContain('"route":"/patrons/:patronId","failure":"TypeError"');
    for (const secret of ['MARKED', address.slice(9, 45), accessToken, PASSWORD])
      expect(lines).not.toContain(secret);
  });
});

describe('a request that a proxy and this server could take for different ones', () => {
  const statusOf = (lines: string[], body = '') =>
    new Promise<string>((resolve, reject) => {
      const socket = connect(Number(new URL(url).port), '127.0.0.1');
      let answer = '';
      socket.on('data', (piece) => (answer += piece.toString())).on('error', reject);
      socket.on('close', () => resolve(answer.match(/^HTTP\/1\.1 (\d+)/gm)?.join() ?? answer));
      socket.write(`${[...lines, 'Host: x', 'Connection: close'].join('\r\n')}\r\n\r\n${body}`);
    });
  const LENGTH = 'Content-Length: 2';
  const CHUNKED = 'Transfer-Encoding: chunked';
  const JSON_BODY = 'Content-Type: application/json';

  test.each([
    ['both a length and pieces', [LENGTH, CHUNKED, JSON_BODY]],
    ['two lengths', [LENGTH, 'Content-Length: 3', JSON_BODY]],
    ['pieces inside of something else', ['Transfer-Encoding: chunked, identity', JSON_BODY]],
    ['pieces by another name', ['Transfer-Encoding: xchunked', JSON_BODY]],
    ['a blank before the colon', ['Content-Length : 2', JSON_BODY]],
    ['a header that goes on in the next line', ['X-Note: a', ' b']],
  ])('%s is refused, and nothing after it is read', async (_what, headers) => {
    const hidden = '0\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n';
    expect(await statusOf(['POST /sessions HTTP/1.1', ...headers], hidden)).toBe('HTTP/1.1 400');
  });

  test('two hosts are refused', async () => {
    expect(await statusOf(['GET / HTTP/1.1'])).toBe('HTTP/1.1 200');
    expect(await statusOf(['GET / HTTP/1.1', 'hOST: y'])).toBe('HTTP/1.1 400');
  });

  test.each([ACT_HEADERS.key, ACT_HEADERS.act, ACT_HEADERS.actedAt])(
    'an act with two of %s is not taken',
    async (name) => {
      const { accessToken } = await signedIn();
      const headers = { authorization: `Bearer ${accessToken}`, ...actHeaders() };
      const lines = Object.entries(headers).map(([key, value]) => `${key}: ${value}`);
      const again = `${name}: ${actHeaders()[name]}`;
      const body = '{"events":[]}';
      const status = await statusOf(
        ['POST /audit/events HTTP/1.1', ...lines, again, JSON_BODY, `Content-Length: ${body.length}`],
        body,
      );
      expect(status).toBe('HTTP/1.1 400');
    },
  );
});

test('a refresh token sent twice at the same moment ends the session, also for whoever was first', async () => {
  const { refreshToken } = await signedIn();
  const both = await Promise.all([0, 1].map(() => post('/sessions/refresh', { refreshToken })));
  expect(both.map(({ status }) => status).sort()).toEqual([201, 401]);
  const renewed = (await both.find(({ ok }) => ok)?.json()) as Session;
  const headers = { authorization: `Bearer ${renewed.accessToken}` };
  expect((await fetch(`${url}/snapshot`, { headers })).status).toBe(401);
});

describe('what is too much', () => {
  const bearer = () => ({ authorization: `Bearer ${session.accessToken}` });

  test('a body over the limit is refused before it is read to its end', async () => {
    const answer = await post('/patrons', { note: 'x'.repeat(300 * 1024) }, bearer());
    expect([answer.status, ((await answer.json()) as { type: string }).type]).toEqual([
      413,
      'urn:circdesk:problem:too-large',
    ]);
  });

  test.each([
    ['nesting without end', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
    ['nesting inside a field', `{"changes":{"a":${'{"a":'.repeat(40_000)}1${'}'.repeat(40_000)}}}`],
    ['__proto__', '{"__proto__":{"admin":true},"events":[]}'],
    ['constructor.prototype', '{"constructor":{"prototype":{"admin":true}},"events":[]}'],
    ['no JSON', '{"events":'],
  ])('%s is refused, and the server goes on', async (_what, body) => {
    for (const path of ['/audit/events', '/sessions']) {
      const answer = await post(path, body, { ...bearer(), ...actHeaders() });
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.status).toBeLessThan(500);
    }
    expect((await fetch(url)).status).toBe(200);
    expect(({} as Record<string, unknown>)['admin']).toBeUndefined();
  });

  test('bytes that are no UTF-8 are refused, not kept as other signs', async () => {
    const { accessToken } = await signedIn();
    const act = { authorization: `Bearer ${accessToken}`, ...actHeaders() };
    const asked = { id: v7(), sections: { personal: { familyName: 'Åberg' } } };
    const headers = { 'content-type': 'application/json', ...act };
    const body = Buffer.from(JSON.stringify(asked), 'latin1');
    expect((await fetch(`${url}/patrons`, { method: 'POST', headers, body })).status).toBe(400);
    expect((await post('/patrons', asked, act)).status).toBe(201);
  });

  test('what a desk says when staff sign out is not, however many acts wait', async () => {
    const own = await createServer(testOptions());
    addTestLibraries(own.central);
    const address = await own.app.listen({ host: '127.0.0.1', port: 0 });
    const transport = httpTransport(address, fetch, () => undefined);
    const central = new ReferenceServer(address, crypto.randomUUID(), transport, options.clock);
    const leaving = await central.signIn({ library: 'north', username: 'lead', password: PASSWORD });
    const waiting = many(10_000, () => ({ id: v7(), patronId: v7(), section: 'guarantor' as const }));
    expect(await leaving.end(waiting)).toMatch(/^g\./);
    await own.app.close();
  });

  test('a form or a text is no request: no page elsewhere can send one unseen', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data'])
      expect((await post('/patrons', '{}', { ...bearer(), 'content-type': type })).status).toBe(400);
    const asked = await fetch(url, { method: 'OPTIONS', headers: { origin: 'https://evil.example' } });
    expect(asked.headers.get('access-control-allow-origin')).toBeNull();
  });

  test('whose forty answers have not gone out is given no more of them, each may be of megabytes; anybody else is', async () => {
    const [own, other] = [await signedIn(), await signedIn()];
    const answer = vi.spyOn(server.central, 'answer').mockReturnValue(new Promise(() => undefined));
    const head = `GET /changes HTTP/1.1\r\nHost: a.test\r\nAuthorization: Bearer ${own.accessToken}\r\n\r\n`;
    const connections = many(40, () => connect(Number(new URL(url).port), '127.0.0.1'));
    for (const connection of connections) connection.write(head);
    await vi.waitFor(() => expect(answer).toHaveBeenCalledTimes(40));
    answer.mockRestore();
    const ask = async ({ accessToken, epoch }: Session) => {
      const headers = { authorization: `Bearer ${accessToken}` };
      return (await fetch(`${url}/changes?after=0&epoch=${epoch}`, { headers })).status;
    };
    expect(await ask(own)).toBe(429);
    expect(await ask(other)).toBe(200);
    for (const connection of connections) connection.destroy();
    await vi.waitFor(async () => expect(await ask(own)).toBe(200));
  });

  test('a request has half a minute to arrive whole, so that nobody holds connections with one byte now and then', () => {
    // Node looks for such requests every 30 s: what it looks by is tested, not that it looks.
    const { requestTimeout, headersTimeout, timeout } = server.app.server;
    expect(requestTimeout).toBe(30_000);
    // Nor who reads nothing of an answer.
    expect(timeout).toBe(30_000);
    expect(headersTimeout).toBeGreaterThan(0);
    expect(headersTimeout).toBeLessThanOrEqual(60_000);
  });
});

let counter = 0;
function actHeaders(): Record<string, string> {
  const id = () => `019ab000-0000-7000-8000-${(++counter).toString(16).padStart(12, '0')}`;
  return {
    [ACT_HEADERS.key]: id(),
    [ACT_HEADERS.act]: id(),
    [ACT_HEADERS.actedAt]: '2026-03-01T10:00:00Z',
    [ACT_HEADERS.epoch]: session.epoch,
  };
}

/** What of it can be sent at all. */
function inJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return '{"ring":';
  }
}

test('3,000 requests from the contract and against it: each gets an answer of the contract, none a fault', async () => {
  const NAMES = (Object.keys(endpoints) as EndpointName[]).filter(
    (name) => !['signIn', 'refresh', 'patronSignIn', 'signOut'].includes(name),
  );
  session = await signedIn();
  const own = await post(
    '/patrons',
    { id: actHeaders()[ACT_HEADERS.key], sections: { personal: { familyName: 'Ek' } } },
    { authorization: `Bearer ${session.accessToken}`, ...actHeaders() },
  );
  const patron = ((await own.json()) as { value: { id: string } }).value.id;
  const asked = fc.constantFrom(...NAMES).chain((name) => {
    const { params, query, body }: Endpoint = endpoints[name];
    const part = (schema: Endpoint['body']) =>
      schema
        ? fc.oneof({ weight: 4, arbitrary: fitting(schema, [patron]) }, monstrous)
        : fc.constant(undefined);
    const word = fc.string({ unit: 'binary', maxLength: 60 });
    return fc.record({
      name: fc.constant(name),
      params: params ? fitting(params, [patron]) : fc.constant({}),
      query: query ? fc.oneof(fitting(query, [patron]), fc.dictionary(word, word)) : fc.constant({}),
      body: part(body),
      ifMatch: fc.oneof(
        fc.constant(undefined),
        fc.constant('*'),
        fc.constant('"x"'),
        fc.constant('W/"x", "y"'),
      ),
    });
  });
  const property = fc.asyncProperty(asked, async ({ name, params, query, body, ifMatch }) => {
    const { method, path }: Endpoint = endpoints[name];
    const words = new URLSearchParams(Object.entries(query as object).map(([k, v]) => [k, String(v)]));
    const address = path.replace(/\{(\w+)\}/g, (_, part: string) =>
      encodeURIComponent(String((params as Record<string, unknown>)[part])),
    );
    const payload = inJson(body);
    const answer = await server.app.inject({
      method,
      url: `${address}?${words.toString()}`,
      headers: {
        authorization: `Bearer ${session.accessToken}`,
        ...actHeaders(),
        ...(ifMatch !== undefined && { 'if-match': ifMatch }),
        ...(payload !== undefined && { 'content-type': 'application/json' }),
      },
      ...(payload !== undefined && { payload }),
    });
    const { auth, problems }: Endpoint = endpoints[name];
    if (answer.statusCode < 400) {
      endpoints[name].answer.parse(answer.json());
      return;
    }
    const problem = answer.json<{ type: string }>().type.replace('urn:circdesk:problem:', '');
    const common = [
      'bad-request',
      'too-large',
      'not-found',
      'not-permitted',
      ...(auth === 'act' ? ['key-reused'] : []),
    ];
    expect([...problems, ...common]).toContain(problem);
  });
  await fc.assert(property, { numRuns: 3_000, seed: 7, endOnFailure: true });
}, 60_000);

describe('the audit log', () => {
  test('takes no change and no deletion from what runs in the server', async () => {
    const { store, audit, records } = server.central.parts;
    const library = 'north';
    const patronId = '0d7f5b7c-9a10-4e7e-9c5e-3f0e9a526a37';
    audit.log({ library, patronId, staff: 'x', kind: 'looked', detail: 'true' });
    const [entry] = audit.entries(library, patronId);
    const id = entry?.id ?? '';
    expect(() => store.run("UPDATE audit SET detail = 'false' WHERE id = ?", id)).toThrow('append-only');
    expect(() => store.run('DELETE FROM audit WHERE id = ?', id)).toThrow('append-only');
    expect(audit.log({ library, patronId, staff: 'x', kind: 'looked', detail: 'false', id })).toBe(false);
    expect(audit.entries(library, patronId)).toEqual([entry]);
    expect(records.find(library, patronId).ok).toBe(false);
  });

  test('and that of sign-ins take no change, deletion or replacement from another program, either', () => {
    const folder = mkdtempSync(join(tmpdir(), 'circdesk-'));
    const database = join(folder, 'circdesk.sqlite');
    const { central } = testNetwork({ database });
    const { audit, clock, store } = central.parts;
    for (const id of ['a', 'b'])
      audit.log({ id, library: 'north', patronId: 'p', staff: 's', kind: 'looked', detail: 'true' });
    new SignInLog(store, clock).note('wrong password', { staff: 's', desk: 'd' });
    const program = new Database(database);
    const logs = () => [
      ...program.prepare('SELECT * FROM audit').all(),
      ...program.prepare('SELECT * FROM sign_in_event').all(),
    ];
    const before = logs();
    for (const statement of [
      "INSERT OR REPLACE INTO audit SELECT id, library, patron_id, staff, kind, at, 'false', keep_until FROM audit",
      "INSERT OR REPLACE INTO sign_in_event SELECT number, at, 'x', desk, event, keep_until FROM sign_in_event",
    ])
      program.exec(statement);
    for (const statement of [
      "UPDATE OR REPLACE audit SET id = 'b' WHERE id = 'a'",
      'UPDATE sign_in_event SET number = 7',
      'DELETE FROM audit',
      'DELETE FROM sign_in_event',
    ])
      expect(() => program.exec(statement)).toThrow('append-only');
    expect(logs()).toEqual(before);
    new SignInLog(store, clock).note('signed in', { staff: 's', desk: 'd' });
    expect(logs()).toHaveLength(before.length + 1);
    program.close();
    central.close();
    rmSync(folder, { recursive: true });
  });

  test('lets go of entries when their time is over, and not before', () => {
    const { audit, clock } = server.central.parts;
    const patronId = '0d7f5b7c-9a10-4e7e-9c5e-3f0e9a526a38';
    audit.log({ library: 'north', patronId, staff: 'x', kind: 'looked', detail: '' });
    audit.expire(daysFrom(clock, 29));
    expect(audit.entries('north', patronId)).toHaveLength(1);
    audit.expire(daysFrom(clock, 31));
    expect(audit.entries('north', patronId)).toEqual([]);
  });
});

test('a disk that fails at the note of the history is answered as a fault, in words that tell strangers nothing', async () => {
  const historyFile = historyInMemory();
  const { app, central } = await createServer({ ...testOptions(), historyFile });
  addTestLibraries(central);
  historyFile.write = () => {
    throw Object.assign(new Error("EIO: i/o error, write '/srv/circdesk/history.json'"), { code: 'EIO' });
  };
  central.parts.store.run('UPDATE history SET head = head + 1');
  for (const asked of ['/nonsense', '/libraries']) {
    const answer = await app.inject({ method: 'GET', url: asked });
    expect([answer.statusCode, answer.json()]).toMatchObject([
      500,
      { type: 'urn:circdesk:problem:internal' },
    ]);
    expect(answer.body).not.toContain('EIO');
  }
  await app.close();
});

test('housekeeping that fails, since the disk is full just then, ends no server and is tried again', () => {
  vi.useFakeTimers();
  const failures: unknown[] = [];
  const error = (said: unknown) => failures.push(said);
  const app = { log: { error } } as unknown as Server['app'];
  const timer = every(1000, { app }, () => {
    throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
  });
  vi.advanceTimersByTime(2000);
  clearInterval(timer);
  vi.useRealTimers();
  expect(failures).toEqual(Array(2).fill({ failure: expect.stringContaining('SQLITE_FULL') as string }));
});
