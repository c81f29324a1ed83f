// Somebody whose account was locked at the server, or from whom it took a permission, at a desk where they worked without
// the line.
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { SqliteStore } from '../../electron/cache/sqlite-store.ts';
import { PASSWORD, testNetwork, type TestNetwork } from '../../server/testing/network.ts';
import {
  BLOCK_PATRON,
  DOWNLOAD_PATRON_DATA,
  PERMISSIONS,
  type Permission,
} from '../../shared/permissions.ts';
import { openExport } from '../../electron/patron-data/open-export.ts';
import { cut, Desk, goodLine } from './desk.ts';

let network: TestNetwork;
let desk: Desk;

beforeEach(async () => {
  network = testNetwork();
  desk = new Desk({ central: () => network.central, clock: network.clock });
  await desk.start();
  await desk.signIn();
  await desk.parts.session.end();
  await desk.crash();
  await desk.start();
  desk.line.asked = cut;
  await desk.signIn();
});
afterEach(async () => {
  await desk.end();
  desk.remove();
});

const lock = (locked: boolean, username = 'lead') => {
  const account = network.central.staff.byUsername('north', username);
  network.central.staff.setLocked(account?.id ?? '', locked);
};
const status = () => desk.parts.session.state.status;
const codeOfSignIn = (password = 'correct horse', username = 'lead') =>
  desk.parts.session
    .signIn({ library: 'north', username, password }, () => undefined)
    .then(
      () => 'signed in',
      (thrown: { error: { code: string } }) => thrown.error.code,
    );
const signInWithoutLine = (username = 'lead') => {
  desk.line = goodLine();
  desk.line.asked = cut;
  return codeOfSignIn(PASSWORD, username);
};
/** What the server answers there is on its way, once `asked`, until `answer` is called. */
function hold(path: string) {
  const [asked, held] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
  desk.line.answered = async (request, said) => {
    if (request.path !== path) return said;
    asked.resolve(undefined);
    await held.promise;
    return said;
  };
  return {
    asked: asked.promise,
    answer: () => {
      held.resolve(undefined);
    },
  };
}
const failToKeep = (store: SqliteStore, ...names: string[]) => {
  const { remember } = store;
  store.remember = (name, text) =>
    names.includes(name)
      ? Promise.reject(new Error('database or disk is full'))
      : remember.call(store, name, text);
};

test('does not go on there once the server has been heard', async () => {
  lock(true);
  expect(status()).toBe('signedIn');
  desk.line = goodLine();
  await desk.sync();
  expect(status()).not.toBe('signedIn');
});

test('gets in there no more by cutting the line, once their session was ended for it', async () => {
  desk.line = goodLine();
  await desk.signIn();
  lock(true);
  await desk.sync();
  expect(status()).toBe('expired');
  desk.line.asked = cut;
  expect(await codeOfSignIn()).toBe('notKnownOffline');
});

test('gets in there no more by cutting the line, once a session that they had left was not taken any more', async () => {
  await desk.parts.session.signOut();
  desk.line = goodLine();
  await desk.signIn();
  desk.line.asked = cut;
  await desk.parts.session.signOut();
  lock(true);
  desk.line = goodLine();
  await desk.sync();
  desk.line.asked = cut;
  expect(await codeOfSignIn()).toBe('notKnownOffline');
});

test.each<[string, () => Promise<unknown>]>([
  ['they signed out', () => desk.parts.session.signOut()],
  ['the app ended', () => Promise.resolve()],
])('gets in there no more by cutting the line, once the server said so as %s', async (_how, leave) => {
  desk.line = goodLine();
  await desk.signIn();
  lock(true);
  await leave();
  await desk.parts.session.end();
  await desk.parts.session.signOut();
  expect(await signInWithoutLine()).toBe('notKnownOffline');
});

test('gets in there no more by cutting the line, once the server said so to an act that was on its way as they signed out', async () => {
  desk.line = goodLine();
  await desk.signIn();
  const { id } = await (await network.signIn('north', 'lead')).register();
  await desk.sync();
  network.clock.pass(601_000);
  lock(true);
  const refresh = hold('/sessions/refresh');
  const blocking = desk.parts.patrons.block(id, 'Kept the atlas.').catch(() => undefined);
  await refresh.asked;
  await desk.parts.session.signOut();
  refresh.answer();
  await blocking;
  await desk.parts.session.end();
  expect(await signInWithoutLine()).toBe('notKnownOffline');
});

