// Koha gives the number of a deleted patron to somebody else, while acts wait at a desk.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { KohaIds } from '../../electron/central/koha/ids.ts';
import { openExport } from '../../electron/patron-data/open-export.ts';
import { steppingClock } from '../port/world.ts';
import { ADDRESS, smallLibrary } from './fake/small-library.ts';
import { SimulatedDesk } from './simulated-desk.ts';

const koha = smallLibrary(steppingClock());
let desk: SimulatedDesk;
beforeEach(async () => {
  desk = new SimulatedDesk(koha, 1);
  await desk.start();
});
afterEach(() => desk.end());

test('a block that waits stands before staff, and does not fall on whoever has the number now', async () => {
  const { patron_id: number } = koha.world.addPatron({ surname: 'Öberg', library_id: 'MPL' });
  await desk.sync();
  const id = new KohaIds(ADDRESS).id('patron', number);
  desk.line.state = 'dropsRequests';
  expect(await desk.parts.patrons.block(id, 'Took the till.')).toBe('waiting');
  koha.world.change(number, { surname: 'Ek', date_enrolled: '2024-05-06' });
  desk.line.state = 'good';
  await desk.sync();
  expect(await desk.parts.deskActs.list()).toMatchObject([
    { state: 'refused', refusal: { code: 'patronUnknown' }, comment: 'Took the till.' },
  ]);
  expect(koha.world.attributes.filter(({ patron }) => patron === number)).toEqual([]);
});

test('who asks for their data is not handed that of whoever has the number now', async () => {
  const { patron_id: number } = koha.world.addPatron({
    ...{ surname: 'Öberg', library_id: 'MPL', date_of_birth: '1980-01-31' },
  });
  await desk.sync();
  const { session, acts, store } = desk.parts;
  const open = () =>
    openExport(
      { session, acts, store, clock: koha.world.clock },
      new KohaIds(ADDRESS).id('patron', number),
      'unchecked',
    );
  koha.world.change(number, { surname: 'Öberg Ek' });
  expect((await open()).source.head.patron.personal.familyName).toBe('Öberg Ek');
  koha.world.change(number, { surname: 'Ek', date_enrolled: '2024-05-06' });
  await expect(open()).rejects.toMatchObject({ error: { code: 'patronGone' } });
});
