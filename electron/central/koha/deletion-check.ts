// Koha doesn't tell who was deleted. From time to time the desk asks for those in its copy by their numbers, a bunch at
// a time: counting them costs the server one small answer, and only a bunch in which somebody is missing is read.
import type { Clock } from '../../../shared/clock.ts';
import type { HeldPatrons } from '../central-server.ts';
import { own, type Query } from './api.ts';
import { NOTHING_FOUND, type Finding } from './finding.ts';
import type { KohaIds } from './ids.ts';
import type { KohaReads } from './reads.ts';

const BUNCH = 200;
/** So many bunches at one look for changes: a copy of 20,000 is gone through in about half an hour. */
const BUNCHES_AT_ONCE = 2;
const HOUR_MS = 3_600_000;

export class DeletionCheck {
  readonly #clock: Clock;
  readonly #everyMs: number;
  #endedAt = -Infinity;
  /** Where the check has come to, while one is under way. */
  #after: string | null = null;
  #again = false;

  /** `hours` 0: never. */
  constructor(clock: Clock, hours: number) {
    this.#clock = clock;
    this.#everyMs = hours === 0 ? Infinity : hours * HOUR_MS;
  }

  /** Somebody must have gone: look soon, and once more where the check has passed them already. */
  hasten(): void {
    this.#again = this.#after !== null;
    if (this.#everyMs < Infinity) this.#endedAt = -Infinity;
  }

  /** Goes on with the check where it's due: finds the numbers of those whom Koha doesn't show. */
  async step(reads: KohaReads, held: HeldPatrons, ids: KohaIds): Promise<Finding> {
    // A clock that was set back puts it off no longer.
    const isDue = Math.abs(this.#clock.now() - this.#endedAt) >= this.#everyMs;
    if (this.#everyMs === Infinity || !isDue) return NOTHING_FOUND;
    const missing: number[] = [];
    let after = this.#after;
    let ended = false;
    for (let bunches = 0; bunches < BUNCHES_AT_ONCE && !ended; bunches++) {
      const bunch = await held.ids(after, BUNCH);
      const numbers = bunch.flatMap((id) => ids.number('patron', id) ?? []);
      if (numbers.length > 0) missing.push(...(await missingOf(reads, numbers)));
      ended = bunch.length < BUNCH;
      after = ended ? null : (bunch.at(-1) ?? null);
    }
    return {
      numbers: missing,
      stored: () => {
        this.#after = after;
        if (!ended) return;
        if (!this.#again) this.#endedAt = this.#clock.now();
        this.#again = false;
      },
    };
  }
}

async function missingOf(reads: KohaReads, numbers: readonly number[]): Promise<number[]> {
  const q: Query = { [own('patron_id')]: numbers };
  const { total = 0 } = await reads.bare(q, [own('patron_id')], 1);
  if (total >= numbers.length) return [];
  const there = new Set(await reads.numbersOf(numbers));
  return numbers.filter((number) => !there.has(number));
}
