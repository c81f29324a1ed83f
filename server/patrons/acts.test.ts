// Acts on patrons: what may be written, and who may.
import { describe, expect, test } from 'vitest';
import type { Patron } from '../../shared/patrons/patron.ts';
import { EMPTY_SECTIONS, type FieldValues, type SectionId } from '../../shared/patrons/sections.ts';
import {
  atTheDesk,
  byPatron,
  fillUp,
  issuesOf,
  problemOf,
  valueOf,
  type TestDesk,
} from '../testing/network.ts';
import type { AllSections } from './writing.ts';

const child = (familyName = 'Liten', birthDate = '2016-01-01') => ({ personal: { familyName, birthDate } });

describe('a section', () => {
  test('is written field by field, and only its own tag moves', async () => {
    const { desk } = await atTheDesk();
    const patron = await desk.register({ contact: { phones: ['070-1740605'], emails: ['a@example.org'] } });
    const answer = await desk.save(patron, 'contact', { emails: [] });
    const after = await desk.patron(patron.id);
    expect(valueOf(answer)).toEqual(after.sections.contact);
    expect(after.sections.contact.values).toEqual({
      phones: ['070-1740605'],
      emails: [],
      preferredChannel: 'none',
    });
    for (const section of ['personal', 'address', 'note'] as const)
      expect(after.sections[section]).toEqual(patron.sections[section]);
  });

  test('saved with an old tag is refused with what it holds now, and nothing is overwritten', async () => {
    const { desk } = await atTheDesk();
    const patron = await desk.register();
    await desk.save(patron, 'address', { postcode: '983 11' });
    const refused = await desk.save(patron, 'address', { postcode: '984 22' });
    const { sections } = await desk.patron(patron.id);
    expect(problemOf(refused)).toBe('stale-tag');
    expect(refused.body).toMatchObject({ current: sections.address });
    expect(sections.address.values.postcode).toBe('983 11');
  });

  test('is not in the way of another: both of two desks save', async () => {
    const { desk, signIn } = await atTheDesk();
    const other = await signIn('north', 'desk');
    const patron = await desk.register();
    expect((await desk.save(patron, 'address', { town: 'Norrby' })).status).toBe(200);
    expect((await other.save(patron, 'note', { staffNote: 'x' })).status).toBe(200);
  });

  test('saved as it was makes no new version and no change', async () => {
    const { desk } = await atTheDesk();
    const patron = await desk.register();
    const answer = await desk.save(patron, 'personal', { familyName: 'Öberg' });
    expect(valueOf(answer)).toEqual(patron.sections.personal);
    expect(await desk.patron(patron.id)).toEqual(patron);
  });

  test('keeps every letter as it was typed', async () => {
    const { desk } = await atTheDesk();
    const patron = await desk.register();
    const texts = [
      'O’Brien "x" \'y\' <b>',
      '👩‍👩‍👧 ﷽',
      'עברית العربية',
      'e\u0301 é',
      'a\u0000b',
      'x'.repeat(5000),
    ];
    for (const staffNote of texts) {
      const { sections, id } = await desk.patron(patron.id);
      await desk.save({ ...patron, sections }, 'note', { staffNote });
      expect((await desk.patron(id)).sections.note.values.staffNote).toBe(staffNote);
      const comment = staffNote.slice(0, 2000);
      const blocked = await desk.block(patron, comment);
      expect(valueOf<{ comment: string }>(blocked).comment).toBe(comment);
    }
  });

  const address = { line1: 'x', line2: '', postcode: '', town: '', country: '' };
  const refusals: [SectionId, FieldValues, string[]][] = [
    ['personal', { familyName: ' ' }, ['familyName: required']],
    ['personal', { familyName: 'x'.repeat(201) }, ['familyName: tooLong']],
    ['personal', { birthDate: '2030-01-01' }, ['birthDate: birthDateInFuture']],
    ['personal', { birthDate: '2026-02-30' }, ['birthDate: invalid']],
    ['personal', { shoeSize: 43 }, ['shoeSize: unknownField']],
    ['personal', { givenName: '\ud800' }, ['givenName: invalid']],
    ['card', { cards: [{ number: 'A1', state: 'active', remark: 'x' }] }, ['cards: unknownField']],
    ['address', { otherAddresses: [{ ...address, remark: 'x' }] }, ['otherAddresses: unknownField']],
    ['guarantor', { guarantor: { kind: 'name', name: 'X', remark: 'x' } }, ['guarantor: unknownField']],
    ['contact', { emails: ['a@example.org', 'nonsense'] }, ['emails.1: notAnEmail']],
    ['contact', { phones: ['call me'] }, ['phones.0: notAPhone']],
    ['address', { country: 'Sweden' }, ['country: notACountry']],
    ...['!', 'A 1', 'A1\u202e', 'A1;', 'A1/'].map((number): (typeof refusals)[number] => [
      'card',
      { cards: [{ number, state: 'active' }] },
      ['cards.0.number: notACardNumber'],
    ]),
    ['library', { branch: 'elsewhere' }, ['branch: branchUnknown']],
    ['library', { category: 'elsewhere' }, ['category: categoryUnknown']],
    ['note', { staffNote: 'x'.repeat(10_001) }, ['staffNote: tooLong']],
  ];
  test.each(refusals)('%s %j is refused at its field', async (section, changes, issues) => {
    const { desk } = await atTheDesk();
    const patron = await desk.register();
    const answer = await desk.save(patron, section, changes);
    expect(problemOf(answer)).toBe('invalid');
    expect(issuesOf(answer)).toEqual(issues);
    expect((await desk.patron(patron.id)).tag).toBe(patron.tag);
  });
});

