// The running reference server against who floods, drips and guesses.
import { once } from 'node:events';
import { connect } from 'node:net';
import { v7 } from 'uuid';
import { beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { pause } from '../../server/cli/start.ts';
import { createServer } from '../../server/http/server.ts';
import { addTestLibraries, PASSWORD, testOptions } from '../../server/testing/network.ts';
import { endpoints, type Session } from '../../shared/central/contract.ts';
import { ACT_HEADERS, DESK_HEADER } from '../../shared/central/endpoint.ts';
import { bearer, DESK, many, runningServer } from './running-server.ts';

const running = runningServer();
let session: Session;
beforeAll(async () => {
  session = await running.signedIn();
});

let second = Date.now();
/** Rates are of a second, which passes between tests, or where they say so: a slow machine sends fewer in one. */
const passSecond = () => vi.setSystemTime((second += 1_000));
beforeEach(passSecond);

const guess = (from: string, headers: Record<string, string> = {}) =>
  running.post(
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
    const counts = await statuses(many(40, () => running.post(path, body, from)));
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
    const colleague = await running.post(
      '/sessions',
      { library: 'north', username: 'desk', password: PASSWORD, desk: DESK },
      { 'x-forwarded-for': '192.0.2.3' },
    );
    expect(colleague.status).toBe(201);
    await Promise.all(flood);
  });
});

describe('desks behind the address of one who floods sign-ins', () => {
  const FROM = { 'x-forwarded-for': '192.0.2.9' };
  const signIn = (desk: string, more: object = {}) =>
    running.post(
      '/sessions',
      { library: 'north', username: 'lead', password: PASSWORD, desk, ...more },
      FROM,
    );
  const refresh = (refreshToken: string) => running.post('/sessions/refresh', { refreshToken }, FROM);
  const flood = async () => {
    await Promise.all(many(40, (n) => (n % 2 ? refresh('r.x') : guess('192.0.2.9'))));
    expect(await statuses([refresh('r.x'), guess('192.0.2.9')])).toEqual({ 429: 2 });
  };

  test('sign in and refresh, where the account was at that desk before', async () => {
    const desk = v7();
    const { refreshToken } = await running.signedIn(desk);
    await flood();
    expect(await statuses([signIn(desk.toUpperCase()), refresh(refreshToken)])).toEqual({ 201: 2 });
  });

  test('sign in, though an account that says to be at ever new desks has its password tried there', async () => {
    const own = v7();
    await running.signedIn(own);
    const other = { library: 'south', username: 'lead', password: PASSWORD };
    const desks = many(8, () => v7());
    for (const [n, desk] of desks.entries())
      await running.post('/sessions', { ...other, desk }, { 'x-forwarded-for': `198.51.100.${n}` });
    const tries = desks.flatMap((desk) => many(8, () => signIn(desk, { ...other, password: 'guess' })));
    expect((await statuses(tries))[429]).toBeGreaterThan(40);
    expect(await statuses([signIn(own)])).toEqual({ 201: 1 });
  });

  test('sign in, though somebody guesses at their password at another desk of theirs', async () => {
    const [own, known] = [v7(), v7()];
    for (const desk of [own, known]) await running.signedIn(desk);
    const flood = () => Promise.all(many(40, () => signIn(known, { password: 'guess' })));
    // Locked there from then on.
    await flood();
    passSecond();
    await flood();
    expect(await statuses([signIn(own)])).toEqual({ 201: 1 });
  });

  test('sign in, though another account that was there, too, floods their desk with guesses', async () => {
    const desk = v7();
    await running.signedIn(desk);
    const other = { library: 'south', username: 'desk' };
    const first = { ...other, password: PASSWORD, desk };
    expect((await running.post('/sessions', first, { 'x-forwarded-for': '192.0.2.77' })).status).toBe(201);
    const guesses = many(40, () => signIn(desk, { ...other, password: 'guess' }));
    expect((await statuses(guesses))[429]).toBeGreaterThan(20);
    expect(await statuses([signIn(desk)])).toEqual({ 201: 1 });
  });

  test('hear that a token has ended, so that they refresh it', async () => {
    const { app, central } = await createServer({
      ...testOptions(),
      accessSeconds: 0,
      rates: { session: 10, signIn: 5 },
    });
    addTestLibraries(central);
    const payload = { library: 'north', username: 'lead', password: PASSWORD, desk: v7() };
    const signedIn = await app.inject({ method: 'POST', url: '/sessions', payload });
    const headers = bearer(signedIn.json<Session>());
    const asks = (headers: object) => app.inject({ url: '/snapshot', headers: { ...headers } });
    for (let n = 0; n < 20; n++) await asks({});
    expect((await asks({})).statusCode).toBe(429);
    expect((await asks({ authorization: 'Bearer a.made-up' })).statusCode).toBe(429);
    expect((await asks(headers)).statusCode).toBe(401);
    await app.close();
  });

  test('are held up like strangers with a token that was used, or at a desk where the account is new', async () => {
    const desk = v7();
    const { refreshToken } = await running.signedIn(desk);
    await running.post('/sessions/refresh', { refreshToken });
    await flood();
    const asked = [refresh(refreshToken), signIn(v7()), signIn(desk, { username: 'desk' })];
    expect(await statuses(asked)).toEqual({ 429: 3 });
  });

  test('are held up as they flood themselves: guesses at a desk that is known', async () => {
    const desk = v7();
    await running.signedIn(desk);
    const counts = await statuses(many(40, () => signIn(desk, { password: 'guess' })));
    expect(counts[401]).toBe(5);
    // The others, but for as many who are told that it is locked there by now, which counts apart.
    expect(counts[429]).toBeGreaterThanOrEqual(30);
  });

  test('are not read to the end, where they say more than a sign-in has to', async () => {
    expect((await signIn(v7(), { note: 'x'.repeat(20_000) })).status).toBe(413);
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
      [ACT_HEADERS.actedAt]: new Date(running.options.clock.now()).toISOString(),
      [ACT_HEADERS.epoch]: running.central.marks().epoch,
    });
    const setPin = () =>
      fetch(`${running.url}/patrons/${v7()}/pin`, { ...PIN, headers: { ...PIN.headers, ...headers() } });
    const pins = Promise.all(many(60, setPin));
    await new Promise((resolve) => setTimeout(resolve, 50));
    const began = performance.now();
    await fetch(running.url);
    const waited = performance.now() - began;
    expect(new Set((await pins).map(({ status }) => status))).toEqual(new Set([404, 429]));
    // A fraction of what all of them take.
    expect(waited).toBeLessThan((performance.now() - began) / 3);
  }, 60_000);
});

