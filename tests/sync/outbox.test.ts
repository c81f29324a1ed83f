// What staff did: in which order and in whose name it goes out, and what becomes of it where others disagree.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { testNetwork, type TestDesk, type TestNetwork } from '../../server/testing/network.ts';
import type { Patron } from '../../shared/patrons/patron.ts';
import type { FieldValues, SectionId } from '../../shared/patrons/sections.ts';
import { BLOCK_PATRON } from '../../shared/permissions.ts';
import { cut, Desk, goodLine } from './desk.ts';

let network: TestNetwork;
let colleague: TestDesk;
let patron: Patron;
let desk: Desk;
const others: Desk[] = [];

beforeEach(async () => {
  network = testNetwork();
  colleague = await network.signIn('north', 'lead');
  patron = await colleague.register({ personal: { familyName: 'Ek' } });
  desk = await anotherDesk();
  await desk.signIn();
});
afterEach(async () => {
  for (const other of others.splice(0)) {
    await other.end();
    other.remove();
  }
});

async function anotherDesk(): Promise<Desk> {
  const other = new Desk({ central: () => network.central, clock: network.clock });
  others.push(other);
  return other.start();
}

const atServer = () => colleague.patron(patron.id);
/** As a window does it: what is shown is what the edit is based on. */
async function edit(at: Desk, section: SectionId, changes: FieldValues) {
  const view = await at.parts.patrons.read(patron.id, false);
  return at.parts.patrons.saveSection(patron.id, section, view.patron.sections[section] as never, changes);
}
const comeBack = async () => {
  desk.line = goodLine();
  await desk.sync();
};
const states = async () => (await desk.parts.deskActs.list()).map(({ state }) => state);

test('edits of one section one after another are sent in their order, and need no decision', async () => {
  desk.line.asked = cut;
  for (const town of ['Visby', 'Ystad', 'Lund'])
    expect(await edit(desk, 'address', { town })).toBe('waiting');
  await edit(desk, 'address', { postcode: '223 50' });
  await comeBack();
  expect((await atServer()).sections.address.values).toMatchObject({ town: 'Lund', postcode: '223 50' });
  expect(await states()).toEqual(['confirmed', 'confirmed', 'confirmed', 'confirmed']);
});

test('what a cut line kept from being sent goes out within seconds of its return, not at the next poll', async () => {
  desk.happen(0);
  await desk.sync();
  desk.line.asked = cut;
  await edit(desk, 'address', { town: 'Visby' });
  desk.line = goodLine();
  desk.happen(6_000);
  await expect.poll(async () => (await atServer()).sections.address.values.town).toBe('Visby');
});

test('an edit and a colleague in another field of the section merge; the same value on both sides is no conflict', async () => {
  desk.line.asked = cut;
  await edit(desk, 'address', { town: 'Visby', line1: 'Klintgatan 1' });
  await colleague.save(await atServer(), 'address', { postcode: '621 57', line1: 'Klintgatan 1' });
  await comeBack();
  expect((await atServer()).sections.address.values).toMatchObject({
    ...{ town: 'Visby', postcode: '621 57', line1: 'Klintgatan 1' },
  });
  expect(await states()).toEqual(['confirmed']);
});

test('a conflict holds later edits of its section, and nothing else of the patron', async () => {
  desk.line.asked = cut;
  await edit(desk, 'address', { town: 'Visby' });
  await edit(desk, 'address', { postcode: '621 57' });
  await edit(desk, 'note', { staffNote: 'Prefers letters.' });
  await desk.parts.patrons.block(patron.id, 'Kept the atlas.');
  await colleague.save(await atServer(), 'address', { town: 'Ystad' });
  await comeBack();
  const now = await atServer();
  expect(now.sections.address.values).toMatchObject({ town: 'Ystad', postcode: '' });
  expect(now.sections.note.values.staffNote).toBe('Prefers letters.');
  expect(now.blocks).toHaveLength(1);
  expect(await states()).toEqual(['confirmed', 'confirmed', 'waiting', 'conflict']);
  const acts = await desk.parts.deskActs.list();
  const held = { name: 'lead of north', state: 'undecided' };
  expect(acts.map(({ heldBy }) => heldBy)).toEqual([null, null, held, null]);
  const conflict = acts[3];
  expect(conflict?.conflict?.fields).toEqual([{ field: 'town', base: '', mine: 'Visby', theirs: 'Ystad' }]);
  await desk.parts.deskActs.decide(patron.id, conflict?.id ?? '', { town: 'Visby' });
  await desk.sync();
  expect((await atServer()).sections.address.values).toMatchObject({ town: 'Visby', postcode: '621 57' });
  expect(await states()).toEqual(['confirmed', 'confirmed', 'confirmed', 'confirmed']);
});