test('what stands in a record from older rules is no reason to refuse what staff change beside it', async () => {
  const { central, desk } = await atTheDesk();
  const patron = await desk.register();
  const older = (section: string, field: string) =>
    central.parts.store.run(
      'UPDATE patron_section SET field_values = json_set(field_values, ?, ?) WHERE section = ?',
      ...[`$.${field}`, 'of former times', section],
    );
  older('address', 'country');
  older('library', 'branch');
  expect(issuesOf(await desk.save(patron, 'address', { town: 'Kil' }))).toEqual([]);
  expect(issuesOf(await desk.save(patron, 'library', { category: 'adult' }))).toEqual([]);
  const { address } = (await desk.patron(patron.id)).sections;
  expect(address.values).toMatchObject({ town: 'Kil', country: 'of former times' });
  const again = await desk.save(await desk.patron(patron.id), 'address', { country: 'Sweden' });
  expect(issuesOf(again)).toEqual(['country: notACountry']);
});

test('a new patron brings nothing that no form has', async () => {
  const { desk } = await atTheDesk();
  const cards = [{ number: 'A1', state: 'active', remark: 'x' }];
  const body = { id: desk.newId(), sections: { personal: { familyName: 'X' }, card: { cards } } };
  expect(issuesOf(await desk.act('createPatron', { body }))).toEqual(['card.cards: unknownField']);
});

// Each compared with each other, they would take half a minute.
test('fields without number that nobody knows are refused soon', async () => {
  const { desk } = await atTheDesk();
  const fields = Object.fromEntries(Array.from({ length: 100_000 }, (_, n) => [`f${n}`, 0]));
  const patron = await desk.register();
  const began = performance.now();
  expect(problemOf(await desk.save(patron, 'personal', fields))).toBe('invalid');
  expect(performance.now() - began).toBeLessThan(4_000);
});

describe('a card', () => {
  test('is one patron’s at a library, however it is written; at another library it may be somebody else’s', async () => {
    const { desk, signIn } = await atTheDesk();
    const cards = (number: string) => ({ card: { cards: [{ number, state: 'active' }] } });
    await desk.register(cards('AB-12'));
    const other = await desk.register();
    const taken = await desk.save(other, 'card', { cards: [{ number: 'ab12', state: 'lost' }] });
    expect(issuesOf(taken)).toEqual(['cards.0.number: cardNumberTaken']);
    const south = await signIn('south', 'lead');
    await south.register(cards('AB-12'));
  });

  test('can’t stand twice with the same patron', async () => {
    const { desk } = await atTheDesk();
    const patron = await desk.register();
    const card = { number: '12', state: 'active' };
    const answer = await desk.save(patron, 'card', { cards: [card, card] });
    expect(issuesOf(answer)).toEqual(['cards.1.number: cardNumberTaken']);
  });
});

