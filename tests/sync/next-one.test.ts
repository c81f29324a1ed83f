// Somebody leaves, or somebody else signs in, while something is on its way: it ends, or goes on in the name of whoever
// began it. Never in the next one's, and never for nobody.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { SqliteStore } from '../../electron/cache/sqlite-store.ts';
import { openExport } from '../../electron/patron-data/open-export.ts';
import { isFailure } from '../../electron/support/failure.ts';
import { PASSWORD, testNetwork, type TestNetwork } from '../../server/testing/network.ts';
import { cut, Desk, goodLine } from './desk.ts';

let network: TestNetwork;
let desk: Desk;
/** While it is set, the store takes its time over what has this name. */
let held: { name: string; until: Promise<void> } | undefined;

/** As a store on a slow disk, or one that is filling. */
function slow(store: SqliteStore): void {
  const wait = async (name: string) => {
    if (held?.name === name) await held.until;
  };
  const { remember, pullState, patron, search, unsettledOn } = store;
  store.remember = async (name, text) => {
    await wait(name);
    await remember.call(store, name, text);
  };
  store.pullState = async (library) => {
    await wait('pull state');
    return pullState.call(store, library);
  };
  store.patron = async (library, id) => {
    await wait('patron');
    return patron.call(store, library, id);
  };
  store.search = async (...asked) => {
    await wait('search');
    return search.apply(store, asked);
  };
  store.unsettledOn = async (library, id) => {
    await wait('unsettled');
    return unsettledOn.call(store, library, id);
  };
}

beforeEach(async () => {
  network = testNetwork();
  desk = new Desk({ central: () => network.central, clock: network.clock });
  await desk.start(undefined, slow);
});
afterEach(async () => {
  held = undefined;
  await desk.end();
  desk.remove();
});

function hold(name: string): () => void {
  let release: () => void = () => undefined;
  held = { name, until: new Promise((resolve) => (release = resolve)) };
  return () => {
    held = undefined;
    release();
  };
}
/** What the server answers there is on its way until the answered function is called. */
function holdAnswer(path: string): () => void {
  let answer: () => void = () => undefined;
  const line = new Promise<void>((resolve) => (answer = resolve));
  desk.line.answered = async (request, said) => {
    if (request.path === path && request.method === 'POST') await line;
    return said;
  };
  return answer;
}
const session = () => desk.parts.session;
const signIn = (username: string) =>
  session().signIn({ library: 'north', username, password: PASSWORD }, () => undefined);
/** Signs in and leaves: from now on they may sign in here without the line. */
async function becomeKnown(username: string): Promise<void> {
  await signIn(username);
  await session().end();
  await session().signOut();
}
/** The app crashes, so that nothing ends the session at the server; they sign in without the line, and it comes back. */
async function crashAndSignInWithoutLine(username: string): Promise<void> {
  await desk.crash();
  await desk.start(undefined, slow);
  desk.line.asked = cut;
  await signIn(username);
  desk.line = goodLine();
}
/** What is done without the line goes out by itself, though the desk crashes: their session was kept. */
async function goesOutAfterACrash(id: string): Promise<void> {
  desk.line.asked = cut;
  expect(await desk.parts.patrons.block(id, 'Took the till.')).toBe('waiting');
  await desk.crash();
  desk.line = goodLine();
  await desk.start(undefined, slow);
  await desk.sync();
  expect((await desk.store.acts(['waiting', 'sent'])).map(({ patronId }) => patronId)).toEqual([]);
}
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (thrown: unknown) => (isFailure(thrown) ? thrown.error.code : thrown),
  );
