// Everything that may go wrong in a world, how likely it is in one run, and how often it did, with which kind of act: a
// fault that never met an act proves nothing about it.
import type { Luck } from '../../server/demo/luck.ts';

/** Chances: of a message for those on the line, of a desk's or the server's day for the others. */
const USUAL = {
  requestLost: 0.03,
  answerLost: 0.04,
  answerHalved: 0.015,
  gatewayFailed: 0.02,
  delayed: 0.03,
  duplicated: 0.05,
  overtaken: 0.06,
  lineCut: 0.7,
  deskKilled: 0.35,
  deskKilledAtStep: 0.35,
  deskKilledAtAwait: 0.35,
  powerCut: 0.15,
  diskFull: 0.2,
  writeFailed: 0.3,
  copyDamaged: 0.08,
  clockJumped: 0.15,
  clockSetBack: 0.15,
  appUpgraded: 0.2,
  serverKilled: 0.4,
  serverKilledAtStep: 0.4,
  serverDiskFull: 0.2,
  serverClockMoved: 0.15,
  serverRestored: 0.35,
  databaseCopiedBack: 0.12,
  permissionWithdrawn: 0.4,
  permissionGiven: 0.4,
  accountLocked: 0.15,
  sessionsEnded: 0.2,
  deskRevoked: 0.06,
  patronDeleted: 0.35,
  patronRecreated: 0.35,
  keysExpired: 0.12,
  tombstonesCollected: 0.25,
} as const;

export type Fault = keyof typeof USUAL;
export const FAULTS = Object.keys(USUAL) as Fault[];
/** Those that a world meets often enough to ask each of them of a batch, with each kind of act that waits in an outbox. */
export const ACT_KINDS = ['saveSection', 'block', 'unblock'] as const;

export type Counts = Partial<Record<Fault, Record<string, number>>>;

export class Weather {
  readonly counts: Counts = {};
  readonly #chances: Record<string, number> = {};

  /**
   * A run has some of the faults, each more or less often than usual: what two of them bring out together, others
   * would hide. With `only`, it has all of these and no others.
   */
  constructor(luck: Luck, only?: readonly Fault[]) {
    for (const fault of FAULTS) {
      const present = only ? only.includes(fault) : luck.chance(0.5);
      const often = luck.pick([0.5, 1, 1, 2]);
      this.#chances[fault] = present ? Math.min(0.9, USUAL[fault] * (only ? 1.5 : often)) : 0;
    }
  }

  chance(fault: Fault): number {
    return this.#chances[fault] ?? 0;
  }

  /** It happened, with these acts under way. */
  happened(fault: Fault, kinds: readonly string[]): void {
    const counted = (this.counts[fault] ??= {});
    for (const kind of kinds.length > 0 ? new Set(kinds) : ['nothing'])
      counted[kind] = (counted[kind] ?? 0) + 1;
  }
}

export function addCounts(sum: Counts, more: Counts): void {
  for (const [fault, kinds] of Object.entries(more) as [Fault, Record<string, number>][]) {
    const counted = (sum[fault] ??= {});
    for (const [kind, times] of Object.entries(kinds)) counted[kind] = (counted[kind] ?? 0) + times;
  }
}

export const timesOf = (counts: Counts, fault: Fault): number =>
  Object.values(counts[fault] ?? {}).reduce((sum, times) => sum + times, 0);
