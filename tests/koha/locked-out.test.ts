// Somebody whom a Koha lets in no more, or whom policy does, at a desk where they worked without the line.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isFailure } from '../../electron/support/failure.ts';
import { steppingClock } from '../port/world.ts';
import type { FakeKoha } from './fake/koha.ts';
import { LOOKER, smallLibrary } from './fake/small-library.ts';
import { SimulatedDesk } from './simulated-desk.ts';

const apiKey = { clientId: 'desk', secretFile: 'secret', staffCategories: ['S'] };
let koha: FakeKoha;
let clock: ReturnType<typeof steppingClock>;
let desk: SimulatedDesk;
beforeEach(() => {
  clock = steppingClock();
  koha = smallLibrary(clock);
  desk = new SimulatedDesk(koha, 1);
});
afterEach(() => desk.end());

const start = (policy: object) => desk.start(policy, { offline: { signInHours: 72 } });
const signIn = () =>
  desk.parts.session
    .signIn(LOOKER, () => undefined)
    .then(
      () => 'signed in',
      (thrown: unknown) => (isFailure(thrown) ? thrown.error.code : thrown),
    );
const status = () => desk.parts.session.state.status;
const cut = () => {
  desk.line.state = 'dropsRequests';
};

/** A desk with that policy that knows them. */
async function worksHere(policy: object): Promise<void> {
  const { patron_id } = koha.world.addStaff({ surname: 'Key', userid: 'key' }, 'x', 'superlibrarian');
  koha.world.apiKeys.push({ clientId: 'desk', secret: 'key secret', patron: patron_id });
  await start(policy);
  expect(await signIn()).toBe('signed in');
  await desk.parts.session.end();
  await start(policy);
}

/** As long as may pass until their record is looked at again. */
async function syncLater(): Promise<void> {
  clock.pass(5 * 60_000);
  await desk.parts.sync.now();
}

const ROUTER = '{"errors":[{"message":"Not Found.","path":"/"}],"status":404}';

test.each([
  ['a Koha that knows none of its own addresses', ROUTER],
  ['what stands before a Koha and finds nothing there', '{"error":"Not found"}'],
])('%s for a while keeps nobody from working, with the line or without', async (_what, body) => {
  await worksHere({ apiKey });
  expect(await signIn()).toBe('signed in');
  const answer = koha.answer.bind(koha);
  koha.answer = () => ({ status: 404, headers: {}, body });
  await syncLater();
  koha.answer = answer;
  expect(status()).toBe('signedIn');
  cut();
  await desk.parts.session.signOut();
  expect(await signIn()).toBe('signed in');
});
