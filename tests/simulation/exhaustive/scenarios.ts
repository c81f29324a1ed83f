// Two members of staff at two desks, each of whom does one thing to the same patron at the same time.
import type { DeskParts } from '../../../electron/desk-parts.ts';
import type { Deed } from '../../../electron/cache/act.ts';
import type { FieldValues, SectionId, TaggedValues } from '../../../shared/patrons/sections.ts';

type Does = (desk: DeskParts, patronId: string) => Promise<{ deed: Deed; press: () => Promise<unknown> }>;

export interface Scenario {
  name: string;
  does: readonly [Does, Does];
}

const edit =
  (section: SectionId, changes: FieldValues): Does =>
  async (desk, patronId) => {
    const { patron } = await desk.patrons.read(patronId, false);
    const base = structuredClone(patron.sections[section]) as TaggedValues;
    return {
      deed: { kind: 'saveSection', section, base, changes },
      press: () => desk.patrons.saveSection(patronId, section, base, changes),
    };
  };

const block =
  (comment: string): Does =>
  (desk, patronId) =>
    Promise.resolve({ deed: { kind: 'block', comment }, press: () => desk.patrons.block(patronId, comment) });

const unblock =
  (comment: string): Does =>
  async (desk, patronId) => {
    const { patron } = await desk.patrons.read(patronId, false);
    const blocks = patron.blocks.map(({ id }) => id);
    return {
      deed: { kind: 'unblock', blocks, comment },
      press: () => desk.patrons.unblock(patronId, blocks, comment),
    };
  };

export const scenarios: Scenario[] = [
  {
    name: 'edits of the same field',
    does: [edit('note', { staffNote: 'one' }), edit('note', { staffNote: 'two' })],
  },
  {
    name: 'edits of two fields of a section',
    does: [edit('address', { line1: 'one' }), edit('address', { town: 'two' })],
  },
  {
    name: 'the same edit twice',
    does: [edit('note', { staffNote: 'same' }), edit('note', { staffNote: 'same' })],
  },
  { name: 'an edit and a block', does: [edit('note', { staffNote: 'one' }), block('two')] },
  { name: 'an edit and an unblock', does: [edit('note', { staffNote: 'one' }), unblock('two')] },
  { name: 'two blocks', does: [block('one'), block('two')] },
  { name: 'a block and an unblock', does: [block('one'), unblock('two')] },
  { name: 'two unblocks', does: [unblock('one'), unblock('two')] },
];
