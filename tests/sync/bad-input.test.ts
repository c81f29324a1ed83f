// What a desk meets that should not be: each has its message, none loses an act or does it twice.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { httpTransport } from '../../electron/central/transport.ts';
import { createCentral, type Central } from '../../server/central.ts';
import { historyInMemory } from '../../server/store/history-file.ts';
import {
  addTestLibraries,
  testNetwork,
  testOptions,
  type TestNetwork,
} from '../../server/testing/network.ts';
import { ANSWER_HEADERS } from '../../shared/central/endpoint.ts';
import { PROBLEMS, problemType } from '../../shared/central/problems.ts';
import type { Patron } from '../../shared/patrons/patron.ts';
import { cut, Desk, goodLine } from './desk.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const desks: Desk[] = [];
const cleanUp: (() => void)[] = [];
afterEach(async () => {
  for (const desk of desks) await desk.end();
  for (const clean of cleanUp.splice(0)) clean();
  for (const desk of desks.splice(0)) desk.remove();
});

async function deskOn({ central, clock }: Pick<TestNetwork, 'central' | 'clock'>, policy?: unknown) {
  const desk = new Desk({ central: () => central, clock, ...(policy !== undefined && { policy }) });
  desks.push(desk);
  return desk.start();
}

/** A network with three patrons, and a desk with its copy. */
async function filled(policy?: unknown) {
  const network = testNetwork();
  const colleague = await network.signIn('north', 'lead');
  const patrons: Patron[] = [];
  for (const familyName of ['Ek', 'Lind', 'Öberg'])
    patrons.push(await colleague.register({ personal: { familyName } }));
  const desk = await deskOn(network, policy);
  await desk.signIn();
  const [ek, lind, oberg] = patrons as [Patron, Patron, Patron];
  return { network, colleague, desk, ek, lind, oberg };
}

const problem = (desk: Desk) => desk.parts.sync.state.problem;
const position = async (desk: Desk) => (await desk.store.pullState('north')).position;
const found = async (desk: Desk, query: string) => (await desk.store.search('north', query, 0, 10)).total;
const comments = async (desk: Desk, { id }: Patron) =>
  (await desk.store.patron('north', id))?.patron.blocks.map(({ comment }) => comment);

test('a cursor from the future: the copy is filled anew, the outbox untouched', async () => {
  const { desk, colleague, ek } = await filled();
  const { epoch } = await desk.store.pullState('north');
  await desk.store.applyChanges('north', [], 9_999, epoch ?? '', null);
  desk.line.asked = cut;
  await desk.parts.patrons.block(ek.id, 'Kept the atlas.');
  desk.line = goodLine();
  await desk.sync();
  expect(await position(desk)).toBeLessThan(100);
  expect((await colleague.patron(ek.id)).blocks).toHaveLength(1);
  expect(await comments(desk, ek)).toEqual(['Kept the atlas.']);
});

test("a server restored from yesterday's backup: what it had confirmed since goes out again, once, in its order", async () => {
  const folder = mkdtempSync(join(tmpdir(), 'circdesk-restored-'));
  cleanUp.push(() => rmSync(folder, { recursive: true }));
  const [database, backup] = [join(folder, 'live.sqlite'), join(folder, 'backup.sqlite')];
  const made = testOptions({ database, historyFile: historyInMemory() });
  let central: Central = createCentral(made);
  cleanUp.push(() => central.close());
  addTestLibraries(central);
  const desk = new Desk({ central: () => central, clock: made.clock });
  desks.push(await desk.start());
  await desk.signIn();
  const create = await central.answer('createPatron', {
    ...(await request(desk, central)),
    body: { id: desk.parts.acts.newId(), sections: { personal: { familyName: 'Ek' } } },
  });
  const ek = (create.body as { value: Patron }).value;
  await desk.sync();

  await central.parts.store.copyTo(backup);
  await desk.parts.patrons.block(ek.id, 'After the backup.');
  const { patron } = await desk.parts.patrons.read(ek.id, true);
  const base = patron.sections.contact as never;
  await desk.parts.patrons.saveSection(ek.id, 'contact', base, { phones: ['0123 456'] });
  await desk.sync();
  expect(await desk.store.acts(['confirmed'])).toHaveLength(2);

  const before = central.marks().epoch;
  central.close();
  for (const end of ['', '-wal', '-shm']) rmSync(database + end, { force: true });
  copyFileSync(backup, database);
  central = createCentral(made);
  expect(central.marks().epoch).not.toBe(before);
  await desk.signIn();
  await desk.sync();
  const whole = central.parts.records.find('north', ek.id);
  const now = whole.ok ? central.parts.records.whole(whole.value) : undefined;
  expect(now?.blocks.map(({ comment }) => comment)).toEqual(['After the backup.']);
  expect(now?.sections.contact.values.phones).toEqual(['0123 456']);
  expect((await desk.store.acts(['confirmed'])).map(({ confirmed }) => confirmed?.epoch)).toEqual([
    central.marks().epoch,
    central.marks().epoch,
  ]);
  expect((await desk.store.patron('north', ek.id))?.patron).toEqual(now);
});

