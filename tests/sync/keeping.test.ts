// How long a desk keeps the copy of a library that it doesn't sync any more.
import { expect, test } from 'vitest';
import type { Desk } from './desk.ts';
import { filled, found } from './filled.ts';

const DAY = 24 * 3_600_000;

const again = async (desk: Desk) => {
  await desk.crash();
  await desk.start();
};
const foundAtSouth = async (desk: Desk) => (await desk.store.search('south', '*', 0, 10)).total;

test("a library's copy is erased after keepDays, though the desk works for another library since", async () => {
  const { network, desk, colleague, ek } = await filled();
  await (await network.signIn('south', 'lead')).register();
  await colleague.delete(ek);
  network.clock.pass(10 * DAY);
  await again(desk);
  expect(await found(desk, '*')).toBe(3);
  await desk.signIn('lead', 'south');
  network.clock.pass(5 * DAY);
  await again(desk);
  expect([await found(desk, '*'), await foundAtSouth(desk)]).toEqual([0, 1]);
  expect(desk.decryptedCopy().includes('Lind')).toBe(false);
});

test('after an upgrade each copy counts from the one time that the desk had, until it is synced', async () => {
  const { network, desk } = await filled();
  await (await network.signIn('south', 'lead')).register();
  await desk.signIn('lead', 'south');
  for (const library of ['north', 'south']) await desk.store.forget(`copy of ${library} touched`);
  await desk.store.remember('copy touched', `${network.clock.now()} library`);
  network.clock.pass(10 * DAY);
  await again(desk);
  expect(await found(desk, '*')).toBe(3);
  await desk.signIn('lead', 'south');
  network.clock.pass(5 * DAY);
  await again(desk);
  expect([await found(desk, '*'), await foundAtSouth(desk)]).toEqual([0, 1]);
});