test('a conflict is decided in its own patron’s window only', async () => {
  desk.line.asked = cut;
  await edit(desk, 'address', { town: 'Visby' });
  await colleague.save(await atServer(), 'address', { town: 'Ystad' });
  const { id: other } = await colleague.register({ personal: { familyName: 'Lind' } });
  await comeBack();
  const [conflict] = await desk.parts.deskActs.list();
  await expect(desk.parts.deskActs.decide(other, conflict?.id ?? '', { town: 'Lund' })).rejects.toMatchObject(
    { error: { code: 'notUndecided' } },
  );
  expect(await states()).toEqual(['conflict']);
  expect((await atServer()).sections.address.values.town).toBe('Ystad');
});

test("somebody else's decision on a conflict is an act in their own name", async () => {
  desk.line.asked = cut;
  await edit(desk, 'address', { town: 'Visby' });
  await colleague.save(await atServer(), 'address', { town: 'Ystad' });
  await comeBack();
  const [conflict] = await desk.parts.deskActs.list();
  await desk.parts.session.signOut();
  await desk.signIn('desk');
  await desk.parts.deskActs.decide(patron.id, conflict?.id ?? '', { town: 'Lund' });
  const changed = network.central.parts.audit
    .entries('north', patron.id)
    .filter(({ kind, detail }) => kind === 'changed' && detail.startsWith('address'));
  expect(changed.map(({ staff }) => staff)).toEqual(['desk of north', 'lead of north']);
  expect((await atServer()).sections.address.values.town).toBe('Lund');
});

test("somebody else's decision that meets a further change is decided on in the form that is open", async () => {
  desk.line.asked = cut;
  await edit(desk, 'address', { town: 'Visby' });
  await colleague.save(await atServer(), 'address', { town: 'Ystad' });
  await comeBack();
  const [conflict] = await desk.parts.deskActs.list();
  await desk.parts.session.signOut();
  await desk.signIn('desk');
  await colleague.save(await atServer(), 'address', { town: 'Malmö' });
  const decide = (id?: string) => desk.parts.deskActs.decide(patron.id, id ?? '', { town: 'Lund' });
  const again = await decide(conflict?.id).catch((thrown: unknown) => thrown);
  const [theirs] = await desk.parts.deskActs.list();
  expect(again).toMatchObject({ error: { code: 'conflict', act: theirs?.id } });
  expect(theirs?.staff.name).toBe('desk of north');
  expect(await decide(theirs?.id)).toBe('confirmed');
  expect((await atServer()).sections.address.values.town).toBe('Lund');
});

test('taking theirs in every field leaves nothing to send', async () => {
  desk.line.asked = cut;
  await edit(desk, 'address', { town: 'Visby' });
  await colleague.save(await atServer(), 'address', { town: 'Ystad' });
  await comeBack();
  const [conflict] = await desk.parts.deskActs.list();
  await desk.parts.deskActs.decide(patron.id, conflict?.id ?? '', { town: 'Ystad' });
  expect(await states()).toEqual([]);
  expect((await atServer()).sections.address.values.town).toBe('Ystad');
});

test('a conflict that the window hears of at once is the form’s, and leaves nothing behind', async () => {
  const view = await desk.parts.patrons.read(patron.id, false);
  await colleague.save(await atServer(), 'address', { town: 'Ystad' });
  const saving = desk.parts.patrons.saveSection(patron.id, 'address', view.patron.sections.address as never, {
    town: 'Visby',
  });
  await expect(saving).rejects.toMatchObject({ error: { code: 'conflict' } });
  expect(await states()).toEqual([]);
});

