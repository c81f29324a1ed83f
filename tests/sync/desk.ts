// A desk and its server in one process: the real parts of both, real files, and a line between them that a test bends.
// Nothing runs by itself: tests say when the desk syncs, and when what it waits for is due.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EncryptedFile } from '../../electron/cache/encrypted-file.ts';
import { FILES, openStore, type StoreReport } from '../../electron/cache/open-store.ts';
import type { SqliteStore } from '../../electron/cache/sqlite-store.ts';
import { ReferenceServer } from '../../electron/central/reference/reference-server.ts';
import type { HttpAnswer, HttpRequest, Transport } from '../../electron/central/transport.ts';
import { buildParts, type DeskParts } from '../../electron/desk-parts.ts';
import { policySchema } from '../../electron/policy/policy.ts';
import { Failure } from '../../electron/support/failure.ts';
import type { Timers } from '../../electron/support/system.ts';
import { endpoints, type EndpointName } from '../../shared/central/contract.ts';
import { ANSWER_HEADERS, type Endpoint } from '../../shared/central/endpoint.ts';
import type { Central } from '../../server/central.ts';
import { Luck } from '../../server/demo/luck.ts';
import { PASSWORD } from '../../server/testing/network.ts';

const ROUTES = (Object.entries(endpoints) as [EndpointName, Endpoint][]).map(([name, { method, path }]) => {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, param]) => param ?? '');
  return { name, method, names, pattern: new RegExp(`^${path.replace(/\{\w+\}/g, '([^/]+)')}$`) };
});

/** Asks a server's logic as its HTTP face would. */
export const transportTo =
  (central: () => Central): Transport =>
  async ({ method, path, query, headers, body }) => {
    for (const route of ROUTES) {
      const match = route.method === method && route.pattern.exec(path);
      if (!match) continue;
      const params = Object.fromEntries(
        route.names.map((name, at) => [name, decodeURIComponent(match[at + 1] ?? '')]),
      );
      const asked: unknown = body === undefined ? undefined : JSON.parse(JSON.stringify(body));
      const call = { params, query: query ?? {}, body: asked, headers: headers ?? {} };
      const answer = await central().answer(route.name, call);
      const { epoch, head, durable } = central().marks();
      const marks = {
        [ANSWER_HEADERS.epoch]: epoch,
        [ANSWER_HEADERS.head]: String(head),
        [ANSWER_HEADERS.durable]: String(durable),
      };
      return { status: answer.status, headers: marks, body: JSON.stringify(answer.body) };
    }
    throw new Error(`No endpoint is ${method} ${path}`);
  };

/** What happens to requests and answers on their way. */
export interface Line {
  /** Before the server hears; throws where it never does. */
  asked: (request: HttpRequest) => void;
  /** After the server answered; throws where the answer is lost, or gives another one, now or later. */
  answered: (request: HttpRequest, answer: HttpAnswer) => HttpAnswer | Promise<HttpAnswer>;
}

export const cut = (): never => {
  throw new Failure({ code: 'serverAway' });
};
export const goodLine = (): Line => ({ asked: () => undefined, answered: (_request, answer) => answer });

export const DESK_KEY = () => new Uint8Array(32).fill(7);

export interface DeskClock {
  now(): number;
  pass(ms: number): void;
}

export interface DeskOptions {
  central: () => Central;
  clock: DeskClock;
  /** The computer's own clock, where it differs. */
  ownClock?: { now(): number };
  policy?: unknown;
}

export class Desk {
  readonly folder = mkdtempSync(join(tmpdir(), 'circdesk-desk-'));
  line: Line = goodLine();
  readonly asked: HttpRequest[] = [];
  readonly #timers = new Set<{ wait: number; work: () => void }>();
  readonly troubles: unknown[] = [];
  #options: DeskOptions;
  readonly #luck = new Luck('desk');
  readonly id = crypto.randomUUID();
  #parts: DeskParts | undefined;
  #lives = 0;
  store!: SqliteStore;
  report!: StoreReport;

  constructor(options: DeskOptions) {
    this.#options = options;
  }

  get parts(): DeskParts {
    if (!this.#parts) throw new Error('The desk is not started.');
    return this.#parts;
  }

  /** Starts the desk, or starts it again on the same files; `bend` lets a test make the store fail. */
  async start(options = this.#options, bend: (store: SqliteStore) => void = () => undefined): Promise<this> {
    this.#options = options;
    const life = ++this.#lives;
    const { central, clock, ownClock, policy } = this.#options;
    const opening = openStore({
      folder: this.folder,
      key: DESK_KEY(),
      clock,
      giveWay: () => Promise.resolve(),
    });
    if (opening.outcome !== 'open') throw new Error(opening.outcome);
    this.store = opening.store;
    this.report = opening.report;
    bend(this.store);
    const ask = transportTo(central);
    const transport: Transport = async (request) => {
      this.line.asked(request);
      this.asked.push(request);
      return this.line.answered(request, await ask(request));
    };
    this.#parts = await buildParts({
      store: this.store,
      server: new ReferenceServer('http://desk.test', this.id, transport, ownClock ?? clock),
      policy: policySchema.parse(policy ?? { copy: { scope: 'library' } }),
      clock: ownClock ?? clock,
      counter: () => clock.now(),
      random: this.#luck,
      timers: this.#collected(),
      lastLibrary: { read: () => null, write: () => undefined },
      isOnline: () => true,
      openPatrons: () => [],
      onSession: () => undefined,
      onPatrons: () => undefined,
      onDeleted: () => undefined,
      onSyncState: () => undefined,
      onActs: () => undefined,
      // What a former life had begun ends in nothing that anybody hears of.
      onTrouble: (_what, thrown) => life === this.#lives && this.troubles.push(thrown),
    });
    return this;
  }

  #collected(): Timers {
    return {
      after: (wait, work) => {
        const timer = { wait, work };
        this.#timers.add(timer);
        return () => this.#timers.delete(timer);
      },
    };
  }

  /** What was to happen within so many ms. */
  happen(within: number): void {
    for (const timer of [...this.#timers].filter(({ wait }) => wait <= within)) {
      this.#timers.delete(timer);
      timer.work();
    }
  }

  async signIn(username = 'lead', library = 'north'): Promise<void> {
    await this.parts.session.signIn({ library, username, password: PASSWORD }, () => undefined);
    await this.sync();
  }

  /** Everything there is to do, and whatever that set going. */
  async sync(): Promise<void> {
    await this.parts.sync.now();
    await this.parts.sync.now();
  }

  /** Ends as a crash ends it: nothing is told to anybody. */
  async crash(): Promise<void> {
    this.parts.sync.shutdown();
    this.#lives++;
    await this.store.close();
    this.#parts = undefined;
  }

  /** What the files hold once they are decrypted, deleted pages included. */
  decryptedCopy(): Buffer {
    return this.#decrypted(FILES.copy);
  }

  decryptedOutbox(): Buffer {
    return this.#decrypted(FILES.outbox);
  }

  #decrypted(name: string): Buffer {
    const file = EncryptedFile.openToRead(join(this.folder, name), DESK_KEY());
    try {
      return file.decrypted();
    } finally {
      file.close();
    }
  }

  /** After a test: nothing is open any more. */
  async end(): Promise<void> {
    if (this.#parts) await this.crash();
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
