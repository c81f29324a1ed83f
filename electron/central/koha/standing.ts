// Whether who signed in is still who they were, and may do what they might: Koha knows no sessions, and with an API key sees
// the key alone, whatever becomes of the librarian's own account. So their record is looked at now and then.
import type { Clock } from '../../../shared/clock.ts';
import { isFailure } from '../../support/failure.ts';
import { Barred } from '../central-server.ts';
import type { KohaReads } from './reads.ts';
import type { KohaPatron } from './records.ts';
import { isRefusal } from './refusals.ts';

const EVERY_MS = 5 * 60_000;

export interface StandingParts {
  clock: Clock;
  reads: Pick<KohaReads, 'record'>;
  staffNumber: number;
  /** Koha sees the desk's key, and refuses that, not them. */
  withKey: boolean;
  /** By their record as it is now. */
  isAsBefore: (record: KohaPatron) => boolean;
}

export class Standing {
  readonly #parts: StandingParts;
  #askedAt: number;

  /** To be made when they sign in. */
  constructor(parts: StandingParts) {
    this.#parts = parts;
    this.#askedAt = parts.clock.now();
  }

  /** Fails with `Barred` once they are who they were no more. */
  async check(): Promise<void> {
    const { clock, reads, staffNumber, withKey, isAsBefore } = this.#parts;
    const now = clock.now();
    if (Math.abs(now - this.#askedAt) < EVERY_MS) return;
    try {
      const { value } = await reads.record(staffNumber);
      if (!isAsBefore(value)) throw new Barred('another account by now');
    } catch (thrown) {
      throw isRefusal(thrown, 404) || (!withKey && isFailure(thrown, 'missingRight'))
        ? new Barred(thrown)
        : thrown;
    }
    this.#askedAt = now;
  }
}
