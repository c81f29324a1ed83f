// Each look at a patron is in the server's audit log, once, in the name of who looked, whatever the copy holds.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openExport } from '../../electron/patron-data/open-export.ts';
import { testNetwork, type TestDesk, type TestNetwork } from '../../server/testing/network.ts';
import { cut, Desk, goodLine } from './desk.ts';

const HOUR = 3_600_000;

let network: TestNetwork;
let colleague: TestDesk;
let desk: Desk;

beforeEach(async () => {
  network = testNetwork();
  colleague = await network.signIn('north', 'lead');
  desk = new Desk({ central: () => network.central, clock: network.clock });
  await desk.start();
});
afterEach(async () => {
  await desk.end();
  desk.remove();
});

async function startAnew(policy: unknown): Promise<void> {
  await desk.crash();
  await desk.start({ central: () => network.central, clock: network.clock, policy });
}
/** As a window does it. */
async function open(id: string, fresh = true): Promise<void> {
  await desk.parts.patrons.logLook(id);
  await desk.parts.patrons.read(id, fresh);
}
const looks = (id: string) =>
  network.central.parts.audit
    .entries('north', id)
    .filter(({ kind }) => kind === 'looked')
    .map(({ staff }) => staff);

test('looks at the copy reach the audit log once each, in the name of who looked, also when they have left', async () => {
  const { id } = await colleague.register();
  await desk.signIn('desk');
  desk.line.asked = cut;
  await desk.parts.patrons.logLook(id);
  await desk.parts.patrons.logLook(id);
  expect((await desk.parts.syncState()).waiting).toBe(0);
  await desk.parts.session.signOut();
  desk.line = goodLine();
  desk.line.answered = ({ path }, answer) => (path === '/audit/events' ? cut() : answer);
  await desk.signIn('lead');
  desk.line = goodLine();
  await desk.sync();
  expect(looks(id)).toEqual(['desk of north', 'desk of north']);
});

test('whoever opens somebody whom the copy gets only as the window reads is logged, once', async () => {
  await desk.signIn('desk');
  const brought = await colleague.register();
  await open(brought.id);
  await desk.parts.patrons.read(brought.id, true);
  await desk.sync();
  expect(looks(brought.id)).toEqual(['desk of north']);

  const asked = await colleague.register();
  await open(asked.id, false);
  await desk.sync();
  await desk.parts.patrons.read(asked.id, true);
  await desk.sync();
  expect(looks(asked.id)).toEqual(['desk of north']);
});

test.each(['library', 'none'])(
  'whoever opens a patron anew hours later is logged anew: copy of %s',
  async (scope) => {
    const { id } = await colleague.register();
    await startAnew({ copy: { scope } });
    await desk.signIn('desk');
    for (let opening = 1; opening <= 3; opening++) {
      await open(id);
      await desk.parts.patrons.read(id, true);
      await desk.sync();
      expect(looks(id)).toHaveLength(opening);
      network.clock.pass(2 * HOUR);
    }
  },
);

test.each(['library', 'none'])(
  'a window that stays open is a look on each day that it is read: copy of %s',
  async (scope) => {
    const { id } = await colleague.register();
    await startAnew({ copy: { scope } });
    await desk.signIn('desk');
    await open(id);
    for (let day = 1; day <= 3; day++) {
      await desk.parts.patrons.read(id, true);
      network.clock.pass(2 * HOUR);
      await desk.parts.patrons.read(id, true);
      await desk.sync();
      expect(looks(id)).toHaveLength(day);
      network.clock.pass(22 * HOUR);
      await desk.signIn('desk');
    }
  },
);

test('a scan of a card in use is no look, since the patron opens; a scan that takes the whole record is one', async () => {
  const card = (number: string, state: 'active' | 'lost') => ({ number, state });
  const cards = [card('2100001', 'active'), card('2100002', 'lost')];
  const { id } = await colleague.register({ card: { cards } });
  await startAnew({ copy: { scope: 'none' } });
  await desk.signIn('desk');
  const scan = async (number: string) => (await desk.parts.scannedCards.find(number, desk)).found?.state;
  expect([await scan('2100001'), looks(id).length]).toEqual(['active', 0]);
  await open(id);
  expect(looks(id)).toHaveLength(1);
  expect([await scan('2100002'), looks(id).length]).toEqual(['lost', 2]);
});

test.each(['none', 'active', 'library'])(
  'a barcode that is nobody’s card is no look at anybody, whatever it says: copy of %s',
  async (scope) => {
    const { id } = await colleague.register({
      card: { cards: [{ number: '21000012345', state: 'active' }] },
    });
    await startAnew({ copy: { scope } });
    await desk.signIn('desk');
    await desk.sync();
    // Somebody's name; half a card, as a torn one is read; what finds everybody.
    for (const text of ['Öberg', '2100001', '******']) {
      const { found } = await desk.parts.scannedCards.find(text, desk);
      expect([text, found, looks(id)]).toEqual([text, null, []]);
    }
  },
);

