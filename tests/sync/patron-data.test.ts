// Exports of a patron's data with the line and without it: which word counts, what is logged, and that it's once.
import { afterEach, expect, test, vi } from 'vitest';
import { openExport } from '../../electron/patron-data/open-export.ts';
import { Failure } from '../../electron/support/failure.ts';
import type { EndpointAnswer } from '../../shared/central/contract.ts';
import type { Requester } from '../../shared/patron-data/requester.ts';
import type { ErrorCode } from '../../shared/ipc/errors.ts';
import { testNetwork, type TestDesk, type TestNetwork } from '../../server/testing/network.ts';
import { cut, Desk, goodLine } from './desk.ts';

const HOUR = 3_600_000;

const desks: Desk[] = [];
afterEach(async () => {
  for (const desk of desks.splice(0)) {
    await desk.end();
    desk.remove();
  }
});

async function deskOn({ central, clock }: TestNetwork, policy?: unknown): Promise<Desk> {
  const desk = new Desk({ central: () => central, clock, ...(policy !== undefined && { policy }) });
  desks.push(desk);
  await desk.start();
  return desk;
}

const open = (desk: Desk, patronId: string, { clock }: TestNetwork, requester: Requester = 'unchecked') => {
  const { session, acts, store } = desk.parts;
  return openExport({ session, acts, store, clock }, patronId, requester);
};
const code = (opening: Promise<unknown>) =>
  opening.then(
    () => 'opened' as const,
    (thrown: { error: { code: ErrorCode } }) => thrown.error.code,
  );
const exportsOf = async (colleague: TestDesk, patronId: string) =>
  ((await colleague.ask('audit', { params: { patronId } })).body as EndpointAnswer<'audit'>).entries
    .filter(({ kind }) => kind === 'exported')
    .map(({ detail }) => detail);

test.each(['active', 'none'])(
  'with the line the server compiles it, and says what waits here: scope %s',
  async (scope) => {
    const network = testNetwork();
    const colleague = await network.signIn('north', 'lead');
    const patron = await colleague.register();
    const desk = await deskOn(network, { copy: { scope } });
    await desk.signIn();
    desk.line.asked = ({ path }) => {
      if (path.endsWith('/blocks')) cut();
    };
    await desk.parts.patrons.block(patron.id, 'Kept the atlas.');
    const { source, waiting } = await open(desk, patron.id, network);
    expect(source.head.madeFrom).toEqual({ kind: 'server' });
    expect(source.head.blocks).toEqual([]);
    expect(waiting).toMatchObject([{ kind: 'block', comment: 'Kept the atlas.' }]);
    expect(await exportsOf(colleague, patron.id)).toEqual(['server']);
  },
);

/** Somebody asked for the file of a patron whom the copy doesn't hold, and the answer was lost; the line is good again. */
async function afterALostAnswer() {
  const network = testNetwork();
  const colleague = await network.signIn('north', 'lead');
  const patron = await colleague.register();
  const desk = await deskOn(network, { copy: { scope: 'none' } });
  await desk.signIn();
  desk.line.answered = ({ path }, answer) => (path.endsWith('/exports') ? cut() : answer);
  expect(await code(open(desk, patron.id, network))).toBe('serverAway');
  desk.line = goodLine();
  return { network, colleague, patron, desk };
}

test('an answer that is lost: asking again is one export in the log', async () => {
  const { network, colleague, patron, desk } = await afterALostAnswer();
  expect((await open(desk, patron.id, network)).source.head.patron.id).toBe(patron.id);
  expect(await exportsOf(colleague, patron.id)).toEqual(['server']);
});

test('an answer that is lost in the morning: what is handed out in the afternoon is in the log as of then', async () => {
  const { network, patron, desk } = await afterALostAnswer();
  network.clock.pass(6 * HOUR);
  desk.happen(6 * HOUR);
  await desk.sync();
  expect(await code(open(desk, patron.id, network))).toBe('opened');
  await desk.sync();
  expect(await exportsOf(await network.signIn('north', 'lead'), patron.id)).toEqual(['server', 'server']);
});

