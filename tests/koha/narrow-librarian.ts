// A desk at a made-up Koha whose librarians see different patrons: who sees all, and one of another library who doesn't. What
// is exported is the test's that runs.
import { expect } from 'vitest';
import { KohaIds } from '../../electron/central/koha/ids.ts';
import { openExport } from '../../electron/patron-data/open-export.ts';
import { steppingClock } from '../port/world.ts';
import type { FakeKoha } from './fake/koha.ts';
import { ADDRESS, smallLibrary, STAFF } from './fake/small-library.ts';
import { SimulatedDesk } from './simulated-desk.ts';

export const NARROW = { library: 'MPL', username: 'narrow', password: 'narrow narrow' };
export let clock: ReturnType<typeof steppingClock>;
export let koha: FakeKoha;
export let desk: SimulatedDesk;
export let number: number;
export let id: string;

/** Before each test. */
export async function begin(): Promise<void> {
  clock = steppingClock();
  koha = smallLibrary(clock);
  const { world } = koha;
  ({ patron_id: number } = world.addPatron({ surname: 'Öberg', library_id: 'MPL' }));
  id = new KohaIds(ADDRESS).id('patron', number);
  world.charge(number, 7, 'LOST', 'Lost book');
  world.lend(number, world.addBook('Dune', 'Herbert', 'b77').item);
  // Of another library, and without the right to see patrons of all.
  world.addStaff({ surname: 'Na', userid: NARROW.username, library_id: 'CPL' }, NARROW.password, {
    borrowers: ['edit_borrowers', 'list_borrowers'],
  });
  // Nothing that a look for changes would still go back to.
  clock.pass(7_200_000);
  desk = new SimulatedDesk(koha, 1);
  await desk.start({}, { offline: { signInHours: 72 } });
}

export async function comes(who: typeof STAFF, looks = 3): Promise<void> {
  const { session, sync } = desk.parts;
  await session.signOut();
  await session.signIn(who, () => undefined);
  for (let n = 0; n < looks; n++) {
    clock.pass(60_000);
    await sync.now();
  }
}

/** Signs in once it is remembered here that they may, the line being cut. */
export async function comesWithoutLine(who: typeof STAFF): Promise<void> {
  const { session, store } = desk.parts;
  await expect.poll(() => store.recall('offline sign-ins')).toContain(`"${who.username}"`);
  await session.signOut();
  desk.line.state = 'dropsRequests';
  await session.signIn(who, () => undefined);
}

export const search = (name: string) =>
  desk.parts.patrons.search(name, { offset: 0, limit: 9, order: 'plain', from: 'copy' });
export const names = async (name: string) => (await search(name)).patrons.map(({ familyName }) => familyName);
export const dataFile = (of = id) => {
  const { session, acts, store } = desk.parts;
  return openExport({ session, acts, store, clock }, of, 'unchecked');
};
export const unseen = { error: { code: 'patronUnseen' } };
