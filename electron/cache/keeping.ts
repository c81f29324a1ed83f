// How long the copy is kept without being synced: a desk that nobody connects any more doesn't hold a town's patrons
// for ever; and not until then, where policy now keeps nobody. What waits to be sent stays, sealed.
import type { Clock } from '../../shared/clock.ts';
import type { Policy } from '../policy/policy.ts';
import type { DeskStore } from './desk-store.ts';

const NAME = 'copy touched';
const DAY_MS = 24 * 3_600_000;

export class Keeping {
  readonly #store: DeskStore;
  /** One that staff can't set back. */
  readonly #clock: Clock;
  readonly #policy: Policy['copy'];

  constructor(store: DeskStore, clock: Clock, policy: Policy['copy']) {
    this.#store = store;
    this.#clock = clock;
    this.#policy = policy;
  }

  /** The server was heard from. */
  async touch(): Promise<void> {
    await this.#store.remember(NAME, `${this.#clock.now()} ${this.#policy.scope}`);
  }

  /** Erases the copy where its time is over, or where it is of a policy that kept somebody. Answers whether it did. */
  async check(): Promise<boolean> {
    const touched = await this.#store.recall(NAME);
    if (touched === undefined) return false;
    const [at, scope] = touched.split(' ');
    const isInTime = this.#clock.now() - Number(at) <= this.#policy.keepDays * DAY_MS;
    if (isInTime && (this.#policy.scope !== 'none' || scope === 'none')) return false;
    await this.#store.erasePatrons();
    await this.#store.forget(NAME);
    return true;
  }
}
