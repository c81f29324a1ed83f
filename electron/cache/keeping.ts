// How long a library's copy is kept without being synced: a desk that nobody connects any more, or that works for another
// library, doesn't hold a town's patrons for ever; and not until then, where policy now keeps nobody. What waits to be
// sent stays, sealed.
import type { Clock } from '../../shared/clock.ts';
import type { Policy } from '../policy/policy.ts';
import type { DeskStore } from './desk-store.ts';

const nameOf = (library: string) => `copy of ${library} touched`;
/** Of a desk that had one time for all its copies. */
const FORMER = 'copy touched';
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

  /** The library's copy equals the server. */
  async touch(library: string): Promise<void> {
    await this.#store.remember(nameOf(library), `${this.#clock.now()} ${this.#policy.scope}`);
  }

  /** A fill begins. One beside a former copy doesn't lengthen that one's time. */
  async begin(library: string): Promise<void> {
    if (!(await this.#store.libraries()).includes(library)) await this.touch(library);
  }

  /** Erases each copy whose time is over, or that is of a policy that kept somebody. */
  async check(): Promise<void> {
    const former = await this.#store.recall(FORMER);
    for (const library of await this.#store.libraries()) {
      const own = await this.#store.recall(nameOf(library));
      // Where an outbox was lost, and the time with it, it begins now.
      const touched = own ?? former ?? `${this.#clock.now()}`;
      if (this.#isOver(touched)) await this.#store.erasePatrons(library);
      else if (own === undefined) await this.#store.remember(nameOf(library), touched);
    }
    if (former !== undefined) await this.#store.forget(FORMER);
  }

  #isOver(touched: string): boolean {
    const [at, scope] = touched.split(' ');
    const isInTime = this.#clock.now() - Number(at) <= this.#policy.keepDays * DAY_MS;
    return !isInTime || (this.#policy.scope === 'none' && scope !== 'none');
  }
}