test('gets in there no more by cutting the line, once the server said so to an act that they left waiting', async () => {
  desk.line = goodLine();
  await desk.signIn();
  const { id } = await (await network.signIn('north', 'lead')).register();
  await desk.sync();
  desk.line.asked = ({ path }) => void (path.endsWith('/blocks') && cut());
  expect(await desk.parts.patrons.block(id, 'Kept the atlas.')).toBe('waiting');
  await desk.parts.session.signOut();
  await desk.parts.session.end();
  lock(true);
  desk.line = goodLine();
  await desk.sync();
  expect(await signInWithoutLine()).toBe('notKnownOffline');
});

test('gets in there no more by cutting the line after a weekend, once the server said so to a session whose time is over', async () => {
  desk.line = goodLine();
  await desk.signIn();
  await desk.crash();
  network.clock.pass(70 * 3_600_000);
  lock(true);
  network.central.housekeep();
  await desk.start();
  await desk.sync();
  expect(await signInWithoutLine()).toBe('notKnownOffline');
});

test('who takes the desk over from them may sign in there without the line', async () => {
  desk.line = goodLine();
  await desk.signIn();
  lock(true);
  expect(await codeOfSignIn(PASSWORD, 'desk')).toBe('signed in');
  await desk.parts.session.end();
  await desk.parts.session.signOut();
  expect(await signInWithoutLine('desk')).toBe('signed in');
});

test('takes nobody with them whose sync was on its way as they took the desk over', async () => {
  desk.line = goodLine();
  await desk.signIn();
  const { id } = await (await network.signIn('north', 'lead')).register();
  await desk.sync();
  await desk.parts.patrons.logLook(id);
  const changes = hold('/changes');
  const syncing = desk.parts.sync.now();
  await changes.asked;
  expect(await codeOfSignIn(PASSWORD, 'desk')).toBe('signed in');
  await expect
    .poll(() => desk.store.recall('offline sign-ins'), { timeout: 20_000 })
    .toContain('"username":"desk","salt"');
  network.clock.pass(601_000);
  lock(true, 'desk');
  changes.answer();
  await syncing;
  await desk.sync();
  expect(status()).toBe('expired');
  await desk.parts.session.signOut();
  expect(await signInWithoutLine('desk')).toBe('notKnownOffline');
  expect(await signInWithoutLine()).toBe('signed in');
});

test.each<[string, () => Promise<unknown>]>([
  ['with the line', () => desk.signIn()],
  [
    'without the line',
    async () => {
      await desk.signIn();
      await desk.crash();
      await desk.start();
      expect(await signInWithoutLine()).toBe('signed in');
    },
  ],
])('does not go on there on a disk that fails, having signed in %s', async (_how, signIn) => {
  desk.line = goodLine();
  await signIn();
  failToKeep(desk.store, 'offline sign-ins');
  lock(true);
  desk.line = goodLine();
  await desk.sync();
  expect(status()).toBe('expired');
  await desk.parts.session.signOut();
  expect(await signInWithoutLine()).toBe('notKnownOffline');
});

test.each<[string, () => Promise<void>]>([
  [
    'crashes after it looked after itself',
    async () => {
      await desk.parts.housekeep();
      await desk.crash();
    },
  ],
  ['ends', () => desk.parts.shutdown()],
])(
  'does not get in there on a disk that failed once as the desk heard of it, and that is well as it %s',
  async (_how, end) => {
    desk.line = goodLine();
    await desk.signIn();
    lock(true);
    const { remember } = desk.store;
    failToKeep(desk.store, 'offline sign-ins');
    await desk.sync();
    expect(status()).toBe('expired');
    desk.store.remember = remember;
    await end();
    await desk.start();
    expect(await signInWithoutLine()).toBe('notKnownOffline');
  },
);

