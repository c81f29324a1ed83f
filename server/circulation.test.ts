// Blocks hold: what is refused to a blocked patron, and what stays possible.
import { describe, expect, test } from 'vitest';
import type { Patron, Standing } from '../shared/patrons/patron.ts';
import { fillUp, issuesOf, problemOf, testNetwork, valueOf, type TestDesk } from './testing/network.ts';

const title = { title: 'T', author: 'A' };
const due = '2026-04-01T00:00:00Z';

async function atTheDesk() {
  const network = testNetwork();
  const desk = await network.signIn('north', 'lead');
  const patron = await desk.register({ card: { cards: [{ number: '2100', state: 'active' }] } });
  await desk.act('setPin', { params: { patronId: patron.id }, body: { pin: '4711' } });
  return { ...network, desk, patron, params: { patronId: patron.id } };
}

const lend = (desk: TestDesk, { id }: Patron, loanId = desk.newId()) =>
  desk.act('lend', {
    params: { patronId: id },
    body: { id: loanId, ...title, itemBarcode: '1', dueAt: due },
  });
const reserve = (desk: TestDesk, { id }: Patron) =>
  desk.act('reserve', {
    params: { patronId: id },
    body: { id: desk.newId(), ...title, pickupBranch: 'main' },
  });
const renew = (desk: TestDesk, { id }: Patron, loanId: string) =>
  desk.act('renew', { params: { patronId: id, loanId }, body: { dueAt: due } });
const owe = (desk: TestDesk, { id }: Patron, debtId: string, amount: number) =>
  desk.act('addDebt', {
    params: { patronId: id },
    body: { id: debtId, kind: 'lost', description: 'T', amount },
  });
const pay = (desk: TestDesk, { id }: Patron, debtId: string, amount: number) =>
  desk.act('payDebt', { params: { patronId: id, debtId }, body: { amount } });
const ownSignIn = (desk: TestDesk, pin = '4711', cardNumber = '2100') =>
  desk.ask('patronSignIn', { body: { library: 'north', cardNumber, pin } });
const standing = async (desk: TestDesk, { id }: Patron) =>
  (await desk.ask('standing', { params: { patronId: id } })).body as Standing;

describe('a block', () => {
  test('refuses loans, renewals, reservations and the own sign-in; returns and payments stay possible', async () => {
    const { desk, patron, params } = await atTheDesk();
    const loanId = desk.newId();
    const debtId = desk.newId();
    await lend(desk, patron, loanId);
    await owe(desk, patron, debtId, 100);
    const blockId = desk.newId();
    await desk.block(patron, 'x', { id: blockId });
    const reasons = [{ kind: 'block', blockId }];
    for (const refused of [
      lend(desk, patron),
      renew(desk, patron, loanId),
      reserve(desk, patron),
      ownSignIn(desk),
    ]) {
      const answer = await refused;
      expect(problemOf(answer)).toBe('refused');
      expect(answer.body).toMatchObject({ reasons });
    }
    const shown = await standing(desk, patron);
    for (const service of ['loans', 'renewals', 'reservations', 'signIn'] as const)
      expect(shown[service]).toEqual({ refused: true, reasons });
    for (const service of ['returns', 'payments'] as const)
      expect(shown[service]).toEqual({ refused: false, reasons: [] });
    expect((await desk.act('returnLoan', { params: { ...params, loanId } })).status).toBe(200);
    expect((await pay(desk, patron, debtId, 100)).status).toBe(201);
    await desk.act('unblock', { params, body: { blocks: [blockId], comment: 'x' } });
    expect((await lend(desk, patron)).status).toBe(201);
    expect((await ownSignIn(desk)).body).toEqual({ patronId: patron.id });
  });

  test('holds at this library only', async () => {
    const { desk, patron, signIn } = await atTheDesk();
    const south = await signIn('south', 'lead');
    const elsewhere = await south.register();
    await desk.block(patron);
    expect((await lend(south, elsewhere)).status).toBe(201);
  });
});

describe('a debt block', () => {
  test('comes when debts reach the limit and goes when they fall below it', async () => {
    const { desk, patron } = await atTheDesk();
    const [one, two] = [desk.newId(), desk.newId()];
    await owe(desk, patron, one, 9_999);
    expect((await desk.patron(patron.id)).debtBlock).toBeNull();
    await owe(desk, patron, two, 1);
    const blocked = await desk.patron(patron.id);
    expect(blocked).toMatchObject({ debtBlock: { amount: 10_000, limit: 10_000 }, totalDebt: 10_000 });
    expect(problemOf(await lend(desk, patron))).toBe('refused');
    expect(valueOf(await pay(desk, patron, two, 1))).toEqual({ left: 0 });
    expect((await desk.patron(patron.id)).debtBlock).toBeNull();
    expect((await lend(desk, patron)).status).toBe(201);
    expect(problemOf(await pay(desk, patron, one, 10_000))).toBe('invalid');
  });

  test('can’t be lifted by unblocking, and lets the patron sign in to pay', async () => {
    const { desk, patron, params } = await atTheDesk();
    await owe(desk, patron, desk.newId(), 20_000);
    const lift = { blocks: [desk.newId()], comment: 'x' };
    expect(problemOf(await desk.act('unblock', { params, body: lift }))).toBe('not-blocked');
    expect((await ownSignIn(desk)).status).toBe(201);
  });
});

