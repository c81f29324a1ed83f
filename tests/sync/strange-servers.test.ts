// A server that answers strangely, by malice or by mistake: it's asked no more of it than once in a while, and nobody is
// let in, nothing dated and nothing done by what it says.
import { expect, test } from 'vitest';
import { openExport } from '../../electron/patron-data/open-export.ts';
import { testNetwork } from '../../server/testing/network.ts';
import { ANSWER_HEADERS } from '../../shared/central/endpoint.ts';
import { PROBLEMS, problemType } from '../../shared/central/problems.ts';
import type { PatronDataHead } from '../../shared/patron-data/document.ts';
import type { Patron } from '../../shared/patrons/patron.ts';
import { cut, goodLine, type Desk } from './desk.ts';
import { deskOn, filled, found, problem } from './filled.ts';

const HOUR = 3_600_000;

test.each([
  ['changes', (body: object) => ({ ...body, more: true })],
  ['pages of a first fill', (body: object) => ({ ...body, next: '00000000-0000-7000-8000-000000000000' })],
])('a server that always has more %s, and gets nowhere, is asked no more of them', async (what, endless) => {
  const network = testNetwork();
  await (await network.signIn('north', 'lead')).register();
  const desk = await deskOn(network);
  const path = what === 'changes' ? '/changes' : '/snapshot';
  let asked = 0;
  desk.line.answered = (request, answer) => {
    if (request.path !== path) return answer;
    if (++asked > 50) cut();
    return { ...answer, body: JSON.stringify(endless(JSON.parse(answer.body) as object)) };
  };
  await desk.signIn();
  expect(problem(desk)).toBe('serverRubbish');
  expect(asked).toBeLessThan(20);
});

test('a place to go on from that is none is not kept', async () => {
  const network = testNetwork();
  await (await network.signIn('north', 'lead')).register();
  const desk = await deskOn(network);
  desk.line.answered = ({ path }, answer) => {
    const page = JSON.parse(answer.body) as object;
    return path === '/snapshot'
      ? { ...answer, body: JSON.stringify({ ...page, next: 'x'.repeat(1_000) }) }
      : answer;
  };
  await desk.signIn();
  expect(problem(desk)).toBe('serverRubbish');
});

test.each([
  ['changes', '/changes', 'changes'],
  ['patrons of a first fill', '/snapshot', 'patrons'],
])('a page of %s that holds more than was asked for is taken by nobody', async (_what, path, rows) => {
  const network = testNetwork();
  await (await network.signIn('north', 'lead')).register();
  const desk = await deskOn(network);
  desk.line.answered = (request, answer) => {
    if (request.path !== path) return answer;
    const page = JSON.parse(answer.body) as Record<string, unknown>;
    const limit = Number(request.query?.['limit']);
    return {
      ...answer,
      body: JSON.stringify({ ...page, [rows]: Array.from({ length: limit + 1 }, () => ({})) }),
    };
  };
  await desk.signIn();
  expect(problem(desk)).toBe('serverRubbish');
  expect(await desk.store.setAside('north')).toEqual([]);
});

test('more hits than any library has patrons are none: a list so long would hold up its window', async () => {
  const { desk } = await filled();
  const part = { offset: 0, limit: 10, order: 'plain', from: 'server' } as const;
  desk.line.answered = ({ path }, answer) =>
    path === '/patrons' ? { ...answer, body: JSON.stringify({ total: 5_000_001, patrons: [] }) } : answer;
  const finding = desk.parts.patrons.search('ek', part);
  await expect(finding).rejects.toMatchObject({ error: { code: 'serverRubbish' } });
});

