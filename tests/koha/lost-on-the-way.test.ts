// Acts whose requests or answers were lost on the way to a Koha, which knows no keys: what is done again, and what isn't.
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { HttpAnswer } from '../../electron/central/transport.ts';
import { KohaIds } from '../../electron/central/koha/ids.ts';
import type { TaggedValues } from '../../shared/patrons/sections.ts';
import { steppingClock } from '../port/world.ts';
import type { FakeKoha } from './fake/koha.ts';
import { ADDRESS, LOOKER, smallLibrary } from './fake/small-library.ts';
import { ignoreFailure, rest, SimulatedDesk } from './simulated-desk.ts';

const MINUTE = 60_000;
let clock: ReturnType<typeof steppingClock>;
/** How far the computer's clock is ahead of Koha's, in ms. */
let ahead: number;
let koha: FakeKoha;
let desk: SimulatedDesk;
let number: number;
let id: string;
beforeEach(async () => {
  clock = steppingClock();
  ahead = 0;
  koha = smallLibrary(clock);
  number = koha.world.addPatron({ surname: 'Öberg', firstname: 'Ada', library_id: 'MPL' }).patron_id;
  id = new KohaIds(ADDRESS).id('patron', number);
  clock.pass(120 * MINUTE);
  desk = new SimulatedDesk(koha, 1, { now: () => clock.now() + ahead });
  await desk.start();
  await desk.sync();
});
afterEach(() => desk.end());

async function rename(givenName: string): Promise<void> {
  const { patron } = await desk.parts.patrons.read(id, false);
  const base = patron.sections.personal as unknown as TaggedValues;
  expect(await desk.parts.patrons.saveSection(id, 'personal', base, { givenName })).toBe('waiting');
}
const firstname = () => koha.world.patron(number)['firstname'];
const acts = async () =>
  (await desk.parts.deskActs.list()).map(({ state, refusal }) => [state, refusal?.code ?? null]);

test.each([
  ['right', 0],
  ['set ahead since the sign-in', 20 * MINUTE],
])(
  'with the computer’s clock %s, no edit is done again over a colleague who took it back',
  async (...[, set]) => {
    ahead = set;
    desk.line.state = 'losesAnswers';
    await rename('Adina');
    expect(firstname()).toBe('Adina');
    clock.pass(5 * MINUTE);
    koha.world.change(number, { firstname: 'Ada' });
    clock.pass(60 * MINUTE);
    await desk.start();
    desk.line.state = 'good';
    await desk.sync();
    expect(await acts()).toEqual([['refused', 'outcomeUnknown']]);
    expect(firstname()).toBe('Ada');
  },
);

test('an edit that was lost before Koha had it is done after a restart', async () => {
  const answer = koha.answer.bind(koha);
  koha.answer = (request) => {
    if (request.method === 'PUT') desk.line.state = 'losesAnswers';
    return request.method === 'PUT' ? { status: 502, headers: {}, body: '' } : answer(request);
  };
  await rename('Adina');
  expect(await acts()).toEqual([['sent', null]]);
  koha.answer = answer;
  clock.pass(5 * MINUTE);
  await desk.start();
  desk.line.state = 'good';
  await desk.sync();
  expect([await acts(), firstname()]).toEqual([[['confirmed', null]], 'Adina']);
});

test('an edit that Koha failed at without saying whether it is done goes out again, though a block in the record itself waits behind it', async () => {
  await desk.start({ block: { keptAs: 'cardLost' } });
  await desk.sync();
  desk.line.state = 'dropsRequests';
  await rename('Adina');
  expect(await desk.parts.patrons.block(id, 'Took the till.')).toBe('waiting');
  desk.line.state = 'good';
  const answer = koha.answer.bind(koha);
  koha.answer = (request) => {
    if (request.method !== 'PUT') return answer(request);
    koha.answer = answer;
    return { status: 500, headers: {}, body: '' };
  };
  await desk.parts.sync.push().catch(ignoreFailure);
  clock.pass(5 * MINUTE);
  await desk.sync();
  expect([await acts(), firstname()]).toEqual([
    [
      ['confirmed', null],
      ['confirmed', null],
    ],
    'Adina',
  ]);
});

/** Its author has left for good, and a colleague works here. */
async function goOnAsColleague(): Promise<void> {
  await desk.parts.session.signOut();
  desk.line.state = 'good';
  koha.world.passwords.delete(1);
  await desk.parts.session.signIn(LOOKER, () => undefined);
  await desk.parts.sync.now();
}
const comments = () => koha.world.attributes.map(({ value }) => value);

test('what never went out, since the line was cut as the patron was read, holds no colleague up for ever', async () => {
  desk.line.state = 'dropsRequests';
  const { patrons, deskActs, sync } = desk.parts;
  expect(await patrons.block(id, 'Took the till.')).toBe('waiting');
  await goOnAsColleague();
  expect(await patrons.block(id, 'Broke a window.')).toBe('waiting');
  const [held, first] = await deskActs.list();
  expect([held?.heldBy?.state, first?.neverLeft]).toEqual(['needsAuthor', true]);
  await deskActs.withdraw(first?.id ?? '');
  await sync.now();
  expect(comments()).toEqual([expect.stringContaining('Broke a window.')]);
});

test('what a colleague let go of while Koha was still asked for the patron does not go out afterwards', async () => {
  const colleague = { library: 'MPL', username: 'second', password: 'second second' };
  koha.world.addStaff(
    { surname: 'Li', userid: colleague.username, library_id: 'MPL' },
    colleague.password,
    'superlibrarian',
  );
  const answer = koha.answer.bind(koha);
  let goOn = () => undefined as void;
  koha.answer = (request) => {
    if (!request.path.endsWith(`/patrons/${number}`)) return answer(request);
    koha.answer = answer;
    return new Promise<HttpAnswer>((resolve) => {
      goOn = () => {
        resolve(answer(request));
      };
    }) as never;
  };
  const { patrons, deskActs, session } = desk.parts;
  const blocked = patrons.block(id, 'Took the till.').catch(() => undefined);
  await rest();
  await session.signOut();
  await session.signIn(colleague, () => undefined);
  const [first] = await deskActs.list();
  await deskActs.withdraw(first?.id ?? '');
  goOn();
  await blocked;
  await rest();
  expect([await deskActs.list(), comments()]).toEqual([[], []]);
});
