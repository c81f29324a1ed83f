// What the simulation found in the desk's part of sync, each as small as it came to be understood: docs/reliability.md
// has the list.
import { afterEach, expect, test, vi } from 'vitest';
import { openExport } from '../../electron/patron-data/open-export.ts';
import { Failure } from '../../electron/support/failure.ts';
import { createCentral, type Central } from '../../server/central.ts';
import { historyInMemory } from '../../server/store/history-file.ts';
import { addTestLibraries, PASSWORD, testNetwork, testOptions } from '../../server/testing/network.ts';
import { cut, Desk, goodLine, type DeskOptions } from './desk.ts';

const desks: Desk[] = [];
afterEach(async () => {
  for (const desk of desks) await desk.end();
  for (const desk of desks.splice(0)) desk.remove();
});

async function started(options: DeskOptions): Promise<Desk> {
  const desk = new Desk(options);
  desks.push(desk);
  return desk.start();
}

async function withPatron() {
  const network = testNetwork();
  const colleague = await network.signIn('north', 'lead');
  const patron = await colleague.register({ note: { staffNote: 'before' } });
  const options = { central: () => network.central, clock: network.clock };
  const desk = await started(options);
  await desk.signIn();
  return { network, colleague, patron, desk, options };
}

const noteOf = async (desk: Desk, id: string) =>
  structuredClone((await desk.parts.patrons.read(id, false)).patron.sections.note);

test('an edit typed over an own one that waits does not overwrite what a colleague wrote unseen', async () => {
  const { colleague, network, patron, desk } = await withPatron();
  const base = await noteOf(desk, patron.id);
  desk.line.asked = cut;
  await desk.parts.patrons.saveSection(patron.id, 'note', base, { staffNote: 'mine' });
  await colleague.save(patron, 'note', { staffNote: 'theirs' });
  // The copy learns of it, while what waits is still laid over it.
  desk.line = { ...goodLine(), asked: ({ method }) => void (method === 'PATCH' && cut()) };
  await desk.parts.patrons.read(patron.id, true);
  expect((await desk.store.pullState('north')).position).toBe(network.central.marks().head);
  const shown = await noteOf(desk, patron.id);
  expect(shown.values).toEqual({ staffNote: 'mine' });
  desk.line = goodLine();
  await desk.sync();
  const [first] = await desk.store.acts(['conflict']);
  await desk.parts.deskActs.withdraw(first?.id ?? '');
  await expect(
    desk.parts.patrons.saveSection(patron.id, 'note', shown, { staffNote: 'mine, longer' }),
  ).rejects.toMatchObject({
    error: { code: 'conflict', conflicts: [{ base: 'mine', mine: 'mine, longer', theirs: 'theirs' }] },
  });
  expect((await colleague.patron(patron.id)).sections.note.values).toEqual({ staffNote: 'theirs' });
});

test('what is in the outbox is told as saved, though it can not be read again', async () => {
  const { colleague, patron, desk } = await withPatron();
  const { act } = desk.store;
  desk.line.asked = cut;
  desk.store.act = () => Promise.reject(new Error('SQLITE_IOERR_READ'));
  expect(await desk.parts.patrons.block(patron.id, 'Kept the atlas.')).toBe('waiting');
  Object.assign(desk, { line: goodLine() }).store.act = act;
  await desk.sync();
  expect((await colleague.patron(patron.id)).blocks).toHaveLength(1);
});

test('a copy that was built anew while the server was asked is filled at once, and nobody hears of a fault', async () => {
  const { patron, desk } = await withPatron();
  let rebuilt = 0;
  desk.line.answered = async ({ path }, answer) => {
    if (path.startsWith('/changes') && rebuilt++ === 0) await desk.store.erasePatrons();
    return answer;
  };
  await desk.parts.sync.now();
  expect([rebuilt > 0, desk.troubles, desk.parts.sync.state.problem]).toEqual([true, [], null]);
  expect(await desk.store.patron('north', patron.id)).toBeDefined();
});