/** Everything that goes on by itself has come to where it waits. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 50));

test('a sign-in that was on its way when staff signed out lets nobody in, and leaves no session behind', async () => {
  await signIn('lead');
  const answer = holdAnswer('/sessions');
  const signingIn = codeOf(signIn('lead'));
  await settled();
  await session().signOut();
  answer();
  expect(await signingIn).toBe('signedOut');
  expect(session().state.status).toBe('signedOut');
  await settled();
  expect(network.central.parts.store.rows('SELECT 1 FROM session WHERE ended = 0')).toEqual([]);
});

test('a sign-in that was on its way as whoever works at a locked desk came back takes nothing over from them', async () => {
  await signIn('lead');
  session().lock();
  const answer = holdAnswer('/sessions');
  const mayReplace = vi.fn();
  const credentials = { library: 'north', username: 'desk', password: PASSWORD };
  const colleague = codeOf(session().signIn(credentials, mayReplace));
  await settled();
  desk.line.answered = goodLine().answered;
  await signIn('lead');
  answer();
  expect(await colleague).toBe('requestRefused');
  expect(session().state).toMatchObject({ status: 'signedIn', staff: { username: 'lead' } });
  expect(mayReplace).not.toHaveBeenCalled();
  await settled();
  expect(network.central.parts.store.rows('SELECT 1 FROM session WHERE ended = 0')).toHaveLength(1);
});

test('whoever signs in next never works with a session that came late to somebody who had left', async () => {
  await becomeKnown('desk');
  const release = hold('steady clock');
  const late = codeOf(signIn('lead'));
  await settled();
  await session().signOut();
  release();
  await late;
  desk.line.asked = cut;
  await signIn('desk');
  expect(session().central).toBeUndefined();
});

test('nor with one that was gone on with after a cut while its member of staff left', async () => {
  await becomeKnown('desk');
  await becomeKnown('lead');
  await signIn('lead');
  await crashAndSignInWithoutLine('lead');
  const release = hold('steady clock');
  const late = session().resume();
  await settled();
  await session().signOut();
  release();
  await late;
  desk.line.asked = cut;
  await signIn('desk');
  expect(session().central).toBeUndefined();
});

test.each([
  ['a PIN', 'pull state', (id: string) => desk.parts.patrons.setPin(id, '4711')],
  ['a deletion', 'unsettled', (id: string, tag: string) => desk.parts.patrons.delete(id, tag)],
  [
    'an export',
    'pull state',
    (id: string) => openExport({ ...desk.parts, clock: network.clock }, id, 'unchecked'),
  ],
] as const)(
  '%s that was on its way is not done in the name of whoever signed in since',
  async (_, at, act) => {
    const { id, tag } = await (await network.signIn('north', 'lead')).register();
    await desk.signIn('lead');
    const release = hold(at);
    const acting = codeOf(act(id, tag));
    await settled();
    await signIn('desk');
    desk.asked.length = 0;
    release();
    expect(await acting).toBe('signedOut');
    expect(desk.asked.filter(({ path }) => path.includes(id))).toEqual([]);
  },
);

test('a read that was on its way is no look of whoever signed in since', async () => {
  const { id } = await (await network.signIn('north', 'lead')).register();
  const { central } = network;
  await desk.crash();
  await desk.start(
    { central: () => central, clock: network.clock, policy: { copy: { scope: 'none' } } },
    slow,
  );
  await desk.signIn('lead');
  const release = hold('patron');
  const reading = codeOf(desk.parts.patrons.read(id, false));
  await settled();
  await signIn('desk');
  release();
  expect(await reading).toBe('signedOut');
  expect(central.parts.audit.entries('north', id).filter(({ kind }) => kind === 'looked')).toEqual([]);
});

test.each([
  ['windows have been told', true],
  ['windows have not been told yet', false],
])('a card whose scan was on its way opens nobody for whoever signed in since: %s', async (_, isTold) => {
  const card = { number: '2100001', state: 'active' as const };
  await (await network.signIn('north', 'lead')).register({ card: { cards: [card] } });
  await desk.signIn('lead');
  const { scannedCards } = desk.parts;
  const release = hold('patron');
  const scanning = codeOf(scannedCards.find(card.number, desk));
  await settled();
  await session().signOut();
  if (isTold) scannedCards.forget();
  await signIn('desk');
  release();
  expect(await scanning).toBe('signedOut');
  expect(scannedCards.patronOf(1, true, desk)).toBeUndefined();
});

test('what one typed to find a guarantor is not asked for in the name of whoever signed in since', async () => {
  const { central, clock } = network;
  const { id } = await (await network.signIn('north', 'lead')).register();
  await desk.crash();
  await desk.start({ central: () => central, clock, policy: { copy: { scope: 'none' } } }, slow);
  await desk.signIn('lead');
  const release = hold('search');
  const finding = codeOf(desk.parts.patrons.guarantors(id, { name: 'Ek', order: 'plain' }, 8));
  await settled();
  await signIn('desk');
  desk.asked.length = 0;
  release();
  await finding;
  expect(desk.asked.filter(({ method, path }) => method === 'GET' && path === '/patrons')).toEqual([]);
});

test('a session that somebody begins while their former one is traded is kept: a crash strands nothing', async () => {
  const { id } = await (await network.signIn('north', 'lead')).register();
  await desk.signIn('lead');
  await desk.crash();
  await desk.start(undefined, slow);
  const answer = holdAnswer('/sessions/refresh');
  const trading = desk.parts.sync.now();
  await settled();
  await signIn('lead');
  desk.line.answered = goodLine().answered;
  answer();
  await trading;
  await desk.sync();
  await goesOutAfterACrash(id);
});

test.each(['took', 'refused'])(
  'nor does it where the server %s the former one, with which the desk wanted to go on',
  async (what) => {
    const { id } = await (await network.signIn('north', 'lead')).register();
    await becomeKnown('lead');
    await signIn('lead');
    await crashAndSignInWithoutLine('lead');
    const { store } = network.central.parts;
    if (what === 'refused') store.run('UPDATE session SET ended = 1');
    const answer = holdAnswer('/sessions/refresh');
    const goingOn = session().resume();
    await settled();
    session().lock();
    await signIn('lead');
    answer();
    await goingOn;
    await settled();
    const own = 'SELECT 1 FROM session WHERE ended = 0 AND desk = ?';
    expect(store.rows(own, desk.id)).toHaveLength(1);
    await goesOutAfterACrash(id);
  },
);

test('a sign-in whose answer comes while the desk ends leaves no session behind', async () => {
  let answer: () => void = () => undefined;
  const line = new Promise<void>((resolve) => (answer = resolve));
  let end: () => void = () => undefined;
  const ending = new Promise<void>((resolve) => (end = resolve));
  let ends = 0;
  await becomeKnown('desk');
  await signIn('desk');
  desk.line.answered = async (request, said) => {
    if (request.path === '/sessions' && request.method === 'POST') await line;
    if (request.path === '/sessions/end' && ends++ === 0) await ending;
    return said;
  };
  const signingIn = codeOf(signIn('lead'));
  await settled();
  const shutDown = desk.parts.shutdown();
  answer();
  const said = await signingIn;
  await settled();
  end();
  await shutDown;
  await settled();
  expect([said, desk.troubles]).toEqual(['signedOut', []]);
  expect(network.central.parts.store.rows('SELECT 1 FROM session WHERE ended = 0')).toEqual([]);
});

test('a desk that ends in the middle of a sync is in no trouble', async () => {
  await desk.signIn('desk');
  let answer: () => void = () => undefined;
  const line = new Promise<void>((resolve) => (answer = resolve));
  desk.line.answered = async (request, said) => {
    if (request.path === '/changes') await line;
    return said;
  };
  const syncing = desk.parts.sync.now();
  await settled();
  await desk.parts.shutdown();
  answer();
  await syncing;
  expect(desk.troubles).toEqual([]);
});

test('a lock that comes while somebody is signing in holds: they may have left the computer by then', async () => {
  await signIn('desk');
  session().lock();
  const answer = holdAnswer('/sessions');
  const signingIn = signIn('desk');
  await settled();
  session().lock();
  answer();
  await signingIn;
  expect(session().state.status).toBe('locked');
});

test.each([
  ['its new token is written down', 'grants', false],
  ['it is ended at the server', 'nothing', true],
] as const)(
  'a crash while a session is traded, before %s, loses no act, and does none twice',
  async (_, at, isCut) => {
    const { id } = await (await network.signIn('north', 'lead')).register();
    await desk.signIn('lead');
    desk.line.asked = cut;
    expect(await desk.parts.patrons.block(id, 'Took the till.')).toBe('waiting');
    await desk.crash();
    await desk.start(undefined, slow);
    desk.line = goodLine();
    if (isCut) desk.line.asked = ({ path }) => void (path === '/sessions/end' && cut());
    const release = hold(at);
    const trading = codeOf(desk.parts.sync.now());
    await settled();
    expect(desk.asked.map(({ path }) => path)).toContain('/sessions/refresh');
    await desk.crash();
    release();
    await trading;
    desk.line = goodLine();
    await desk.start(undefined, slow);
    await desk.sync();
    await desk.signIn('lead');
    await desk.sync();
    const { blocks } = await (await network.signIn('north', 'lead')).patron(id);
    expect(blocks).toMatchObject([{ comment: 'Took the till.', blockedBy: 'lead of north' }]);
    expect((await desk.parts.deskActs.list()).map(({ state }) => state)).toEqual(['confirmed']);
  },
);

test.each(['steady clock', 'grants', 'offline sign-ins'])(
  'a desk that ends while a sign-in writes its %s leaves no session behind, and trips over nothing',
  async (name) => {
    const release = hold(name);
    const signingIn = codeOf(signIn('lead'));
    await settled();
    const shutDown = desk.parts.shutdown();
    await settled();
    release();
    await Promise.all([signingIn, shutDown]);
    await settled();
    expect(desk.troubles).toEqual([]);
    expect(network.central.parts.store.rows('SELECT 1 FROM session WHERE ended = 0')).toEqual([]);
  },
);