test('an act on a patron who was deleted meanwhile stays with its text until somebody lets go of it', async () => {
  desk.line.asked = cut;
  await edit(desk, 'note', { staffNote: 'Moved to Visby.' });
  await colleague.delete(await atServer());
  await comeBack();
  const [act] = await desk.parts.deskActs.list();
  expect(act).toMatchObject({
    state: 'refused',
    refusal: { code: 'patronGone' },
    changes: { staffNote: 'Moved to Visby.' },
    patronName: 'Ada Ek',
  });
  await desk.parts.deskActs.withdraw(act?.id ?? '');
  expect(await states()).toEqual([]);
});

test('a decision on a conflict whose patron is deleted meanwhile is refused, and kept until somebody lets go of it', async () => {
  desk.line.asked = cut;
  await edit(desk, 'address', { town: 'Visby' });
  await colleague.save(await atServer(), 'address', { town: 'Ystad' });
  await comeBack();
  const [conflict] = await desk.parts.deskActs.list();
  await colleague.delete(await atServer());
  const deciding = desk.parts.deskActs.decide(patron.id, conflict?.id ?? '', { town: 'Lund' });
  await expect(deciding).rejects.toMatchObject({ error: { code: 'patronGone' } });
  await desk.sync();
  const [act] = await desk.parts.deskActs.list();
  expect(act).toMatchObject({ state: 'refused', refusal: { code: 'patronGone' }, changes: { town: 'Lund' } });
});

test('a lost answer is asked for again under the same key: one effect, and the window says so', async () => {
  desk.line.answered = ({ path }, answer) => (path.endsWith('/blocks') ? cut() : answer);
  expect(await desk.parts.patrons.block(patron.id, 'Once.')).toBe('waiting');
  await desk.sync();
  expect((await atServer()).blocks).toHaveLength(1);
  expect(await states()).toEqual(['sent']);
  await comeBack();
  expect(await states()).toEqual(['confirmed']);
  expect((await atServer()).blocks).toHaveLength(1);
});

test('of several PINs the one that was called saved last is the patron’s, though an answer was lost before', async () => {
  const pinsSet = () =>
    network.central.parts.audit.entries('north', patron.id).filter(({ kind }) => kind === 'pinSet').length;
  const { patrons } = desk.parts;
  const lost: Desk['line']['answered'] = ({ path }, answer) => (path.endsWith('/pin') ? cut() : answer);
  desk.line.answered = lost;
  await expect(patrons.setPin(patron.id, '739163')).rejects.toMatchObject({ error: { code: 'serverAway' } });
  desk.line = goodLine();
  await patrons.setPin(patron.id, '739163');
  expect(pinsSet()).toBe(1);
  desk.line.answered = lost;
  await expect(patrons.setPin(patron.id, '739164')).rejects.toMatchObject({ error: { code: 'serverAway' } });
  desk.line = goodLine();
  await patrons.setPin(patron.id, '739165');
  await patrons.setPin(patron.id, '739164');
  expect(pinsSet()).toBe(4);
});

test('what waits outlives a crash, and keeps its keys', async () => {
  desk.line.asked = cut;
  await desk.parts.patrons.block(patron.id, 'Kept the atlas.');
  const before = (await desk.store.acts(['waiting', 'sent'])).map(({ id, key }) => ({ id, key }));
  await desk.crash();
  await desk.start();
  expect((await desk.store.acts(['waiting', 'sent'])).map(({ id, key }) => ({ id, key }))).toEqual(before);
  desk.line = goodLine();
  await desk.signIn();
  expect((await atServer()).blocks).toHaveLength(1);
});

test('after a crash, whoever signs in next sends it in the name of who did it', async () => {
  desk.line.asked = cut;
  await desk.parts.patrons.block(patron.id, 'Kept the atlas.');
  await desk.crash();
  await desk.start();
  desk.line = goodLine();
  await desk.signIn('desk');
  await desk.sync();
  expect((await atServer()).blocks).toMatchObject([{ blockedBy: 'lead of north' }]);
});

