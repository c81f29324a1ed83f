// A whole desk without windows for random histories: the real outbox, sync and Koha connector on the made-up Koha, over a
// line that loses requests and answers, with starts in between.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../../electron/cache/open-store.ts';
import { buildParts, type DeskParts } from '../../electron/desk-parts.ts';
import { policySchema } from '../../electron/policy/policy.ts';
import { isFailure } from '../../electron/support/failure.ts';
import { overLine, type Line } from '../port/world.ts';
import { seededRandom } from './fake/random.ts';
import { serverOn, STAFF } from './fake/small-library.ts';
import type { FakeKoha } from './fake/koha.ts';

/** In memory, where the system has such a place: what is on trial here is not the disk. */
const PLACE = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
const KEY = new Uint8Array(32).fill(3);
const POLICY = { copy: { scope: 'library' }, offline: { signInHours: 0 } };

/** Lets everything that is under way come to rest. */
export async function rest(): Promise<void> {
  for (let turns = 0; turns < 12; turns++) await new Promise((resolve) => setImmediate(resolve));
}

export class SimulatedDesk {
  readonly #koha: FakeKoha;
  readonly #folder = mkdtempSync(join(PLACE, 'circdesk-koha-'));
  readonly #random: ReturnType<typeof seededRandom>;
  readonly line: { state: Line } = { state: 'good' };
  readonly #clock: { now(): number };
  #parts: DeskParts | undefined;

  constructor(koha: FakeKoha, seed: number, clock = koha.world.clock) {
    this.#koha = koha;
    this.#clock = clock;
    this.#random = seededRandom(seed);
  }

  get parts(): DeskParts {
    if (!this.#parts) throw new Error('The desk is off.');
    return this.#parts;
  }

  /** Starts, or starts anew, with what policy says of Koha, and else, by now: what was only in memory is gone. */
  async start(kohaPolicy: object = {}, further: object = {}): Promise<void> {
    await this.#parts?.shutdown();
    const policy = policySchema.parse({ ...POLICY, ...further, koha: kohaPolicy });
    const clock = this.#clock;
    const opened = openStore({ folder: this.#folder, key: KEY, clock, giveWay: () => Promise.resolve() });
    if (opened.outcome !== 'open') throw new Error(opened.outcome);
    const transport = overLine(this.line, (request) => Promise.resolve(this.#koha.answer(request)));
    const { server } = serverOn(this.#koha, { transport, policy: kohaPolicy, clock });
    this.#parts = await buildParts({
      ...{ store: opened.store, server, policy, clock },
      counter: clock.now,
      random: this.#random,
      // Nothing happens by itself: the history says when.
      timers: { after: () => () => undefined },
      lastLibrary: { read: () => null, write: () => undefined },
      isOnline: () => true,
      openPatrons: () => [],
      onSession: () => undefined,
      onPatrons: () => undefined,
      onDeleted: () => undefined,
      onSyncState: () => undefined,
      onActs: () => undefined,
      onTrouble: (what, thrown) => {
        if (!isFailure(thrown)) throw new Error(what, { cause: thrown });
      },
    });
  }

  /** Signs in where nobody is, and syncs; without the line nothing comes of it. */
  async sync(): Promise<void> {
    const { session, sync } = this.parts;
    if (!session.central) await session.signIn(STAFF, () => undefined).catch(ignoreFailure);
    await sync.now();
    await rest();
  }

  async end(): Promise<void> {
    await this.#parts?.shutdown();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** What was tried and could not be, as staff would be told. */
export function ignoreFailure(thrown: unknown): undefined {
  if (!isFailure(thrown)) throw thrown;
  return undefined;
}
