// Whoever signs in at a locked desk: at a Koha the same person may work at any of its libraries.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { steppingClock } from '../port/world.ts';
import { KohaIds } from '../../electron/central/koha/ids.ts';
import type { FakeKoha } from './fake/koha.ts';
import { ADDRESS, LOOKER, smallLibrary, STAFF } from './fake/small-library.ts';
import { SimulatedDesk } from './simulated-desk.ts';

let koha: FakeKoha;
let desk: SimulatedDesk;
beforeEach(async () => {
  koha = smallLibrary(steppingClock());
  desk = new SimulatedDesk(koha, 1);
  await desk.start();
});
afterEach(() => desk.end());

test('who comes back to a locked desk at another library does not go on with what is open for this one', async () => {
  const { session } = desk.parts;
  const asked: string[] = [];
  const signIn = (library: string) =>
    session.signIn({ ...STAFF, library }, () => void asked.push(`may ${library} take over`));
  await signIn('MPL');
  session.lock();
  await signIn('MPL');
  expect(asked).toEqual([]);
  session.lock();
  await signIn('CPL');
  expect(asked).toEqual(['may CPL take over']);
  expect(session.require().library.id).toBe('CPL');
});

test('whom the one before looked at isn’t asked about in the name of whoever takes over', async () => {
  const { patron_id: number } = koha.world.addPatron({ surname: 'Öberg', library_id: 'MPL' });
  await desk.sync();
  const { session, patrons } = desk.parts;
  const asksAbout = async () => {
    koha.heard.length = 0;
    await desk.sync();
    return koha.heard.some(({ path }) => path.endsWith(`/patrons/${number}/holds`));
  };
  await patrons.read(new KohaIds(ADDRESS).id('patron', number), false);
  expect(await asksAbout()).toBe(true);
  session.lock();
  await session.signIn(LOOKER, () => undefined);
  // Whoever comes begins with what has changed lately, whomever it is about.
  await desk.sync();
  expect(await asksAbout()).toBe(false);
});
