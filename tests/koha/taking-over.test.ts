// Whoever signs in at a locked desk: at a Koha the same person may work at any of its libraries.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { steppingClock } from '../port/world.ts';
import { smallLibrary, STAFF } from './fake/small-library.ts';
import { SimulatedDesk } from './simulated-desk.ts';

let desk: SimulatedDesk;
beforeEach(async () => {
  desk = new SimulatedDesk(smallLibrary(steppingClock()), 1);
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
