// Deletes a patron at Koha, after looking at what stands in the way: Koha itself deletes in spite of reservations, and
// names only the first of its own reasons.
import type { Obstacles } from '../../../shared/patrons/patron.ts';
import { Failure } from '../../support/failure.ts';
import type { KohaApi } from './api.ts';
import type { KohaReads } from './reads.ts';
import type { KohaPatron } from './records.ts';
import { isRefusal, type KohaRefusal } from './refusals.ts';

const NOTHING: Obstacles = { loans: 0, reservations: 0, debts: 0, guarantorFor: 0 };

export class Deletions {
  readonly #api: KohaApi;
  readonly #reads: KohaReads;
  readonly #isProtected: (record: KohaPatron) => boolean;
  /** Acts whose answer is still out, by their ids. */
  readonly #sent = new Set<string>();

  /** `isProtected`: Koha's own pages would not delete this one, its interface does. */
  constructor(api: KohaApi, reads: KohaReads, isProtected: (record: KohaPatron) => boolean) {
    this.#api = api;
    this.#reads = reads;
    this.#isProtected = isProtected;
  }

  /** `tag` is the whole patron's, as staff saw it. */
  async delete(act: string, number: number, tag: string): Promise<void> {
    try {
      const { patron, parts } = await this.#reads.one(number);
      if (this.#isProtected(parts.record)) throw new Failure({ code: 'patronProtected' }, 'staff');
      const { loans, reservations, debts } = patron;
      const obstacles = {
        ...NOTHING,
        loans: loans.length,
        reservations: reservations.length,
        debts: debts.length,
      };
      if (Object.values(obstacles).some((n) => n > 0)) throw new Failure({ code: 'notDeletable', obstacles });
      if (patron.tag !== tag) throw new Failure({ code: 'changedMeanwhile' });
    } catch (thrown) {
      // Gone since this very act went out: it has happened.
      if (isRefusal(thrown, 404) && this.#sent.delete(act)) return;
      throw thrown;
    }
    this.#sent.add(act);
    try {
      const { status } = await this.#api.send('DELETE', `/patrons/${number}`);
      // Else it may not be Koha that has answered.
      if (status !== 204 && (await this.#isThere(number)))
        throw new Failure({ code: 'serverRubbish' }, 'said to be deleted, and there');
    } catch (thrown) {
      if (!isRefusal(thrown) || thrown.error.code === 'serverRubbish') throw thrown;
      this.#sent.delete(act);
      throw thrown.refused.status === 409 ? obstacle(thrown) : thrown;
    }
    this.#sent.delete(act);
  }

  async #isThere(number: number): Promise<boolean> {
    try {
      await this.#reads.record(number);
      return true;
    } catch (thrown) {
      if (isRefusal(thrown, 404)) return false;
      throw thrown;
    }
  }
}

/** Koha's reason, where it wasn't seen before. It doesn't say how many; one at least. */
function obstacle(refusal: KohaRefusal): Failure {
  switch (refusal.refused.code) {
    case 'has_checkouts':
      return new Failure({ code: 'notDeletable', obstacles: { ...NOTHING, loans: 1 } }, refusal);
    case 'has_debt':
      return new Failure({ code: 'notDeletable', obstacles: { ...NOTHING, debts: 1 } }, refusal);
    case 'has_guarantees':
      return new Failure({ code: 'notDeletable', obstacles: { ...NOTHING, guarantorFor: 1 } }, refusal);
    default:
      return new Failure({ code: 'patronProtected' }, refusal);
  }
}