test.each<[string, () => void]>([
  [
    'the server fails at a session that they left there',
    () => {
      desk.line.answered = (request, said) =>
        request.path === '/sessions/refresh' ? { ...said, status: 500, body: '{}' } : said;
    },
  ],
  [
    'the disk fails as they are forgotten',
    () => {
      lock(true);
      failToKeep(desk.store, 'offline sign-ins', 'grants');
    },
  ],
])('keeps nobody else there from their copy, where %s', async (_why, fail) => {
  desk.line = goodLine();
  await desk.signIn();
  await desk.crash();
  await desk.start();
  fail();
  expect(await codeOfSignIn(PASSWORD, 'desk')).toBe('signed in');
  const { id } = await (await network.signIn('north', 'desk')).register();
  await desk.parts.sync.now();
  expect(await desk.store.patron('north', id)).toBeDefined();
});

test('gets in there without the line where a session has ended by itself', async () => {
  desk.line = goodLine();
  await desk.signIn();
  network.clock.pass(13 * 3_600_000);
  await desk.sync();
  expect(status()).toBe('expired');
  desk.line.asked = cut;
  expect(await codeOfSignIn()).toBe('signed in');
});

test('gets in there no more by cutting the line, once the server has refused them', async () => {
  await desk.parts.session.signOut();
  lock(true);
  expect(await codeOfSignIn()).toBe('signed in');
  desk.line = goodLine();
  expect(await codeOfSignIn()).toBe('accountLocked');
  desk.line.asked = cut;
  expect(await codeOfSignIn()).toBe('notKnownOffline');
});

test('a wrong password that the server refuses does not keep anybody from working without the line', async () => {
  desk.line = goodLine();
  for (let tries = 0; tries < 12; tries++) expect(await codeOfSignIn('wrong')).not.toBe('signed in');
  expect(await codeOfSignIn()).toBe('accountLocked');
  desk.line.asked = cut;
  expect(await codeOfSignIn()).toBe('signed in');
});

test.each<[string, Permission, (patronId: string) => Promise<unknown>]>([
  [
    'a download',
    DOWNLOAD_PATRON_DATA,
    (id) => openExport({ ...desk.parts, store: desk.store, clock: network.clock }, id, 'unchecked'),
  ],
  ['a block', BLOCK_PATRON, (id) => desk.parts.patrons.block(id, 'Kept the atlas.')],
])(
  'whom the server refuses %s since they may not any more does not get it by cutting the line, nor by signing in again',
  async (_what, permission, tryIt) => {
    desk.line = goodLine();
    await desk.signIn();
    const { id } = await (await network.signIn('north', 'lead')).register();
    await desk.sync();
    network.central.staff.revoke(network.central.staff.byUsername('north', 'lead')?.id ?? '', permission);
    await expect(tryIt(id)).rejects.toMatchObject({ error: { code: 'notPermitted', permission } });
    const left = PERMISSIONS.filter((one) => one !== permission);
    desk.line.asked = cut;
    expect([...desk.parts.session.require().permissions].sort()).toEqual([...left].sort());
    await desk.crash();
    await desk.start();
    expect(await codeOfSignIn()).toBe('signed in');
    expect([...desk.parts.session.require().permissions].sort()).toEqual([...left].sort());
  },
);

test.each<[string, () => Promise<unknown>]>([
  [
    'goes on with their session, as the line is back',
    async () => {
      desk.line.asked = cut;
      expect(await codeOfSignIn()).toBe('signed in');
      desk.line = goodLine();
      await desk.sync();
      expect(desk.parts.session.require().permissions).not.toContain(DOWNLOAD_PATRON_DATA);
    },
  ],
  [
    'ends it, as a colleague has come',
    async () => {
      expect(await codeOfSignIn(PASSWORD, 'desk')).toBe('signed in');
      await desk.sync();
      await desk.parts.session.signOut();
    },
  ],
])(
  'whom the desk hears to have lost a permission as it %s has it no more without the line',
  async (_how, hear) => {
    desk.line = goodLine();
    await desk.signIn();
    await desk.crash();
    await desk.start();
    const { id } = network.central.staff.byUsername('north', 'lead') ?? { id: '' };
    network.central.staff.revoke(id, DOWNLOAD_PATRON_DATA);
    await hear();
    await desk.crash();
    await desk.start();
    expect(await signInWithoutLine()).toBe('signed in');
    expect(desk.parts.session.require().permissions).not.toContain(DOWNLOAD_PATRON_DATA);
  },
);