/** The headers of an act by whoever is signed in at the desk. */
async function request(desk: Desk, central: Central) {
  let headers: Record<string, string | undefined> = {};
  const listen = desk.line.asked;
  desk.line.asked = (asked) => (headers = { ...asked.headers });
  await desk.parts.session.use((session) => session.search('x', 0, 1));
  desk.line.asked = listen;
  const ids = () => desk.parts.acts.newId();
  return {
    params: {},
    query: {},
    headers: {
      ...headers,
      'idempotency-key': ids(),
      'circdesk-act': ids(),
      'circdesk-acted-at': new Date(desk.parts.sync ? Date.now() : 0).toISOString(),
      'circdesk-epoch': central.marks().epoch,
    },
  };
}

test('a page of changes cut in half is not believed; the next one is', async () => {
  const { desk, colleague } = await filled();
  await colleague.register({ personal: { familyName: 'Ny' } });
  desk.line.answered = ({ path }, answer) =>
    path === '/changes' ? { ...answer, body: answer.body.slice(0, answer.body.length / 2) } : answer;
  const before = await position(desk);
  await desk.sync();
  expect(problem(desk)).toBe('serverRubbish');
  expect(await position(desk)).toBe(before);
  desk.line = goodLine();
  await desk.sync();
  expect(problem(desk)).toBeNull();
  expect(await found(desk, 'ny')).toBe(1);
});

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

test('fields that this version does not know are passed over', async () => {
  const { desk, colleague } = await filled();
  await colleague.register({ personal: { familyName: 'Ny' } });
  desk.line.answered = ({ path }, answer) => {
    if (path !== '/changes') return answer;
    const page = JSON.parse(answer.body) as { changes: { patron: object }[] };
    for (const change of page.changes) Object.assign(change.patron, { shoeSize: 43 });
    return { ...answer, body: JSON.stringify({ ...page, weather: 'rain' }) };
  };
  await desk.sync();
  expect(await found(desk, 'ny')).toBe(1);
  expect((await desk.parts.syncState()).setAside).toBe(0);
});

test('a record that fails the schema is kept aside and told of; the others go on', async () => {
  const { desk, colleague, ek, lind } = await filled();
  await colleague.save(ek, 'contact', { phones: ['0123 456'] });
  await colleague.save(lind, 'contact', { phones: ['0123 789'] });
  desk.line.answered = ({ path }, answer) => {
    if (path !== '/changes') return answer;
    const page = JSON.parse(answer.body) as { changes: { patron: Patron }[] };
    for (const { patron } of page.changes)
      if (patron.id === ek.id) Object.assign(patron, { createdAt: 'last week' });
    return { ...answer, body: JSON.stringify(page) };
  };
  await desk.sync();
  expect((await desk.parts.syncState()).setAside).toBe(1);
  expect(await found(desk, '0123789')).toBe(1);
  expect(await found(desk, 'ek')).toBe(1);
  desk.line = goodLine();
  await colleague.block(ek);
  await desk.sync();
  expect((await desk.parts.syncState()).setAside).toBe(0);
});

test.each([
  ['an hour ahead', HOUR],
  ['an hour behind', -HOUR],
  ['a year ahead', 365 * DAY],
  ['a year behind', -365 * DAY],
])("a computer's clock %s makes no wrong dates at the server, and loses nothing", async (_how, wrong) => {
  const network = testNetwork();
  const colleague = await network.signIn('north', 'lead');
  const patron = await colleague.register();
  const { central, clock } = network;
  const ownClock = { now: () => clock.now() + wrong };
  const desk = new Desk({ central: () => central, clock, ownClock });
  desks.push(await desk.start());
  await desk.signIn();
  desk.line.asked = cut;
  await desk.parts.patrons.block(patron.id, 'Kept the atlas.');
  clock.pass(2 * HOUR);
  desk.line = goodLine();
  await desk.sync();
  const [block] = (await (await network.signIn('north', 'lead')).patron(patron.id)).blocks;
  expect(block?.blockedAt).toBe(new Date(clock.now() - 2 * HOUR).toISOString());
});

