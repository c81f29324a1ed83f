// One of a thousand desks: the real parts on two real encrypted files, over real HTTP. What it lacks of a desk: windows, a
// process and a thread of its own. Staff at it look at a patron, block and unblock.
import { cpSync } from 'node:fs';
import { openStore } from '../../electron/cache/open-store.ts';
import type { SqliteStore } from '../../electron/cache/sqlite-store.ts';
import { Reachability } from '../../electron/central/reachability.ts';
import { ReferenceServer } from '../../electron/central/reference/reference-server.ts';
import { httpTransport, type Transport } from '../../electron/central/transport.ts';
import { buildParts, type DeskParts } from '../../electron/desk-parts.ts';
import { policySchema } from '../../electron/policy/policy.ts';
import { Failure, isFailure } from '../../electron/support/failure.ts';
import { systemClock, systemTimers } from '../../electron/support/system.ts';
import type { DemoAccount } from '../../build/reference-server.ts';
import { Luck } from '../../server/demo/luck.ts';
import { Measures } from './measures.ts';

const KEY = new Uint8Array(32).fill(5);

export interface LoadDeskParts {
  number: number;
  url: string;
  folder: string;
  /** A copy that was filled before; none, where it's to be filled. */
  template?: string;
  account: DemoAccount;
  measures: () => Measures;
  onTrouble: (thrown: unknown) => void;
}

export class LoadDesk {
  cut = false;
  /** Acts that were saved, by their words. */
  readonly saved = new Set<string>();
  readonly #parts: LoadDeskParts;
  readonly #luck: Luck;
  /** As the program's shell has it: the line's return wakes sync. */
  readonly #reachability = new Reachability((online) => {
    if (online) this.#desk?.sync.wake();
  });
  #store: SqliteStore | undefined;
  #desk: DeskParts | undefined;
  #acts = 0;

  constructor(parts: LoadDeskParts) {
    this.#parts = parts;
    this.#luck = new Luck(`load ${parts.number}`);
  }

  get library(): string {
    return this.#parts.account.library;
  }

  get desk(): DeskParts {
    if (!this.#desk) throw new Error('The desk is not started.');
    return this.#desk;
  }

  get store(): SqliteStore {
    if (!this.#store) throw new Error('The desk is not started.');
    return this.#store;
  }

  async start(): Promise<void> {
    const { number, folder, template, measures, onTrouble } = this.#parts;
    if (template) cpSync(template, folder, { recursive: true });
    const opening = openStore({
      ...{ folder, key: KEY, clock: systemClock },
      giveWay: () => new Promise((resolve) => setImmediate(resolve)),
    });
    if (opening.outcome !== 'open') throw new Error(opening.outcome);
    this.#store = opening.store;
    this.#desk = await buildParts({
      store: opening.store,
      server: new ReferenceServer(
        this.#parts.url,
        `0190a000-0000-4000-8000-${String(number).padStart(12, '0')}`,
        Measures.around(this.#line(), measures),
        systemClock,
      ),
      policy: policySchema.parse({ copy: { scope: 'library' } }),
      clock: systemClock,
      counter: () => performance.now(),
      random: this.#luck,
      timers: systemTimers,
      lastLibrary: { read: () => null, write: () => undefined },
      isOnline: () => this.#reachability.online,
      openPatrons: () => [],
      onSession: () => undefined,
      onPatrons: () => undefined,
      onDeleted: () => undefined,
      onSyncState: () => undefined,
      onActs: () => undefined,
      onTrouble: (_what, thrown) => onTrouble(thrown),
    });
  }

  /** Each desk comes from an address of its own, as branches do. */
  #line(): Transport {
    const { url, number } = this.#parts;
    const transport = httpTransport(url, fetch, this.#reachability.heard);
    const address = `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`;
    return (request) => {
      if (this.cut) {
        this.#reachability.heard(false);
        return Promise.reject(new Failure({ code: 'serverAway' }));
      }
      return transport({ ...request, headers: { ...request.headers, 'x-forwarded-for': address } });
    };
  }

  /** As staff do it in the morning: where the server asks them to wait, they try again. */
  async signIn(): Promise<void> {
    const { library, username, password } = this.#parts.account;
    for (let tries = 1; ; tries++)
      try {
        await this.desk.session.signIn({ library, username, password }, () => undefined);
        return;
      } catch (thrown) {
        if (!isFailure(thrown) || tries === 40) throw thrown;
        await new Promise((resolve) => setTimeout(resolve, 2_000 + this.#luck.fraction() * 6_000));
      }
  }

  /** The line is there again, and the system says so. */
  reconnect(): void {
    this.cut = false;
    this.desk.sync.wake();
  }

  /** One act, or a look. */
  async act(patronIds: readonly string[]): Promise<void> {
    const patronId = patronIds[this.#parts.number % patronIds.length] ?? '';
    const { patrons } = this.desk;
    const comment = `desk ${this.#parts.number}, act ${++this.#acts}`;
    const { patron } = await patrons.read(patronId, false);
    const own = patron.blocks.filter((block) => block.comment.startsWith(`desk ${this.#parts.number},`));
    if (this.#luck.chance(0.3)) return patrons.logLook(patronId);
    if (own.length > 0)
      await patrons.unblock(
        patronId,
        own.map(({ id }) => id),
        comment,
      );
    else await patrons.block(patronId, comment);
    this.saved.add(comment);
  }

  async end(): Promise<void> {
    await this.desk.shutdown();
  }
}