describe('guesses at a colleague’s password', () => {
  const signIn = (desk: string, password: string) =>
    running.central.answer('signIn', {
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
      running.options.clock.pass(5 * 60_000 + 1);
      expect((await signIn(fresh, PASSWORD)).status).toBe(201);
      running.options.clock.pass(86_400_000);
    }
  });

  test('each costs more time than the one before', async () => {
    running.options.pauses.length = 0;
    const desk = deskNumber(800_000);
    for (let n = 0; n < 5; n++) await signIn(desk, 'guess');
    expect(running.options.pauses).toEqual([...running.options.pauses].sort((a, b) => a - b));
    expect(running.options.pauses.at(-1)).toBeGreaterThan(running.options.pauses[0] ?? Infinity);
  });
});

test('a refresh token sent twice at the same moment ends the session, also for whoever was first', async () => {
  const { refreshToken } = await running.signedIn();
  const both = await Promise.all([0, 1].map(() => running.post('/sessions/refresh', { refreshToken })));
  expect(both.map(({ status }) => status).sort()).toEqual([201, 401]);
  const renewed = (await both.find(({ ok }) => ok)?.json()) as Session;
  const headers = bearer(renewed);
  expect((await fetch(`${running.url}/snapshot`, { headers })).status).toBe(401);
});

