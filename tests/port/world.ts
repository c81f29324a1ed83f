// What the port's contract suite needs of a server, whichever it is: a line that can fail, people at other desks, and what
// is true at the server itself.
import type { CentralServer, Credentials } from '../../electron/central/central-server.ts';
import type { HttpAnswer, Transport } from '../../electron/central/transport.ts';
import { Failure } from '../../electron/support/failure.ts';

/**
 * `dropsRequests`: nothing reaches the server. `losesAnswers`: what changes something gets there, and no answer comes back.
 * `mixesUp`: as a cache that takes all ids for one, it answers a read with what was read of the one before.
 */
export type Line = 'good' | 'dropsRequests' | 'losesAnswers' | 'mixesUp';

export interface NewPatron {
  givenName: string;
  familyName: string;
  card: string;
}

export interface PortWorld {
  server: CentralServer;
  /** Of somebody who may do everything. */
  credentials: Credentials;
  line: { state: Line };
  clock: { now(): number; pass(ms: number): void };
  /** Registers a patron at another desk; answers the port's id. */
  addPatron(patron: NewPatron): Promise<string>;
  /** Another desk changes the given name or the postcode. */
  changeElsewhere(patronId: string, what: { givenName?: string; postcode?: string }): Promise<void>;
  lend(patronId: string, title: string): Promise<void>;
  reserve(patronId: string, title: string): Promise<void>;
  /** In the currency's main unit. */
  charge(patronId: string, amount: number): Promise<void>;
  deleteElsewhere(patronId: string): Promise<void>;
  /** Whether the patron can sign in by themselves with it. */
  pinWorks(patronId: string, pin: string): Promise<boolean>;
  isThere(patronId: string): Promise<boolean>;
  close(): Promise<void>;
}

/** A transport over a line that fails as told. */
export function overLine(
  line: { state: Line },
  answer: (...asked: Parameters<Transport>) => Promise<HttpAnswer>,
): Transport {
  const lastOf = new Map<string, HttpAnswer>();
  return async (request) => {
    if (line.state === 'dropsRequests') throw new Failure({ code: 'serverAway' });
    const kind = request.path.replace(/\/[0-9a-f-]{36}|\/\d+/g, '/…');
    const last = request.method === 'GET' && line.state === 'mixesUp' ? lastOf.get(kind) : undefined;
    if (last) return last;
    const answered = await answer(request);
    if (request.method === 'GET') lastOf.set(kind, answered);
    if (line.state === 'losesAnswers' && request.method !== 'GET') throw new Failure({ code: 'serverSlow' });
    return answered;
  };
}

export function steppingClock(start = '2026-03-02T10:00:00Z') {
  let now = Date.parse(start);
  return { now: () => now, pass: (ms: number) => void (now += ms) };
}