test('an edit typed over an own one goes out after it without a question', async () => {
  const { colleague, patron, desk } = await withPatron();
  desk.line.asked = cut;
  for (const staffNote of ['one', 'two', 'three']) {
    const base = await noteOf(desk, patron.id);
    await desk.parts.patrons.saveSection(patron.id, 'note', base, { staffNote });
  }
  desk.line = goodLine();
  await desk.sync();
  expect((await colleague.patron(patron.id)).sections.note.values).toEqual({ staffNote: 'three' });
  const [, ...later] = await desk.store.acts(['confirmed']);
  expect(later.map(({ tries }) => tries)).toEqual([1, 1]);
});

test('of windows that decide on the same act, one decides and the others are told', async () => {
  const { colleague, patron, desk } = await withPatron();
  const base = await noteOf(desk, patron.id);
  desk.line.asked = cut;
  await desk.parts.patrons.saveSection(patron.id, 'note', base, { staffNote: 'mine' });
  await colleague.save(patron, 'note', { staffNote: 'theirs' });
  desk.line = goodLine();
  await desk.sync();
  const [act] = await desk.store.acts(['conflict']);
  const { deskActs } = desk.parts;
  const id = act?.id ?? '';
  const decisions = await Promise.allSettled([
    deskActs.decide(patron.id, id, { staffNote: 'third' }),
    deskActs.withdraw(id),
    deskActs.decide(patron.id, id, { staffNote: 'fourth' }),
  ]);
  const staffNotes = ['third', 'theirs', 'fourth'];
  const decided = staffNotes.filter((_, index) => decisions[index]?.status === 'fulfilled');
  const { staffNote } = (await colleague.patron(patron.id)).sections.note.values;
  expect(decided).toEqual([staffNote]);
});

test('a window whose edit is in conflict lets go of nothing that was decided on the page Sync in the same moment', async () => {
  const { colleague, patron, desk } = await withPatron();
  const base = await noteOf(desk, patron.id);
  await colleague.save(patron, 'note', { staffNote: 'theirs' });
  const update = desk.store.update.bind(desk.store);
  vi.spyOn(desk.store, 'update').mockImplementation(async (id, change, onlyIn) => {
    if (change.state === 'withdrawn') await desk.parts.deskActs.decide(patron.id, id, { staffNote: 'both' });
    return update(id, change, onlyIn);
  });
  const saved = desk.parts.patrons.saveSection(patron.id, 'note', base, { staffNote: 'mine' });
  await expect(saved).rejects.toMatchObject({ error: { code: 'conflict' } });
  await desk.sync();
  expect((await colleague.patron(patron.id)).sections.note.values).toEqual({ staffNote: 'both' });
  expect(await desk.store.acts(['confirmed'])).toHaveLength(1);
});

test('an act that had been done before its patron was deleted is not shown as refused', async () => {
  const { colleague, patron, desk } = await withPatron();
  desk.line.answered = ({ method }, answer) => (method === 'PATCH' ? cut() : answer);
  const base = await noteOf(desk, patron.id);
  await desk.parts.patrons.saveSection(patron.id, 'note', base, { staffNote: 'mine' });
  await colleague.delete(await colleague.patron(patron.id));
  desk.line = goodLine();
  await desk.sync();
  expect(await desk.store.acts(['waiting', 'sent', 'conflict', 'refused'])).toEqual([]);
});

test('a desk whose policy keeps nobody any more lets go of whom it kept', async () => {
  const { patron, desk, options } = await withPatron();
  expect(await desk.store.patron('north', patron.id)).toBeDefined();
  await desk.crash();
  await desk.start({ ...options, policy: { copy: { scope: 'none' } } });
  await desk.signIn();
  expect(await desk.store.patron('north', patron.id)).toBeUndefined();
  expect((await desk.store.pullState('north')).position).not.toBeNull();
});

