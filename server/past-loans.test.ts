// What stays of a loan that is over: no more than the patron wants kept, and nothing in answers that are kept.
import { describe, expect, test } from 'vitest';
import type { Patron } from '../shared/patrons/patron.ts';
import type { Answer } from './outcome.ts';
import { atTheDesk, testNetwork, valueOf } from './testing/network.ts';

test('loan history goes when the patron no longer wants it kept', async () => {
  const network = testNetwork();
  const desk = await network.signIn('north', 'lead');
  const patron = await desk.register({ preferences: { keepLoanHistory: true } });
  const params = { patronId: patron.id };
  const lendAndReturn = async () => {
    const loanId = desk.newId();
    const loan = { title: 'T', author: 'A', itemBarcode: '12', dueAt: '2026-04-01T00:00:00Z' };
    await desk.act('lend', { params, body: { id: loanId, ...loan } });
    await desk.act('renew', { params: { ...params, loanId }, body: { dueAt: '2026-05-01T00:00:00Z' } });
    await desk.act('returnLoan', { params: { ...params, loanId } });
  };
  const kept = () => network.central.parts.store.rows('SELECT title FROM past_loan').length;
  await lendAndReturn();
  expect(kept()).toBe(1);
  await desk.save(await desk.patron(patron.id), 'preferences', { keepLoanHistory: false });
  expect(kept()).toBe(0);
  await lendAndReturn();
  expect(kept()).toBe(0);
});

test('nobody’s loan history goes with somebody else’s', async () => {
  const { desk, central } = await atTheDesk();
  const { store } = central.parts;
  const keeping = { preferences: { keepLoanHistory: true } };
  const [who, other] = [await desk.register(keeping), await desk.register(keeping)];
  store.run(
    "INSERT INTO past_loan (patron, title, author, loaned_at, returned_at) SELECT number, id, '', '', '' FROM patron",
  );
  await desk.save(who, 'preferences', { keepLoanHistory: false });
  expect(store.rows('SELECT title FROM past_loan')).toEqual([{ title: other.id }]);
});

describe('what was lent', () => {
  const ITEM = {
    title: `Lent ${'title'.repeat(80)}`,
    author: `Lent ${'author'.repeat(80)}`,
    itemBarcode: 'Lent barcode',
  };
  async function lent() {
    const network = testNetwork();
    const desk = await network.signIn('north', 'lead');
    const patron = await desk.register();
    const params = { patronId: patron.id };
    const lend = async (parts = { key: desk.newId(), act: desk.newId() }) => {
      const loanId = desk.newId();
      const ask = (item = ITEM) => {
        const body = { id: loanId, ...item, dueAt: '2026-04-01T00:00:00Z' };
        return desk.act('lend', { params, body }, { actedAt: '2026-03-01T10:00:00Z', ...parts });
      };
      const renewing = { params: { ...params, loanId }, body: { dueAt: '2026-05-01T00:00:00Z' } };
      return {
        answer: await ask(),
        ask,
        renew: (again = {}) => desk.act('renew', renewing, again),
        giveBack: () => desk.act('returnLoan', { params: { ...params, loanId } }),
      };
    };
    return { desk, patron, lend, store: network.central.parts.store };
  }

  test('stands in no answer that is kept, nor can a guess at it be tried there; a repeat tells it while it is out', async () => {
    const { desk, lend, store } = await lent();
    const parts = { key: desk.newId(), act: desk.newId() };
    const loan = await lend(parts);
    const renewal = { key: desk.newId(), act: desk.newId(), actedAt: '2026-03-01T10:00:00Z' };
    const renewed = await loan.renew(renewal);
    expect([valueOf(loan.answer), valueOf(renewed)]).toMatchObject([ITEM, { ...ITEM, renewals: 1 }]);
    expect([await loan.ask(), await loan.renew(renewal)]).toEqual([loan.answer, renewed]);
    expect((await desk.ask('act', { params: { key: parts.key } })).body).toMatchObject({
      body: loan.answer.body,
    });
    expect(JSON.stringify(store.rows('SELECT * FROM attempt'))).not.toContain('Lent');
    expect(await loan.ask({ ...ITEM, title: 'A guess' })).toEqual(loan.answer);
    await loan.giveBack();
    expect(valueOf(await loan.ask())).toMatchObject({ title: '', author: '', itemBarcode: '', renewals: 0 });
  });

  test('is told by a repeat of that very act only, also where the id of a loan that is over is another’s by now', async () => {
    const { desk, patron, lend } = await lent();
    const other = await desk.register();
    const lendAnother = async (to: Patron, id = desk.newId()) => {
      const item = { title: 'Another', author: 'Another', itemBarcode: '9' };
      const body = { id, ...item, dueAt: '2026-04-01T00:00:00Z' };
      expect((await desk.act('lend', { params: { patronId: to.id }, body })).status).toBe(201);
    };
    await lendAnother(patron);
    const loan = await lend();
    expect(await loan.ask()).toEqual(loan.answer);
    await loan.giveBack();
    await lendAnother(other, valueOf<{ id: string }>(loan.answer).id);
    expect(valueOf(await loan.ask())).toMatchObject({ title: '', author: '', itemBarcode: '' });
  });

  test('costs no return more where a loan was renewed time and again', async () => {
    const { desk, patron, lend, store } = await lent();
    await (await lend()).renew();
    store.run(`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000)
      INSERT INTO attempt SELECT key || i, act, staff, endpoint, patron_id, fingerprint, status, body, etag, answered_at
      FROM attempt, n WHERE endpoint = 'renew'`);
    const soonest = { giveBack: Infinity, noHistory: Infinity };
    const time = async (what: keyof typeof soonest, work: () => Promise<Answer>) => {
      const began = performance.now();
      expect((await work()).status).toBe(200);
      soonest[what] = Math.min(soonest[what], performance.now() - began);
    };
    for (let n = 0; n < 3; n++) {
      const { giveBack } = await lend();
      await time('giveBack', giveBack);
      const keep = async (keepLoanHistory: boolean) =>
        desk.save(await desk.patron(patron.id), 'preferences', { keepLoanHistory });
      await keep(true);
      await time('noHistory', () => keep(false));
    }
    expect(Math.max(soonest.giveBack, soonest.noHistory)).toBeLessThan(50);
  });
});