describe('a guarantor', () => {
  const issueOf = async (desk: TestDesk, patron: Patron, values: FieldValues) =>
    issuesOf(await desk.save(await desk.patron(patron.id), 'guarantor', values));

  test('is needed below the age of the library’s rules, from both sides', async () => {
    const { desk } = await atTheDesk();
    const body = { id: desk.newId(), sections: child() };
    expect(issuesOf(await desk.act('createPatron', { body }))).toEqual([
      'guarantor.guarantor: guarantorRequired',
    ]);
    const adult = await desk.register();
    const younger = await desk.save(adult, 'personal', { birthDate: '2016-01-01' });
    expect(issuesOf(younger)).toEqual(['birthDate: guarantorRequired']);
    const patron = await desk.register({
      ...child(),
      guarantor: { guarantor: { kind: 'name', name: 'Aunt' } },
    });
    expect(await issueOf(desk, patron, { guarantor: null })).toEqual(['guarantor: guarantorRequired']);
  });

  test('of one whose birth date is told is no older or younger by it', async () => {
    const { desk } = await atTheDesk();
    const adult = await desk.register();
    const kid = await desk.register({ ...child(), guarantor: byPatron(adult) });
    const both = [kid, await desk.patron(adult.id)];
    expect(both).toMatchObject([{ ageGroup: 'child' }, { ageGroup: 'unknown' }]);
  });

  test('is never oneself, one who needs one, one of another library, or nobody', async () => {
    const { desk, signIn } = await atTheDesk();
    const parent = await desk.register();
    const kid = await desk.register({ ...child(), guarantor: byPatron(parent) });
    const sister = await desk.register({ ...child('Syster'), guarantor: byPatron(parent) });
    expect(await issueOf(desk, kid, byPatron(kid))).toEqual(['guarantor: guarantorIsSelf']);
    expect(await issueOf(desk, kid, byPatron(sister))).toEqual(['guarantor: guarantorNeedsOne']);
    const south = await signIn('south', 'lead');
    expect(await issueOf(desk, kid, byPatron(await south.register()))).toEqual([
      'guarantor: guarantorUnknown',
    ]);
    expect(await issueOf(desk, kid, byPatron({ ...parent, id: desk.newId() }))).toEqual([
      'guarantor: guarantorUnknown',
    ]);
  });

  test('is nobody who is it for a thousand already; those stay as they are', async () => {
    const { central, desk } = await atTheDesk();
    const [parent, ward, patron] = [await desk.register(), await desk.register(), await desk.register()];
    const { writing, store } = central.parts;
    const sections = {
      ...EMPTY_SECTIONS,
      library: { branch: 'main', category: 'adult' },
      guarantor: byPatron(parent),
    };
    store.together(() => {
      for (let n = 0; n < 999; n++) writing.create('north', desk.newId(), sections as AllSections);
    });
    expect((await desk.save(ward, 'guarantor', byPatron(parent))).status).toBe(200);
    expect(await issueOf(desk, patron, byPatron(parent))).toEqual(['guarantor: guarantorForTooMany']);
    const again = await desk.patron(ward.id);
    expect((await desk.save(again, 'guarantor', byPatron(parent))).status).toBe(200);
  });

  test('is never part of a circle', async () => {
    const { desk } = await atTheDesk();
    const [a, b, c] = [await desk.register(), await desk.register(), await desk.register()];
    await desk.save(b, 'guarantor', byPatron(a));
    await desk.save(c, 'guarantor', byPatron(b));
    expect(await issueOf(desk, a, byPatron(c))).toEqual(['guarantor: guarantorCircle']);
  });

  test('can’t become one who needs a guarantor while being it for others', async () => {
    const { desk } = await atTheDesk();
    const [parent, grandparent] = [await desk.register(), await desk.register()];
    await desk.register({ ...child(), guarantor: byPatron(parent) });
    await desk.save(await desk.patron(parent.id), 'guarantor', byPatron(grandparent));
    const answer = await desk.save(await desk.patron(parent.id), 'personal', { birthDate: '2016-01-01' });
    expect(issuesOf(answer)).toEqual(['birthDate: guarantorNeedsOne']);
  });
});

