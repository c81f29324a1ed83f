// Somebody whom a Koha lets in no more, or whom policy does, at a desk where they worked without the line.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { KohaIds } from '../../electron/central/koha/ids.ts';
import { isFailure } from '../../electron/support/failure.ts';
import { BLOCK_PATRON, DOWNLOAD_PATRON_DATA } from '../../shared/permissions.ts';
import { steppingClock } from '../port/world.ts';
import type { FakeKoha } from './fake/koha.ts';
import { ADDRESS, LOOKER, smallLibrary } from './fake/small-library.ts';
import { SimulatedDesk } from './simulated-desk.ts';

/** The librarian who may only look. */
const NUMBER = 2;
const apiKey = { clientId: 'desk', secretFile: '/secret', staffCategories: ['S'] };
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
const signIn = (as = LOOKER) =>
  desk.parts.session
    .signIn(as, () => undefined)
    .then(
      () => 'signed in',
      (thrown: unknown) => (isFailure(thrown) ? thrown.error.code : thrown),
    );
const sessionStatus = () => desk.parts.session.state.status;
const cut = () => {
  desk.line.state = 'dropsRequests';
};

/** A desk with that policy that knows them. */
async function worksHere(policy: object = {}, as = LOOKER): Promise<void> {
  koha.world.settings.basic = !('apiKey' in policy);
  const { patron_id } = koha.world.addStaff({ surname: 'Key', userid: 'key' }, 'x', 'superlibrarian');
  koha.world.apiKeys.push({ clientId: 'desk', secret: 'key secret', patron: patron_id });
  await start(policy);
  expect(await signIn(as)).toBe('signed in');
  await desk.parts.session.end();
  await start(policy);
}

/** As long as may pass until their record is looked at again. */
async function syncLater(): Promise<void> {
  clock.pass(5 * 60_000);
  await desk.parts.sync.now();
}

test('who is a librarian no more goes on by a desk’s key no longer for a clock that is set back', async () => {
  await worksHere({ apiKey });
  expect(await signIn()).toBe('signed in');
  const { patron_id: number } = koha.world.addPatron({ surname: 'Öberg', library_id: 'MPL' });
  koha.world.delete(NUMBER);
  clock.pass(-86_400_000);
  const read = desk.parts.patrons.read(new KohaIds(ADDRESS).id('patron', number), false);
  await expect(read).rejects.toMatchObject({ error: { code: 'signedOut' } });
});

const ROUTER = '{"errors":[{"message":"Not Found.","path":"/"}],"status":404}';

const FORBIDDEN = '{"error":"Forbidden by policy: password in body"}';

test.each([
  ['a Koha that knows none of its own addresses', 404, ROUTER],
  ['what stands before a Koha and finds nothing there', 404, '{"error":"Not found"}'],
  ['what stands before a Koha and forbids', 403, FORBIDDEN],
])('%s for a while keeps nobody from working, with the line or without', async (_what, status, body) => {
  await worksHere({ apiKey });
  expect(await signIn()).toBe('signed in');
  const answer = koha.answer.bind(koha);
  koha.answer = () => ({ status, headers: {}, body });
  await syncLater();
  koha.answer = answer;
  expect(sessionStatus()).toBe('signedIn');
  cut();
  await desk.parts.session.signOut();
  expect(await signIn()).toBe('signed in');
});

test.each([
  [403, FORBIDDEN],
  [403, '{"error":"Forbidden"}'],
  [400, '{"error":"Bad Request"}'],
])(
  'a sign-in that a gateway refuses is no wrong password, and stops none without the line: %s %s',
  async (status, body) => {
    await worksHere({ apiKey });
    const answer = koha.answer.bind(koha);
    koha.answer = (request) =>
      request.path.endsWith('/auth/password/validation') ? { status, headers: {}, body } : answer(request);
    expect(await signIn()).toBe('serverRubbish');
    cut();
    expect(await signIn()).toBe('signed in');
  },
);

test.each<[string, () => void]>([
  ['account was deleted', () => koha.world.delete(NUMBER)],
  ['password was changed', () => void koha.world.passwords.set(NUMBER, 'another')],
  ['right to see patrons was taken', () => void koha.world.flags.set(NUMBER, {})],
])(
  'whose %s, and who was put out for it, neither reads on nor gets in by cutting the line',
  async (_what, becomes) => {
    const { patron_id } = koha.world.addPatron({ surname: 'Öberg', library_id: 'MPL' });
    await worksHere();
    expect(await signIn()).toBe('signed in');
    await desk.parts.sync.now();
    becomes();
    await syncLater();
    cut();
    expect(sessionStatus()).toBe('expired');
    const id = new KohaIds(ADDRESS).id('patron', patron_id);
    await expect(desk.parts.patrons.read(id, false)).rejects.toMatchObject({ error: { code: 'signedOut' } });
    expect(await signIn()).toBe('notKnownOffline');
    // The copy is their colleagues', too.
    expect(await desk.parts.store.patron('MPL', id)).toBeDefined();
  },
);

test('a key whose own account may see no patrons any more keeps nobody from working without the line', async () => {
  await worksHere({ apiKey });
  expect(await signIn()).toBe('signed in');
  for (const { patron } of koha.world.apiKeys) koha.world.flags.set(patron, {});
  await syncLater();
  cut();
  await desk.parts.session.signOut();
  expect(await signIn()).toBe('signed in');
});

test('what policy has taken from them since they may not do without the line', async () => {
  await worksHere();
  cut();
  await start({
    permissions: { [BLOCK_PATRON]: { users: ['looker'] }, [DOWNLOAD_PATRON_DATA]: { categories: ['LEAD'] } },
  });
  expect(await signIn()).toBe('signed in');
  expect(desk.parts.session.require().permissions).toEqual([BLOCK_PATRON]);
});

test('who is in no category of staff any more by policy doesn’t get in without the line', async () => {
  koha.world.categories.add('TEMP');
  koha.world.change(NUMBER, { category_id: 'TEMP' });
  await worksHere({ apiKey: { ...apiKey, staffCategories: ['S', 'TEMP'] } });
  await start({ apiKey });
  cut();
  expect(await signIn()).toBe('notKnownOffline');
});

test('who is in such a category, and whom policy names no more, doesn’t get in without the line', async () => {
  await worksHere({ apiKey: { ...apiKey, staffUsers: ['looker'] } });
  await start({ apiKey: { ...apiKey, staffUsers: ['lead'] } });
  cut();
  expect(await signIn()).toBe('notKnownOffline');
});

test.each([
  ['at another library', 'CPL', { library: 'CPL' }, {}],
  ['at their own, since Koha told of none', 'MPL', { library: 'home' }, { library: 'home' }],
  ['by their card’s number', 'MPL', { username: '2100002' }, {}],
  ['by their name', 'MPL', {}, { username: '2100002' }],
])(
  'who was refused is not let in without the line as they signed in before, %s',
  async (_how, at, before, refused) => {
    koha.world.settings.publicApi = !('library' in refused);
    koha.world.change(NUMBER, { cardnumber: '2100002' });
    await worksHere({ apiKey }, { ...LOOKER, ...before });
    koha.world.change(NUMBER, { category_id: 'PT' });
    expect(await signIn({ ...LOOKER, ...refused })).toBe('notStaff');
    cut();
    expect(await signIn({ ...LOOKER, ...before, library: at })).toBe('notKnownOffline');
  },
);
