// Which services are refused to a patron at this library. A block and a debt block refuse what takes something out;
// returns and payments stay possible.
import type { Standing } from '../../shared/patrons/patron.ts';
import { refused, type Refused } from '../outcome.ts';
import type { PatronRow, Records } from './record.ts';

export type RefusalReasons = Standing['loans']['reasons'];

export function refusalReasons(records: Records, patron: PatronRow): RefusalReasons {
  const debtBlock = records.debtBlock(patron);
  return [
    ...records.blocks(patron).map(({ id }) => ({ kind: 'block' as const, blockId: id })),
    ...(debtBlock ? [{ kind: 'debtBlock' as const, ...debtBlock }] : []),
  ];
}

/** Undefined where the patron may be served. */
export function serviceRefused(reasons: RefusalReasons): Refused | undefined {
  return reasons.length > 0 ? refused('refused', { reasons }) : undefined;
}

/** A debt block keeps nobody from signing in, so that debts can be seen and paid. */
export const signInReasons = (reasons: RefusalReasons) => reasons.filter(({ kind }) => kind === 'block');

export function standingOf(records: Records, patron: PatronRow): Standing {
  const reasons = refusalReasons(records, patron);
  const service = (why: RefusalReasons) => ({ refused: why.length > 0, reasons: why });
  return {
    loans: service(reasons),
    renewals: service(reasons),
    reservations: service(reasons),
    signIn: service(signInReasons(reasons)),
    returns: service([]),
    payments: service([]),
  };
}
