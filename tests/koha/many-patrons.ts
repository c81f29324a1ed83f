// A made-up Koha with many patrons, and desks with a full copy of them. What is exported is the test's that runs.
import { KohaIds } from '../../electron/central/koha/ids.ts';
import { DeskCopy } from '../port/desk-copy.ts';
import { steppingClock } from '../port/world.ts';
import type { FakeKoha } from './fake/koha.ts';
import { ADDRESS, serverOn, smallLibrary, STAFF, type ServerOptions } from './fake/small-library.ts';

const ids = new KohaIds(ADDRESS);
export const id = (number: number) => ids.id('patron', number);
export let clock: ReturnType<typeof steppingClock>;
export let koha: FakeKoha;

export function begin(): void {
  clock = steppingClock();
  koha = smallLibrary(clock);
}

export function addPatrons(count: number): number[] {
  return Array.from(
    { length: count },
    (_, n) => koha.world.addPatron({ surname: `Nr${n}`, cardnumber: `${10_000 + n}` }).patron_id,
  );
}

/** A desk with a full copy, some time later. */
export async function filledDesk(options: ServerOptions = {}, credentials = STAFF) {
  clock.pass(3_600_000);
  const desk = new DeskCopy(await serverOn(koha, options).server.signIn(credentials));
  await desk.fill();
  // The check for deletions that is due at a start is over.
  for (let looks = 0; looks < 3; looks++) {
    clock.pass(300_000);
    await desk.pull();
  }
  koha.heard.length = 0;
  return desk;
}
