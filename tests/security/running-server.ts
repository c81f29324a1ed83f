// A reference server at work on loopback, for those who attack it.
import { v7 } from 'uuid';
import { afterAll, beforeAll } from 'vitest';
import { createServer, type Server } from '../../server/http/server.ts';
import { addTestLibraries, PASSWORD, testOptions } from '../../server/testing/network.ts';
import type { Session } from '../../shared/central/contract.ts';
import { ACT_HEADERS } from '../../shared/central/endpoint.ts';

export const DESK = '3f0e9a52-6a37-4e7e-9c5e-0d7f5b7c9a10';

export const many = <T>(count: number, make: (n: number) => T) =>
  Array.from({ length: count }, (_, n) => make(n));

/** One for all tests of a file. */
export function runningServer() {
  const options = testOptions();
  let server: Server | undefined;
  let url = '';
  let signIns = 0;
  beforeAll(async () => {
    server = await createServer({ ...options, rates: { session: 1e6, signIn: 5 } });
    addTestLibraries(server.central);
    url = await server.app.listen({ host: '127.0.0.1', port: 0 });
  });
  afterAll(() => server?.app.close());

  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  return {
    options,
    post,
    get url() {
      return url;
    },
    get port() {
      return Number(new URL(url).port);
    },
    get central() {
      return (server as Server).central;
    },
    get app() {
      return (server as Server).app;
    },
    /** From an address that nobody floods. Time passes in some of the tests: whoever needs a session begins one. */
    async signedIn(desk = v7(), username = 'lead'): Promise<Session> {
      const credentials = { library: 'north', username, password: PASSWORD, desk };
      const answer = await post('/sessions', credentials, {
        'x-forwarded-for': `198.18.${signIns >> 8}.${signIns++ & 255}`,
      });
      return (await answer.json()) as Session;
    },
  };
}

export const bearer = ({ accessToken }: Session) => ({ authorization: `Bearer ${accessToken}` });

/** Of an act that nobody sent before. */
export const actHeaders = ({ epoch }: Session): Record<string, string> => ({
  [ACT_HEADERS.key]: v7(),
  [ACT_HEADERS.act]: v7(),
  [ACT_HEADERS.actedAt]: '2026-03-01T10:00:00Z',
  [ACT_HEADERS.epoch]: epoch,
});
