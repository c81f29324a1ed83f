// Acts on patrons: what may be written, who may, and what a deletion leaves.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import type { Patron } from '../../shared/patrons/patron.ts';
import type { FieldValues, SectionId } from '../../shared/patrons/sections.ts';
import { issuesOf, problemOf, testNetwork, valueOf, type TestDesk } from '../testing/network.ts';

async function atTheDesk() {
  const network = testNetwork();
  const desk = await network.signIn('north', 'lead');
  return { ...network, desk };
}

const child = (familyName = 'Liten', birthDate = '2016-01-01') => ({ personal: { familyName, birthDate } });
const by = (patron: Patron) => ({ guarantor: { kind: 'patron', patronId: patron.id, name: '' } });

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
    ['card', { cards: [{ number: '!', state: 'active' }] }, ['cards.0.number: notACardNumber']],
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

test('a new patron brings nothing that no form has', async () => {
  const { desk } = await atTheDesk();
  const cards = [{ number: 'A1', state: 'active', remark: 'x' }];
  const body = { id: desk.newId(), sections: { personal: { familyName: 'X' }, card: { cards } } };
  expect(issuesOf(await desk.act('createPatron', { body }))).toEqual(['card.cards: unknownField']);
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

describe('failed sign-ins with a card', () => {
  const failAt = async ({ central }: Awaited<ReturnType<typeof atTheDesk>>, cardNumber: string) => {
    const body = { library: 'north', cardNumber, pin: '0000' };
    for (let tries = 0; tries < 2; tries++)
      await central.answer('patronSignIn', { params: {}, query: {}, headers: {}, body });
  };
  /** For how many ms from now. */
  const lockAt = async ({ central, clock }: Awaited<ReturnType<typeof atTheDesk>>, cardNumber: string) => {
    const body = { library: 'north', cardNumber, pin: '0000' };
    const answer = await central.answer('patronSignIn', { params: {}, query: {}, headers: {}, body });
    expect(problemOf(answer)).toBe('account-locked');
    return Date.parse((answer.body as { retryAt: string }).retryAt) - clock.now();
  };
  const remembered = ({ central }: Awaited<ReturnType<typeof atTheDesk>>) =>
    central.parts.store.rows("SELECT who FROM failed_sign_in WHERE who LIKE '%/card/%'");
  const of = (...numbers: string[]) => ({
    card: { cards: numbers.map((number) => ({ number, state: 'active' })) },
  });

  test('lock for twice as long the next time, however few they are at each of the patron’s cards', async () => {
    const there = await atTheDesk();
    await there.desk.register(of('C-1', 'C-2'));
    const locks: number[] = [];
    for (let day = 0; day < 4; day++) {
      for (const card of ['C-1', 'C-1', 'C-2']) await failAt(there, card);
      locks.push((await lockAt(there, 'C-1')) / 60_000);
      there.central.forgetFailedSignIns();
      there.clock.pass(86_400_000 + 60_000);
    }
    expect(locks).toEqual([5, 10, 20, 40]);
  });

  test('still lock for longer once the card that was tried last is reported lost', async () => {
    const there = await atTheDesk();
    const patron = await there.desk.register(of('C-1', 'C-2'));
    for (const card of ['C-1', 'C-2', 'C-2']) await failAt(there, card);
    const cards = [
      { number: 'C-1', state: 'active' },
      { number: 'C-2', state: 'lost' },
    ];
    expect((await there.desk.save(patron, 'card', { cards })).status).toBe(200);
    there.clock.pass(5 * 60_000);
    for (let tries = 0; tries < 3; tries++) await failAt(there, 'C-1');
    expect(await lockAt(there, 'C-1')).toBe(10 * 60_000);
  });

  test('go with the patron who is deleted', async () => {
    const there = await atTheDesk();
    const patron = await there.desk.register(of('C-1'));
    await failAt(there, 'C-1');
    expect((await there.desk.delete(patron)).status).toBe(200);
    expect(remembered(there)).toEqual([]);
  });

  test('are not passed on with the card, and stay with a card that is kept', async () => {
    const there = await atTheDesk();
    const patron = await there.desk.register(of('C-1', 'C-2'));
    await failAt(there, 'C-1');
    await failAt(there, 'C-2');
    await there.desk.save(patron, 'card', of('C-2').card);
    await there.desk.register(of('C-1'));
    expect(remembered(there)).toEqual([{ who: 'north/card/c2' }]);
  });

  test('with a number that was nobody’s yet are not those of whoever gets it', async () => {
    const there = await atTheDesk();
    await failAt(there, 'C-3');
    await there.desk.register(of('C-3'));
    expect(remembered(there)).toEqual([]);
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

  test('is never oneself, one who needs one, one of another library, or nobody', async () => {
    const { desk, signIn } = await atTheDesk();
    const parent = await desk.register();
    const kid = await desk.register({ ...child(), guarantor: by(parent) });
    const sister = await desk.register({ ...child('Syster'), guarantor: by(parent) });
    expect(await issueOf(desk, kid, by(kid))).toEqual(['guarantor: guarantorIsSelf']);
    expect(await issueOf(desk, kid, by(sister))).toEqual(['guarantor: guarantorNeedsOne']);
    const south = await signIn('south', 'lead');
    expect(await issueOf(desk, kid, by(await south.register()))).toEqual(['guarantor: guarantorUnknown']);
    expect(await issueOf(desk, kid, by({ ...parent, id: desk.newId() }))).toEqual([
      'guarantor: guarantorUnknown',
    ]);
  });

  test('is never part of a circle', async () => {
    const { desk } = await atTheDesk();
    const [a, b, c] = [await desk.register(), await desk.register(), await desk.register()];
    await desk.save(b, 'guarantor', by(a));
    await desk.save(c, 'guarantor', by(b));
    expect(await issueOf(desk, a, by(c))).toEqual(['guarantor: guarantorCircle']);
  });

  test('can’t become one who needs a guarantor while being it for others', async () => {
    const { desk } = await atTheDesk();
    const [parent, grandparent] = [await desk.register(), await desk.register()];
    await desk.register({ ...child(), guarantor: by(parent) });
    await desk.save(await desk.patron(parent.id), 'guarantor', by(grandparent));
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
  ] as const)
    expect(issuesOf(await set(pin))).toEqual([`pin: ${code}`]);
  expect((await set('4711')).status).toBe(200);
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

describe('deleting', () => {
  test('takes everything about the patron, and leaves an id', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'circdesk-delete-'));
    const { central, signIn } = testNetwork({ database: join(folder, 'db') });
    const desk = await signIn('north', 'lead');
    const patron = await desk.register({
      personal: { familyName: 'Gonewiththewind' },
      card: { cards: [{ number: '9988', state: 'active' }] },
      note: { staffNote: 'Gonewiththewind too' },
    });
    await desk.block(patron, 'Gonewiththewind as well');
    expect((await desk.delete(await desk.patron(patron.id))).status).toBe(200);
    expect(problemOf(await desk.ask('patron', { params: { patronId: patron.id } }))).toBe('patron-gone');
    expect(problemOf(await desk.save(patron, 'note', { staffNote: 'x' }))).toBe('patron-gone');
    expect((await desk.ask('search', { query: { query: '9988' } })).body).toMatchObject({ total: 0 });
    await desk.register({ card: { cards: [{ number: '9988', state: 'active' }] } });
    central.close();
    expect(readdirSync(folder)).toEqual(['db']);
    expect(readFileSync(join(folder, 'db'), 'latin1').toLowerCase()).not.toContain('gonewiththewind');
    rmSync(folder, { recursive: true });
  });

  test('takes the name from the answers to acts on those whom they were guarantor for', async () => {
    const { desk, central } = await atTheDesk();
    const parent = await desk.register({ personal: { familyName: 'Gonewiththewind' } });
    const [ward, other] = [await desk.register({ guarantor: by(parent) }), await desk.register()];
    const saved = { key: desk.newId(), act: desk.newId() };
    const before = await desk.save(other, 'guarantor', by(parent), saved);
    expect(problemOf(await desk.save(other, 'guarantor', { guarantor: null }))).toBe('stale-tag');
    for (const { id } of [ward, other])
      await desk.save(await desk.patron(id), 'guarantor', { guarantor: null });
    expect((await desk.delete(await desk.patron(parent.id))).status).toBe(200);
    const answers = central.parts.store.rows<{ body: string }>('SELECT body FROM attempt');
    expect(JSON.stringify(answers)).not.toContain('Gonewiththewind');
    const guarantor = { kind: 'patron', patronId: parent.id, name: '' };
    const { values, tag } = valueOf<{ values: unknown; tag: string }>(before);
    expect(values).toMatchObject({ guarantor: { name: 'Ada Gonewiththewind' } });
    const again = await desk.save(other, 'guarantor', by(parent), saved);
    expect(valueOf(again)).toEqual({ values: { guarantor }, tag });
  });

  test('reads no answers but the patron’s own and those that name them, however many are stored', async () => {
    const { desk, central } = await atTheDesk();
    const patron = await desk.register();
    const { store } = central.parts;
    const ran = vi.spyOn(store, 'run');
    expect((await desk.delete(patron)).status).toBe(200);
    const calls = ran.mock.calls.filter(([sql]) => /UPDATE|DELETE/.test(sql));
    const plans = calls.flatMap(([sql, ...values]) =>
      store.rows<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, ...values),
    );
    const steps = plans.map(({ detail }) => detail);
    expect(steps).toContainEqual(expect.stringMatching('SEARCH attempt USING INDEX attempt_of_guarantor'));
    // Its one row.
    expect(steps.filter((step) => step.startsWith('SCAN'))).toEqual(['SCAN history']);
  });

  test('keeps the person’s account at another library', async () => {
    const { desk, signIn, central } = await atTheDesk();
    const patron = await desk.register();
    const south = await signIn('south', 'lead');
    const same = await south.register();
    central.parts.store.run(
      'UPDATE patron SET person = (SELECT person FROM patron WHERE id = ?) WHERE id = ?',
      patron.id,
      same.id,
    );
    expect((await desk.delete(patron)).status).toBe(200);
    expect(await south.patron(same.id)).toEqual(same);
  });

  test('is refused with counts of what stands in its way', async () => {
    const { desk } = await atTheDesk();
    const parent = await desk.register();
    const params = { patronId: parent.id };
    await desk.register({ ...child(), guarantor: by(parent) });
    const title = { title: 'T', author: '' };
    const lend = { id: desk.newId(), ...title, itemBarcode: '1', dueAt: '2026-04-01T00:00:00Z' };
    await desk.act('lend', { params, body: lend });
    await desk.act('reserve', { params, body: { id: desk.newId(), ...title, pickupBranch: 'main' } });
    const debt = { id: desk.newId(), kind: 'other', description: '', amount: 100 };
    await desk.act('addDebt', { params, body: debt });
    const answer = await desk.delete(await desk.patron(parent.id));
    expect(problemOf(answer)).toBe('not-deletable');
    expect(answer.body).toMatchObject({
      obstacles: { loans: 1, reservations: 1, debts: 1, guarantorFor: 1 },
    });
  });

  test('is refused where anything of the patron has changed since staff looked', async () => {
    const { desk } = await atTheDesk();
    const patron = await desk.register();
    await desk.block(patron);
    expect(problemOf(await desk.delete(patron))).toBe('stale-tag');
  });

  test('can’t be undone by an act that was on its way: the id is never used again', async () => {
    const { desk } = await atTheDesk();
    const patron = await desk.register();
    await desk.delete(patron);
    const body = { id: patron.id, sections: { personal: { familyName: 'X' } } };
    expect(problemOf(await desk.act('createPatron', { body }))).toBe('patron-gone');
  });

  test('leaves an id that another library can’t take, so that the deletion comes to every desk here', async () => {
    const { desk, signIn } = await atTheDesk();
    const south = await signIn('south', 'desk');
    const patron = await desk.register();
    await desk.delete(patron);
    const body = { id: patron.id, sections: { personal: { familyName: 'X' } } };
    expect(issuesOf(await south.act('createPatron', { body }))).toEqual(['id: idTaken']);
    const { body: feed } = await desk.ask('changes', { query: { after: 0, epoch: desk.session.epoch } });
    expect(feed).toMatchObject({ changes: [{ kind: 'deleted', patronId: patron.id }] });
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
