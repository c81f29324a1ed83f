// Lists that are longer than any one answer may be: a keen reader's, a school's.
import { expect, test } from 'vitest';
import { v7 } from 'uuid';
import { KohaIds } from '../../electron/central/koha/ids.ts';
import { DeskCopy } from '../port/desk-copy.ts';
import { steppingClock } from '../port/world.ts';
import { ADDRESS, serverOn, smallLibrary, STAFF } from './fake/small-library.ts';

function libraryWithBook() {
  const clock = steppingClock();
  const koha = smallLibrary(clock);
  const { item } = koha.world.addBook('Dune', 'Herbert', 'b1');
  const addPatron = (surname: string) =>
    koha.world.addPatron({ surname, library_id: 'MPL', category_id: 'PT' }).patron_id;
  return { clock, koha, item, addPatron };
}

test('the patron data file has every former loan', async () => {
  const { clock, koha, item, addPatron } = libraryWithBook();
  const reader = addPatron('Öberg');
  for (let n = 0; n < 5_100; n++) koha.world.lend(reader, item).checkin_date = clock.now();
  const session = await serverOn(koha).server.signIn(STAFF);
  const act = { id: v7(), key: v7(), at: new Date(clock.now()).toISOString() };
  const { page } = await session.exportPatronData(
    act,
    '',
    new KohaIds(ADDRESS).id('patron', reader),
    'patron',
  );
  expect((await page('loanHistory', null)).rows).toHaveLength(5_100);
});

test('a copy is filled, whatever the patrons of one page have borrowed together', async () => {
  const { koha, item, addPatron } = libraryWithBook();
  for (let n = 0; n < 110; n++) {
    const reader = addPatron(`Öberg ${n}`);
    for (let each = 0; each < 52; each++) koha.world.lend(reader, item);
  }
  const desk = new DeskCopy(await serverOn(koha).server.signIn(STAFF));
  await desk.fill();
  const loans = [...desk.patrons.values()].map((patron) => patron.loans.length);
  expect(loans.filter((count) => count === 52)).toHaveLength(110);
});
