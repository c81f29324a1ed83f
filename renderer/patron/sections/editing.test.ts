import { createPinia, setActivePinia } from 'pinia';
import { nextTick } from 'vue';
import { beforeEach, describe, expect, it } from 'vitest';
import { EMPTY_SECTIONS, SECTIONS } from '../../../shared/patrons/sections.ts';
import type { DeskAct } from '../../../shared/ipc/sync.ts';
import type { Patron } from '../../../shared/patrons/patron.ts';
import { useNotices } from '../../app/notices.ts';
import { fakeMain, ok, refused, type FakeMain } from '../../testing/fake-main.ts';
import { usePatron } from '../patron.ts';
import { useUnsaved } from '../unsaved.ts';
import { useEditing } from './editing.ts';

const sections = Object.fromEntries(
  SECTIONS.map((section) => [section, { values: EMPTY_SECTIONS[section], tag: 'one' }]),
) as unknown as Patron['sections'];

let main: FakeMain;
let editing: ReturnType<typeof useEditing>;

/** Opens the address and types a town. */
async function typeTown(town: string): Promise<void> {
  await editing.open('address');
  type(town);
  await nextTick();
}
const type = (town: string) => {
  if (editing.draft) editing.draft.values['town'] = town;
};
const typed = () => editing.draft?.values['town'];

beforeEach(() => {
  setActivePinia(createPinia());
  main = fakeMain();
  const patron = { sections } as Patron;
  main.answer('patron.read', () => ok({ patron, acts: [], asOf: null }));
  usePatron().patron = patron;
  editing = useEditing();
});

describe('a section in edit', () => {
  it('sends what was changed, with what staff saw, and closes', async () => {
    main.answer('patron.saveSection', () => ok({ saved: 'confirmed' }));
    const address = { values: { ...EMPTY_SECTIONS.address, town: 'Visby' }, tag: 'two' };
    const patron = { sections: { ...sections, address } } as Patron;
    main.answer('patron.read', () => ok({ patron, acts: [], asOf: null }));
    await typeTown('Visby');
    await editing.save();
    expect(main.asked.find(({ name }) => name === 'patron.saveSection')?.args).toEqual({
      section: 'address',
      base: { values: EMPTY_SECTIONS.address, tag: 'one' },
      changes: { town: 'Visby' },
    });
    expect(editing.section).toBeUndefined();
    expect(usePatron().patron?.sections.address.values.town).toBe('Visby');
  });

  it('sends nothing where nothing was changed', async () => {
    await editing.open('address');
    await editing.save();
    expect(editing.section).toBeUndefined();
    expect(main.asked).toEqual([]);
  });

  it.each(['serverAway', 'serverSlow', 'signedOut', 'internal'] as const)(
    'keeps what was typed at %s, and can be saved again',
    async (code) => {
      main.answer('patron.saveSection', () => refused({ code }));
      await typeTown('Visby');
      await editing.save();
      expect(editing.failure?.code).toBe(code);
      expect(typed()).toBe('Visby');
      main.answer('patron.saveSection', () => ok({ saved: 'waiting' }));
      await editing.save();
      expect(editing.section).toBeUndefined();
    },
  );

  it('says at the field what is wrong, without asking the server, and keeps the text as it was typed', async () => {
    const long = 'Å'.repeat(200) + ' ';
    await typeTown(long);
    await editing.save();
    expect(editing.issue('town')).toBeDefined();
    expect(typed()).toBe(long);
    expect(main.asked.some(({ name }) => name === 'patron.saveSection')).toBe(false);
  });

  it('says what the server found wrong, and above the form what no field can show', async () => {
    const fields = [
      { field: 'town', code: 'required' },
      { field: 'otherAddresses', code: 'tooMany' },
    ];
    main.answer('patron.saveSection', () => refused({ code: 'invalid', fields }));
    await typeTown('Visby');
    await editing.save();
    expect(editing.issue('town')).toBeDefined();
    expect(editing.strayIssues).toHaveLength(1);
  });

  it('a deleted patron locks the section and keeps the text', async () => {
    main.answer('patron.saveSection', () => refused({ code: 'patronGone' }));
    await typeTown('Visby');
    await editing.save();
    expect(usePatron().gone).toBe('elsewhere');
    expect(typed()).toBe('Visby');
  });

  it('asks before another section is opened over typed text', async () => {
    await typeTown('Visby');
    const opening = editing.open('contact');
    useUnsaved().decide(false);
    await opening;
    expect(editing.section).toBe('address');
    expect(typed()).toBe('Visby');
  });
});

