// What the port's contract suite needs of a server, whichever it is: a line that can fail, people at other desks, and what
// is true at the server itself.
import type { CentralServer, Credentials } from '../../electron/central/central-server.ts';
import type { HttpAnswer, Transport } from '../../electron/central/transport.ts';
import { Failure } from '../../electron/support/failure.ts';

/** `dropsRequests`: nothing reaches the server. `losesAnswers`: what changes something gets there, and no answer comes back. */
export type Line = 'good' | 'dropsRequests' | 'losesAnswers';

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
  return async (request) => {
    if (line.state === 'dropsRequests') throw new Failure({ code: 'serverAway' });
    const answered = await answer(request);
    if (line.state === 'losesAnswers' && request.method !== 'GET') throw new Failure({ code: 'serverSlow' });
    return answered;
  };
}

export function steppingClock(start = '2026-03-02T10:00:00Z') {
  let now = Date.parse(start);
  return { now: () => now, pass: (ms: number) => void (now += ms) };
}