test('the own sign-in needs an active card and the PIN, and locks after five failures', async () => {
  const { desk, patron } = await atTheDesk();
  expect(problemOf(await ownSignIn(desk, '0000'))).toBe('wrong-credentials');
  expect(problemOf(await ownSignIn(desk, '4711', '9999'))).toBe('wrong-credentials');
  expect((await ownSignIn(desk)).status).toBe(201);
  for (let n = 0; n < 5; n++) await ownSignIn(desk, '0000');
  expect(problemOf(await ownSignIn(desk))).toBe('account-locked');
  const { sections } = await desk.patron(patron.id);
  const cards = [
    { number: '2100', state: 'lost' },
    { number: '2101', state: 'active' },
  ];
  await desk.save({ ...patron, sections }, 'card', { cards });
  expect((await ownSignIn(desk, '4711', '2101')).status).toBe(201);
});

test('a loan, debt or reservation is named together with whose it is: what is done with it is done with nobody else’s', async () => {
  const { desk, patron, central, signIn } = await atTheDesk();
  const south = await signIn('south', 'lead');
  const having = async (at: TestDesk, one: Patron) => {
    const [loanId, debtId] = [at.newId(), at.newId()];
    await lend(at, one, loanId);
    await owe(at, one, debtId, 100);
    const { id: reservationId } = valueOf<{ id: string }>(await reserve(at, one));
    return { loanId, debtId, reservationId };
  };
  const others = [await having(desk, await desk.register()), await having(south, await south.register())];
  const ofOthers = () =>
    ['loan', 'past_loan', 'debt', 'payment', 'reservation'].map((table) => {
      const sql = `SELECT * FROM ${table} WHERE patron <> (SELECT number FROM patron WHERE id = ?)`;
      return central.parts.store.rows(sql, patron.id);
    });
  const before = ofOthers();
  const params = { patronId: patron.id };
  const each = async ({ loanId, debtId, reservationId }: (typeof others)[0]) => [
    await renew(desk, patron, loanId),
    await desk.act('returnLoan', { params: { ...params, loanId } }),
    await pay(desk, patron, debtId, 30),
    await pay(desk, patron, debtId, 70),
    await desk.act('cancelReservation', { params: { ...params, reservationId } }),
  ];
  for (const other of others)
    for (const answer of await each(other)) expect(problemOf(answer)).toBe('not-found');
  const [stays, goes] = [await having(desk, patron), await having(desk, patron)];
  for (const answer of await each(goes)) expect(answer.status).toBeLessThan(300);
  expect(await desk.patron(patron.id)).toMatchObject({
    loans: [{ id: stays.loanId, renewals: 0 }],
    reservations: [{ id: stays.reservationId }],
    debts: [{ id: stays.debtId, amount: 100 }],
  });
  expect(ofOthers()).toEqual(before);
});

test('a card and its PIN sign in at their own library only', async () => {
  const { desk } = await atTheDesk();
  const body = { library: 'south', cardNumber: '2100', pin: '4711' };
  expect(problemOf(await desk.ask('patronSignIn', { body }))).toBe('wrong-credentials');
  expect((await ownSignIn(desk)).status).toBe(201);
});

test('a lost card signs nobody in', async () => {
  const { desk, patron } = await atTheDesk();
  await desk.save(patron, 'card', { cards: [{ number: '2100', state: 'lost' }] });
  expect(problemOf(await ownSignIn(desk))).toBe('wrong-credentials');
});

