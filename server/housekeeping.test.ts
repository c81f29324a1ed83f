// What a clock does that is wrong for a while, as after a dead battery before the network has set it.
import { describe, expect, test, vi } from 'vitest';
import type { EndpointAnswer } from '../shared/central/contract.ts';
import { regularWork } from './cli/start.ts';
import type { Server } from './http/server.ts';
import { atTheDesk, problemOf, testNetwork, type TestNetwork } from './testing/network.ts';

const DAY = 86_400_000;
const YEAR = 365 * DAY;

/** What `start` does, by such a clock; a minute later it's right. The server ran before. */
async function startBy(
  { central, clock }: Pick<TestNetwork, 'central' | 'clock'>,
  off: number,
  meanwhile: () => unknown = () => undefined,
): Promise<void> {
  central.housekeep();
  clock.pass(off);
  central.housekeep();
  await meanwhile();
  central.forgetFailedSignIns();
  clock.pass(-off);
}

describe('a server that starts with its clock behind', () => {
  test('signs nobody out, not even who asks meanwhile', async () => {
    const here = await atTheDesk();
    const { desk } = here;
    const search = () => desk.ask('search', { query: { query: 'x' } });
    await startBy(here, -2 * DAY, async () => expect((await search()).status).toBe(200));
    expect((await search()).status).toBe(200);
    const body = { refreshToken: desk.session.refreshToken };
    expect((await desk.ask('refresh', { body })).status).toBe(201);
  });

  test('logs looks in the name of whoever had them, though they left', async () => {
    const network = testNetwork();
    const left = await network.signIn('north', 'desk');
    const patron = await (await network.signIn('north', 'lead', left.desk)).register();
    await startBy(network, -2 * DAY);
    const next = await network.signIn('north', 'lead', left.desk);
    const at = new Date(network.clock.now()).toISOString();
    const event = { id: next.newId(), kind: 'looked', patronId: patron.id, at, staff: left.session.staff.id };
    expect((await next.act('logEvents', { body: { events: [event] } })).status).toBe(200);
    const answer = await next.ask('audit', { params: { patronId: patron.id } });
    const { entries } = answer.body as EndpointAnswer<'audit'>;
    expect(entries.find(({ kind }) => kind === 'looked')?.staff).toBe('desk of north');
  });

  test('makes no adult a child, and moves no record', async () => {
    const here = await atTheDesk();
    const patron = await here.desk.register({ personal: { birthDate: '1980-05-01' } });
    const { head } = here.central.marks();
    await startBy(here, -40 * YEAR);
    expect(here.central.marks().head).toBe(head);
    expect((await (await here.signIn('north', 'lead')).patron(patron.id)).ageGroup).toBe('adult');
  });

  test('keeps a PIN locked that was guessed at', async () => {
    const here = await atTheDesk();
    await here.desk.register({ card: { cards: [{ number: '1234567', state: 'active' }] } });
    const guess = () =>
      here.desk.ask('patronSignIn', { body: { library: 'north', cardNumber: '1234567', pin: '1111' } });
    for (let n = 0; n < 5; n++) await guess();
    await startBy(here, -10 * DAY);
    expect(problemOf(await guess())).toBe('account-locked');
  });
});

test('an adult whom a clock that was behind for days made a child is one again once it is right', async () => {
  const here = await atTheDesk();
  const { id } = await here.desk.register({ personal: { birthDate: '2000-05-01' } });
  here.central.housekeep();
  here.clock.pass(-15 * YEAR);
  here.passDays(2);
  here.clock.pass(15 * YEAR);
  here.central.housekeep();
  expect((await (await here.signIn('north', 'lead')).patron(id)).ageGroup).toBe('adult');
});

test('who was registered as an adult stays one at the first starts after a summer', async () => {
  const here = testNetwork();
  here.central.housekeep();
  here.clock.pass(60 * DAY);
  const desk = await here.signIn('north', 'lead');
  const today = new Date(here.clock.now()).toISOString().slice(5, 10);
  const { id } = await desk.register({
    personal: { birthDate: `${new Date(here.clock.now()).getUTCFullYear() - 18}-${today}` },
  });
  here.central.housekeep();
  expect((await desk.patron(id)).ageGroup).toBe('adult');
});

