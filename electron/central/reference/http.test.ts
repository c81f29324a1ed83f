// The client against servers that are real but wrong: what they answer never gets further than this.
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import { endpoints, type EndpointName, type EndpointRequest } from '../../../shared/central/contract.ts';
import { LONGEST_TEXT } from '../../../shared/patrons/stored.ts';
import { Failure } from '../../support/failure.ts';
import { httpTransport } from '../transport.ts';
import { ReferenceHttp } from './http.ts';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function answering(listener: RequestListener): Promise<string> {
  server = createServer(listener).listen(0, '127.0.0.1');
  await new Promise((resolve) => server?.once('listening', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const heard: boolean[] = [];
const codeOf = (address: string) => {
  heard.length = 0;
  const http = new ReferenceHttp(httpTransport(address, fetch, (reachable) => heard.push(reachable)));
  return http.ask('describe', {}).then(
    () => 'believed',
    (thrown: unknown) => (thrown instanceof Failure ? thrown.error.code : thrown),
  );
};
/** A list of so many records that are none. */
const many = (count: number) => `[${'{},'.repeat(count)}{}]`;
const good = { kind: 'circdesk-reference', version: '1', epoch: 'e', libraries: [] };

test('an answer that fits the contract is believed', async () => {
  expect(await codeOf(await answering((_, res) => res.end(JSON.stringify(good))))).toBe('believed');
  expect(heard).toEqual([true]);
});

test.each([
  ['text that is no JSON', '<html>Welcome to the hotel</html>'],
  ['half of the JSON', '{"kind":"circdesk-ref'],
  ['JSON of another shape', '{"kind":"something else"}'],
  ['nothing', ''],
])('%s is rubbish', async (_what, body) => {
  expect(await codeOf(await answering((_, res) => res.end(body)))).toBe('serverRubbish');
});

test.each([
  ['one list', many(3_000_000)],
  ['many lists, as large as an answer may be', `[${`[${'[[]],'.repeat(4_499)}[]],`.repeat(2_900)}[]]`],
  ['names of an object', `{${Array.from({ length: 300_000 }, (_, n) => `"${n}":0`).join()}}`],
  ['a list that is just short enough', many(4_999)],
])('an answer without end, %s, holds nobody up', async (_what, patrons) => {
  const body = gzipSync(`{"total":1,"patrons":${patrons}}`);
  const address = await answering((_, res) => res.writeHead(200, { 'content-encoding': 'gzip' }).end(body));
  const http = new ReferenceHttp(httpTransport(address, fetch, () => undefined));
  const began = performance.now();
  await expect(http.ask('search', { query: { query: '*' } })).rejects.toMatchObject({
    error: { code: 'serverRubbish' },
  });
  expect(performance.now() - began).toBeLessThan(2_000);
});

test('a name that would keep a window from showing anything is rubbish; the longest note, all its signs escaped, is not', async () => {
  const texts = { familyName: '', addressLine: '', postcode: '', town: '', category: '', branch: '' };
  const rest = { ...texts, birthDate: null, cardNumber: null, blocked: false, debtBlocked: false };
  const told = async (givenName: string) => {
    const hit = JSON.stringify({ id: crypto.randomUUID(), ...rest, givenName });
    const body = `{"total":1,"patrons":[${hit.replaceAll('å', '\\u00e5')}]}`;
    const http = new ReferenceHttp(
      httpTransport(await answering((_, res) => res.end(body)), fetch, () => undefined),
    );
    return http.ask('search', { query: { query: 'an' } }).then(
      ({ patrons }) => patrons[0]?.givenName.length,
      (thrown: unknown) => (thrown instanceof Failure ? thrown.error.code : thrown),
    );
  };
  expect(await told('å'.repeat(LONGEST_TEXT))).toBe(LONGEST_TEXT);
  expect(await told('x'.repeat(200_000))).toBe('serverRubbish');
});

test('marks that are missing or no numbers are not believed', async () => {
  const marks = { 'circdesk-epoch': 'e', 'circdesk-head': '7', 'circdesk-durable': '5' };
  const told = async (headers: Record<string, string>) => {
    const address = await answering((_, res) => res.writeHead(200, headers).end(JSON.stringify(good)));
    const http = new ReferenceHttp(httpTransport(address, fetch, () => undefined));
    return http.askWithMarks('describe', {}).then(
      (answer) => answer.marks,
      (thrown: unknown) => (thrown instanceof Failure ? thrown.error.code : thrown),
    );
  };
  expect(await told(marks)).toEqual({ epoch: 'e', head: 7, durable: 5 });
  for (const [name, value] of [
    ['circdesk-epoch', ''],
    ['circdesk-epoch', 'e'.repeat(101)],
    ['circdesk-head', 'NaN'],
    ['circdesk-head', '-1'],
    ['circdesk-durable', '12.5'],
    ['circdesk-durable', '1e308'],
  ] as const)
    expect(await told({ ...marks, [name]: value }), name).toBe('serverRubbish');
  expect(await told({})).toBe('serverRubbish');
});

test.each([
  [
    '__proto__',
    '{"__proto__":{"polluted":1},"kind":"circdesk-reference","version":"1","epoch":"e","libraries":[]}',
  ],
  ['nesting without end', '['.repeat(1_000_000)],
  ['nesting that ends', JSON.stringify(good).replace('[]', `${'['.repeat(100_000)}${']'.repeat(100_000)}`)],
])('%s in an answer does no harm', async (_what, body) => {
  expect(['believed', 'serverRubbish']).toContain(await codeOf(await answering((_, res) => res.end(body))));
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});

test.each([
  [500, 'serverFailed'],
  [502, 'serverAway'],
  [503, 'serverAway'],
  [404, 'serverRubbish'],
])('status %i without problem details is %s', async (status, code) => {
  expect(await codeOf(await answering((_, res) => res.writeHead(status).end('no')))).toBe(code);
});

test('a redirect to another origin is not followed', async () => {
  let visited = false;
  const elsewhere = createServer((_, res) => {
    visited = true;
    res.end(JSON.stringify(good));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => elsewhere.once('listening', resolve));
  const location = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/`;
  const address = await answering((_, res) => res.writeHead(302, { location }).end());
  expect(await codeOf(address)).toBe('serverAway');
  expect(visited).toBe(false);
  elsewhere.close();
});

test('a server that takes the connection and hangs up is away', async () => {
  expect(await codeOf(await answering((req) => req.socket.destroy()))).toBe('serverAway');
  expect(heard).toEqual([false]);
});

test('a server that does not answer is slow, after ten seconds', async () => {
  const began = performance.now();
  expect(await codeOf(await answering(() => undefined))).toBe('serverSlow');
  expect(performance.now() - began).toBeLessThan(12_000);
});

test('an act is waited for twenty seconds, anything else ten', async () => {
  const waited = new Map<string, number>();
  const http = new ReferenceHttp(({ timeout }) => {
    waited.set(asking, timeout);
    return Promise.reject(new Failure({ code: 'serverSlow' }));
  });
  let asking: EndpointName;
  for (asking of Object.keys(endpoints) as EndpointName[])
    await http.ask(asking, { params: {} } as EndpointRequest<EndpointName>).catch(() => undefined);
  const expected = Object.entries(endpoints).map(([name, { auth }]) => [
    name,
    auth === 'act' ? 20_000 : 10_000,
  ]);
  expect([...waited]).toEqual(expected);
});

test('nobody at the address is away', async () => {
  const address = await answering(() => undefined);
  await new Promise((resolve) => server?.close(resolve));
  expect(await codeOf(address)).toBe('serverAway');
});
