// 3: one desk's acts on one patron have their effects in the order that staff did them. What was parked comes when staff
// have decided, and holds nothing but later acts of its own section.
import type { Ledger, LedgerAct } from '../ledger.ts';
import type { World } from '../world.ts';
import { describe } from './accounted.ts';

/** It waited until staff had decided on an earlier one of its section. */
const isHeld = ({ acts }: Ledger, { desk, patronId, sequence, deed }: LedgerAct): boolean =>
  [...acts.values()].some(
    (other) =>
      other.parked &&
      other.desk === desk &&
      other.patronId === patronId &&
      other.sequence < sequence &&
      other.deed.kind === 'saveSection' &&
      deed.kind === 'saveSection' &&
      other.deed.section === deed.section,
  );

export function inOrder({ ledger, timeline }: World): string[] {
  const wrong: string[] = [];
  const last = new Map<string, LedgerAct>();
  for (const { act: id } of timeline.effects) {
    const act = ledger.acts.get(id);
    if (!act) continue;
    const whose = `${act.desk} ${act.patronId}`;
    const section = act.deed.kind === 'saveSection' ? act.deed.section : undefined;
    for (const line of [
      ...(act.parked || isHeld(ledger, act) ? [] : [whose]),
      ...(section ? [`${whose} ${section}`] : []),
    ]) {
      const before = last.get(line);
      if (before && before.sequence > act.sequence)
        wrong.push(`out of order: ${describe(before)} came before ${describe(act)}`);
      last.set(line, act);
    }
  }
  return wrong;
}
