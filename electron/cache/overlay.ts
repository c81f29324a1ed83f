// Lays the outbox's acts over a patron of the copy: the patron as windows show it. Pure; derived anew each time,
// so that there is nothing of it to keep in step.
import { isDeepStrictEqual } from 'node:util';
import type { Patron } from '../../shared/patrons/patron.ts';
import { checkChanges, type FieldValues, type SectionId } from '../../shared/patrons/sections.ts';
import { storedSectionSchemas } from '../../shared/patrons/stored.ts';
import type { OutboxAct } from './act.ts';
import { isReadable } from './readable.ts';

/** What a library's rows in the copy equal. */
export interface ShownAt {
  epoch: string;
  position: number;
}

/**
 * Whether an act is laid over rows that equal `shownAt`: while it waits or its answer is unknown, and when confirmed
 * until those rows have passed it. Conflicts and refusals are not: nobody else sees what they ask for.
 */
export function isLaidOver(act: OutboxAct, shownAt: ShownAt | undefined): boolean {
  if (act.wiped) return false;
  if (act.state === 'waiting' || act.state === 'sent') return true;
  if (act.state !== 'confirmed' || !act.confirmed) return false;
  const { epoch, head } = act.confirmed;
  return shownAt?.epoch !== epoch || shownAt.position < head;
}

function withChanges<S extends SectionId>(
  patron: Patron,
  section: S,
  act: OutboxAct,
  changes: FieldValues,
): Patron {
  const { values } = patron.sections[section];
  // Values that the section wouldn't take are the server's to refuse; they are not shown as the patron's.
  const parsed = storedSectionSchemas[section].safeParse({ ...values, ...changes });
  if (checkChanges(section, changes).length > 0 || !parsed.success) return patron;
  if (isDeepStrictEqual(parsed.data, values)) return patron;
  // No version of the server holds these values: whoever edits on from here is judged by them, not by a tag.
  const tag = `laid-over.${act.id}`;
  return { ...patron, sections: { ...patron.sections, [section]: { values: parsed.data, tag } } };
}

function layOver(patron: Patron, act: OutboxAct): Patron {
  const { deed } = act;
  switch (deed.kind) {
    case 'saveSection':
      return withChanges(patron, deed.section, act, act.changes ?? deed.changes);
    case 'block': {
      if (patron.blocks.some(({ id }) => id === act.id)) return patron;
      const block = {
        id: act.id,
        comment: deed.comment,
        blockedAt: act.actedAt,
        blockedBy: act.staff.name,
      };
      return { ...patron, blocks: [...patron.blocks, block] };
    }
    case 'unblock':
      return { ...patron, blocks: patron.blocks.filter(({ id }) => !deed.blocks.includes(id)) };
  }
}

/** `acts` are this patron's, those that are laid over, in any order. */
export function overlay(patron: Patron, acts: readonly OutboxAct[]): Patron {
  return acts
    .filter(isReadable)
    .sort((a, b) => a.sequence - b.sequence)
    .reduce(layOver, patron);
}
