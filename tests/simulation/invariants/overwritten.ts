// 4 and 7: whatever an act overwrote, staff had seen, in the form that they typed into or beside theirs in a conflict; and
// an act changes what it is about, nothing else.
import { isDeepStrictEqual } from 'node:util';
import type { LedgerAct } from '../ledger.ts';
import type { Effect } from '../timeline.ts';
import type { World } from '../world.ts';
import { describe } from './accounted.ts';

export function overwritten({ ledger, timeline }: World): string[] {
  return timeline.effects.flatMap((effect) => {
    const act = ledger.acts.get(effect.act);
    if (!act || effect.patronId !== effect.about) return [];
    return [...unseen(act, effect), ...elsewhere(act, effect)].map((what) => `${what}: ${describe(act)}`);
  });
}

function unseen(act: LedgerAct, { sections }: Effect): string[] {
  const { deed } = act;
  if (deed.kind !== 'saveSection') return [];
  const { before = {}, after = {} } = sections[deed.section] ?? {};
  const changed = Object.keys(after).filter((field) => !isDeepStrictEqual(before[field], after[field]));
  return changed.flatMap((field) => {
    if (!isDeepStrictEqual(after[field], act.wanted[field]))
      return [`wrote at ${field} what nobody typed, ${JSON.stringify(after[field])}`];
    const seen = act.seen.get(field) ?? [];
    const known = seen.some((value) => isDeepStrictEqual(value, before[field]));
    return known ? [] : [`overwrote ${JSON.stringify(before[field])} at ${field}, which nobody had seen`];
  });
}

function elsewhere({ id, deed }: LedgerAct, effect: Effect): string[] {
  const { sections, blocked, lifted } = effect;
  const touched = Object.keys(sections).filter(
    (section) => deed.kind !== 'saveSection' || section !== deed.section,
  );
  const wrong = touched.map((section) => `changed the section ${section} by the way`);
  const fits = (block: (typeof blocked)[number]) =>
    deed.kind === 'block' && block.id === id && block.comment === deed.comment;
  if (!blocked.every(fits)) wrong.push('brought a block that nobody asked for');
  if (deed.kind === 'block' && blocked.length !== 1) wrong.push('brought no block');
  if (!lifted.every((block) => deed.kind === 'unblock' && deed.blocks.includes(block)))
    wrong.push('lifted a block that nobody named');
  return wrong;
}
