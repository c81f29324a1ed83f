// An act at which a Koha fails each time anew, since something at Koha is set otherwise than the act needs.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { KohaIds } from '../../electron/central/koha/ids.ts';
import type { TaggedValues } from '../../shared/patrons/sections.ts';
import { steppingClock } from '../port/world.ts';
import type { FakeKoha } from './fake/koha.ts';
import { ADDRESS, LOOKER, smallLibrary } from './fake/small-library.ts';
import { rest, SimulatedDesk } from './simulated-desk.ts';

const MINUTE = 60_000;
let clock: ReturnType<typeof steppingClock>;
let koha: FakeKoha;
let desk: SimulatedDesk;
let number: number;
let id: string;
beforeEach(async () => {
  clock = steppingClock();
  koha = smallLibrary(clock);
  number = koha.world.addPatron({ surname: 'Öberg', library_id: 'MPL' }).patron_id;
  id = new KohaIds(ADDRESS).id('patron', number);
  clock.pass(120 * MINUTE);
  desk = new SimulatedDesk(koha, 1);
  await desk.start();
  await desk.sync();
});
afterEach(() => desk.end());

/** Which this Koha doesn't take from anybody: it has no anonymous patron to give former loans to. */
async function keepNoHistory(): Promise<void> {
  const { patrons } = desk.parts;
  const base = (await patrons.read(id, false)).patron.sections.preferences as unknown as TaggedValues;
  expect(await patrons.saveSection(id, 'preferences', base, { keepLoanHistory: false })).toBe('waiting');
}
const states = async () =>
  (await desk.parts.deskActs.list()).map(({ state, refusal }) => [state, refusal?.code ?? null]);
const comments = () => koha.world.attributes.map(({ value }) => value.split('|')[3]);
async function later(minutes: number): Promise<void> {
  clock.pass(minutes * MINUTE);
  await desk.parts.sync.now();
  await rest();
}

test('a block goes out at once, past an edit that Koha fails at', async () => {
  await keepNoHistory();
  await desk.parts.patrons.block(id, 'Took the till');
  expect(comments()).toEqual(['Took the till']);
});

test('an edit that Koha goes on failing at stands before staff, and holds up no colleague', async () => {
  await keepNoHistory();
  await later(5);
  expect(await states()).toEqual([['waiting', null]]);
  await later(10);
  expect(await states()).toEqual([['refused', 'serverCannot']]);
  const { session, patrons } = desk.parts;
  await session.signOut();
  await session.signIn(LOOKER, () => undefined);
  await patrons.block(id, 'By a colleague');
  expect(comments()).toEqual(['By a colleague']);
});

test('an edit that waited for the line outlives a Koha that fails for a moment', async () => {
  desk.line.state = 'dropsRequests';
  await keepNoHistory();
  desk.line.state = 'good';
  await later(60);
  await later(5);
  expect(await states()).toEqual([['waiting', null]]);
  koha.world.anonymousPatron = 1;
  await later(1);
  expect(await states()).toEqual([['confirmed', null]]);
});

test('an edit that staff send again has ten minutes anew', async () => {
  await keepNoHistory();
  await later(15);
  const [act] = await desk.parts.deskActs.list();
  expect(await desk.parts.deskActs.retry(act?.id ?? '')).toBe('waiting');
  await later(5);
  expect(await states()).toEqual([['waiting', null]]);
});

describe('where blocks stand in the note', () => {
  beforeEach(async () => {
    await desk.start({ block: { keptAs: 'cardLost' } });
    await desk.sync();
  });

  test('one that passes an edit that Koha failed at costs nobody the edit', async () => {
    await keepNoHistory();
    await desk.parts.patrons.block(id, 'Took the till');
    expect(koha.world.patron(number)['staff_notes']).toContain('Took the till');
    koha.world.anonymousPatron = 1;
    await later(1);
    expect(await states()).toEqual([['confirmed', null]]);
    expect(koha.world.patron(number)).toMatchObject({ privacy: 2, patron_card_lost: true });
  });

  test('one waits for an edit that may have arrived', async () => {
    const answer = koha.answer.bind(koha);
    koha.answer = (request) =>
      request.method === 'PUT' ? { status: 500, headers: {}, body: 'A gateway’s.' } : answer(request);
    await keepNoHistory();
    await desk.parts.patrons.block(id, 'Took the till');
    expect(await states()).toEqual([
      ['waiting', null],
      ['sent', null],
    ]);
  });
});

describe.each([['attribute'], ['cardLost']] as const)('where blocks are kept as %s', (keptAs) => {
  beforeEach(async () => {
    await desk.start({ block: { keptAs } });
    await desk.sync();
  });

  function failAtChanges(): void {
    const answer = koha.answer.bind(koha);
    const body = '{"error":"x","error_code":"internal_server_error"}';
    koha.answer = (request) =>
      request.method === 'GET' ? answer(request) : { status: 500, headers: {}, body };
  }
  const blocks = async () => (await desk.parts.patrons.read(id, false)).patron.blocks;

  test('one that Koha goes on failing at is called not set, and is shown no more', async () => {
    failAtChanges();
    await desk.parts.patrons.block(id, 'Took the till');
    await later(15);
    expect(await states()).toEqual([['refused', 'serverCannot']]);
    expect(await blocks()).toEqual([]);
  });

  test('one that Koha goes on failing to lift is called set', async () => {
    await desk.parts.patrons.block(id, 'Took the till');
    await desk.sync();
    failAtChanges();
    const [block] = await blocks();
    await desk.parts.patrons.unblock(id, [block?.id ?? ''], 'Paid');
    await later(15);
    expect((await states())[0]).toEqual(['refused', 'serverCannot']);
    expect(await blocks()).toMatchObject([{ comment: 'Took the till' }]);
  });
});