test('a record, a file or a page of one that is another’s, or another part’s, is taken by nobody', async () => {
  const { desk, ek, lind, network } = await filled();
  const change = (path: RegExp, changed: (body: Record<string, unknown>) => object) => {
    desk.line.answered = (request, answer) =>
      path.test(request.path)
        ? { ...answer, body: JSON.stringify(changed(JSON.parse(answer.body) as Record<string, unknown>)) }
        : answer;
  };
  const rubbish = { error: { code: 'serverRubbish' } };
  const read = () => desk.parts.session.use((central) => central.patron(ek.id, false));
  const { session, acts, store } = desk.parts;
  const open = () => openExport({ session, acts, store, clock: network.clock }, ek.id, 'unchecked');
  change(/^\/patrons\/[^/]+$/, (body) => ({ ...body, id: lind.id }));
  await expect(read()).rejects.toMatchObject(rubbish);
  change(/\/exports$/, (body) => {
    const { head } = body as { head: PatronDataHead };
    return { ...body, head: { ...head, patron: { ...head.patron, id: lind.id } } };
  });
  await expect(open()).rejects.toMatchObject(rubbish);
  change(/\/exports\//, (body) => ({ ...body, part: 'payments' }));
  const { source } = await open();
  await expect(source.page('notifications', null)).rejects.toMatchObject(rubbish);
});

test('pages of a first fill that lead round to an earlier one are asked for once', async () => {
  const network = testNetwork();
  await (await network.signIn('north', 'lead')).register();
  const desk = await deskOn(network);
  const round = Array.from({ length: 3 }, () => crypto.randomUUID());
  let asked = 0;
  desk.line.answered = (request, answer) => {
    if (request.path !== '/snapshot') return answer;
    if (++asked > 50) cut();
    const page = JSON.parse(answer.body) as object;
    return { ...answer, body: JSON.stringify({ ...page, next: round[asked % round.length] }) };
  };
  await desk.signIn();
  expect(problem(desk)).toBe('serverRubbish');
  expect(asked).toBeLessThan(20);
});

/** The line's answers to requests of one path are the server's word that it is in another history. */
function alwaysRestored(desk: Desk, path: RegExp): () => number {
  let asked = 0;
  desk.line.answered = (request, answer) => {
    if (!path.test(request.path)) return answer;
    if (++asked > 50) cut();
    const { status, title } = PROBLEMS['other-epoch'];
    const type = problemType('other-epoch');
    return { ...answer, status, body: JSON.stringify({ type, title, status }) };
  };
  return () => asked;
}

test('a server that has the copy filled anew for ever is asked no more of it', async () => {
  const { desk } = await filled();
  const asked = alwaysRestored(desk, /^\/changes$/);
  await desk.parts.sync.now();
  expect(problem(desk)).toBe('serverRubbish');
  expect(asked()).toBeLessThan(10);
  expect(await found(desk, 'ek')).toBe(1);
  desk.line = goodLine();
  await desk.sync();
  expect(problem(desk)).toBeNull();
});

test('a server that is in another history with each page of a fill is asked no more of them', async () => {
  const network = testNetwork();
  await (await network.signIn('north', 'lead')).register();
  const desk = await deskOn(network);
  let asked = 0;
  desk.line.answered = ({ path }, answer) => {
    if (path !== '/snapshot') return answer;
    if (++asked > 50) cut();
    const page = JSON.parse(answer.body) as object;
    const elsewhere = { epoch: crypto.randomUUID(), next: crypto.randomUUID() };
    return { ...answer, body: JSON.stringify({ ...page, ...elsewhere }) };
  };
  await desk.signIn();
  expect(problem(desk)).toBe('serverRubbish');
  expect(asked).toBeLessThan(40);
});

test('a server that takes every act for one of another history is sent it no more, and it waits', async () => {
  const { desk, colleague, ek } = await filled();
  const asked = alwaysRestored(desk, /\/blocks$/);
  await desk.parts.patrons.block(ek.id, 'Kept the atlas.');
  await desk.parts.sync.now();
  expect(problem(desk)).toBe('serverRubbish');
  expect(asked()).toBeLessThan(20);
  desk.line = goodLine();
  await desk.sync();
  expect((await colleague.patron(ek.id)).blocks).toHaveLength(1);
});

test('a server that takes looks in ever another history is handed each once at a time', async () => {
  const { desk, network, ek } = await filled();
  await desk.parts.patrons.logLook(ek.id);
  let asked = 0;
  desk.line.answered = (request, answer) => {
    if (request.path !== '/audit/events') return answer;
    if (++asked > 50) cut();
    return { ...answer, headers: { ...answer.headers, [ANSWER_HEADERS.epoch]: crypto.randomUUID() } };
  };
  await desk.sync();
  expect(asked).toBeLessThan(10);
  desk.line = goodLine();
  await desk.sync();
  const looks = network.central.parts.audit.entries('north', ek.id).filter(({ kind }) => kind === 'looked');
  expect(looks).toHaveLength(1);
  expect(await desk.store.logEvents('north', 10)).toEqual([]);
});

const ELSE = { id: '018f0000-0000-7000-8000-000000000000', username: 'else', name: 'Somebody Else' };
const SOUTH = {
  ...{ id: 'south', name: 'South', country: 'SE', currency: 'SEK', timeZone: 'Europe/Stockholm' },
  ...{ branches: [], categories: [] },
  rules: { debtLimit: 10_000, guarantorBelowAge: 15, pinLength: { min: 4, max: 6 } },
};
const anothers: [what: string, instead: object][] = [
  ['staff', { staff: ELSE }],
  ['library', { library: SOUTH }],
];

/** The line's answers with a session from this path say something else. */
function answerAnother(desk: Desk, path: string, instead: object): void {
  desk.line.answered = (request, answer) => {
    if (request.path !== path || request.method !== 'POST' || answer.status !== 201) return answer;
    const session = JSON.parse(answer.body) as object;
    return { ...answer, body: JSON.stringify({ ...session, ...instead }) };
  };
}
const whoAndWhere = (desk: Desk) => {
  const { state } = desk.parts.session;
  return state.status === 'signedOut' ? undefined : [state.staff.username, state.library.id];
};

test.each(anothers)('a session that is renewed for other %s is nobody’s', async (_what, instead) => {
  const { desk, network } = await filled();
  answerAnother(desk, '/sessions/refresh', instead);
  network.clock.pass(HOUR / 3);
  await desk.parts.sync.now();
  expect(problem(desk)).toBe('serverRubbish');
  expect(whoAndWhere(desk)).toEqual(['lead', 'north']);
});

test.each(anothers)(
  'nor does anybody who worked without the line go on with other %s',
  async (_what, instead) => {
    const { desk } = await filled();
    desk.line.asked = cut;
    await desk.parts.session.end();
    await desk.crash();
    await desk.start();
    await desk.signIn();
    desk.line = goodLine();
    answerAnother(desk, '/sessions/refresh', instead);
    await desk.parts.sync.now();
    expect(problem(desk)).toBe('serverRubbish');
    expect(whoAndWhere(desk)).toEqual(['lead', 'north']);
    expect(desk.parts.session.central).toBeUndefined();
  },
);

test('a session for another library than staff chose lets nobody in', async () => {
  const desk = await deskOn(testNetwork());
  answerAnother(desk, '/sessions', { library: SOUTH });
  await expect(desk.signIn()).rejects.toMatchObject({ error: { code: 'serverRubbish' } });
  expect(desk.parts.session.state.status).toBe('signedOut');
});

const ENDLESS = 'x'.repeat(100_000);
const NORTH = { ...SOUTH, id: 'north', name: 'North' };
const PLACE = { id: 'main', name: 'Main Library' };
test.each([
  ['a token without end', { accessToken: ENDLESS }],
  ['a refresh token without end', { refreshToken: ENDLESS }],
  ['a name without end', { staff: { id: crypto.randomUUID(), username: 'lead', name: ENDLESS } }],
  ['a time zone that nobody has', { library: { ...NORTH, timeZone: 'Nowhere/None' } }],
  ['a branch without end', { library: { ...NORTH, branches: [{ ...PLACE, name: ENDLESS }] } }],
  ['branches without end', { library: { ...NORTH, branches: Array.from({ length: 10_000 }, () => PLACE) } }],
  ['a permission without end', { permissions: [ENDLESS] }],
  ['permissions without end', { permissions: Array.from({ length: 10_000 }, () => 'Patrons - Merge') }],
])('a session with %s lets nobody in', async (_what, endless) => {
  const desk = await deskOn(testNetwork());
  answerAnother(desk, '/sessions', endless);
  await expect(desk.signIn()).rejects.toMatchObject({ error: { code: 'serverRubbish' } });
  expect(desk.parts.session.state.status).toBe('signedOut');
});

test.each(['9999-12-31T23:59:59Z', '0000-01-01T00:00:00Z'])(
  'a clock of the server that says %s dates no act, and has none refused',
  async (serverTime) => {
    const { desk, colleague, ek, network } = await filled();
    answerAnother(desk, '/sessions', { serverTime });
    await desk.signIn();
    desk.line.asked = cut;
    network.clock.pass(1000);
    await desk.parts.patrons.block(ek.id, 'Kept the atlas.');
    desk.line = goodLine();
    await desk.sync();
    const [block] = (await colleague.patron(ek.id)).blocks;
    expect(block?.blockedAt).toBe(new Date(network.clock.now()).toISOString());
  },
);

test('a permission that this version does not know is nobody’s, and keeps nobody from working', async () => {
  const { desk, network } = await filled();
  const { permissions } = desk.parts.session.require();
  for (const path of ['/sessions', '/sessions/refresh']) {
    desk.line.answered = (request, answer) =>
      request.path === path && request.method === 'POST'
        ? { ...answer, body: answer.body.replace('"permissions":[', '"permissions":["Patrons - Merge",') }
        : answer;
    if (path === '/sessions') await desk.signIn();
    network.clock.pass(HOUR / 3);
    await desk.sync();
    expect(desk.parts.session.require().permissions).toEqual(permissions);
  }
  expect(desk.asked.filter(({ path }) => path === '/sessions/refresh')).not.toEqual([]);
});

const says = (name: 'stale-tag' | 'invalid', more: object) => {
  const { status, title } = PROBLEMS[name];
  return { status, body: JSON.stringify({ type: problemType(name), title, status, ...more }) };
};

test.each([
  ['card', { cards: [{ number: '1', state: 'active' }] }, { cards: 'none' }],
  ['address', { town: 'Ny' }, { town: { a: 1 }, otherAddresses: 5 }],
  ['note', { staffNote: 'Ny' }, { staffNote: 'x'.repeat(30_000) }],
] as const)(
  'what is no section is not put before staff as what the %s holds now: the edit waits',
  async (section, changes, values) => {
    const { desk, ek } = await filled();
    desk.line.answered = ({ method }, answer) =>
      method === 'PATCH' ? { ...answer, ...says('stale-tag', { current: { values, tag: 't2' } }) } : answer;
    const base = ek.sections[section];
    expect(await desk.parts.patrons.saveSection(ek.id, section, base, changes as never)).toBe('waiting');
    expect(await desk.store.acts(['conflict', 'refused'])).toEqual([]);
  },
);

test('of endless words about an act, little is kept and carried by every list', async () => {
  const { desk, ek } = await filled();
  desk.line.asked = cut;
  await desk.parts.patrons.block(ek.id, 'Window broken');
  const issue = { field: 'comment', code: 'tooLong' };
  const endless = { detail: 'x'.repeat(100_000), fields: Array.from({ length: 5_000 }, () => issue) };
  desk.line.answered = ({ path }, answer) =>
    path.endsWith('/blocks') ? { ...answer, ...says('invalid', endless) } : answer;
  desk.line.asked = () => undefined;
  await desk.sync();
  const acts = await desk.parts.deskActs.list();
  expect(acts.map(({ state }) => state)).toEqual(['refused']);
  expect(JSON.stringify(acts).length).toBeLessThan(20_000);
});

test('an answer that is nested without sense holds up no other act', async () => {
  const { desk, ek, lind, colleague } = await filled();
  const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
  desk.line.answered = ({ method, path }, answer) =>
    method === 'PATCH' && path.includes(ek.id)
      ? { ...answer, body: answer.body.replace(/"staffNote":"[^"]*"/, `"staffNote":${deep}`) }
      : answer;
  const note = (patron: Patron) =>
    desk.parts.patrons.saveSection(patron.id, 'note', patron.sections.note, { staffNote: 'Moved.' });
  expect(await note(ek)).toBe('waiting');
  expect(await note(lind)).toBe('confirmed');
  expect(desk.troubles).toEqual([]);
  expect((await colleague.patron(lind.id)).sections.note.values.staffNote).toBe('Moved.');
});
