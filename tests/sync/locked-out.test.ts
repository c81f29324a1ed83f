// Somebody whose account was locked at the server, or from whom it took a permission, at a desk where they worked without
// the line.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { testNetwork, type TestNetwork } from '../../server/testing/network.ts';
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

const lock = (locked: boolean) => {
  const account = network.central.staff.byUsername('north', 'lead');
  network.central.staff.setLocked(account?.id ?? '', locked);
};
const status = () => desk.parts.session.state.status;
const codeOfSignIn = (password = 'correct horse') =>
  desk.parts.session
    .signIn({ library: 'north', username: 'lead', password }, () => undefined)
    .then(
      () => 'signed in',
      (thrown: { error: { code: string } }) => thrown.error.code,
    );

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
