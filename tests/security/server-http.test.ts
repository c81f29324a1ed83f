// The running reference server against what is malformed, smuggled, too large or nonsense.
import { request, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import fc from 'fast-check';
import { v7 } from 'uuid';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { ReferenceServer } from '../../electron/central/reference/reference-server.ts';
import { httpTransport } from '../../electron/central/transport.ts';
import { createServer } from '../../server/http/server.ts';
import { historyInMemory } from '../../server/store/history-file.ts';
import { addTestLibraries, PASSWORD, testOptions } from '../../server/testing/network.ts';
import { endpoints, type EndpointName, type Session } from '../../shared/central/contract.ts';
import { ACT_HEADERS, type Endpoint } from '../../shared/central/endpoint.ts';
import { SECTIONS } from '../../shared/patrons/sections.ts';
import { fitting, monstrous } from './arbitrary.ts';
import { actHeaders, bearer, DESK, many, runningServer } from './running-server.ts';

const running = runningServer();
let session: Session;
beforeAll(async () => {
  session = await running.signedIn();
});

describe('an address that can’t be read', () => {
  test.each(['/patrons/%ff', '/%', '/patrons/%E0%A4%A'])('%s is answered as anything else', async (path) => {
    const answer = await fetch(running.url + path);
    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(await answer.json()).toMatchObject({ type: 'urn:circdesk:problem:bad-request' });
  });

  test.each(['//patrons?query=a', '/PATRONS?query=a', '/patrons/../snapshot', '/patrons;x=1?query=a'])(
    '%s is no other way to what is there',
    async (path) => {
      const { hostname, port } = new URL(running.url);
      const status = await new Promise((resolve, reject) => {
        const headers = bearer(session);
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
    const { accessToken } = await running.signedIn();
    const { hostname, port } = new URL(running.url);
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
      const socket = connect(running.port, '127.0.0.1');
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
      const { accessToken } = await running.signedIn();
      const headers = { authorization: `Bearer ${accessToken}`, ...actHeaders(session) };
      const lines = Object.entries(headers).map(([key, value]) => `${key}: ${value}`);
      const again = `${name}: ${actHeaders(session)[name]}`;
      const body = '{"events":[]}';
      const status = await statusOf(
        ['POST /audit/events HTTP/1.1', ...lines, again, JSON_BODY, `Content-Length: ${body.length}`],
        body,
      );
      expect(status).toBe('HTTP/1.1 400');
    },
  );
});

describe('what is too much', () => {
  test('a body over the limit is refused before it is read to its end', async () => {
    const answer = await running.post('/patrons', { note: 'x'.repeat(300 * 1024) }, bearer(session));
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
      const answer = await running.post(path, body, { ...bearer(session), ...actHeaders(session) });
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.status).toBeLessThan(500);
    }
    expect((await fetch(running.url)).status).toBe(200);
    expect(({} as Record<string, unknown>)['admin']).toBeUndefined();
  });

  const names = (count: number) => Object.fromEntries(many(count, (n) => [`f${n}`, 0]));
  const newPatron = (sections: object) => ({ id: v7(), sections });

  test.each([
    ['names in one object', newPatron({ personal: names(2_001) })],
    ['values of one list', { events: many(2_001, () => 0) }],
    ['values in all', newPatron(Object.fromEntries(SECTIONS.map((section) => [section, names(1_900)])))],
  ])('a body with more %s than any form has is refused before anybody looks at each', async (_what, body) => {
    const act = { ...bearer(session), ...actHeaders(session) };
    for (const path of ['/sessions/end', '/audit/events', '/patrons'])
      expect((await running.post(path, body, act)).status).toBe(400);
  });

  test('who sends as many wrong names as go is told a hundred: answers are kept, and would fill the disk', async () => {
    const body = newPatron(
      Object.fromEntries(SECTIONS.slice(0, 5).map((section) => [section, names(1_900)])),
    );
    const answer = await running.post('/patrons', body, { ...bearer(session), ...actHeaders(session) });
    const { fields } = (await answer.json()) as { fields: unknown[] };
    expect([answer.status, fields.length]).toEqual([422, 100]);
  });

  test('bytes that are no UTF-8 are refused, not kept as other signs', async () => {
    const own = await running.signedIn();
    const act = { ...bearer(own), ...actHeaders(own) };
    const asked = { id: v7(), sections: { personal: { familyName: 'Åberg' } } };
    const headers = { 'content-type': 'application/json', ...act };
    const body = Buffer.from(JSON.stringify(asked), 'latin1');
    expect((await fetch(`${running.url}/patrons`, { method: 'POST', headers, body })).status).toBe(400);
    expect((await running.post('/patrons', asked, act)).status).toBe(201);
  });

  test('what a desk says when staff sign out is not, however many acts wait', async () => {
    const own = await createServer(testOptions());
    addTestLibraries(own.central);
    const address = await own.app.listen({ host: '127.0.0.1', port: 0 });
    const transport = httpTransport(address, fetch, () => undefined);
    const central = new ReferenceServer(address, crypto.randomUUID(), transport, running.options.clock);
    const leaving = await central.signIn({ library: 'north', username: 'lead', password: PASSWORD });
    const waiting = many(10_000, () => ({ id: v7(), patronId: v7(), section: 'guarantor' as const }));
    expect(await leaving.end(waiting)).toMatch(/^g\./);
    await own.app.close();
  });

  test('a form or a text is no request: no page elsewhere can send one unseen', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data'])
      expect(
        (await running.post('/patrons', '{}', { ...bearer(session), 'content-type': type })).status,
      ).toBe(400);
    const asked = await fetch(running.url, {
      method: 'OPTIONS',
      headers: { origin: 'https://evil.example' },
    });
    expect(asked.headers.get('access-control-allow-origin')).toBeNull();
  });
});

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
  session = await running.signedIn();
  const own = await running.post(
    '/patrons',
    { id: v7(), sections: { personal: { familyName: 'Ek' } } },
    { ...bearer(session), ...actHeaders(session) },
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
    const answer = await running.app.inject({
      method,
      url: `${address}?${words.toString()}`,
      headers: {
        ...bearer(session),
        ...actHeaders(session),
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