/** How many there are of what goes when its time is over. */
const kept = ({ central: { parts } }: Pick<TestNetwork, 'central'>) =>
  ['audit', 'sign_in_event', 'block', 'attempt', 'session', 'change WHERE deleted_at IS NOT NULL'].map(
    (rows) => parts.store.row<{ n: number }>(`SELECT count(*) AS n FROM ${rows}`)?.n,
  );

/** A desk that left something of each. */
async function withSomethingOfEach() {
  const here = await atTheDesk();
  const { desk } = here;
  const patron = await desk.register();
  const blockId = desk.newId();
  await desk.block(patron, 'x', { id: blockId });
  const body = { blocks: [blockId], comment: 'x' };
  await desk.act('unblock', { params: { patronId: patron.id }, body });
  await desk.delete(await desk.register());
  return here;
}

describe('a server that starts with its clock years ahead', () => {
  test('forgets nothing whose time isn’t over, and signs nobody out', async () => {
    const here = await withSomethingOfEach();
    const before = kept(here);
    expect(before).not.toContain(0);
    await startBy(here, 2 * YEAR);
    expect(kept(here)).toEqual(before);
    expect((await here.desk.ask('search', { query: { query: 'x' } })).status).toBe(200);
  });

  test('forgets nothing later, though it believed that clock for days and never runs for a day', async () => {
    const here = testNetwork();
    here.central.housekeep();
    here.clock.pass(9 * YEAR);
    here.passDays(2);
    here.clock.pass(-9 * YEAR);
    const desk = await here.signIn('north', 'lead');
    const { id } = await desk.register({ personal: { birthDate: '2009-05-01' } });
    const before = kept(here);
    for (let start = 0; start < 3; start++) {
      here.clock.pass(DAY / 2);
      here.central.housekeep();
    }
    expect(kept(here)).toEqual(before);
    expect((await (await here.signIn('north', 'lead')).patron(id)).ageGroup).toBe('youth');
  });

  test('makes nobody an adult', async () => {
    const here = await atTheDesk();
    await here.desk.register({ personal: { birthDate: '2009-05-01' } });
    const { head } = here.central.marks();
    await startBy(here, 20 * YEAR);
    expect(here.central.marks().head).toBe(head);
  });
});

describe('what the libraries need not keep goes', () => {
  const GONE = [0, 0, 0, 0, 0, 0];

  test('a day after a server starts that stood still for a year', async () => {
    const here = await withSomethingOfEach();
    here.central.housekeep();
    here.clock.pass(YEAR);
    here.central.housekeep();
    here.passDays(1);
    expect(kept(here)).toEqual(GONE);
  });

  test('in the end from one that stood still and never runs for a whole day', async () => {
    const here = await withSomethingOfEach();
    here.central.housekeep();
    here.clock.pass(YEAR);
    for (let start = 0; start < 250; start++) {
      here.clock.pass(DAY / 2);
      here.central.housekeep();
    }
    expect(kept(here)).toEqual(GONE);
  });

  test('from one whose clock was ahead for days, as soon as it went right for a day', async () => {
    const here = testNetwork();
    here.clock.pass(9 * YEAR);
    here.passDays(3);
    here.clock.pass(-9 * YEAR);
    const desk = await here.signIn('north', 'lead');
    await desk.register();
    here.passDays(31);
    expect(here.central.parts.store.rows('SELECT id FROM audit')).toEqual([]);
  });
});

test('what is done regularly is tried again where it fails, since the disk is full just then, and ends no server', () => {
  vi.useFakeTimers();
  const error = vi.fn();
  const housekeep = vi.fn(() => {
    throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
  });
  const forgetFailedSignIns = vi.fn();
  const central = { housekeep, forgetFailedSignIns };
  const timers = regularWork({ app: { log: { error } }, central } as unknown as Server);
  vi.advanceTimersByTime(2 * DAY);
  timers.forEach(clearInterval);
  vi.useRealTimers();
  expect(housekeep).toHaveBeenCalledTimes(2);
  expect(forgetFailedSignIns).toHaveBeenCalledTimes(2 * 24 * 12);
  const full = { failure: expect.stringContaining('SQLITE_FULL') as string };
  expect(error.mock.calls).toEqual([[full], [full]]);
});
