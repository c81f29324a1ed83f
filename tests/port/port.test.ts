// What every server behind the port must do for a desk, whichever it is: one suite, run on each.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { v7 } from 'uuid';
import { partPages } from '../../electron/patron-data/export.ts';
import { isFailure } from '../../electron/support/failure.ts';
import { capabilitiesSchema } from '../../shared/capabilities.ts';
import { librarySchema } from '../../shared/library.ts';
import { LONG_PARTS, longPartSchemas, patronDataHeadSchema } from '../../shared/patron-data/document.ts';
import { PERMISSIONS } from '../../shared/permissions.ts';
import { DeskCopy } from './desk-copy.ts';
import { kohaWorld } from './koha-world.ts';
import { referenceWorld } from './reference-world.ts';
import type { PortWorld } from './world.ts';

const ADA = { givenName: 'Ada', familyName: 'Öberg', card: '2100001' };
const reading = { signal: new AbortController().signal, pause: () => Promise.resolve() };
const codeOfThrown = (thrown: unknown) => (isFailure(thrown) ? thrown.error.code : thrown);
const codeOf = (work: Promise<unknown>) => work.then(() => 'done', codeOfThrown);

describe.each([
  ['the reference server', referenceWorld],
  ['Koha', kohaWorld],
])('%s', (_name, makeWorld) => {
  let world: PortWorld;
  let ada: string;
  let desk: DeskCopy;
  const now = () => world.clock.now();
  /** So long after a change a look for changes surely finds it. */
  const settle = () => world.clock.pass(5_000);
  const signIn = () => world.server.signIn(world.credentials);

  beforeEach(async () => {
    world = await makeWorld();
    ada = await world.addPatron(ADA);
    settle();
    desk = new DeskCopy(await signIn());
    await desk.fill();
    settle();
  });
  afterEach(() => world.close());

  describe('signing in', () => {
    test('tells who, where, with which permissions, and what the server can do', async () => {
      const { staff, library, permissions, capabilities } = desk.session;
      expect(staff.name).not.toBe('');
      expect(librarySchema.parse(library).branches.length).toBeGreaterThan(0);
      expect(new Set(permissions)).toEqual(new Set(PERMISSIONS));
      expect(capabilitiesSchema.parse(capabilities)).toEqual(capabilities);
      expect((await world.server.libraries()).map(({ id }) => id)).toContain(library.id);
    });

    test('a wrong password is a wrong password', async () => {
      const wrong = { ...world.credentials, password: 'wrong' };
      expect(await codeOf(world.server.signIn(wrong))).toBe('wrongCredentials');
      expect(await codeOf(world.server.signIn({ ...wrong, username: 'nobody' }))).toBe('wrongCredentials');
    });

    test('without the line nobody is told that the password is wrong', async () => {
      world.line.state = 'dropsRequests';
      expect(await codeOf(signIn())).toBe('serverAway');
    });

    test('the marks can be asked for by nobody in particular', async () => {
      expect((await world.server.marks()).epoch).toBe(desk.epoch);
    });
  });

  describe('searching and opening', () => {
    test.each(['Öberg', 'oberg', 'Ada', 'ada öberg', ADA.card, 'ob*g'])('“%s” finds her', async (words) => {
      const { total, patrons } = await desk.session.search(words, 0, 10);
      expect(patrons.map(({ id }) => id)).toContain(ada);
      expect(total).toBeGreaterThan(0);
    });

    test('the owner of a card stands first, before those whose numbers only begin or end like it', async () => {
      for (const [familyName, card] of [
        ['Aa', `${ADA.card}9`],
        ['Zz', `9${ADA.card}`],
      ] as const)
        await world.addPatron({ givenName: 'Bo', familyName, card });
      const [found, all] = await Promise.all([1, 10].map((n) => desk.session.search(ADA.card, 0, n)));
      expect(found?.patrons.map(({ id }) => id)).toEqual([ada]);
      expect(found?.total).toBe(all?.patrons.length);
      const one = async (offset: number) => (await desk.session.search(ADA.card, offset, 1)).patrons;
      const apart = await Promise.all([...(all?.patrons ?? [])].map((_patron, offset) => one(offset)));
      expect(apart.flat()).toEqual(all?.patrons);
    });

    test('a card finds its owner, and what is no card finds nobody, though words of theirs begin so', async () => {
      expect((await desk.session.ownerOf(ADA.card))?.id).toBe(ada);
      for (const text of ['Öberg', ADA.card.slice(0, -1), `${ADA.card}9`, '******', '*', ' '])
        expect([text, await desk.session.ownerOf(text)]).toEqual([text, undefined]);
    });

    test('nobody is found by words that nobody has, nor by none', async () => {
      expect(await desk.session.search('Zyx', 0, 10)).toEqual({ total: 0, patrons: [] });
      expect((await desk.session.search('  ', 0, 10)).patrons).toEqual([]);
    });

    test('a long list comes in parts that fit together', async () => {
      for (let n = 0; n < 25; n++) {
        const card = `33${String(n).padStart(5, '0')}`;
        await world.addPatron({ givenName: `Bo${n}`, familyName: 'Zander', card });
      }
      const parts = [];
      for (const offset of [0, 10, 20]) parts.push(await desk.session.search('Zander', offset, 10));
      expect(parts.map(({ total }) => total)).toEqual([25, 25, 25]);
      expect(new Set(parts.flatMap(({ patrons }) => patrons.map(({ id }) => id))).size).toBe(25);
    });

    test('a patron comes with loans by their titles, reservations and debts', async () => {
      await world.lend(ada, 'Dune');
      await world.reserve(ada, 'Emma');
      await world.charge(ada, 3);
      const patron = await desk.session.patron(ada, true);
      expect(patron.loans.map(({ title }) => title)).toEqual(['Dune']);
      expect(patron.reservations.map(({ title }) => title)).toEqual(['Emma']);
      expect(patron.debts.map(({ amount }) => amount)).toEqual([300]);
      expect(patron.totalDebt).toBe(300);
      expect(patron.debtBlock).toBeNull();
    });

    test('debts at the limit set the debt block', async () => {
      const { debtLimit } = desk.session.library.rules;
      await world.charge(ada, debtLimit / 100);
      expect((await desk.session.patron(ada, true)).debtBlock).toEqual({
        amount: debtLimit,
        limit: debtLimit,
      });
    });
  });

  describe('keeping in step', () => {
    test('a fill brings everybody once, in pages', async () => {
      const bo = await world.addPatron({ givenName: 'Bo', familyName: 'Dahl', card: '2100002' });
      const other = new DeskCopy(await signIn());
      expect(await other.fill(1)).toBeGreaterThan(1);
      expect([...other.patrons.keys()]).toEqual(expect.arrayContaining([ada, bo]));
    });

    test('who was changed elsewhere, or is new, comes with the next changes', async () => {
      await world.changeElsewhere(ada, { givenName: 'Adina' });
      const bo = await world.addPatron({ givenName: 'Bo', familyName: 'Dahl', card: '2100002' });
      settle();
      await desk.pull();
      expect(desk.patron(ada).sections.personal.values.givenName).toBe('Adina');
      expect(desk.patrons.has(bo)).toBe(true);
    });

    test('nothing is told again once it was stored', async () => {
      await world.changeElsewhere(ada, { givenName: 'Adina' });
      settle();
      await desk.pull();
      settle();
      expect(await desk.pull()).toEqual([]);
    });

    test('two changes in one second are both told of', async () => {
      await world.changeElsewhere(ada, { givenName: 'Adina' });
      await desk.pull();
      await world.changeElsewhere(ada, { givenName: 'Adele' });
      await desk.pull();
      settle();
      await desk.pull();
      expect(desk.patron(ada).sections.personal.values.givenName).toBe('Adele');
    });

    test('changes that were not stored are told once more', async () => {
      await world.changeElsewhere(ada, { givenName: 'Adina' });
      settle();
      const before = desk.position;
      expect(await desk.pull()).toContain(ada);
      desk.position = before;
      expect(await desk.pull()).toContain(ada);
    });

    test('many changes come in parts', async () => {
      const ids = [];
      for (let n = 0; n < 23; n++)
        ids.push(await world.addPatron({ givenName: 'Bo', familyName: `Nr${n}`, card: `44${n + 100}` }));
      settle();
      expect(await desk.pull(5)).toEqual(expect.arrayContaining(ids));
      expect(desk.patrons.size).toBeGreaterThanOrEqual(24);
    });

    test('loans, reservations and debts of a patron who is open are up to date', async () => {
      await world.lend(ada, 'Dune');
      await world.charge(ada, 2);
      desk.recent.push(ada);
      settle();
      await desk.pull();
      expect(desk.patron(ada)).toMatchObject({ totalDebt: 200, loans: [{ title: 'Dune' }] });
    });

    test('who was deleted elsewhere leaves the copy', async () => {
      await world.deleteElsewhere(ada);
      settle();
      await desk.pull();
      await desk.pull();
      expect(desk.patrons.has(ada)).toBe(false);
    });

    test('a position of another history is not gone on from', async () => {
      const nobody = () => Promise.resolve([]);
      const held = { ids: nobody, laidOver: nobody, blocked: nobody, recent: () => [] };
      const page = await desk.session.changes(desk.position, 'another epoch', 10, held);
      expect(page.kind).toBe('fillAnew');
    });
  });

  describe('editing', () => {
    test('an edit is saved, and a copy that has passed its head shows it', async () => {
      const outcome = await desk.send(desk.edit(ada, 'personal', { givenName: 'Adina' }, now()));
      expect(outcome).toMatchObject({ kind: 'confirmed', saved: { values: { givenName: 'Adina' } } });
      for (let looks = 0; looks < 3 && outcome.kind === 'confirmed'; looks++) {
        settle();
        await desk.pull();
        if (desk.position >= outcome.head)
          expect(desk.patron(ada).sections.personal.values.givenName).toBe('Adina');
      }
      expect(desk.position).toBeGreaterThanOrEqual(outcome.kind === 'confirmed' ? outcome.head : Infinity);
    });

    test('only what was changed changes', async () => {
      const act = desk.edit(ada, 'address', { town: 'Norrby' }, now());
      await world.changeElsewhere(ada, { givenName: 'Adina' });
      expect(await desk.send(act)).toMatchObject({ kind: 'confirmed' });
      const { sections } = await desk.session.patron(ada, true);
      expect(sections.address.values.town).toBe('Norrby');
      expect(sections.personal.values.givenName).toBe('Adina');
    });

    test('a change of the section in between is told, with what it holds now', async () => {
      const act = desk.edit(ada, 'personal', { givenName: 'Adina' }, now());
      settle();
      await world.changeElsewhere(ada, { givenName: 'Adele' });
      const outcome = await desk.send(act);
      expect(outcome).toMatchObject({ kind: 'stale', current: { values: { givenName: 'Adele' } } });
      expect((await desk.session.patron(ada, true)).sections.personal.values.givenName).toBe('Adele');
    });

    test('an edit on top of the newest tag goes through', async () => {
      const act = desk.edit(ada, 'personal', { givenName: 'Adina' }, now());
      await world.changeElsewhere(ada, { givenName: 'Adele' });
      const stale = await desk.send(act);
      if (stale.kind !== 'stale') throw new Error('It should have been stale.');
      const next = desk.act(ada, act.deed, now(), {
        id: act.id,
        tag: stale.current.tag,
        base: stale.current.values,
        changes: act.changes,
      });
      expect(await desk.send(next)).toMatchObject({ kind: 'confirmed' });
    });

    test('an answer that was lost is found out, and nothing happens twice', async () => {
      const act = desk.edit(ada, 'personal', { givenName: 'Adina' }, now());
      world.line.state = 'losesAnswers';
      expect(await codeOf(desk.send(act))).toBe('serverSlow');
      world.line.state = 'good';
      expect((await desk.session.patron(ada, true)).sections.personal.values.givenName).toBe('Adina');
      settle();
      expect(await desk.send(desk.again(act))).toMatchObject({ kind: 'confirmed' });
      expect((await desk.session.patron(ada, true)).sections.personal.values.givenName).toBe('Adina');
    });

    test('a request that never arrived is sent again', async () => {
      const act = desk.edit(ada, 'personal', { givenName: 'Adina' }, now());
      world.line.state = 'dropsRequests';
      expect(await codeOf(desk.send(act))).toBe('serverAway');
      world.line.state = 'good';
      expect(await desk.send(desk.again(act))).toMatchObject({ kind: 'confirmed' });
    });

    test('a value that is not allowed is refused, with the field that it is in', async () => {
      const outcome = await desk.send(desk.edit(ada, 'personal', { familyName: ' ' }, now()));
      expect(outcome).toMatchObject({ kind: 'refused', code: 'invalid', fields: [{ field: 'familyName' }] });
    });

    test('an edit of a patron who is gone is refused', async () => {
      await world.deleteElsewhere(ada);
      const outcome = await desk.send(desk.edit(ada, 'personal', { givenName: 'Adina' }, now()));
      expect(outcome.kind).toBe('refused');
    });

    test('an act meant for another history is not judged', async () => {
      const act = desk.edit(ada, 'personal', { givenName: 'Adina' }, now());
      expect(await desk.send({ ...act, epoch: 'another epoch' })).toEqual({ kind: 'otherEpoch' });
    });
  });

  describe('blocking', () => {
    const comment = 'Took the café’s till | twice.';
    const block = () => desk.act(ada, { kind: 'block', comment }, now());
    const blocks = async () => (await desk.session.patron(ada, true)).blocks;

    test('a block has its comment to the letter, the author and the id of the act', async () => {
      const act = block();
      expect(await desk.send(act)).toMatchObject({ kind: 'confirmed' });
      expect(await blocks()).toMatchObject([{ id: act.id, comment, blockedBy: desk.session.staff.name }]);
    });

    test('a block whose answer was lost is there once', async () => {
      const act = block();
      world.line.state = 'losesAnswers';
      expect(await codeOf(desk.send(act))).toBe('serverSlow');
      world.line.state = 'good';
      expect(await blocks()).toHaveLength(1);
      expect(await desk.send(desk.again(act))).toMatchObject({ kind: 'confirmed' });
      expect(await blocks()).toHaveLength(1);
    });

    test('unblocking lifts the blocks that staff saw, and no other', async () => {
      const [first, second] = [block(), block()];
      await desk.send(first);
      await desk.send(second);
      const lift = desk.act(ada, { kind: 'unblock', blocks: [first.id], comment: 'Settled.' }, now());
      expect(await desk.send(lift)).toMatchObject({ kind: 'confirmed' });
      expect((await blocks()).map(({ id }) => id)).toEqual([second.id]);
    });

    test('unblocking whom somebody else has unblocked is refused; a repeat of one’s own is not', async () => {
      const act = block();
      await desk.send(act);
      const lift = desk.act(ada, { kind: 'unblock', blocks: [act.id], comment: 'Settled.' }, now());
      world.line.state = 'losesAnswers';
      await codeOf(desk.send(lift));
      world.line.state = 'good';
      expect(await desk.send(desk.again(lift))).toMatchObject({ kind: 'confirmed' });
      const again = desk.act(ada, { kind: 'unblock', blocks: [act.id], comment: 'Settled.' }, now());
      expect(await desk.send(again)).toMatchObject({ kind: 'refused', code: 'notBlocked' });
    });

    test('a copy that laid the block over is brought in step with it', async () => {
      const act = block();
      await desk.send(act);
      desk.laidOver.push(ada);
      settle();
      await desk.pull();
      expect(desk.patron(ada).blocks.map(({ id }) => id)).toEqual([act.id]);
    });
  });

  describe('where answers are mixed up on the way', () => {
    let bo: string;
    beforeEach(async () => {
      bo = await world.addPatron({ givenName: 'Bo', familyName: 'Ek', card: '2100002' });
      await desk.session.patron(bo, true);
      world.line.state = 'mixesUp';
    });
    test('nobody is shown, nor their data handed over, in another’s place', async () => {
      expect(await codeOf(desk.session.patron(ada, true))).toBe('serverRubbish');
      const act = { id: v7(), key: v7(), at: new Date(now()).toISOString() };
      const exported = desk.session.exportPatronData(act, desk.epoch, ada, 'unchecked');
      const whose = await exported.then(({ head }) => head.patron.id).catch(codeOfThrown);
      expect([ada, 'serverRubbish']).toContain(whose);
    });

    test('nobody is blocked or changed in another’s place', async () => {
      await codeOf(desk.send(desk.act(ada, { kind: 'block', comment: 'Of Ada.' }, now())));
      await codeOf(desk.send(desk.edit(ada, 'personal', { givenName: 'Adina' }, now())));
      world.line.state = 'good';
      const { blocks, sections } = await desk.session.patron(bo, true);
      expect([blocks, sections.personal.values.givenName]).toEqual([[], 'Bo']);
    });
  });

  describe('what must not wait', () => {
    const act = () => ({ ...desk.act(ada, { kind: 'block', comment: '-' }, now()) });

    test('a PIN is set', async () => {
      await desk.session.setPin(act(), desk.epoch, ada, '8264');
      expect(await world.pinWorks(ada, '8264')).toBe(true);
      expect(await world.pinWorks(ada, '0000')).toBe(false);
    });

    test.each([
      ['loans', (id: string) => world.lend(id, 'Dune')],
      ['reservations', (id: string) => world.reserve(id, 'Emma')],
      ['debts', (id: string) => world.charge(id, 1)],
    ] as const)('a patron with %s is not deleted', async (what, give) => {
      await give(ada);
      const { tag } = await desk.session.patron(ada, true);
      const failed = desk.session.deletePatron(act(), desk.epoch, ada, tag);
      await expect(failed).rejects.toMatchObject({
        error: { code: 'notDeletable', obstacles: { [what]: 1 } },
      });
      expect(await world.isThere(ada)).toBe(true);
    });

    test('a patron who was changed meanwhile is not deleted', async () => {
      const { tag } = desk.patron(ada);
      await world.changeElsewhere(ada, { givenName: 'Adina' });
      expect(await codeOf(desk.session.deletePatron(act(), desk.epoch, ada, tag))).toBe('changedMeanwhile');
      expect(await world.isThere(ada)).toBe(true);
    });

    test('a patron with nothing in the way is deleted, and leaves the copy', async () => {
      await desk.session.deletePatron(act(), desk.epoch, ada, desk.patron(ada).tag);
      expect(await world.isThere(ada)).toBe(false);
      settle();
      await desk.pull();
      expect(desk.patrons.has(ada)).toBe(false);
    });

    test('a deletion whose answer was lost has happened once it is asked again', async () => {
      const once = act();
      const { tag } = desk.patron(ada);
      world.line.state = 'losesAnswers';
      expect(await codeOf(desk.session.deletePatron(once, desk.epoch, ada, tag))).toBe('serverSlow');
      world.line.state = 'good';
      expect(await world.isThere(ada)).toBe(false);
      await desk.session.deletePatron(once, desk.epoch, ada, tag);
      expect(await world.isThere(ada)).toBe(false);
    });

    test('the patron data file holds the patron, and fits its schema', async () => {
      await world.lend(ada, 'Dune');
      const made = await desk.session.exportPatronData(act(), desk.epoch, ada, 'patron');
      const file = patronDataHeadSchema.parse(made.head);
      expect(file.patron).toMatchObject({ id: ada, personal: { givenName: 'Ada' } });
      expect(file.loans?.map(({ title }) => title)).toEqual(['Dune']);
      expect(file.leftOut.map(({ id }) => id)).toContain('pin');
      for (const part of LONG_PARTS) {
        const rows = [];
        for await (const page of partPages(made, part, reading)) rows.push(...page);
        expect(rows.length).toBe(made.counts[part] ?? 0);
        for (const row of rows) longPartSchemas[part].parse(row);
      }
    });

    test('looks are handed over', async () => {
      const event = {
        ...{ id: act().id, kind: 'looked' as const, library: desk.session.library.id, patronId: ada },
        ...{ staff: desk.session.staff, at: new Date(now()).toISOString() },
      };
      const marks = await desk.session.logEvents(act(), desk.epoch, [event]);
      expect(marks.epoch).toBe(desk.epoch);
    });
  });

  test('a session ends, and may leave a grant', async () => {
    const grant = await desk.session.end([]);
    expect(grant === null || typeof grant === 'string').toBe(true);
  });
});