test('a PIN follows the library’s rules', async () => {
  const { desk } = await atTheDesk();
  const patron = await desk.register({
    personal: { familyName: 'X', birthDate: '1980-05-17' },
    card: { cards: [{ number: '210012', state: 'active' }] },
  });
  const set = (pin: string) => desk.act('setPin', { params: { patronId: patron.id }, body: { pin } });
  for (const [pin, code] of [
    ['abcd', 'notAPin'],
    ['123', 'pinLength'],
    ['1234567', 'pinLength'],
    ['1705', 'pinIsBirthDate'],
    ['800517', 'pinIsBirthDate'],
    ['0012', 'pinIsCardNumber'],
    ['2100', 'pinIsCardNumber'],
    ['210012', 'pinIsCardNumber'],
  ] as const)
    expect(issuesOf(await set(pin))).toEqual([`pin: ${code}`]);
  expect((await set('4711')).status).toBe(200);
});

test('a PIN, whose hash takes its time, holds up nobody who opens a patron', async () => {
  const { desk, signIn } = await atTheDesk();
  const colleague = await signIn('north', 'desk');
  const params = { patronId: (await desk.register()).id };
  const order: string[] = [];
  const setting = desk.act('setPin', { params, body: { pin: '4711' } }).then(() => order.push('set'));
  await colleague.ask('patron', { params }).then(() => order.push('opened'));
  await setting;
  expect(order).toEqual(['opened', 'set']);
});

describe('blocks', () => {
  test('of two desks are two records; an unblock lifts those that staff saw', async () => {
    const { desk, signIn } = await atTheDesk();
    const other = await signIn('north', 'lead');
    const patron = await desk.register();
    const seen = desk.newId();
    await desk.block(patron, 'one', { id: seen });
    await other.block(patron, 'two');
    const params = { patronId: patron.id };
    const lifted = await desk.act('unblock', { params, body: { blocks: [seen], comment: 'ok' } });
    expect(valueOf(lifted)).toEqual({ lifted: [seen] });
    expect((await desk.patron(patron.id)).blocks.map(({ comment }) => comment)).toEqual(['two']);
  });

  test('of a thousand take no other one: a record without end would hold up every desk', async () => {
    const { central, desk } = await atTheDesk();
    const patron = await desk.register();
    fillUp(central, 'block', patron.id, 999);
    const last = await desk.block(patron);
    expect(last.status).toBe(201);
    expect(issuesOf(await desk.block(patron))).toEqual(['id: tooMany']);
    const body = { blocks: [valueOf<{ id: string }>(last).id], comment: 'x' };
    await desk.act('unblock', { params: { patronId: patron.id }, body });
    expect((await desk.block(patron)).status).toBe(201);
  });

  test('need the permission, for setting and lifting', async () => {
    const { desk, signIn } = await atTheDesk();
    const plain = await signIn('north', 'desk');
    const patron = await desk.register();
    expect(problemOf(await plain.block(patron))).toBe('not-permitted');
    const id = desk.newId();
    await desk.block(patron, 'x', { id });
    const lift = await plain.act('unblock', {
      params: { patronId: patron.id },
      body: { blocks: [id], comment: 'x' },
    });
    expect(problemOf(lift)).toBe('not-permitted');
  });
});

describe('a patron of another library', () => {
  test('is not there, for whatever is asked', async () => {
    const { desk, signIn } = await atTheDesk();
    const patron = await desk.register();
    const south = await signIn('south', 'lead');
    const params = { patronId: patron.id };
    const answers = [
      ...(['patron', 'standing', 'notifications', 'agreements', 'audit'] as const).map((name) =>
        south.ask(name, { params }),
      ),
      south.ask('section', { params: { ...params, section: 'personal' } }),
      south.save(patron, 'note', { staffNote: 'x' }),
      south.block(patron),
      south.delete(patron),
      south.act('exportPatronData', { params, body: { requester: 'patron' } }),
      south.act('setPin', { params, body: { pin: '4711' } }),
      south.act('unblock', { params, body: { blocks: [desk.newId()], comment: 'x' } }),
    ];
    for (const answer of answers) expect(problemOf(await answer)).toBe('not-found');
    expect(await desk.patron(patron.id)).toEqual(patron);
    await desk.delete(patron);
    expect(problemOf(await south.ask('patron', { params }))).toBe('not-found');
  });
});