test('without the line the copy is exported as of when it was synced, and logged at the server once it is back', async () => {
  const network = testNetwork();
  const colleague = await network.signIn('north', 'lead');
  const patron = await colleague.register();
  const desk = await deskOn(network);
  await desk.signIn();
  const synced = new Date(network.clock.now()).toISOString();
  network.clock.pass(300_000);
  desk.line.asked = cut;
  const { source } = await open(desk, patron.id, network, 'patron');
  expect(source.head.madeFrom).toEqual({ kind: 'copy', asOf: synced });
  expect(source.head.patron.personal.familyName).toBe('Öberg');
  expect(await exportsOf(colleague, patron.id)).toEqual([]);

  // Killed before the line is back, and the first answer is lost.
  await desk.crash();
  await desk.start();
  desk.line = goodLine();
  desk.line.answered = ({ path }, answer) => (path === '/audit/events' ? cut() : answer);
  await desk.signIn();
  desk.line = goodLine();
  await desk.sync();
  expect(await exportsOf(colleague, patron.id)).toEqual(['copy: patron']);
});

test('whoever signed in without the line exports from the copy', async () => {
  const network = testNetwork();
  const patron = await (await network.signIn('north', 'lead')).register();
  const desk = await deskOn(network);
  await desk.signIn();
  await desk.parts.session.signOut();
  desk.line.asked = cut;
  // The sign-in before is remembered in the background.
  await vi.waitFor(() => desk.signIn(), { timeout: 30_000 });
  expect((await open(desk, patron.id, network)).source.head.madeFrom.kind).toBe('copy');
});

test('without the line, who is not in the copy can’t be exported', async () => {
  const network = testNetwork();
  const patron = await (await network.signIn('north', 'lead')).register();
  const desk = await deskOn(network, { copy: { scope: 'none' } });
  await desk.signIn();
  desk.line.asked = cut;
  expect(await code(open(desk, patron.id, network))).toBe('serverAway');
});

test('a refusal is the server’s word: no copy is exported instead, and none is logged', async () => {
  const network = testNetwork();
  const colleague = await network.signIn('north', 'lead');
  const patron = await colleague.register();
  const desk = await deskOn(network);
  await desk.signIn('desk');
  expect(await code(open(desk, patron.id, network))).toBe('notPermitted');
  await desk.sync();
  expect(await exportsOf(colleague, patron.id)).toEqual([]);
});

test('of a child, with the line or without, only the legal guardian’s wish is heard', async () => {
  const network = testNetwork();
  const colleague = await network.signIn('north', 'lead');
  const child = await colleague.register({
    personal: { birthDate: '2018-05-17' },
    guarantor: { guarantor: { kind: 'name', name: 'Bo' } },
  });
  const desk = await deskOn(network);
  await desk.signIn();
  expect(await code(open(desk, child.id, network, 'patron'))).toBe('requesterMissing');
  desk.line.asked = cut;
  expect(await code(open(desk, child.id, network, 'patron'))).toBe('requesterMissing');
  expect(await code(open(desk, child.id, network, 'guardian'))).toBe('opened');
  desk.line = goodLine();
  await desk.sync();
  expect(await exportsOf(colleague, child.id)).toEqual(['copy: guardian']);
});

test('from their 18th birthday on nobody else’s wish is heard, with the line or without, whatever the copy and the record say', async () => {
  const network = testNetwork();
  const colleague = await network.signIn('north', 'lead');
  // It is midnight at the library an hour before it is in UTC.
  const youth = await colleague.register({ personal: { birthDate: '2008-03-02' } });
  const desk = await deskOn(network);
  network.clock.pass(12 * 3_600_000 + 59 * 60_000);
  await desk.signIn();
  expect(await code(open(desk, youth.id, network, 'guardian'))).toBe('opened');
  network.clock.pass(60_000);
  expect(await code(open(desk, youth.id, network, 'guardian'))).toBe('requesterMissing');
  desk.line.asked = cut;
  expect(await code(open(desk, youth.id, network, 'guardian'))).toBe('requesterMissing');
  expect(await code(open(desk, youth.id, network, 'patron'))).toBe('opened');
});