test('a desk whose policy keeps nobody any more shows nobody whom it kept, though the line is cut', async () => {
  const { patron, desk, options } = await withPatron();
  await desk.signIn('desk', 'south');
  await expect.poll(() => desk.store.recall('offline sign-ins'), { timeout: 20_000 }).toMatch(/salt.*salt/);
  const policy = { copy: { scope: 'none' } };
  await desk.crash();
  await desk.start({ ...options, policy });
  desk.line.asked = cut;
  await desk.signIn('lead', 'north');
  expect((await desk.store.search('north', '*', 0, 10)).total).toBe(0);
  await expect(desk.parts.patrons.read(patron.id, false)).rejects.toMatchObject({
    error: { code: 'needsServer' },
  });
  desk.line = goodLine();
  await desk.signIn();
  const { syncedAt } = await desk.store.pullState('north');
  await desk.crash();
  await desk.start({ ...options, policy });
  expect(syncedAt).not.toBeNull();
  expect((await desk.store.pullState('north')).syncedAt).toBe(syncedAt);
});

test('a restore is noticed for every library whose staff work at a desk, whoever is signed in', async () => {
  const made = testOptions({ historyFile: historyInMemory() });
  let central: Central = createCentral(made);
  addTestLibraries(central);
  const desk = await started({ central: () => central, clock: made.clock });
  await desk.signIn('lead', 'south');
  await desk.signIn('lead', 'north');
  central.close();
  central = createCentral({ ...testOptions({ seed: 'restored' }), clock: made.clock });
  addTestLibraries(central);
  await desk.signIn('lead', 'north');
  const { epoch } = central.marks();
  expect((await desk.store.outgoing()).epochs).toEqual([
    { library: 'north', epoch },
    { library: 'south', epoch },
  ]);
  central.close();
});

test('a revoked desk lets nobody in without the line', async () => {
  const { network, desk } = await withPatron();
  await expect.poll(() => desk.store.recall('offline sign-ins')).toContain('lead');
  network.central.desks.revoke(desk.id);
  await desk.sync();
  desk.line.asked = cut;
  await expect(
    desk.parts.session.signIn({ library: 'north', username: 'lead', password: PASSWORD }, () => undefined),
  ).rejects.toMatchObject({ error: { code: 'notKnownOffline' } });
});

test('a revoked desk whose disk fails while it erases is told so again, and the program goes on', async () => {
  const { network, desk } = await withPatron();
  network.central.desks.revoke(desk.id);
  const { erasePatrons } = desk.store;
  desk.store.erasePatrons = () => Promise.reject(new Error('SQLITE_IOERR_WRITE'));
  await desk.sync();
  expect(desk.troubles).not.toEqual([]);
  desk.store.erasePatrons = erasePatrons;
  await desk.sync();
  expect((await desk.store.search('north', '*', 0, 10)).total).toBe(0);
});

test('a revoked desk whose outbox can not be written erases its copy all the same', async () => {
  const { network, desk } = await withPatron();
  network.central.desks.revoke(desk.id);
  const fails = () => Promise.reject(new Failure({ code: 'diskFull' }));
  Object.assign(desk.store, { remember: fails, forget: fails });
  await desk.sync();
  expect((await desk.store.search('north', '*', 0, 10)).total).toBe(0);
});

test('a full disk does not keep a desk from starting', async () => {
  const { patron, desk, options } = await withPatron();
  await desk.crash();
  const fails = () => Promise.reject(new Error('SQLITE_FULL'));
  await desk.start(options, (store) => Object.assign(store, { remember: fails, forgetWithdrawn: fails }));
  expect(await desk.store.patron('north', patron.id)).toBeDefined();
});

