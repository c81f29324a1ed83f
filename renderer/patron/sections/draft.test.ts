import { describe, expect, it } from 'vitest';
import { changesOf, choiceOf, hasOwnInput, rebased, startDraft, tidied, type Stored } from './draft.ts';

const stored = (values: Record<string, unknown>, tag = 'one'): Stored => ({ values, tag });

describe('a draft', () => {
  it('changes nothing until something is typed', () => {
    const draft = startDraft('contact', stored({ phones: ['08-1'], emails: [], preferredChannel: 'none' }));
    draft.values['phones'] = [' 08-1 ', ''];
    expect(changesOf(draft)).toEqual({});
  });

  it('changes only the fields that were typed in', () => {
    const draft = startDraft('personal', stored({ givenName: 'Elin', familyName: 'Ek' }));
    draft.values['givenName'] = 'Élin ';
    expect(changesOf(draft)).toEqual({ givenName: 'Élin' });
  });

  it('is a copy: what is stored stays as it was', () => {
    const base = stored({ phones: ['08-1'] });
    const draft = startDraft('contact', base);
    (draft.values['phones'] as string[]).push('08-2');
    expect(base.values['phones']).toEqual(['08-1']);
  });
});

describe('tidying', () => {
  it('writes a birth date with hyphens, and none as none', () => {
    expect(tidied({ birthDate: '19900517' })).toEqual({ birthDate: '1990-05-17' });
    expect(tidied({ birthDate: ' ' })).toEqual({ birthDate: null });
    expect(tidied({ birthDate: 'in May' })).toEqual({ birthDate: 'in May' });
  });

  it('drops empty rows, and keeps a card that has a state only as long as it has a number', () => {
    expect(tidied({ phones: [' ', '08-1'] })).toEqual({ phones: ['08-1'] });
    expect(tidied({ cards: [{ number: ' ', state: 'active' }] })).toEqual({ cards: [] });
  });

  it('drops an address that was added and left empty, though its country stands there from the start', () => {
    const blank = { line1: '', line2: ' ', postcode: '', town: '', country: 'SE' };
    const abroad = { ...blank, town: 'Turku', country: 'FI' };
    expect(tidied({ otherAddresses: [blank, abroad] })['otherAddresses']).toMatchObject([{ town: 'Turku' }]);
    const draft = startDraft('address', stored({ town: 'Visby', country: 'SE', otherAddresses: [] }));
    draft.values['otherAddresses'] = [blank];
    expect(changesOf(draft)).toEqual({});
  });

  it('leaves the staff note as it was typed', () => {
    expect(tidied({ staffNote: '  a\n\n b ' })).toEqual({ staffNote: '  a\n\n b ' });
  });
});

describe('after a conflict', () => {
  const draft = startDraft('address', stored({ line1: 'Old 1', town: 'Oldtown', postcode: '1' }));
  draft.values['line1'] = 'Mine 1';
  draft.values['postcode'] = '2';
  const next = rebased(draft, stored({ line1: 'Theirs 1', town: 'Newtown', postcode: '1' }, 'two'));

  it('everything typed is still there, on top of what the server holds now', () => {
    expect(next.draft.values).toEqual({ line1: 'Mine 1', town: 'Newtown', postcode: '2' });
    expect(next.draft.base.tag).toBe('two');
    expect(changesOf(next.draft)).toEqual({ line1: 'Mine 1', postcode: '2' });
  });

  it('says what was taken over without asking', () => {
    expect(next.merged).toEqual([{ field: 'town', before: 'Oldtown', after: 'Newtown' }]);
  });

  it('no choice is made for staff', () => {
    const conflict = { field: 'line1', base: 'Old 1', mine: 'Mine 1', theirs: 'Theirs 1' };
    expect(choiceOf(conflict, 'Mine 1', false)).toBeUndefined();
    expect(choiceOf(conflict, 'Mine 1', true)).toBe('mine');
    expect(choiceOf(conflict, 'Theirs 1', false)).toBe('theirs');
    expect(choiceOf(conflict, 'A third', false)).toBe('third');
  });
});

describe('issues', () => {
  const values = {
    familyName: '',
    phones: ['x'],
    cards: [{ number: '1', state: 'active' }],
    guarantor: null,
  };

  it.each(['familyName', 'phones.0', 'cards.0.number', 'guarantor', 'guarantor.patronId'])(
    '%s stands at its input',
    (field) => expect(hasOwnInput({ field, code: 'invalid' }, values)).toBe(true),
  );

  it.each(['phones', 'cards', 'cards.3.number', 'elsewhere', ''])('%s is told above the form', (field) =>
    expect(hasOwnInput({ field, code: 'invalid' }, values)).toBe(false),
  );
});
