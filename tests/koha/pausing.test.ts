// A first fill that staff put off: what is here can be searched, nothing more is fetched, and a restart keeps to it.
import { afterEach, expect, test } from 'vitest';
import { steppingClock } from '../port/world.ts';
import { smallLibrary } from './fake/small-library.ts';
import { SimulatedDesk } from './simulated-desk.ts';

const ten = { offset: 0, limit: 10, order: 'plain', from: 'copy' } as const;
let desk: SimulatedDesk | undefined;
afterEach(() => desk?.end());

test('a paused fill stands still, through a restart, until it is let go on', async () => {
  const koha = smallLibrary(steppingClock());
  for (let n = 0; n < 250; n++) koha.world.addPatron({ surname: `Nr${n}`, library_id: 'MPL' });
  desk = new SimulatedDesk(koha, 1);
  await desk.start();
  await desk.parts.sync.pauseFill(true);
  await desk.sync();
  expect(desk.parts.sync.state.fill).toMatchObject({ arrived: 100, total: 252, paused: true });
  expect((await desk.parts.patrons.search('Nr7', ten)).total).toBeGreaterThan(0);

  await desk.start();
  koha.heard.length = 0;
  await desk.sync();
  expect(desk.parts.sync.state.fill).toMatchObject({ arrived: 100, paused: true });
  expect(koha.heard.filter(({ query }) => query['_per_page'] === '100')).toEqual([]);

  await desk.parts.sync.pauseFill(false);
  await desk.sync();
  expect(desk.parts.sync.state.fill).toBeNull();
  expect((await desk.parts.patrons.search('*', ten)).total).toBe(252);
});
