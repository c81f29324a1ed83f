// Who signs in at a desk, or comes back to one that was locked, with the line or without.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { PASSWORD, testNetwork, type TestNetwork } from '../../server/testing/network.ts';
import { cut, Desk, goodLine } from './desk.ts';

let network: TestNetwork;
let desk: Desk;
beforeEach(async () => {
  network = testNetwork();
  desk = new Desk({ central: () => network.central, clock: network.clock });
  await desk.start();
});
afterEach(async () => {
  await desk.end();
  desk.remove();
});
const session = () => desk.parts.session;
const signIn = () =>
  session().signIn({ library: 'north', username: 'lead', password: PASSWORD }, () => undefined);
const restart = async () => {
  await session().end();
  await desk.crash();
  await desk.start();
};

test('a locked desk, whose open patrons are out of sight, stays locked as the line comes back', async () => {
  await signIn();
  await restart();
  desk.line.asked = cut;
  await signIn();
  session().lock();
  desk.line = goodLine();
  await desk.sync();
  expect(session().state.status).toBe('locked');
});

test('whoever comes back to a locked desk leaves no second session behind at the server', async () => {
  await signIn();
  session().lock();
  await signIn();
  const open = () => network.central.parts.store.rows('SELECT 1 FROM session WHERE ended = 0');
  await expect.poll(open).toHaveLength(1);
  expect(session().state).toMatchObject({ status: 'signedIn', withLine: true });
});

test('without the line, libraries are offered where staff may sign in all the same; else they learn why there are none', async () => {
  const libraries = () => session().libraries();
  desk.line.asked = cut;
  await expect(libraries()).rejects.toMatchObject({ error: { code: 'serverAway' } });
  desk.line = goodLine();
  await signIn();
  await restart();
  desk.line.asked = cut;
  expect(await libraries()).toEqual([{ id: 'north', name: 'Library north' }]);
  desk.line = goodLine();
  desk.line.answered = (_request, said) => ({ ...said, status: 500, body: '{}' });
  await expect(libraries()).rejects.toMatchObject({ error: { code: 'serverFailed' } });
});
