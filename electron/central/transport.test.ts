// What servers, and those who stand between, may answer to do harm: nothing of it gets further than the transport.
import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import { Failure } from '../support/failure.ts';
import { httpTransport } from './transport.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function answering(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  servers.push(server);
  await new Promise((resolve) => server.once('listening', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const MB = 1024 * 1024;
const get = async (address: string, timeout = 20_000, headers = {}) => {
  const transport = httpTransport(address, fetch, () => undefined);
  return transport({ method: 'GET', path: '/', timeout, headers }).then(
    ({ status, body }) => `${status} ${body.length}`,
    (thrown: unknown) => (thrown instanceof Failure ? thrown.error.code : thrown),
  );
};

test('an answer of 60 MB is taken', async () => {
  const address = await answering((_, answer) => answer.end(Buffer.alloc(60 * MB, 'x')));
  expect(await get(address)).toBe(`200 ${60 * MB}`);
});

test('an answer without end is cut at 64 MB, whatever it says of its length', async () => {
  let sent = 0;
  const address = await answering((_, answer) => {
    const more = () => {
      while (!answer.destroyed && answer.write(Buffer.alloc(MB, 'x'))) sent++;
    };
    answer.on('drain', more);
    more();
  });
  expect(await get(address)).toBe('serverRubbish');
  expect(sent).toBeLessThan(80);
  const lying = await answering((_, answer) =>
    answer.writeHead(200, { 'content-length': 500 * MB }).end('x'),
  );
  expect(await get(lying)).toBe('serverRubbish');
});

test('a small answer that unpacks to a huge one is cut too', async () => {
  const bomb = gzipSync(Buffer.alloc(300 * MB));
  expect(bomb.length).toBeLessThan(MB);
  const address = await answering((_, answer) =>
    answer.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb),
  );
  expect(await get(address)).toBe('serverRubbish');
});

test.each([
  ['never begins to answer', () => undefined],
  [
    'answers a byte now and then, for ever',
    (_asked, answer) => {
      answer.writeHead(200);
      const drip = setInterval(() => answer.write('x'), 20);
      answer.on('close', () => {
        clearInterval(drip);
      });
    },
  ],
  ['sends its headers, and then nothing', (_asked, answer) => void answer.writeHead(200).flushHeaders()],
] as [string, RequestListener][])('a server that %s holds nobody up', async (_how, listener) => {
  const address = await answering(listener);
  const began = performance.now();
  expect(await get(address, 400)).toBe('serverSlow');
  expect(performance.now() - began).toBeLessThan(2_000);
});

test.each([301, 302, 303, 307, 308])(
  'a redirect (%i) is not followed: neither elsewhere nor here',
  async (status) => {
    const visited: IncomingHttpHeaders[] = [];
    const elsewhere = await answering(({ headers }, answer) => {
      visited.push(headers);
      answer.end('{}');
    });
    const authorization = 'Bearer a.secret';
    const away = await answering((_, answer) => answer.writeHead(status, { location: elsewhere }).end());
    expect(await get(away, 5_000, { authorization })).toBe('serverAway');
    const within = await answering(({ url }, answer) =>
      url === '/' ? answer.writeHead(status, { location: '/other' }).end() : answer.end('{}'),
    );
    expect(await get(within, 5_000, { authorization })).toBe('serverAway');
    expect(visited).toEqual([]);
  },
);

// Node's fetch keeps no cookies anyway; a session of Electron's would.
test('no cookies are kept or sent, no redirect followed, nothing kept for a next time', async () => {
  const asked: [Request, RequestInit | undefined][] = [];
  const recording: typeof fetch = (input, init) => {
    asked.push([input as Request, init]);
    return Promise.resolve(new Response('{}'));
  };
  const transport = httpTransport('https://central.test', recording, () => undefined);
  await transport({ method: 'GET', path: '/', timeout: 1_000 });
  await transport({ method: 'POST', path: '/', body: {}, timeout: 1_000 });
  expect(
    asked.map(([{ method, credentials }, init]) => [method, credentials, init?.redirect, init?.cache]),
  ).toEqual([
    ['GET', 'omit', 'error', 'no-store'],
    ['POST', 'omit', 'error', 'no-store'],
  ]);
  // What stands beside a request counts more than what it says itself.
  expect(asked.map(([, init]) => init?.credentials)).toEqual([undefined, undefined]);
});
