// What staff do on the page Sync: look at what is in conflict or refused, and decide at random.
import type { DeskAct } from '../../shared/ipc/sync.ts';
import type { FieldValues } from '../../shared/patrons/sections.ts';
import type { Luck } from '../../server/demo/luck.ts';
import type { DeskParts } from '../../electron/desk-parts.ts';
import type { Ledger } from './ledger.ts';
import type { Typing } from './typing.ts';

export interface PageParts {
  desk: DeskParts;
  ledger: Ledger;
  luck: Luck;
  typing: Typing;
}

export const isUndecided = ({ state }: DeskAct) => state === 'conflict' || state === 'refused';

/** They may let go of it, though nobody is to decide on it. */
export const isLeftAlone = ({ needsAuthor, neverLeft }: DeskAct) => needsAuthor && neverLeft;

/** Decides on one act. `finally`: in a way that leaves nothing to be decided, as far as that is up to staff. */
export async function decideOn(act: DeskAct, parts: PageParts): Promise<void> {
  const { desk, ledger, luck } = parts;
  const { conflict } = act;
  if (act.state === 'conflict' && conflict && luck.chance(0.8)) {
    const changes = choices(act, parts);
    ledger.decide(act.id, changes, conflict.current.values);
    if (nothingOfOurs(changes, conflict.current.values)) ledger.letGo(act.id);
    await desk.deskActs.decide(act.patronId, act.id, changes);
    return;
  }
  const own = desk.session.require().staff.id === act.staff.id;
  if (act.state === 'refused' && own && luck.chance(0.4)) {
    await desk.deskActs.retry(act.id);
    return;
  }
  ledger.letGo(act.id);
  await desk.deskActs.withdraw(act.id);
}

/** Field by field: mine, theirs, or a third. */
function choices({ changes, conflict }: DeskAct, { luck, typing }: PageParts): FieldValues {
  const chosen: FieldValues = { ...changes };
  for (const { field, mine, theirs } of conflict?.fields ?? [])
    chosen[field] = luck.pick([mine, theirs, typing.value(field)]) ?? null;
  return chosen;
}

const nothingOfOurs = (changes: FieldValues, current: FieldValues) =>
  Object.entries(changes).every(([field, value]) => JSON.stringify(value) === JSON.stringify(current[field]));