test('a clock that jumps while staff work changes neither what waits nor its order', async () => {
  const { network, desk, colleague, ek } = await filled();
  desk.line.asked = cut;
  await desk.parts.patrons.block(ek.id, 'First.');
  network.clock.pass(-365 * DAY);
  const { patron } = await desk.parts.patrons.read(ek.id, false);
  await desk.parts.patrons.unblock(
    ek.id,
    patron.blocks.map(({ id }) => id),
    'Second.',
  );
  network.clock.pass(365 * DAY);
  desk.line = goodLine();
  await desk.sync();
  expect(await desk.store.acts(['waiting', 'sent', 'conflict', 'refused'])).toEqual([]);
  expect((await colleague.patron(ek.id)).blocks).toEqual([]);
});

test('a copy that was not synced for 14 days is erased, whatever the clock is set to; what waits stays', async () => {
  const { network, desk, ek } = await filled();
  desk.line.asked = cut;
  await desk.parts.patrons.block(ek.id, 'Kept the atlas.');
  network.clock.pass(13 * DAY);
  await desk.crash();
  await desk.start();
  expect(await found(desk, 'ek')).toBe(1);
  network.clock.pass(2 * DAY);
  await desk.crash();
  await desk.start();
  expect(await found(desk, 'ek')).toBe(0);
  expect(await desk.store.acts(['waiting', 'sent'])).toHaveLength(1);
  desk.line = goodLine();
  await desk.signIn();
  await desk.sync();
  const colleague = await network.signIn('north', 'lead');
  expect((await colleague.patron(ek.id)).blocks).toHaveLength(1);
  expect(await found(desk, 'ek')).toBe(1);
});

test('setting the clock back each day does not keep the copy longer', async () => {
  const network = testNetwork();
  const colleague = await network.signIn('north', 'lead');
  await colleague.register({ personal: { familyName: 'Ek' } });
  const { central, clock } = network;
  let behind = 0;
  const desk = new Desk({ central: () => central, clock, ownClock: { now: () => clock.now() - behind } });
  desks.push(await desk.start());
  await desk.signIn();
  desk.line.asked = cut;
  for (let day = 0; day < 15; day++) {
    clock.pass(DAY);
    behind += DAY;
    await desk.parts.housekeep();
  }
  expect(await found(desk, 'ek')).toBe(0);
});

const mounts = process.platform === 'linux' && process.getuid?.() === 0;
test.skipIf(!mounts)(
  'a disk that fills up in the middle of a page: nothing of it is stored, staff are told, and with room it goes on',
  async () => {
    const { network, desk, colleague } = await filled();
    await desk.crash();
    const small = mkdtempSync(join(tmpdir(), 'circdesk-small-'));
    execFileSync('cp', ['-a', `${desk.folder}/.`, small]);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=800k', 'tmpfs', desk.folder]);
    cleanUp.push(() => execFileSync('umount', [desk.folder]));
    cleanUp.push(() => rmSync(small, { recursive: true }));
    execFileSync('cp', ['-a', `${small}/.`, desk.folder]);
    await desk.start();
    await desk.signIn();
    for (let n = 0; n < 90; n++)
      await colleague.register({
        personal: { familyName: `Stor${n}` },
        note: { staffNote: 'x'.repeat(9_900) },
      });
    await desk.sync();
    expect(problem(desk)).toBe('diskFull');
    const [stored, at] = [await found(desk, 'stor*'), await position(desk)];
    expect(stored).toBeLessThan(90);
    execFileSync('mount', ['-o', 'remount,size=64m', desk.folder]);
    await desk.sync();
    expect(problem(desk)).toBeNull();
    expect(await found(desk, 'stor*')).toBe(90);
    expect(await position(desk)).toBeGreaterThan(at ?? 0);
    expect(network.central.marks().head).toBe(await position(desk));
  },
);

test("a server whose certificate has expired is not spoken to, and that is what's said", async () => {
  const fixture = (name: string) => readFileSync(join(import.meta.dirname, '../fixtures', name));
  const server = createServer(
    { cert: fixture('expired-certificate.pem'), key: fixture('expired-key.pem') },
    (_request, answer) => void answer.end('{}'),
  ).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  cleanUp.push(() => void server.close());
  const reachable: boolean[] = [];
  const { port } = server.address() as AddressInfo;
  const transport = httpTransport(`https://127.0.0.1:${port}`, fetch, (heard) => reachable.push(heard));
  await expect(transport({ method: 'GET', path: '/', timeout: 5_000 })).rejects.toMatchObject({
    error: { code: 'serverCertificate' },
  });
  expect(reachable).toEqual([false]);
});
