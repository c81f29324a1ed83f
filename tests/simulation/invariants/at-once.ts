// What never waits in an outbox: a PIN that a window called set is set, once; a patron that it called deleted was deleted.
// A restore from before may undo either, and nobody does it again: docs/reliability.md says so.
import type { World } from '../world.ts';

export function atOnce({ ledger, timeline }: World): string[] {
  const wrong: string[] = [];
  for (const { pin, patronId, told } of ledger.pins) {
    const setters = timeline.effects.filter(({ pinSet }) => pinSet === pin).map(({ staff }) => staff);
    const ever = timeline.ever.some(({ pinSet }) => pinSet === pin);
    // Whoever signs in between two presses of a button presses it for themselves: an act of their own.
    if (new Set(setters).size < setters.length)
      wrong.push(`the PIN ${pin} of ${patronId} was set ${setters.length} times`);
    if (told && !ever) wrong.push(`the PIN ${pin} of ${patronId} was called set, and never was`);
  }
  for (const { patronId } of ledger.deleted)
    if (!timeline.ever.some((effect) => effect.deleted && effect.patronId === patronId))
      wrong.push(`${patronId} was called deleted, and never was`);
  return wrong;
}
