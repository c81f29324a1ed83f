import { describe, expect, test } from 'vitest';
import { atTheDesk, problemOf } from '../testing/network.ts';
import { whoseCard } from './failed-pins.ts';

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
    central.parts.store.rows("SELECT who FROM failed_sign_in WHERE place = 'patrons'");
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

  test.each(['C-1', 'C-404'])('with %s cost whoever guesses time from the third on', async (cardNumber) => {
    const there = await atTheDesk();
    await there.desk.register(of('C-1'));
    there.pauses.length = 0;
    for (let times = 0; times < 2; times++) await failAt(there, cardNumber);
    expect(there.pauses).toEqual([0, 0, 500, 500]);
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

  test('by a clock that was ahead lock nobody once it is right', async () => {
    const there = await atTheDesk();
    await there.desk.register(of('C-1'));
    there.clock.pass(365 * 86_400_000);
    for (let tries = 0; tries < 3; tries++) await failAt(there, 'C-1');
    await lockAt(there, 'C-1');
    there.clock.pass(-365 * 86_400_000);
    const body = { library: 'north', cardNumber: 'C-1', pin: '0000' };
    const answer = await there.central.answer('patronSignIn', { params: {}, query: {}, headers: {}, body });
    expect(problemOf(answer)).toBe('wrong-credentials');
    there.central.forgetFailedSignIns();
    expect(remembered(there)).toHaveLength(1);
  });

  test('hold nothing that can be read of what was typed in the place of a library or a card', async () => {
    const { central } = await atTheDesk();
    const body = { library: 'my-secret', cardNumber: '19570823-1234', pin: '1' };
    await central.answer('patronSignIn', { params: {}, query: {}, headers: {}, body });
    const kept = JSON.stringify(central.parts.store.rows('SELECT * FROM failed_sign_in'));
    expect(kept).not.toMatch(/secret|19570823/);
  });

  test('are forgiven by nobody else’s sign-in, nor by a new PIN for somebody else', async () => {
    const there = await atTheDesk();
    await there.desk.register(of('C-1'));
    const other = await there.desk.register(of('C-2'));
    const body = { library: 'north', cardNumber: 'C-2', pin: '2580' };
    for (let tries = 0; tries < 3; tries++) {
      await failAt(there, 'C-1');
      await there.desk.act('setPin', { params: { patronId: other.id }, body: { pin: '2580' } });
      const own = await there.central.answer('patronSignIn', { params: {}, query: {}, headers: {}, body });
      expect(own.status).toBe(201);
    }
    await lockAt(there, 'C-1');
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
    expect(remembered(there)).toEqual([{ who: whoseCard('north', 'C-2') }]);
  });

  test('with a number that was nobody’s yet are not those of whoever gets it', async () => {
    const there = await atTheDesk();
    await failAt(there, 'C-3');
    await there.desk.register(of('C-3'));
    expect(remembered(there)).toEqual([]);
  });
});

test('a sign-in with a card lets nobody in, where the card is reported lost or gets a new PIN while it is on its way', async () => {
  const { central, desk } = await atTheDesk();
  const card = (state: string) => ({ cards: [{ number: '9988', state }] });
  const patron = await desk.register({ card: card('active') });
  await desk.act('setPin', { params: { patronId: patron.id }, body: { pin: '2580' } });
  const body = { library: 'north', cardNumber: '9988', pin: '2580' };
  const signIn = () => central.answer('patronSignIn', { params: {}, query: {}, headers: {}, body });
  expect((await signIn()).status).toBe(201);
  const withLostCard = signIn();
  await desk.save(patron, 'card', card('lost'));
  expect(problemOf(await withLostCard)).toBe('wrong-credentials');
  await desk.save(await desk.patron(patron.id), 'card', card('active'));
  const withFormerPin = signIn();
  central.parts.store.run("UPDATE patron SET pin = 'another one'");
  expect(problemOf(await withFormerPin)).toBe('wrong-credentials');
});