test('looks beyond what the server takes in an hour wait, hold up nothing else, and come into the log later; IT is told once', async () => {
  const { id } = await colleague.register();
  const other = await network.signIn('north', 'desk', desk.id);
  const at = new Date(network.clock.now()).toISOString();
  for (let call = 0; call < 10; call++) {
    const events = Array.from({ length: 500 }, () => ({
      id: other.newId(),
      kind: 'looked',
      patronId: id,
      at,
    }));
    expect((await other.act('logEvents', { body: { events } })).status).toBe(200);
  }
  await desk.signIn('desk');
  const asked = await colleague.register();
  await open(asked.id);
  await desk.sync();
  network.clock.pass(HOUR / 2);
  await desk.sync();
  expect(looks(asked.id)).toEqual([]);
  expect(desk.parts.sync.state.problem).toBeNull();
  const handedOver = desk.asked.filter(({ path }) => path === '/audit/events');
  expect([handedOver, desk.troubles]).toMatchObject([[{}], [{ error: { code: 'tooManyRequests' } }]]);
  network.clock.pass(HOUR / 2);
  await desk.sync();
  expect(looks(asked.id)).toEqual(['desk of north']);
});

test('a look or an export without the line is dated by the server’s clock, however wrong the computer’s is', async () => {
  const { id } = await colleague.register();
  const clock = { now: () => network.clock.now() - 30 * 24 * HOUR };
  await desk.crash();
  await desk.start({ central: () => network.central, clock: network.clock, ownClock: clock });
  await desk.signIn();
  await desk.parts.session.signOut();
  desk.line.asked = cut;
  // The sign-in before is remembered in the background.
  await vi.waitFor(() => desk.signIn(), { timeout: 30_000 });
  await desk.parts.patrons.logLook(id);
  const { source } = await openExport({ ...desk.parts, clock }, id, 'patron');
  const at = new Date(network.clock.now()).toISOString();
  expect(source.head.madeAt).toBe(at);

  network.clock.pass(HOUR);
  desk.line = goodLine();
  await desk.signIn();
  await desk.sync();
  const logged = network.central.parts.audit
    .entries('north', id)
    .filter(({ kind }) => kind === 'looked' || kind === 'exported');
  expect(logged.map((entry) => entry.at)).toEqual([at, at]);
});

test.each([
  ['after an hour', () => Promise.resolve(network.clock.pass(HOUR))],
  ['once the clock was set back', () => Promise.resolve(network.clock.pass(-2 * HOUR))],
  [
    'for a colleague who signs in',
    async () => {
      await desk.parts.session.signOut();
      await desk.signIn('lead');
    },
  ],
])('a server that says it takes no looks for years is asked again %s', async (_what, meanwhile) => {
  const { id } = await colleague.register();
  await desk.signIn('desk');
  const logged = () => desk.asked.filter(({ path }) => path === '/audit/events').length;
  const body = JSON.stringify({
    type: 'urn:circdesk:problem:too-many',
    title: 'Too many requests.',
    status: 429,
    retryAt: '9999-01-01T00:00:00.000Z',
  });
  desk.line.answered = ({ path }, answer) =>
    path === '/audit/events' ? { ...answer, status: 429, body } : answer;
  await open(id);
  await desk.sync();
  expect(logged()).toBe(1);
  await meanwhile();
  await desk.sync();
  expect(logged()).toBe(2);
});

test('a look that the server doesn’t take keeps none of the others from the audit log, and is told of', async () => {
  const patrons = [await colleague.register(), await colleague.register(), await colleague.register()];
  let ahead = 0;
  await desk.crash();
  await desk.start({
    ...{ central: () => network.central, clock: network.clock },
    ownClock: { now: () => network.clock.now() + ahead },
  });
  await desk.signIn('desk');
  for (const { id } of patrons) {
    ahead = id === patrons[1]?.id ? Date.UTC(10_001, 0) : 0;
    await desk.parts.patrons.logLook(id);
  }
  await desk.sync();
  expect(patrons.map(({ id }) => looks(id).length)).toEqual([1, 0, 1]);
  expect(desk.troubles).toHaveLength(1);
  await desk.parts.patrons.logLook(patrons[0]?.id ?? '');
  await desk.sync();
  expect(patrons.map(({ id }) => looks(id).length)).toEqual([2, 0, 1]);
  expect(desk.troubles).toHaveLength(1);
});