describe('guessing at a PIN', () => {
  const MINUTE = 60_000;
  const DAY = 24 * 60 * MINUTE;
  const card = (number: string, state = 'active') => ({ number, state });

  async function withCards(...cards: { number: string; state: string }[]) {
    const there = await atTheDesk();
    await there.desk.save(there.patron, 'card', { cards });
    const { desk, clock } = there;
    /** Five guesses, and for how many minutes the card is locked then. */
    const guess = async (...numbers: string[]) => {
      for (const number of Array.from({ length: 5 }, (_, n) => numbers[n % numbers.length]))
        expect(problemOf(await ownSignIn(desk, '0000', number))).toBe('wrong-credentials');
      const { retryAt } = (await ownSignIn(desk, '0000', numbers[0])).body as { retryAt: string };
      return (Date.parse(retryAt) - clock.now()) / MINUTE;
    };
    const locks = async (count: number, number = '2100') => {
      const minutes = [];
      while (minutes.length < count) {
        minutes.push(await guess(number));
        clock.pass((minutes.at(-1) ?? 0) * MINUTE);
      }
      return minutes;
    };
    return { ...there, guess, locks };
  }

  test.each(['2100', '9999'])(
    'finds a few a day, whether the card is anybody’s or not: %s',
    async (number) => {
      const { locks } = await withCards(card('2100'));
      expect(await locks(11, number)).toEqual([5, 10, 20, 40, 80, 160, 320, 640, 1280, 1440, 1440]);
    },
  );

  test('starts anew after a sign-in, or a week without a guess', async () => {
    const { desk, clock, locks } = await withCards(card('2100'));
    expect(await locks(3)).toEqual([5, 10, 20]);
    clock.pass(6 * DAY);
    expect(await locks(1)).toEqual([40]);
    expect((await ownSignIn(desk)).status).toBe(201);
    expect(await locks(2)).toEqual([5, 10]);
    clock.pass(7 * DAY);
    expect(await locks(1)).toEqual([5]);
  });

  test('goes on while old failures are forgotten', async () => {
    const { central, locks } = await withCards(card('2100'));
    await locks(2);
    central.forgetFailedSignIns();
    expect(await locks(1)).toEqual([20]);
  });

  test('is not quicker with all cards of a patron', async () => {
    const { desk, guess } = await withCards(card('2100'), card('2101'));
    expect(await guess('2100', '2101')).toBe(5);
    for (const number of ['2100', '2101'])
      expect(problemOf(await ownSignIn(desk, '4711', number))).toBe('account-locked');
  });

  test('locks a patron out until the desk sets a new PIN', async () => {
    const { signIn, params, guess, locks } = await withCards(card('2100'));
    await locks(9);
    expect(await guess('2100')).toBe(1440);
    const desk = await signIn('north', 'lead');
    await desk.act('setPin', { params, body: { pin: '5829' } });
    expect((await ownSignIn(desk, '5829')).status).toBe(201);
  });

  test('with a lost card keeps its patron from nothing, nor does what was guessed before with a new one', async () => {
    const { desk, patron, guess } = await withCards(card('2100'));
    await guess('2100');
    const cards = [card('2100', 'lost'), card('2101')];
    await desk.save(await desk.patron(patron.id), 'card', { cards });
    expect(problemOf(await ownSignIn(desk, '4711', '2100'))).toBe('account-locked');
    expect((await ownSignIn(desk, '4711', '2101')).status).toBe(201);
  });

  test('from a mistype or two is forgotten the next day', async () => {
    const { desk, clock, guess } = await withCards(card('2100'));
    for (let n = 0; n < 4; n++) await ownSignIn(desk, '0000');
    clock.pass(DAY + 1);
    expect(await guess('2100')).toBe(5);
  });
});

test('an id that is taken already is refused as such, and no fault of the server', async () => {
  const { desk, patron } = await atTheDesk();
  const id = desk.newId();
  for (const answer of [lend(desk, patron, id), desk.block(patron, 'x', { id: patron.id })])
    expect((await answer).status).toBe(201);
  const other = await desk.register();
  expect(issuesOf(await lend(desk, other, id))).toEqual(['id: idTaken']);
  expect(issuesOf(await desk.block(other, 'x', { id: patron.id }))).toEqual(['id: idTaken']);
});

describe('a patron with a thousand of them', () => {
  test.each([
    ['loan', lend],
    ['reservation', reserve],
    ['debt', (desk: TestDesk, patron: Patron) => owe(desk, patron, desk.newId(), 1)],
  ] as const)('gets no other %s: a record without end would hold up every desk', async (table, add) => {
    const { central, desk, patron } = await atTheDesk();
    fillUp(central, table, patron.id, 999);
    expect((await add(desk, patron)).status).toBe(201);
    expect(issuesOf(await add(desk, patron))).toEqual(['id: tooMany']);
    expect((await add(desk, await desk.register())).status).toBe(201);
  });

  test('gets none, either, whose titles are as long as those of a thousand', async () => {
    const { desk, patron } = await atTheDesk();
    const long = { title: '漢'.repeat(500), author: '漢'.repeat(500) };
    const lendLong = () =>
      desk.act('lend', {
        params: { patronId: patron.id },
        body: { id: desk.newId(), ...long, itemBarcode: '1', dueAt: '2026-05-01T00:00:00Z' },
      });
    for (let n = 0; n < 150; n++) expect((await lendLong()).status).toBe(201);
    expect(issuesOf(await lendLong())).toEqual(['id: tooMany']);
  });
});