describe('while a section is being saved', () => {
  let answer: (answer: ReturnType<typeof ok<{ saved: 'confirmed' }>> | ReturnType<typeof refused>) => void;
  let saving: Promise<void>;
  beforeEach(async () => {
    main.answer('patron.saveSection', () => new Promise((resolve) => (answer = resolve)));
    await typeTown('Visby');
    saving = editing.save();
  });
  const typePostcode = (postcode: string) => {
    if (editing.draft) editing.draft.values['postcode'] = postcode;
  };
  const conflictOverTown = (postcode: string) =>
    refused({
      code: 'conflict',
      current: { values: { ...EMPTY_SECTIONS.address, town: 'Ystad', postcode }, tag: 'two' },
      conflicts: [{ field: 'town', base: '', mine: 'Visby', theirs: 'Ystad' }],
    });

  it('it is neither let go of nor left for another one', async () => {
    expect(await editing.cancel()).toBe(false);
    await editing.open('note');
    expect(useUnsaved().asking).toBe(false);
    expect(editing.section).toBe('address');
    answer(ok({ saved: 'confirmed' }));
    await saving;
    expect(editing.section).toBeUndefined();
    await editing.open('note');
    expect(editing.section).toBe('note');
  });

  it('what is typed in it stays, and is saved on top of what was sent', async () => {
    typePostcode('621 57');
    answer(ok({ saved: 'confirmed' }));
    await saving;
    expect(useUnsaved().unsaved).toBe(true);
    main.asked.length = 0;
    main.answer('patron.saveSection', () => ok({ saved: 'confirmed' }));
    await editing.save();
    expect(main.asked[0]?.args).toMatchObject({
      base: { values: { town: 'Visby', postcode: '' } },
      changes: { postcode: '621 57' },
    });
    expect(editing.section).toBeUndefined();
  });

  it('what is typed in it goes over nothing that somebody else wrote', async () => {
    typePostcode('621 57');
    answer(conflictOverTown('271 42'));
    await saving;
    expect(editing.undecided.map(({ field }) => field)).toEqual(['town', 'postcode']);
  });

  it('left with its tab, it opens nothing any more, and a failure is told', async () => {
    editing.close();
    answer(conflictOverTown(''));
    await saving;
    expect(useNotices().notices.map(({ kind }) => kind)).toEqual(['danger']);
    expect(editing.section).toBeUndefined();
    expect(editing.conflicts).toEqual([]);
  });
});