test('nor does a computer whose clock is a day behind hear it without the line', async () => {
  const network = testNetwork();
  const youth = await (
    await network.signIn('north', 'lead')
  ).register({ personal: { birthDate: '2008-03-02' } });
  const { central, clock } = network;
  const ownClock = { now: () => clock.now() - 24 * HOUR };
  const desk = new Desk({ central: () => central, clock, ownClock });
  desks.push(desk);
  await desk.start();
  await desk.signIn();
  desk.line.asked = cut;
  clock.pass(13 * HOUR);
  const { session, acts, store } = desk.parts;
  const openExportBy = (requester: Requester) =>
    code(openExport({ session, acts, store, clock: ownClock }, youth.id, requester));
  expect(await openExportBy('guardian')).toBe('requesterMissing');
  expect(await openExportBy('patron')).toBe('opened');
});

test('an export that somebody else’s session hands over names no staff to the patron', async () => {
  const network = testNetwork();
  const patron = await (await network.signIn('north', 'lead')).register();
  const desk = await deskOn(network);
  await desk.signIn();
  desk.line.asked = cut;
  await open(desk, patron.id, network, 'patron');
  await desk.parts.session.signOut();
  desk.line = goodLine();
  await desk.signIn('desk');
  await desk.parts.session.signOut();
  await desk.signIn();
  const { source } = await open(desk, patron.id, network, 'patron');
  const { rows } = await source.page('processing', null);
  expect(rows.map(({ detail }) => detail)).toContain('copy: patron');
  expect(JSON.stringify(rows)).not.toContain('handed over');
});

test('a session that ends between two pages is noticed', async () => {
  const network = testNetwork();
  const patron = await (await network.signIn('north', 'lead')).register();
  const desk = await deskOn(network);
  await desk.signIn();
  const { source } = await open(desk, patron.id, network);
  network.central.parts.store.run('UPDATE session SET ended = 1');
  expect(await code(source.page('processing', null))).toBe('signedOut');
  expect(desk.parts.session.state.status).toBe('expired');
});

test('who signs in again between two pages is not thrown out by the session that they were in before', async () => {
  const network = testNetwork();
  const patron = await (await network.signIn('north', 'lead')).register();
  const desk = await deskOn(network);
  await desk.signIn();
  const { source } = await open(desk, patron.id, network);
  desk.parts.session.lock();
  await desk.signIn();
  await vi.waitFor(() => expect(desk.asked.map(({ path }) => path)).toContain('/sessions/end'));
  const said = await code(source.page('processing', null));
  expect([said, desk.parts.session.state.status]).toEqual(['signedOut', 'signedIn']);
  expect(desk.parts.session.central).toBeDefined();
});

test('an answer that is lost, and the copy instead: one wish is one entry in the log', async () => {
  const network = testNetwork();
  const colleague = await network.signIn('north', 'lead');
  const patron = await colleague.register();
  const desk = await deskOn(network);
  await desk.signIn();
  desk.line.answered = ({ path }, answer) => (path.endsWith('/exports') ? cut() : answer);
  expect((await open(desk, patron.id, network)).source.head.madeFrom.kind).toBe('copy');
  desk.line = goodLine();
  await desk.sync();
  expect(await exportsOf(colleague, patron.id)).toEqual(['server']);
  // The next wish is another one.
  expect((await open(desk, patron.id, network)).source.head.madeFrom.kind).toBe('server');
  await desk.sync();
  expect(await exportsOf(colleague, patron.id)).toEqual(['server', 'server']);
});

test('an export that one began is not logged in the name of another, who has signed in meanwhile', async () => {
  const network = testNetwork();
  const colleague = await network.signIn('north', 'lead');
  const patron = await colleague.register();
  const desk = await deskOn(network);
  await desk.signIn('lead');
  const { session } = desk.parts;
  vi.spyOn(session, 'use').mockImplementationOnce(async () => {
    await session.signOut();
    await desk.signIn('desk');
    throw new Failure({ code: 'serverSlow' });
  });
  expect(await code(open(desk, patron.id, network))).toBe('signedOut');
  await desk.sync();
  expect(await exportsOf(colleague, patron.id)).toEqual([]);
});
