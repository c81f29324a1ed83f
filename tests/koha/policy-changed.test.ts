// What policy says of a Koha changes between two starts of a desk.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { KohaIds } from '../../electron/central/koha/ids.ts';
import { steppingClock } from '../port/world.ts';
import { ADDRESS, smallLibrary } from './fake/small-library.ts';
import type { FakeKoha } from './fake/koha.ts';
import { SimulatedDesk } from './simulated-desk.ts';

const clock = steppingClock();
let koha: FakeKoha;
let desk: SimulatedDesk;
beforeEach(() => {
  koha = smallLibrary(clock);
  desk = new SimulatedDesk(koha, 1);
});
afterEach(() => desk.end());

test.each([
  ['another currency', { currency: 'JPY' }, { totalDebt: 700, debtBlock: { amount: 700, limit: 5 } }],
  ['a higher limit of debts', { debtLimit: 1000 }, { totalDebt: 70_000, debtBlock: null }],
])('%s holds for those in the copy, whom nothing else has changed', async (_what, policy, expected) => {
  const { patron_id: number } = koha.world.addPatron({ surname: 'Ek', library_id: 'MPL' });
  koha.world.charge(number, 700);
  // Nothing that a look for changes would still go back to.
  clock.pass(3_600_000);
  const owed = async () => {
    const view = await desk.parts.store.patron('MPL', new KohaIds(ADDRESS).id('patron', number));
    return view && { totalDebt: view.patron.totalDebt, debtBlock: view.patron.debtBlock };
  };
  await desk.start();
  await desk.sync();
  expect(await owed()).toEqual({ totalDebt: 70_000, debtBlock: { amount: 70_000, limit: 500 } });
  await desk.start(policy);
  await desk.sync();
  expect(await owed()).toEqual(expected);
});