describe('who holds connections', () => {
  test('is given no more where forty answers have not gone out, each may be of megabytes; anybody else is', async () => {
    const [own, other] = [await running.signedIn(), await running.signedIn()];
    const answer = vi.spyOn(running.central, 'answer').mockReturnValue(new Promise(() => undefined));
    const head = `GET /changes HTTP/1.1\r\nHost: a.test\r\nAuthorization: Bearer ${own.accessToken}\r\n\r\n`;
    const connections = many(40, () => connect(running.port, '127.0.0.1'));
    for (const connection of connections) connection.write(head);
    await expect.poll(() => answer).toHaveBeenCalledTimes(40);
    answer.mockRestore();
    const ask = async ({ accessToken, epoch }: Session) => {
      const headers = { authorization: `Bearer ${accessToken}` };
      return (await fetch(`${running.url}/changes?after=0&epoch=${epoch}`, { headers })).status;
    };
    expect(await ask(own)).toBe(429);
    expect(await ask(other)).toBe(200);
    for (const connection of connections) connection.destroy();
    await expect.poll(() => ask(own)).toBe(200);
  });

  test('nor is a stranger, who is known by the address; one from elsewhere is', async () => {
    const answer = vi.spyOn(running.central, 'answer').mockReturnValue(new Promise(() => undefined));
    const head = 'GET / HTTP/1.1\r\nHost: a.test\r\nX-Forwarded-For: 192.0.2.40\r\n\r\n';
    const connections = many(40, () => connect(running.port, '127.0.0.1'));
    for (const connection of connections) connection.write(head);
    await expect.poll(() => answer).toHaveBeenCalledTimes(40);
    answer.mockRestore();
    const ask = async (from: string) =>
      (await fetch(`${running.url}/`, { headers: { 'x-forwarded-for': from } })).status;
    expect(await ask('192.0.2.40')).toBe(429);
    expect(await ask('192.0.2.41')).toBe(200);
    for (const connection of connections) connection.destroy();
    await expect.poll(() => ask('192.0.2.40')).toBe(200);
  });

  test.each([
    ['a length', 'Content-Length: 200000'],
    ['none', 'Transfer-Encoding: chunked'],
  ])('as a stranger is told so before a long body of %s has come', async (_what, header) => {
    const connection = connect(running.port, '127.0.0.1');
    connection.write(
      `POST /audit/events HTTP/1.1\r\nHost: a.test\r\nContent-Type: application/json\r\n${header}\r\n\r\n`,
    );
    const [answer] = (await once(connection, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 401 /);
    connection.destroy();
  });

  test('as a revoked desk whose tokens have ended is told that, however long its act is', async () => {
    const desk = v7();
    running.central.desks.revoke(desk);
    const headers = { authorization: 'Bearer g.ended', [DESK_HEADER]: desk };
    const answer = await running.post('/audit/events', { comment: 'x'.repeat(20_000) }, headers);
    expect(await answer.json()).toMatchObject({ type: 'urn:circdesk:problem:desk-revoked' });
  });

  test('is given no more where forty bodies have not come whole; anybody else is', async () => {
    const own = await running.signedIn();
    const head = `POST /audit/events HTTP/1.1\r\nHost: a.test\r\nAuthorization: Bearer ${own.accessToken}\r\nContent-Type: application/json\r\nContent-Length: 200000\r\n\r\n[`;
    const connections = many(40, () => connect(running.port, '127.0.0.1'));
    for (const connection of connections) connection.write(head);
    const ask = async () => {
      const headers = { authorization: `Bearer ${own.accessToken}` };
      return (await fetch(`${running.url}/changes?after=0&epoch=${own.epoch}`, { headers })).status;
    };
    await expect.poll(() => ask()).toBe(429);
    expect((await fetch(running.url)).status).toBe(200);
    const refreshed = await running.post('/sessions/refresh', { refreshToken: own.refreshToken });
    expect(refreshed.status).toBe(201);
    for (const connection of connections) connection.destroy();
    await expect.poll(() => ask()).toBe(200);
  });

  test('and closes them while their long bodies wait counts as nobody who waits', async () => {
    const own = await createServer({ ...testOptions(), pause, rest: () => pause(20) });
    addTestLibraries(own.central);
    const url = await own.app.listen({ host: '127.0.0.1', port: 0 });
    const credentials = { library: 'north', username: 'lead', password: PASSWORD, desk: DESK };
    const { accessToken } = (
      await own.app.inject({ method: 'POST', url: '/sessions', body: credentials })
    ).json<Session>();
    const parsed = vi.spyOn(own.central, 'inTurn');
    const body = JSON.stringify({ values: many(1_900, () => 'x'.repeat(120)) });
    const head = `POST /audit/events HTTP/1.1\r\nHost: a.test\r\nAuthorization: Bearer ${accessToken}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
    for (let n = 0; n < 40; n++) {
      const connection = connect(Number(new URL(url).port), '127.0.0.1', () =>
        connection.write(head + body, () => connection.destroy()),
      );
    }
    await expect.poll(() => parsed).toHaveBeenCalledTimes(40);
    await Promise.all(parsed.mock.results.map(({ value }) => value as Promise<void> | undefined));
    const headers = { authorization: `Bearer ${accessToken}` };
    await expect.poll(async () => (await fetch(url, { headers })).status).toBe(200);
    await own.app.close();
  });

  test('has half a minute to send a request whole: one byte now and then holds none', () => {
    // Node looks for such requests every 30 s: what it looks by is tested, not that it looks.
    const { requestTimeout, headersTimeout, timeout } = running.app.server;
    expect(requestTimeout).toBe(30_000);
    // Nor who reads nothing of an answer.
    expect(timeout).toBe(30_000);
    expect(headersTimeout).toBeGreaterThan(0);
    expect(headersTimeout).toBeLessThanOrEqual(60_000);
  });
});
