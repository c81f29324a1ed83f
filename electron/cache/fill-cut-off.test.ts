// A fill that is cut off while its indexes are built goes on from there, also with patrons who arrive late.
import { afterEach, expect, test } from 'vitest';
import { openStore } from './open-store.ts';
import { clock, EPOCH, Folders, idOf, KEY, LIBRARY, patronOf } from './testing.ts';

const folders = new Folders();
afterEach(() => folders.removeAll());

test('nobody is missing from the index, nobody is in it under an old name', async () => {
  const folder = folders.make();
  let isCut = true;
  const giveWay = () => (isCut ? Promise.reject(new Error('cut off')) : Promise.resolve());
  const opening = openStore({ folder, key: KEY, clock, giveWay });
  if (opening.outcome !== 'open') throw new Error(opening.outcome);
  const { store } = opening;
  const patrons = Array.from({ length: 5100 }, (_, n) => patronOf(n));
  await store.beginFill(LIBRARY, EPOCH, 1, patrons.length);
  await store.fillPage(LIBRARY, patrons, idOf(5099), patrons.length);
  await expect(store.finishFill(LIBRARY)).rejects.toThrow('cut off');
  isCut = false;
  expect((await store.search(LIBRARY, 'nr7', 0, 1)).total).toBe(111);
  await store.close();

  const { store: again } = folders.open(folder);
  const late = [
    patronOf(3, { personal: { familyName: 'Sent' } }),
    patronOf(5050, { personal: { familyName: 'Sent' } }),
    patronOf(6000),
  ];
  await again.fillPage(LIBRARY, late, null, late.length);
  await again.finishFill(LIBRARY);
  const totals = ['sent', 'nr3', 'nr5050', 'nr6000', 'nr', 'anna'].map(
    async (query) => (await again.search(LIBRARY, query, 0, 1)).total,
  );
  expect(await Promise.all(totals)).toEqual([2, 1110, 0, 1, 5099, 5101]);
});