test('a full disk lets nobody halfway in: who signs in with the line works, and is told so', async () => {
  const { desk, options } = await withPatron();
  await desk.parts.session.signOut();
  await desk.crash();
  const full = () => Promise.reject(new Failure({ code: 'diskFull' }));
  await desk.start(options, (store) => Object.assign(store, { remember: full }));
  const { session, patrons } = desk.parts;
  const credentials = { library: 'north', username: 'lead', password: PASSWORD };
  const said = await session.signIn(credentials, () => undefined).catch((thrown: unknown) => thrown);
  expect(said).toEqual(session.state);
  expect(said).toMatchObject({ status: 'signedIn', withLine: true });
  expect((await patrons.search('*', { offset: 0, limit: 1, order: 'plain', from: 'server' })).total).toBe(1);
});

test('an export is logged again by a server that was restored from before it', async () => {
  const { network, patron, desk } = await withPatron();
  const { store } = desk;
  const { session, acts } = desk.parts;
  await openExport({ session, acts, store, clock: network.clock }, patron.id, 'unchecked');
  for (let n = 0; n < 2; n++) await desk.sync();
  expect(await store.logEvents('north', 10)).toEqual([]);
  const log = network.central.parts.audit.entries('north', patron.id);
  const ids = log.filter(({ kind }) => kind === 'exported').map(({ id }) => id);
  expect(ids).toHaveLength(1);
  await store.seeEpoch('another');
  expect(await store.logEvents('north', 10)).toMatchObject([
    { id: ids[0], kind: 'exported', patronId: patron.id },
  ]);
});

test('what is undecided in one history is judged anew in another, which may hold it', async () => {
  const { colleague, patron, desk } = await withPatron();
  await desk.parts.patrons.saveSection(patron.id, 'note', await noteOf(desk, patron.id), {
    staffNote: 'mine',
  });
  await desk.parts.patrons.block(patron.id, 'Mine, too');
  await desk.sync();
  // As a restore of an older backup made them, before the server went back to the newer one.
  const [edit, block] = await desk.store.acts(['confirmed']);
  const current = { ...patron.sections.note, values: { staffNote: 'theirs' } };
  await desk.store.update(edit?.id ?? '', { state: 'conflict', conflict: { current, fields: [] } });
  const refusal = { code: 'notPermitted' as const, detail: '', fields: [] };
  await desk.store.update(block?.id ?? '', { state: 'refused', refusal });
  await desk.sync();
  expect(await desk.store.acts(['conflict', 'refused'])).toHaveLength(2);
  await desk.store.seeEpoch('another');
  await desk.sync();
  expect((await desk.store.acts(['confirmed'])).map(({ id }) => id)).toEqual([edit?.id, block?.id]);
  const { sections, blocks } = await colleague.patron(patron.id);
  expect([sections.note.values, blocks.length]).toEqual([{ staffNote: 'mine' }, 1]);
});

test('an export is logged in the name of whoever asked for it, though a colleague signed in before the line gave up', async () => {
  const { patron, desk, network } = await withPatron();
  let giveUp: () => void = () => undefined;
  let asked: () => void = () => undefined;
  const isAsked = new Promise<void>((resolve) => (asked = resolve));
  desk.line.answered = ({ path }, answer) => {
    if (!path.endsWith('/exports')) return answer;
    // Asked once more, it's cut off.
    desk.line.asked = (again) => void (again.path === path && cut());
    asked();
    return new Promise((_, reject) => (giveUp = () => reject(new Failure({ code: 'serverSlow' }))));
  };
  const { session, acts } = desk.parts;
  const author = session.require().staff;
  const opened = openExport({ session, acts, store: desk.store, clock: network.clock }, patron.id, 'patron');

  await isAsked;
  await session.signOut();
  await desk.signIn('desk');
  giveUp();
  await expect(opened).rejects.toMatchObject({ error: { code: 'signedOut' } });
  await desk.sync();
  const logged = network.central.parts.audit.entries('north', patron.id);
  const exported = logged.filter(({ kind }) => kind === 'exported');
  expect(exported.map(({ staff }) => staff)).toEqual([author.name]);
});
