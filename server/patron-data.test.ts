// The patron data file: everything, of this library only, each export written down.
import { describe, expect, test } from 'vitest';
import type { EndpointAnswer } from '../shared/central/contract.ts';
import { DOWNLOAD_PATRON_DATA } from '../shared/permissions.ts';
import { addPastLoan } from './circulation.ts';
import { hashSecretNow } from './sessions/secrets.ts';
import { entries } from './testing/audit.ts';
import { COST, PASSWORD, issuesOf, problemOf, testNetwork, type TestDesk } from './testing/network.ts';
import { beginExport, wholeFile } from './testing/patron-data.ts';

const DAY = 86_400_000;

describe('the patron data file', () => {
  test('has what the library keeps, lifted blocks included, and neither PIN nor names of staff', async () => {
    const network = testNetwork();
    const desk = await network.signIn('north', 'lead');
    const patron = await desk.register({
      note: { staffNote: 'Large print.' },
      preferences: { keepLoanHistory: true },
      contact: { emails: ['ada@example.org'] },
    });
    const params = { patronId: patron.id };
    await desk.act('setPin', { params, body: { pin: '471147' } });
    const [blockId, loanId, debtId] = [desk.newId(), desk.newId(), desk.newId()];
    const loan = { title: 'Borrowed', author: 'A', itemBarcode: '1', dueAt: '2026-04-01T00:00:00Z' };
    await desk.act('lend', { params, body: { id: loanId, ...loan } });
    await desk.act('returnLoan', { params: { ...params, loanId } });
    await desk.act('addDebt', {
      params,
      body: { id: debtId, kind: 'lost', description: 'Lost', amount: 300 },
    });
    await desk.act('payDebt', { params: { ...params, debtId }, body: { amount: 100 } });
    await desk.block(patron, 'Set.', { id: blockId });
    await desk.act('unblock', { params, body: { blocks: [blockId], comment: 'Lifted.' } });
    const file = await wholeFile(desk, patron.id);
    expect(file).toMatchObject({
      madeFrom: { kind: 'server' },
      library: { id: 'north' },
      patron: { note: { staffNote: 'Large print.' }, contact: { emails: ['ada@example.org'] } },
      blocks: [{ comment: 'Set.', liftComment: 'Lifted.' }],
      loanHistory: [{ title: 'Borrowed' }],
      debts: [{ amount: 200 }],
      payments: [{ amount: 100, description: 'Lost' }],
    });
    expect(file.processing?.map(({ kind }) => kind)).toContain('unblocked');
    const text = JSON.stringify(file);
    expect(text).not.toContain('471147');
    expect(text).not.toContain('lead of north');
  });

  test('is logged once, however often the same attempt comes; each time it is made anew', async () => {
    const network = testNetwork();
    const desk = await network.signIn('north', 'lead');
    const patron = await desk.register();
    const parts = { key: desk.newId(), act: desk.newId() };
    expect((await beginExport(desk, patron.id, parts)).status).toBe(200);
    expect((await beginExport(desk, patron.id, parts)).status).toBe(200);
    expect((await entries(desk, patron.id)).filter(({ kind }) => kind === 'exported')).toHaveLength(1);
    await desk.delete(await desk.patron(patron.id));
    expect(problemOf(await beginExport(desk, patron.id, parts))).toBe('patron-gone');
  });

  test('is not had anew by an old attempt: not without the permission, and not after a day', async () => {
    const network = testNetwork();
    const desk = await network.signIn('north', 'lead');
    const { id } = desk.session.staff;
    const patron = await desk.register();
    const parts = {
      key: desk.newId(),
      act: desk.newId(),
      actedAt: new Date(network.clock.now()).toISOString(),
    };
    expect((await beginExport(desk, patron.id, parts)).status).toBe(200);
    network.central.staff.revoke(id, DOWNLOAD_PATRON_DATA);
    expect(problemOf(await beginExport(desk, patron.id, parts))).toBe('not-permitted');
    network.central.staff.grant(id, DOWNLOAD_PATRON_DATA);
    network.clock.pass(DAY + 1);
    const later = await network.signIn('north', 'lead', desk.desk);
    expect(problemOf(await beginExport(later, patron.id, parts))).toBe('already-done');
    // Nor by another attempt at the same act, which would begin the day anew.
    expect(problemOf(await beginExport(later, patron.id, { ...parts, key: later.newId() }))).toBe(
      'already-done',
    );
    expect(problemOf(await beginExport(later, patron.id, { ...parts, key: later.newId() }))).toBe(
      'already-done',
    );
  });

  test('can’t be made without a trace, under an id that the log has for something else', async () => {
    const network = testNetwork();
    const desk = await network.signIn('north', 'lead');
    const patron = await desk.register();
    const act = desk.newId();
    const hidden = { id: act, kind: 'exported', patronId: desk.newId(), at: '2026-02-28T09:00:00.000Z' };
    expect((await desk.act('logEvents', { body: { events: [hidden] } })).status).toBe(200);
    expect(problemOf(await beginExport(desk, patron.id, { act }))).toBe('key-reused');
  });

  test('can’t be made under a note of one from a copy, with another time and asker, nor read by such a note', async () => {
    const network = testNetwork();
    const desk = await network.signIn('north', 'lead');
    const child = await desk.register({ personal: { birthDate: '2008-05-17' } });
    const act = desk.newId();
    const at = new Date(network.clock.now() - 3_600_000).toISOString();
    const noted = { id: act, kind: 'exported', patronId: child.id, at, requester: 'patron' };
    expect((await desk.act('logEvents', { body: { events: [noted] } })).body).toEqual({ logged: 1 });
    expect(problemOf(await beginExport(desk, child.id, { act }, 'guardian'))).toBe('key-reused');
    const page = { params: { patronId: child.id, exportId: act, part: 'payments' }, query: { upTo: at } };
    expect(problemOf(await desk.ask('patronDataPart', page))).toBe('not-found');
  });

  test('is asked for again by whoever asked first', async () => {
    const network = testNetwork();
    const desk = await network.signIn('north', 'lead');
    const child = await desk.register({ personal: { birthDate: '2008-05-17' } });
    const act = desk.newId();
    expect((await beginExport(desk, child.id, { act }, 'patron')).status).toBe(200);
    expect(problemOf(await beginExport(desk, child.id, { act }, 'guardian'))).toBe('key-reused');
    expect((await beginExport(desk, child.id, { act }, 'patron')).status).toBe(200);
  });

  test('long parts come by pages, each row once, as they were when the export began', async () => {
    const network = testNetwork();
    const desk = await network.signIn('north', 'lead');
    const patron = await desk.register({ preferences: { keepLoanHistory: true } });
    const { store, records } = network.central.parts;
    const found = records.find('north', patron.id);
    if (!found.ok) throw new Error('no patron');
    const { number } = found.value;
    // Many at the same moment: the time alone tells no place between them.
    for (let n = 0; n < 25; n++) {
      const returnedAt = `2025-01-0${1 + Math.floor(n / 10)}T10:00:00.000Z`;
      const loan = { title: `T${n}`, author: '', loanedAt: returnedAt };
      addPastLoan(store, found.value, loan, returnedAt);
    }
    const file = await wholeFile(desk, patron.id, { limit: 3 });
    const titles = file.loanHistory?.map(({ title }) => title);
    expect(new Set(titles).size).toBe(25);
    expect(titles?.[0]).toBe('T24');
    expect(file.loanHistory).toEqual((await wholeFile(desk, patron.id)).loanHistory);

    const begun = await beginExport(desk, patron.id);
    const { exportId, upTo } = begun.body as EndpointAnswer<'exportPatronData'>;
    network.clock.pass(60_000);
    store.run(
      'INSERT INTO payment (patron, paid_at, amount, description) VALUES (?, ?, 1, ?)',
      ...[number, new Date(network.clock.now()).toISOString(), 'later'],
    );
    const params = { patronId: patron.id, exportId, part: 'payments' };
    const page = await desk.ask('patronDataPart', { params, query: { upTo } });
    expect(page.body).toEqual({ part: 'payments', rows: [], next: null });
  });

  test('pages are for who began the export, for a day', async () => {
    const network = testNetwork();
    const desk = await network.signIn('north', 'lead');
    const { staff, parts } = network.central;
    const password = hashSecretNow(PASSWORD, network.luck, COST);
    const colleagueAccount = { library: 'north', username: 'colleague', name: 'Colleague', password };
    staff.add(colleagueAccount, [DOWNLOAD_PATRON_DATA], parts.ports.random);
    const colleague = await network.signIn('north', 'colleague');
    const plain = await network.signIn('north', 'desk');
    const south = await network.signIn('south', 'lead');
    const patron = await desk.register();
    const begun = (await beginExport(desk, patron.id)).body as EndpointAnswer<'exportPatronData'>;
    const { exportId, upTo } = begun;
    const page = async (from: TestDesk, id = exportId, after?: string) => {
      const params = { patronId: patron.id, exportId: id, part: 'processing' };
      const query = { upTo, ...(after !== undefined && { after }) };
      return problemOf(await from.ask('patronDataPart', { params, query }));
    };
    expect(await page(desk)).toBe('200');
    expect(await page(colleague)).toBe('not-found');
    expect(await page(desk, desk.newId())).toBe('not-found');
    expect(await page(plain)).toBe('not-permitted');
    expect(await page(south)).toBe('not-found');
    expect(await page(desk, exportId, 'noplace')).toBe('bad-request');
    network.clock.pass(DAY + 1);
    const later = await network.signIn('north', 'lead');
    expect(await page(later)).toBe('not-found');
  });

  test('of a child only its legal guardian asks; who asked is in the log and in the file', async () => {
    const network = testNetwork();
    const desk = await network.signIn('north', 'lead');
    const child = await desk.register({
      personal: { birthDate: '2018-05-17' },
      guarantor: { guarantor: { kind: 'name', name: 'Bo' } },
    });
    for (const requester of ['unchecked', 'patron'] as const)
      expect(issuesOf(await beginExport(desk, child.id, {}, requester))).toEqual(['requester: required']);
    const file = await wholeFile(desk, child.id, { requester: 'guardian' });
    expect(file.processing?.filter(({ kind }) => kind === 'exported')).toMatchObject([
      { detail: 'server: guardian', by: 'staff' },
    ]);
    const event = { id: desk.newId(), kind: 'exported', patronId: child.id, at: '2026-02-28T09:00:00.000Z' };
    await desk.act('logEvents', { body: { events: [{ ...event, requester: 'guardian' }] } });
    expect((await entries(desk, child.id)).map(({ detail }) => detail)).toContain('copy: guardian');
  });

  test('tells of failed sign-ins with the patron’s card', async () => {
    const network = testNetwork();
    const desk = await network.signIn('north', 'lead');
    const patron = await desk.register({ card: { cards: [{ number: '4712-3', state: 'active' }] } });
    const body = { library: 'north', cardNumber: '4712-3', pin: '1111' };
    const signIn = await network.central.answer('patronSignIn', { params: {}, query: {}, headers: {}, body });
    expect(signIn.status).toBe(401);
    expect((await wholeFile(desk, patron.id)).failedSignIns).toEqual([
      { cardNumber: '4712-3', failures: 1, lastAt: '2026-03-01T10:00:00.000Z', lockedUntil: null },
    ]);
  });

  test('tells of no failed sign-in that was none with the card, whatever name somebody signs in under', async () => {
    const network = testNetwork();
    const desk = await network.signIn('north', 'lead');
    const patron = await desk.register({ card: { cards: [{ number: '47123', state: 'active' }] } });
    for (const [library, username] of [
      ['north', 'card/47123'],
      ['north/card', '47123'],
    ]) {
      const body = { library, username, password: 'x', desk: desk.desk };
      const signIn = await network.central.answer('signIn', { params: {}, query: {}, headers: {}, body });
      expect(signIn.status).toBe(401);
    }
    expect((await wholeFile(desk, patron.id)).failedSignIns).toEqual([]);
  });

  test('needs the permission; a refused wish is written down', async () => {
    const network = testNetwork();
    const desk = await network.signIn('north', 'lead');
    const plain = await network.signIn('north', 'desk');
    const patron = await desk.register();
    const refused = await beginExport(plain, patron.id);
    expect(problemOf(refused)).toBe('not-permitted');
    expect(refused.body).toMatchObject({ permission: DOWNLOAD_PATRON_DATA });
    expect(await entries(desk, patron.id)).toContainEqual(
      expect.objectContaining({ kind: 'refused', staff: 'desk of north' }),
    );
    expect(problemOf(await plain.ask('audit', { params: { patronId: patron.id } }))).toBe('not-permitted');
  });
});
