import { afterEach, beforeEach, expect, test } from 'vitest';
import { Folders, LIBRARY, STAFF } from '../cache/testing.ts';
import type { CentralSession } from '../central/central-server.ts';
import { OfflineSignIns } from './offline-sign-in.ts';

const HOUR = 3_600_000;
const WHO = { library: LIBRARY, username: 'eva', password: 'correct horse' };
const folders = new Folders();
let now = Date.parse('2026-11-24T10:00:00Z');
/** So far the computer's clock was set forward. */
let ahead = 0;
const clock = { now: () => now + ahead };
afterEach(() => folders.removeAll());

const central = (permissions: string[]) =>
  ({ staff: STAFF, library: { id: LIBRARY, name: 'Karlstad' }, permissions }) as unknown as CentralSession;

let signIns: OfflineSignIns;
let store: ReturnType<Folders['open']>['store'];
const booted = async (hours = 72) => {
  const made = new OfflineSignIns(
    store,
    clock,
    () => now,
    hours,
    ({ permissions }) => permissions,
  );
  await made.boot();
  return made;
};
beforeEach(async () => {
  ahead = 0;
  store = folders.open().store;
  signIns = await booted();
});
const code = (signingIn: Promise<unknown>) =>
  signingIn.then(
    () => 'signed in',
    (thrown: { error: { code: string } }) => thrown.error.code,
  );
/** The library that the tests name is smaller than a real one; what is read back is judged. */
const LIBRARY_IN_FULL = {
  ...{ id: LIBRARY, name: 'Karlstad', country: 'SE', currency: 'SEK', timeZone: 'Europe/Stockholm' },
  ...{ branches: [], categories: [] },
  rules: { debtLimit: 0, guarantorBelowAge: 15, pinLength: { min: 4, max: 4 } },
};
const remember = (permissions: string[] = []) =>
  signIns.remember(WHO, { ...central(permissions), library: LIBRARY_IN_FULL } as CentralSession);

test('who signed in here before gets in with the right password, with the permissions last had, after a restart too', async () => {
  await remember(['Patrons - Delete patron']);
  await signIns.renew({
    ...central(['Patrons - Block/unblock patron']),
    library: LIBRARY_IN_FULL,
  } as CentralSession);
  const present = await (await booted()).signIn({ ...WHO, username: ' EVA ' });
  expect(present).toMatchObject({ staff: STAFF, permissions: ['Patrons - Block/unblock patron'] });
  expect(await code(signIns.signIn({ ...WHO, username: 'olle' }))).toBe('notKnownOffline');
  expect(await code(signIns.signIn({ ...WHO, library: 'north' }))).toBe('notKnownOffline');
});

test('a letter with its mark is the same whichever way a keyboard writes it, in name and password', async () => {
  const asWritten = { ...WHO, username: 'åsa'.normalize('NFD'), password: 'ångström'.normalize('NFD') };
  await signIns.remember(asWritten, {
    ...central([]),
    library: LIBRARY_IN_FULL,
  } as unknown as CentralSession);
  expect(await code(signIns.signIn({ ...WHO, username: 'Åsa', password: 'ångström' }))).toBe('signed in');
});

test('permissions that the server withdraws while a password is tried are not had again', async () => {
  await remember(['Patrons - Delete patron']);
  const signingIn = signIns.signIn(WHO);
  await signIns.renew({ ...central([]), library: LIBRARY_IN_FULL } as CentralSession);
  expect(await signingIn).toMatchObject({ permissions: [] });
  expect(await (await booted()).signIn(WHO)).toMatchObject({ permissions: [] });
});

test('only for as long as policy allows, and not at all where it forbids it', async () => {
  await remember();
  now += 72 * HOUR;
  expect(await code(signIns.signIn(WHO))).toBe('signed in');
  now += 1;
  expect(await code(signIns.signIn(WHO))).toBe('offlineTooLong');
  expect(await code((await booted(0)).signIn(WHO))).toBe('notKnownOffline');
});

test('a sign-in by a clock that was ahead lets in nobody, rather than for so much longer', async () => {
  now += HOUR;
  await remember();
  now -= HOUR;
  expect(await code(signIns.signIn(WHO))).toBe('offlineTooLong');
});