test('signed out without the line, what waits goes out though the server was started with a clock that is behind', async () => {
  desk.line.asked = cut;
  await desk.parts.patrons.block(patron.id, 'Kept the atlas.');
  await desk.parts.session.signOut();
  await desk.sync();
  network.central.housekeep();
  network.clock.pass(-2 * 86_400_000);
  network.central.housekeep();
  network.clock.pass(2 * 86_400_000);
  desk.line = goodLine();
  await desk.signIn('desk');
  await desk.sync();
  expect((await atServer()).blocks).toMatchObject([{ blockedBy: 'lead of north' }]);
});

test('signed out with the line, nothing but a grant for what waits is left; the token is good for nothing else', async () => {
  desk.line.asked = ({ path }) => {
    if (path.endsWith('/blocks')) cut();
  };
  await desk.parts.patrons.block(patron.id, 'Kept the atlas.');
  await desk.parts.session.signOut();
  await desk.parts.session.end();
  desk.asked.length = 0;
  await comeBack();
  expect((await atServer()).blocks).toMatchObject([{ blockedBy: 'lead of north' }]);
  const [sent] = desk.asked.filter(({ path }) => path.endsWith('/blocks'));
  const token = sent?.headers?.['authorization'] ?? '';
  expect(token).toMatch(/^Bearer g\./);
  for (const name of ['search', 'snapshot', 'changes', 'deletePatron'] as const) {
    const call = { params: { patronId: patron.id }, query: {}, body: undefined };
    const answer = await network.central.answer(name, { ...call, headers: { ...sent?.headers } });
    expect(answer.status, name).toBeGreaterThanOrEqual(400);
  }
});

test('what waits goes out in the name of who signed out, though the line went while their session was being ended', async () => {
  desk.line.asked = cut;
  await desk.parts.patrons.block(patron.id, 'Facts only.');
  // Longer than an access token lives: the session is renewed first.
  network.clock.pass(11 * 60_000);
  let ends = 0;
  desk.line.asked = ({ path }) => {
    const passes = path === '/sessions/refresh' || (path === '/sessions/end' && ++ends === 1);
    if (!passes) cut();
  };
  await desk.parts.session.signOut();
  await desk.parts.session.end();
  expect(ends).toBe(2);
  await comeBack();
  colleague = await network.signIn('north', 'lead');
  expect((await atServer()).blocks).toMatchObject([{ comment: 'Facts only.', blockedBy: 'lead of north' }]);
});

test('somebody who signed in without the line and left is waited for, and the desk says for whom', async () => {
  await desk.parts.session.end();
  await desk.crash();
  await desk.start();
  desk.line.asked = cut;
  await desk.signIn();
  await desk.parts.patrons.block(patron.id, 'Kept the atlas.');
  await desk.parts.session.signOut();
  desk.line = goodLine();
  await desk.signIn('desk');
  expect((await atServer()).blocks).toEqual([]);
  expect((await desk.parts.syncState()).waitingFor).toEqual([{ name: 'lead of north', acts: 1 }]);
  await desk.parts.session.signOut();
  await desk.signIn();
  expect((await atServer()).blocks).toMatchObject([{ blockedBy: 'lead of north' }]);
  expect((await desk.parts.syncState()).waitingFor).toEqual([]);
});

test('what waits for an author who may never come back holds nobody for ever: staff who may let go of it', async () => {
  const { staff } = network.central;
  await desk.parts.session.end();
  await desk.crash();
  await desk.start();
  desk.line.asked = cut;
  await desk.signIn();
  expect(await desk.parts.patrons.block(patron.id, 'Took the till.')).toBe('waiting');
  await desk.parts.session.signOut();
  staff.setLocked(staff.byUsername('north', 'lead')?.id ?? '', true);
  desk.line = goodLine();
  await desk.signIn('desk');
  const [block] = await desk.parts.deskActs.list();
  const letGo = () => desk.parts.deskActs.withdraw(block?.id ?? '');
  await expect(letGo()).rejects.toMatchObject({ error: { code: 'notPermitted', permission: BLOCK_PATRON } });
  staff.grant(staff.byUsername('north', 'desk')?.id ?? '', BLOCK_PATRON);
  await desk.parts.session.signOut();
  await desk.signIn('desk');
  expect(await edit(desk, 'address', { town: 'Visby' })).toBe('waiting');
  expect(await desk.parts.deskActs.list()).toMatchObject([
    { needsAuthor: false, heldBy: { name: 'lead of north', state: 'needsAuthor' } },
    { needsAuthor: true, heldBy: null, neverLeft: true },
  ]);
  expect((await desk.parts.syncState()).waitingFor).toEqual([{ name: 'lead of north', acts: 1 }]);
  await letGo();
  await desk.sync();
  expect(await states()).toEqual(['confirmed']);
  expect((await (await network.signIn('north', 'desk')).patron(patron.id)).blocks).toEqual([]);
});

