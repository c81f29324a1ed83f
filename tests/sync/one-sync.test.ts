// One sync: what goes out with it, what is held back, and how much comes in.
import { expect, test } from 'vitest';
import { cut, goodLine } from './desk.ts';
import { filled, found, problem } from './filled.ts';

test('an act of another version holds the later ones of its patron, and nobody else’s, until staff let go of it', async () => {
  const { desk, colleague, ek, lind, oberg } = await filled();
  const { patrons, deskActs } = desk.parts;
  desk.line.asked = cut;
  await patrons.block(oberg.id, 'Of another version.');
  await patrons.block(ek.id, 'Of another version.');
  const [shapeless, act] = await desk.store.acts(['waiting', 'sent']);
  await desk.store.update(shapeless?.id ?? '', { deedVersion: 99, deed: undefined } as object);
  await desk.store.update(act?.id ?? '', { deedVersion: 99 } as object);
  await patrons.block(ek.id, 'Took the till.');
  await patrons.block(lind.id, 'Kept the atlas.');
  const comments = async ({ id }: { id: string }) =>
    (await colleague.patron(id)).blocks.map(({ comment }) => comment);
  desk.line = goodLine();
  await desk.sync();
  expect([await comments(ek), await comments(lind)]).toEqual([[], ['Kept the atlas.']]);
  const [, held] = await deskActs.list();
  expect(held).toMatchObject({ state: 'waiting', heldBy: { state: 'undecided' } });
  await deskActs.withdraw(act?.id ?? '');
  await desk.sync();
  expect(await comments(ek)).toEqual(['Took the till.']);
});

test('what a colleague lets go of as it is about to go out stays here, and holds up nothing else', async () => {
  const { desk, colleague, ek, lind } = await filled();
  const { patrons, sync } = desk.parts;
  desk.line.asked = cut;
  await patrons.block(ek.id, 'Let go of.');
  await patrons.block(ek.id, 'Took the till.');
  await patrons.block(lind.id, 'Kept the atlas.');
  desk.line = goodLine();
  const outgoing = desk.store.outgoing.bind(desk.store);
  desk.store.outgoing = async () => {
    desk.store.outgoing = outgoing;
    const going = await outgoing();
    await desk.store.update(going.acts[0]?.id ?? '', { state: 'withdrawn' });
    return going;
  };
  await sync.push();
  expect((await colleague.patron(ek.id)).blocks).toMatchObject([{ comment: 'Took the till.' }]);
  expect((await colleague.patron(lind.id)).blocks).toHaveLength(1);
});

test('everything that has changed is in the copy after one sync, however many pages it fills', async () => {
  const { desk, colleague } = await filled();
  for (let n = 0; n < 120; n++) await colleague.register({ personal: { familyName: `Ny${n}` } });
  await desk.parts.sync.now();
  expect([problem(desk), await found(desk, 'ny*')]).toEqual([null, 120]);
});

test('a computer that slept beyond its next poll asks as soon as it wakes', async () => {
  const { desk, network, colleague } = await filled();
  desk.happen(0);
  await desk.sync();
  await colleague.register({ personal: { familyName: 'Ny' } });
  network.clock.pass(5 * 60_000);
  desk.parts.sync.wake();
  desk.happen(5_000);
  await expect.poll(() => found(desk, 'ny')).toBe(1);
});
