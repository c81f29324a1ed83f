// The real server on loopback for contract tests, and a desk that holds every answer to the document.
import { randomUUID } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { expect } from 'vitest';
import { endpoints, type EndpointName, type Session } from '../../shared/central/contract.ts';
import { ACT_HEADERS } from '../../shared/central/endpoint.ts';
import { createServer } from '../../server/http/server.ts';
import { addTestLibraries, PASSWORD, testOptions } from '../../server/testing/network.ts';
import { openDocument } from './document.ts';

export interface Request {
  params?: Record<string, string>;
  query?: Record<string, string | number>;
  body?: unknown;
  headers?: Record<string, string>;
}

export interface Answered {
  status: number;
  headers: Headers;
  /** Checked against the document, so tests read it as they know it. */
  body: Record<string, unknown>;
  problem: string | undefined;
}

export async function runningServer(rates = { session: 1e6, signIn: 1e6 }) {
  const options = testOptions();
  const { app, central } = await createServer({ ...options, rates });
  addTestLibraries(central);
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const document = openDocument();
  /** Which endpoint was seen to answer what. */
  const seen = new Set<string>();

  async function send(name: EndpointName, request: Request = {}): Promise<Answered> {
    const { method, path } = endpoints[name];
    const target = path.replace(/\{(\w+)\}/g, (_, part: string) => request.params?.[part] ?? part);
    const query = new URLSearchParams(Object.entries(request.query ?? {}).map(([k, v]) => [k, String(v)]));
    const json = request.body !== undefined;
    const answer = await fetch(`${url}${target}?${query.toString()}`, {
      method,
      headers: { ...(json && { 'content-type': 'application/json' }), ...request.headers },
      ...(json && { body: typeof request.body === 'string' ? request.body : JSON.stringify(request.body) }),
    });
    const body = JSON.parse(await answer.text()) as Record<string, unknown>;
    expect(document.problemsWith(name, answer, body)).toEqual([]);
    const problem =
      answer.status >= 400 ? String(body['type']).replace('urn:circdesk:problem:', '') : undefined;
    seen.add(`${name} ${problem ?? answer.status}`);
    return { status: answer.status, headers: answer.headers, body, problem };
  }

  async function desk(library: string, username: string) {
    const id = randomUUID();
    const signedIn = await send('signIn', { body: { library, username, password: PASSWORD, desk: id } });
    const session = signedIn.body as unknown as Session;
    const ask = (name: EndpointName, request: Request = {}) =>
      send(name, {
        ...request,
        headers: { authorization: `Bearer ${session.accessToken}`, ...request.headers },
      });
    const act = (name: EndpointName, request: Request = {}) =>
      ask(name, {
        ...request,
        headers: {
          [ACT_HEADERS.key]: uuidv7(),
          [ACT_HEADERS.act]: uuidv7(),
          [ACT_HEADERS.actedAt]: new Date(options.clock.now()).toISOString(),
          [ACT_HEADERS.epoch]: session.epoch,
          ...request.headers,
        },
      });
    /** A patron's id and tags. */
    const register = async (sections: object = {}) => {
      const personal = { givenName: 'Ada', familyName: 'Öberg' };
      const answer = await act('createPatron', {
        body: { id: uuidv7(), sections: { personal, ...sections } },
      });
      expect(answer.status).toBe(201);
      return answer.body['value'] as { id: string; tag: string; sections: Record<string, { tag: string }> };
    };
    return { id, session, ask, act, register };
  }

  return { app, central, clock: options.clock, url, seen, send, desk, close: () => app.close() };
}

export type RunningServer = Awaited<ReturnType<typeof runningServer>>;
export type ContractDesk = Awaited<ReturnType<RunningServer['desk']>>;
