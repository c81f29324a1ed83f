// What a failure of Koha's own says of a change: the patron, read once more, shows whether anything has changed.
import { isDeepStrictEqual } from 'node:util';
import { FailsAtIt } from '../central-server.ts';
import type { KohaReads } from './reads.ts';
import type { KohaPatron } from './records.ts';
import { isRefusal } from './refusals.ts';

/** Takes what a change of this patron, as just read, failed with. Fails with `FailsAtIt`, or with that. */
export const failedAt =
  (before: KohaPatron, reads: Pick<KohaReads, 'record'>) =>
  async (thrown: unknown): Promise<never> => {
    if (!isRefusal(thrown, 500) || thrown.refused.code !== 'internal_server_error') throw thrown;
    const { value, time } = await reads.record(before.patron_id);
    throw isDeepStrictEqual(value, before) ? new FailsAtIt(thrown, time.answered) : thrown;
  };