describe('a conflict', () => {
  const theirs = { values: { ...EMPTY_SECTIONS.address, town: 'Ystad' }, tag: 'two' };
  beforeEach(async () => {
    const conflict = { field: 'town', base: '', mine: 'Visby', theirs: 'Ystad' };
    main.answer('patron.saveSection', () =>
      refused({ code: 'conflict', current: theirs, conflicts: [conflict] }),
    );
    await typeTown('Visby');
    await editing.save();
    main.answer('patron.saveSection', () => ok({ saved: 'confirmed' }));
    main.asked.length = 0;
  });
  const saved = () => main.asked.find(({ name }) => name === 'patron.saveSection')?.args;
  const choose = (side: 'mine' | 'theirs') => {
    const [conflict] = editing.conflicts;
    if (conflict) editing.choose(conflict, side);
  };

  it('nothing is saved before staff have chosen', async () => {
    await editing.save();
    expect(editing.undecided.map(({ field }) => field)).toEqual(['town']);
    expect(saved()).toBeUndefined();
  });

  it('mine goes over theirs knowingly, on top of what the server holds', async () => {
    choose('mine');
    await editing.save();
    expect(saved()).toEqual({ section: 'address', base: theirs, changes: { town: 'Visby' } });
  });

  it('mine is chosen for this conflict only: not where somebody else wrote meanwhile, nor for an act that waited', async () => {
    const again = { values: { ...theirs.values, town: 'Lund' }, tag: 'three' };
    const conflicts = [{ field: 'town', base: 'Ystad', mine: 'Visby', theirs: 'Lund' }];
    main.answer('patron.saveSection', () => refused({ code: 'conflict', current: again, conflicts }));
    choose('mine');
    await editing.save();
    expect(editing.undecided).toHaveLength(1);
    choose('mine');
    editing.close();
    await nextTick();
    const conflict = { current: again, fields: conflicts };
    const changes = { town: 'Visby' };
    await editing.decide({ id: 'act', section: 'address', changes, conflict } as unknown as DeskAct);
    expect(editing.undecided).toHaveLength(1);
  });

  it('theirs needs nothing more to be saved', async () => {
    choose('theirs');
    await editing.save();
    expect(saved()).toBeUndefined();
    expect(editing.section).toBeUndefined();
  });

  it('a third value is a choice too', async () => {
    type('Lund');
    await editing.save();
    expect(saved()).toMatchObject({ changes: { town: 'Lund' } });
  });

  it('that waited at this desk is decided as that act, with what was typed then', async () => {
    editing.close();
    await nextTick();
    const fields = [{ field: 'town', base: '', mine: 'Visby', theirs: 'Ystad' }];
    const changes = { town: 'Visby', postcode: '621 57' };
    main.answer('patron.decide', () => ok({ saved: 'confirmed' }));
    await editing.decide({
      ...{ id: 'act', section: 'address', changes, conflict: { current: theirs, fields } },
    } as unknown as DeskAct);
    expect(typed()).toBe('Visby');
    await editing.save();
    expect(editing.undecided).toHaveLength(1);
    choose('mine');
    await editing.save();
    const decided = main.asked.find(({ name }) => name === 'patron.decide')?.args;
    expect(decided).toEqual({ act: 'act', changes });
    expect(editing.section).toBeUndefined();
  });

  it('that somebody else’s decision meets again is decided as the act which that decision is', async () => {
    editing.close();
    await nextTick();
    const conflicts = [{ field: 'town', base: '', mine: 'Visby', theirs: 'Ystad' }];
    const changes = { town: 'Visby' };
    main.answer('patron.decide', () =>
      refused({ code: 'conflict', current: theirs, conflicts, act: 'decision' }),
    );
    await editing.decide({
      ...{ id: 'act', section: 'address', changes, conflict: { current: theirs, fields: conflicts } },
    } as unknown as DeskAct);
    for (let saves = 0; saves < 2; saves++) {
      choose('mine');
      await editing.save();
    }
    const decided = main.asked.filter(({ name }) => name === 'patron.decide').map(({ args }) => args);
    expect(decided).toEqual([
      { act: 'act', changes },
      { act: 'decision', changes },
    ]);
  });

  it('that waited is let go of by taking theirs in every field', async () => {
    editing.close();
    await nextTick();
    const fields = [{ field: 'town', base: '', mine: 'Visby', theirs: 'Ystad' }];
    main.answer('patron.decide', () => ok({ saved: 'confirmed' }));
    await editing.decide({
      ...{ id: 'act', section: 'address', changes: { town: 'Visby' } },
      conflict: { current: theirs, fields },
    } as unknown as DeskAct);
    choose('theirs');
    await editing.save();
    expect(main.asked.find(({ name }) => name === 'patron.decide')?.args).toEqual({
      act: 'act',
      changes: {},
    });
  });

  it('that waited and was let go of undecided has no part in what is saved next', async () => {
    editing.close();
    await nextTick();
    const conflict = { current: theirs, fields: [] };
    await editing.decide({ id: 'act', section: 'address', changes: {}, conflict } as unknown as DeskAct);
    editing.close();
    await nextTick();
    await typeTown('Visby');
    await editing.save();
    expect(main.asked.some(({ name }) => name === 'patron.decide')).toBe(false);
    expect(saved()).toMatchObject({ changes: { town: 'Visby' } });
  });

  it('leaving still asks, whatever was chosen', () => {
    choose('theirs');
    expect(useUnsaved().unsaved).toBe(true);
  });
});