test('nobody lets go of what the server may have done, or what goes out by itself', async () => {
  desk.line.answered = ({ path }, answer) => (path.endsWith('/blocks') ? cut() : answer);
  expect(await desk.parts.patrons.block(patron.id, 'Took the till.')).toBe('waiting');
  const [block] = await desk.parts.deskActs.list();
  const letGo = () => desk.parts.deskActs.withdraw(block?.id ?? '');
  await expect(letGo()).rejects.toMatchObject({ error: { code: 'notUndecided' } });
  expect(await states()).toEqual(['sent']);
});

test('a patron with acts waiting here is not deleted', async () => {
  desk.line.asked = ({ path }) => {
    if (path.endsWith('/note')) cut();
  };
  await edit(desk, 'note', { staffNote: 'x' });
  const { tag } = await atServer();
  await expect(desk.parts.patrons.delete(patron.id, tag)).rejects.toMatchObject({
    error: { code: 'actsWaiting' },
  });
  await comeBack();
  const fresh = await atServer();
  await desk.parts.patrons.delete(patron.id, fresh.tag);
  expect((await desk.store.search('north', 'ek', 0, 1)).total).toBe(0);
});

test('an act at which the server fails holds up nobody else', async () => {
  const other = await colleague.register({ personal: { familyName: 'Lind' } });
  await desk.sync();
  desk.line.asked = cut;
  await desk.parts.patrons.block(patron.id, 'Poison.');
  await desk.parts.patrons.block(other.id, 'Fine.');
  desk.line = goodLine();
  desk.line.answered = ({ path }, answer) =>
    path.includes(patron.id) ? { status: 500, headers: {}, body: '' } : answer;
  await desk.sync();
  expect(desk.parts.sync.state.problem).toBe('serverFailed');
  expect((await colleague.patron(other.id)).blocks).toHaveLength(1);
  await colleague.register({ personal: { familyName: 'Ny' } });
  await desk.sync();
  expect((await desk.store.search('north', 'ny', 0, 1)).total).toBe(1);
});

test('an edit at which the server fails holds up later edits of that patron, and no block', async () => {
  desk.line.answered = ({ path }, answer) =>
    path.endsWith('/note') ? { status: 500, headers: {}, body: '' } : answer;
  desk.line.asked = cut;
  await edit(desk, 'note', { staffNote: 'x' });
  await edit(desk, 'address', { town: 'Visby' });
  await desk.parts.patrons.block(patron.id, 'Poison.');
  desk.line.asked = goodLine().asked;
  await desk.sync();
  expect(await states()).toEqual(['confirmed', 'waiting', 'sent']);
  expect(await atServer()).toMatchObject({ blocks: [{ comment: 'Poison.' }] });
  expect(desk.parts.sync.state.problem).toBe('serverFailed');
  await comeBack();
  expect(await states()).toEqual(['confirmed', 'confirmed', 'confirmed']);
});

test('a block that was refused is not tried again by whoever may block nobody any more', async () => {
  const { staff } = network.central;
  const lead = staff.byUsername('north', 'lead');
  desk.line.asked = cut;
  await desk.parts.patrons.block(patron.id, 'lost a tablet');
  staff.revoke(lead?.id ?? '', BLOCK_PATRON);
  await comeBack();
  expect(await states()).toEqual(['refused']);
  await desk.parts.session.signOut();
  await desk.signIn();
  desk.line.asked = cut;
  const [act] = await desk.parts.deskActs.list();
  await expect(desk.parts.deskActs.retry(act?.id ?? '')).rejects.toMatchObject({
    error: { code: 'notPermitted', permission: BLOCK_PATRON },
  });
  expect((await desk.parts.patrons.read(patron.id, false)).patron.blocks).toEqual([]);
});
