// Whoever guesses learns nothing from the time: each guess derives as much, whoever it's about.
import { beforeEach, expect, test, vi } from 'vitest';
import { atTheDesk, COST, problemOf } from '../testing/network.ts';

const work = vi.hoisted(() => vi.fn<(cost: number, length: number) => void>());
vi.mock('node:crypto', async (importOriginal) => {
  const crypto = await importOriginal<typeof import('node:crypto')>();
  const scrypt = (...asked: [string, Uint8Array, number, { N: number }, () => void]) => {
    const [, , length, { N }] = asked;
    work(N, length);
    crypto.scrypt(...asked);
  };
  return { ...crypto, scrypt };
});
beforeEach(() => {
  work.mockClear();
});

test('a guess costs the same for a name or card that nobody has, or a patron without a PIN, as for one who is there', async () => {
  const { central, desk } = await atTheDesk();
  const cards = (number: string) => ({ card: { cards: [{ number, state: 'active' as const }] } });
  const withPin = await desk.register(cards('C-1'));
  await desk.register(cards('C-2'));
  const params = { patronId: withPin.id };
  expect((await desk.act('setPin', { params, body: { pin: '4711' } })).status).toBe(200);
  const costOf = async (name: 'signIn' | 'patronSignIn', who: object) => {
    work.mockClear();
    const body = { library: 'north', ...who };
    const answer = await central.answer(name, { params: {}, query: {}, headers: {}, body });
    expect(problemOf(answer)).toBe('wrong-credentials');
    return work.mock.calls;
  };
  for (const username of ['lead', 'nobody'])
    expect(await costOf('signIn', { username, password: 'guess', desk: desk.newId() })).toEqual([[COST, 32]]);
  for (const cardNumber of ['C-1', 'C-2', 'C-3'])
    expect(await costOf('patronSignIn', { cardNumber, pin: '0000' })).toEqual([[COST, 32]]);
});
