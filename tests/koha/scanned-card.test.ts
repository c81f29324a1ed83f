// A Koha keeps card numbers apart that differ by a hyphen only.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { KohaIds } from '../../electron/central/koha/ids.ts';
import { steppingClock } from '../port/world.ts';
import type { FakeKoha } from './fake/koha.ts';
import { ADDRESS, smallLibrary } from './fake/small-library.ts';
import { SimulatedDesk } from './simulated-desk.ts';

const clock = steppingClock();
let koha: FakeKoha;
let desk: SimulatedDesk;
beforeEach(() => {
  koha = smallLibrary(clock);
  desk = new SimulatedDesk(koha, 1);
});
afterEach(() => desk.end());

const idOf = (number: number) => new KohaIds(ADDRESS).id('patron', number);
async function scan(number: string) {
  const { scannedCards } = desk.parts;
  return scannedCards.patronOf((await scannedCards.find(number, desk)).scan, true, desk);
}

test.each(['library', 'active', 'none'])(
  'a scan opens its owner, not whose number differs by a hyphen (copy: %s)',
  async (scope) => {
    koha.world.addPatron({ surname: 'Aalto', library_id: 'MPL', cardnumber: 'MPL1-23' });
    const owner = koha.world.addPatron({ surname: 'Ek', library_id: 'MPL', cardnumber: 'MPL12-3' });
    // Whom a copy of active patrons doesn't hold.
    owner['updated_on'] = Date.UTC(2001, 0);
    clock.pass(3_600_000);
    await desk.start({}, { copy: { scope } });
    await desk.sync();
    expect(await scan('MPL12-3')).toBe(idOf(owner.patron_id));
  },
);

test('a scan without the hyphen opens its owner, also once the line is cut', async () => {
  const owner = koha.world.addPatron({ surname: 'Ek', library_id: 'MPL', cardnumber: 'MPL12-3' });
  clock.pass(3_600_000);
  await desk.start();
  await desk.sync();
  expect(await scan('mpl123')).toBe(idOf(owner.patron_id));
  desk.line.state = 'dropsRequests';
  expect(await scan('mpl123')).toBe(idOf(owner.patron_id));
});
