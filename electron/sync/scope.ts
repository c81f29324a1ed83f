// Whom the copy is to hold, by policy. Judged on records as the server sent them: one that fails its schema counts as
// inside, so that the copy sets it aside and tells.
import { z } from 'zod';
import type { Clock } from '../../shared/clock.ts';
import { kohaPolicySchema } from '../policy/koha-policy.ts';
import type { Policy } from '../policy/policy.ts';

export type Scope = (record: unknown) => boolean;

const MONTH_MS = 30.44 * 24 * 3_600_000;

const branchOf = z.object({
  sections: z.object({ library: z.object({ values: z.object({ branch: z.string() }) }) }),
});
const activityOf = z.object({
  loans: z.array(z.unknown()),
  reservations: z.array(z.unknown()),
  debts: z.array(z.unknown()),
  blocks: z.array(z.unknown()),
  changedAt: z.string(),
});

const USUAL_KOHA = kohaPolicySchema.parse({});

/**
 * Tells one scope from another, so that a copy filled under another policy is noticed; and, of a Koha, in which money
 * its debts were counted, and against which limit.
 */
export function scopeName({ copy: { scope, branch, activeMonths }, koha }: Policy): string {
  const { currency, debtLimit } = koha;
  const isUsual = currency === USUAL_KOHA.currency && debtLimit === USUAL_KOHA.debtLimit;
  return [
    scope,
    ...(scope === 'branch' ? [branch] : []),
    ...(scope === 'active' ? [activeMonths] : []),
    ...(isUsual ? [] : [currency, debtLimit]),
  ].join(' ');
}

export function scopeOf({ scope, branch, activeMonths }: Policy['copy'], clock: Clock): Scope {
  switch (scope) {
    case 'none':
      return () => false;
    case 'library':
      return () => true;
    case 'branch':
      return (record) => {
        const read = branchOf.safeParse(record);
        return !read.success || read.data.sections.library.values.branch === branch;
      };
    case 'active':
      return (record) => {
        const read = activityOf.safeParse(record);
        if (!read.success) return true;
        const { loans, reservations, debts, blocks, changedAt } = read.data;
        const open = [loans, reservations, debts, blocks].some((list) => list.length > 0);
        return open || Date.parse(changedAt) >= clock.now() - activeMonths * MONTH_MS;
      };
  }
}
