// How long a desk keeps the copy of a library that it doesn't sync any more.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { testNetwork } from '../../server/testing/network.ts';
import { cut, goodLine, type Desk } from './desk.ts';
import { deskOn, filled, found } from './filled.ts';

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

/** A desk that dies once a page of its first fill is stored, and has no line from then on. */
async function halfFilled() {
  const network = testNetwork();
  await (await network.signIn('north', 'lead')).register();
  const desk = await deskOn(network);
  desk.store.finishFill = () => Promise.reject(new Error('killed'));
  await desk.signIn();
  expect(await found(desk, '*')).toBe(1);
  await desk.crash();
  desk.line.asked = cut;
  return { network, desk };
}

test('a first fill that was cut off and never gone on with is erased after keepDays', async () => {
  const { network, desk } = await halfFilled();
  network.clock.pass(13 * DAY);
  await desk.start();
  expect(await found(desk, '*')).toBe(1);
  network.clock.pass(2 * DAY);
  await again(desk);
  expect(await found(desk, '*')).toBe(0);
});

test('a first fill that was cut off is erased at the start where policy now keeps nobody', async () => {
  const { network, desk } = await halfFilled();
  const { central, clock } = network;
  await desk.start({ central: () => central, clock, policy: { copy: { scope: 'none' } } });
  expect(await found(desk, '*')).toBe(0);
});

test('a copy is filled anew: where that is cut off, too, the former one is erased in its time', async () => {
  const { network, desk } = await filled();
  network.clock.pass(10 * DAY);
  await again(desk);
  await desk.store.forgetPosition('north');
  desk.store.finishFill = () => Promise.reject(new Error('killed'));
  await desk.signIn();
  network.clock.pass(5 * DAY);
  await again(desk);
  expect(await found(desk, '*')).toBe(0);
});

test('a copy whose outbox was lost, and with it how old it is, is erased after another keepDays', async () => {
  const { network, desk } = await filled();
  await desk.crash();
  for (const part of ['', '-wal', '-shm']) rmSync(join(desk.folder, `outbox.db${part}`), { force: true });
  desk.line.asked = cut;
  network.clock.pass(20 * DAY);
  await desk.start();
  expect(await found(desk, '*')).toBe(3);
  network.clock.pass(15 * DAY);
  await again(desk);
  expect(await found(desk, '*')).toBe(0);
});

test('what staff took back is kept at the desk for a month, and is in no file of it then', async () => {
  const { network, desk, colleague, lind } = await filled();
  desk.line.asked = cut;
  const { patrons, deskActs } = desk.parts;
  await patrons.saveSection(lind.id, 'note', lind.sections.note, { staffNote: 'Plantedsson' });
  await colleague.save(lind, 'note', { staffNote: 'theirs' });
  desk.line = goodLine();
  await desk.sync();
  const [act] = await deskActs.list();
  await deskActs.withdraw(act?.id ?? '');
  network.clock.pass(29 * DAY);
  await again(desk);
  expect(await desk.store.acts(['withdrawn'])).toHaveLength(1);
  network.clock.pass(2 * DAY);
  await again(desk);
  expect(await desk.store.acts(['withdrawn'])).toEqual([]);
  expect(desk.decryptedOutbox().includes('Plantedsson')).toBe(false);
});