test('five wrong passwords lock it for a quarter of an hour, also for the right one and after a restart', async () => {
  await remember();
  for (let tries = 0; tries < 5; tries++)
    expect(await code(signIns.signIn({ ...WHO, password: 'wrong' }))).toBe('wrongCredentials');
  expect(await code(signIns.signIn(WHO))).toBe('accountLocked');
  expect(await code((await booted()).signIn(WHO))).toBe('accountLocked');
  now += 15 * 60_000 + 1;
  expect(await code(signIns.signIn(WHO))).toBe('signed in');
  expect(await code(signIns.signIn({ ...WHO, password: 'wrong' }))).toBe('wrongCredentials');
});

test('the computer’s clock set forward ends no lock while the desk runs', async () => {
  await remember();
  for (let tries = 0; tries < 5; tries++) await code(signIns.signIn({ ...WHO, password: 'wrong' }));
  ahead = 16 * 60_000;
  expect(await code(signIns.signIn(WHO))).toBe('accountLocked');
  now += 15 * 60_000;
  expect(await code(signIns.signIn(WHO))).toBe('signed in');
});

test('passwords that are tried at once count one by one', async () => {
  await remember();
  const tries = Array.from({ length: 8 }, () => code(signIns.signIn({ ...WHO, password: 'wrong' })));
  const answers = await Promise.all(tries);
  expect(answers.filter((answer) => answer === 'wrongCredentials')).toHaveLength(5);
  expect(answers.filter((answer) => answer === 'accountLocked')).toHaveLength(3);
  expect(await code(signIns.signIn(WHO))).toBe('accountLocked');
});

test('a password that the server takes no longer is forgotten, whatever is tried at the same moment', async () => {
  const ways = [
    () => [signIns.signIn(WHO), signIns.forget(WHO)],
    () => [signIns.forget(WHO), signIns.signIn(WHO)],
    () => [signIns.forget(WHO), signIns.signIn({ ...WHO, password: 'wrong' })],
  ];
  for (const atOnce of ways) {
    await remember();
    await Promise.allSettled(atOnce());
    expect(await code(signIns.signIn(WHO))).toBe('notKnownOffline');
  }
});

test('a name that somebody else has now lets in nobody but them: not who had it before', async () => {
  await remember(['Patrons - Delete patron']);
  const successor = { ...STAFF, id: '019c0000-0000-7000-8000-0000000000ff', name: 'Olle Ek' };
  const theirs = { ...central([]), staff: successor, library: LIBRARY_IN_FULL } as unknown as CentralSession;
  await signIns.remember({ ...WHO, username: 'Eva', password: 'battery staple' }, theirs);
  const again = await booted();
  expect(await code(again.signIn(WHO))).toBe('wrongCredentials');
  expect(await again.signIn({ ...WHO, password: 'battery staple' })).toMatchObject({ staff: successor });
});

test('what a revoked desk remembered is forgotten, a sign-in that is still being remembered too', async () => {
  await remember();
  const remembering = remember();
  await signIns.forgetAll();
  await remembering;
  expect(await code((await booted()).signIn(WHO))).toBe('notKnownOffline');
});

test('two of the same name at two libraries are known side by side; what the server refuses one, the other keeps', async () => {
  const olle = { ...STAFF, id: '019c0000-0000-7000-8000-0000000000ff' };
  const south = { ...LIBRARY_IN_FULL, id: 'south' };
  await remember();
  await signIns.remember({ ...WHO, library: 'south' }, {
    ...central([]),
    staff: olle,
    library: south,
  } as unknown as CentralSession);
  // Of a name that nobody has here: whoever guesses a password of theirs shuts nobody out.
  await signIns.forget({ ...WHO, username: 'olle' });
  expect(await code(signIns.signIn(WHO))).toBe('signed in');
  await signIns.forget({ ...WHO, library: 'south' });
  expect(await code(signIns.signIn({ ...WHO, library: 'south' }))).toBe('notKnownOffline');
  expect(await code(signIns.signIn(WHO))).toBe('signed in');
});

test('the password is kept nowhere, not even inside the encrypted file', async () => {
  await remember();
  expect(await store.recall('offline sign-ins')).not.toContain(WHO.password);
});
