// 1 and 2: each act that a window called saved has its effect once, or stands before staff with its content whole; what is
// shown as confirmed is there, what is shown as refused is not.
import { isDeepStrictEqual } from 'node:util';
import type { DeskAct } from '../../../shared/ipc/sync.ts';
import type { LedgerAct } from '../ledger.ts';
import type { Shown } from '../story.ts';
import type { Effect } from '../timeline.ts';
import type { World } from '../world.ts';

export function accounted(world: World, shown: readonly Shown[]): string[] {
  const { ledger, timeline } = world;
  const lists = new Map(shown.flatMap(({ acts }) => acts.map((act) => [act.id, act] as const)));
  const effects = new Map<string, Effect[]>();
  for (const effect of timeline.effects)
    if (effect.patronId === effect.about)
      effects.set(effect.act, [...(effects.get(effect.act) ?? []), effect]);
  const wrong: string[] = [];
  for (const saying of ledger.sayings)
    if (saying.told === 'saved' && !saying.act)
      wrong.push(`${saying.desk} said saved what never was in its outbox: ${JSON.stringify(saying.deed)}`);
  for (const act of ledger.acts.values()) {
    const problem = problemWith(world, act, lists.get(act.id), effects.get(act.id) ?? []);
    if (problem) wrong.push(`${problem}: ${describe(act)}`);
  }
  return wrong;
}

function problemWith(
  world: World,
  act: LedgerAct,
  entry: DeskAct | undefined,
  effects: readonly Effect[],
): string | undefined {
  if (effects.length > 1) return `done ${effects.length} times`;
  const applied = effects.length === 1 || nothingToDo(world, act);
  switch (entry?.state) {
    case 'waiting':
    case 'sent':
      return undefined; // Told of by whoever waited for it: see story.ts.
    case 'conflict':
    case 'refused':
      if (effects.length > 0) return `shown as ${entry.state}, and done`;
      return isWhole(act, entry) ? undefined : `shown as ${entry.state} without all that was typed`;
    case 'confirmed':
      if (act.letGoAt !== undefined) return 'let go of, and shown as confirmed';
      return applied ? undefined : 'shown as confirmed, and not done';
    case 'withdrawn':
    case undefined:
      if (act.letGoAt !== undefined)
        return effects.every(cameBackSince(world, act.letGoAt)) ? undefined : 'let go of, and done';
      if (world.ledger.mayBeLetGo(act)) return undefined;
      return applied || isWiped(world, act) ? undefined : 'neither done nor shown';
  }
}

/** Staff let go of what a restore had undone; then a database came back in which it had been done. */
const cameBackSince =
  ({ timeline }: World, letGoAt: number) =>
  (effect: Effect): boolean =>
    (timeline.broughtBack.get(effect) ?? -Infinity) >= letGoAt;

/** A colleague had written the same, or had lifted the same blocks, before. */
function nothingToDo({ timeline }: World, { patronId, deed, wanted }: LedgerAct): boolean {
  if (deed.kind !== 'saveSection') return false;
  const { section } = deed;
  return Object.entries(wanted).every(([field, value]) =>
    timeline.effects.some(
      (effect) =>
        effect.patronId === patronId && isDeepStrictEqual(effect.sections[section]?.after[field], value),
    ),
  );
}

/** The patron was deleted, and with it what was settled; a restore may have brought the patron back without it. */
const isWiped = ({ ledger }: World, { id }: LedgerAct) => ledger.wiped.has(id);

function isWhole({ deed, wanted }: LedgerAct, entry: DeskAct): boolean {
  if (deed.kind !== 'saveSection') return entry.comment === deed.comment;
  return Object.entries(wanted).every(([field, value]) => isDeepStrictEqual(entry.changes[field], value));
}

export const describe = ({ id, desk, deed, wanted, saved, letGoAt, parked, state }: LedgerAct): string =>
  `${desk} ${id} ${deed.kind} ${JSON.stringify(deed.kind === 'saveSection' ? { section: deed.section, wanted } : deed.comment)} ${JSON.stringify({ saved, letGoAt, parked, state })}`;
