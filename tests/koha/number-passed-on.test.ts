// Koha gives the number of a deleted patron or librarian to somebody else, while acts wait at a desk.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { KohaIds } from '../../electron/central/koha/ids.ts';
import { openExport } from '../../electron/patron-data/open-export.ts';
import { steppingClock } from '../port/world.ts';
import type { FakeKoha } from './fake/koha.ts';
import { ADDRESS, LOOKER, smallLibrary, STAFF } from './fake/small-library.ts';
import { SimulatedDesk } from './simulated-desk.ts';

let koha: FakeKoha;
let desk: SimulatedDesk;
beforeEach(async () => {
  koha = smallLibrary(steppingClock());
  desk = new SimulatedDesk(koha, 1);
  await desk.start();
});
afterEach(() => desk.end());

test('a block that waits stands before staff, and does not fall on whoever has the number now', async () => {
  const { patron_id: number } = koha.world.addPatron({ surname: 'Öberg', library_id: 'MPL' });
  await desk.sync();
  const id = new KohaIds(ADDRESS).id('patron', number);
  desk.line.state = 'dropsRequests';
  expect(await desk.parts.patrons.block(id, 'Took the till.')).toBe('waiting');
  koha.world.change(number, { surname: 'Ek', date_enrolled: '2024-05-06' });
  desk.line.state = 'good';
  await desk.sync();
  expect(await desk.parts.deskActs.list()).toMatchObject([
    { state: 'refused', refusal: { code: 'patronUnknown' }, comment: 'Took the till.' },
  ]);
  expect(koha.world.attributes.filter(({ patron }) => patron === number)).toEqual([]);
});

test('who asks for their data is not handed that of whoever has the number now', async () => {
  const { patron_id: number } = koha.world.addPatron({
    ...{ surname: 'Öberg', library_id: 'MPL', date_of_birth: '1980-01-31' },
  });
  await desk.sync();
  const { session, acts, store } = desk.parts;
  const open = () =>
    openExport(
      { session, acts, store, clock: koha.world.clock },
      new KohaIds(ADDRESS).id('patron', number),
      'unchecked',
    );
  koha.world.change(number, { surname: 'Öberg Ek' });
  expect((await open()).source.head.patron.personal.familyName).toBe('Öberg Ek');
  koha.world.change(number, { surname: 'Ek', date_enrolled: '2024-05-06' });
  await expect(open()).rejects.toMatchObject({ error: { code: 'patronGone' } });
});

test('what was done to the former one is neither laid over whoever has the number now, nor in their window or data file', async () => {
  const { patron_id: number } = koha.world.addPatron({ surname: 'Öberg', library_id: 'MPL' });
  const { patron_id: renamed } = koha.world.addPatron({ surname: 'Ask', library_id: 'MPL' });
  await desk.sync();
  const { session, acts, store, patrons, deskActs } = desk.parts;
  const ids = new KohaIds(ADDRESS);
  const [id, still] = [ids.id('patron', number), ids.id('patron', renamed)];
  const file = (of: string) => openExport({ session, acts, store, clock: koha.world.clock }, of, 'unchecked');
  const { tag, values } = (await patrons.read(id, false)).patron.sections.note;
  desk.line.state = 'dropsRequests';
  await patrons.block(id, 'Took the till.');
  await patrons.saveSection(id, 'note', { tag, values }, { staffNote: 'Took the till.' });
  await patrons.block(still, 'Left with a book.');
  desk.line.state = 'good';
  koha.world.change(number, { surname: 'Ek', date_enrolled: '2024-05-06' });
  koha.world.change(renamed, { surname: 'Ask Ek' });
  // A colleague brings the copy in step while what was done waits for who did it; then that one comes back.
  for (const staff of [LOOKER, STAFF]) {
    await session.signOut();
    await session.signIn(staff, () => undefined);
    await desk.sync();
    const view = await patrons.read(id, false);
    expect(view.patron.sections.personal.values.familyName).toBe('Ek');
    expect([view.acts, view.patron.blocks, view.patron.sections.note.values.staffNote]).toEqual([[], [], '']);
    expect((await file(id)).waiting).toEqual([]);
    expect((await store.search('MPL', 'Ek', 0, 9)).patrons).toContainEqual(
      expect.objectContaining({ id, blocked: false }),
    );
    expect((await patrons.read(still, false)).patron.blocks).toMatchObject([
      { comment: 'Left with a book.' },
    ]);
  }
  const listed = (await deskActs.list()).map(({ patronName, state }) => `${patronName}: ${state}`);
  expect(listed.sort()).toEqual(['Ask: confirmed', 'Öberg: refused', 'Öberg: refused']);
});

test('where the desk keeps no copy, nothing that an open window asks for falls on whoever has the number now', async () => {
  await desk.start({}, { copy: { scope: 'none' } });
  const { patron_id: number } = koha.world.addPatron({ surname: 'Öberg', library_id: 'MPL' });
  await desk.sync();
  const { patrons } = desk.parts;
  const id = new KohaIds(ADDRESS).id('patron', number);
  await patrons.opened(id);
  const { note } = (await patrons.show(id, true)).patron.sections;
  koha.world.change(number, { surname: 'Ek', date_enrolled: '2024-05-06' });
  const gone = { error: { code: 'patronGone' } };
  await expect(patrons.show(id, true)).rejects.toMatchObject(gone);
  await expect(patrons.block(id, 'Took the till.')).rejects.toMatchObject(gone);
  await expect(patrons.saveSection(id, 'note', note, { staffNote: 'Rude.' })).rejects.toMatchObject(gone);
  await expect(patrons.setPin(id, '8362')).rejects.toMatchObject(gone);
  await expect(patrons.linkedTo(id)).rejects.toMatchObject(gone);
  expect(koha.world.attributes.filter(({ patron }) => patron === number)).toEqual([]);
  // A window that is opened anew is theirs.
  await patrons.opened(id);
  expect((await patrons.show(id, true)).patron.sections.personal.values.familyName).toBe('Ek');
  expect(await patrons.block(id, 'Took the till.')).toBe('confirmed');
});

test('nor is what waits laid over them there', async () => {
  await desk.start({}, { copy: { scope: 'none' } });
  const { patron_id: number } = koha.world.addPatron({ surname: 'Öberg', library_id: 'MPL' });
  await desk.sync();
  const { session, patrons } = desk.parts;
  const id = new KohaIds(ADDRESS).id('patron', number);
  const { note } = (await patrons.read(id, false)).patron.sections;
  const answer = koha.answer.bind(koha);
  koha.answer = (request) =>
    request.method === 'GET' ? answer(request) : { status: 503, headers: {}, body: '' };
  await patrons.saveSection(id, 'note', note, { staffNote: 'Took the till.' });
  koha.answer = answer;
  await session.signOut();
  koha.world.change(number, { surname: 'Ek', date_enrolled: '2024-05-06' });
  await session.signIn(LOOKER, () => undefined);
  const view = await patrons.read(id, false);
  expect([view.acts, view.patron.sections.note.values.staffNote]).toEqual([[], '']);
});

test('a PIN is set for nobody else, where the copy still holds the former one', async () => {
  const { patron_id: number } = koha.world.addPatron({ surname: 'Öberg', library_id: 'MPL' });
  await desk.sync();
  const { patrons } = desk.parts;
  const id = new KohaIds(ADDRESS).id('patron', number);
  await patrons.show(id, false);
  koha.world.change(number, { surname: 'Ek', date_enrolled: '2024-05-06' });
  // No look for changes comes through.
  const answer = koha.answer.bind(koha);
  koha.answer = (request) =>
    request.path.endsWith('/patrons') ? { status: 503, headers: {}, body: '' } : answer(request);
  await expect(patrons.setPin(id, '8362')).rejects.toMatchObject({ error: { code: 'patronGone' } });
  expect(koha.world.passwords.get(number)).toBeUndefined();
});

describe.each([
  ['with a password of their own', false],
  ['with an API key', true],
])('whoever has the number of a librarian who has left, at a desk %s,', (_how, withKey) => {
  let eve: number;
  const signIn = (username: string, mayReplace = () => undefined) =>
    desk.parts.session.signIn({ library: 'MPL', username, password: `${username} ${username}` }, mayReplace);
  const passOn = () => {
    koha.world.change(eve, {
      firstname: 'Nils',
      surname: 'New',
      userid: 'nils',
      date_enrolled: '2026-02-20',
    });
    koha.world.passwords.set(eve, 'nils nils');
  };
  beforeEach(async () => {
    const name = { firstname: 'Eve', surname: 'Old', userid: 'eve', library_id: 'MPL' };
    eve = koha.world.addStaff(name, 'eve eve', 'superlibrarian').patron_id;
    if (withKey) {
      koha.world.settings.basic = false;
      koha.world.apiKeys.push({ clientId: 'desk', secret: 'key secret', patron: 1 });
      await desk.start({ apiKey: { clientId: 'desk', secretFile: '/secret', staffCategories: ['S'] } });
    }
    await signIn('eve');
    await desk.parts.sync.now();
  });

  test('sends nothing that was left waiting, nor tries again what was refused', async () => {
    const { patron_id: number } = koha.world.addPatron({ surname: 'Öberg', library_id: 'MPL' });
    const { patron_id: other } = koha.world.addPatron({ surname: 'Ask', library_id: 'MPL' });
    await desk.parts.sync.now();
    const { session, sync, patrons, deskActs } = desk.parts;
    const ids = new KohaIds(ADDRESS);
    desk.line.state = 'dropsRequests';
    await patrons.block(ids.id('patron', other), 'Left with a book.');
    desk.line.state = 'good';
    koha.world.attributeTypes.delete('DESKBLOCK');
    await sync.now();
    koha.world.attributeTypes.set('DESKBLOCK', { repeatable: true });
    desk.line.state = 'dropsRequests';
    await patrons.block(ids.id('patron', number), 'Took the till.');
    await session.signOut();
    desk.line.state = 'good';
    passOn();
    await signIn('nils');
    await sync.now();
    const acts = await deskActs.list();
    expect(acts).toMatchObject([
      { needsAuthor: true, staff: { name: 'Eve Old' } },
      { state: 'refused', staff: { name: 'Eve Old' } },
    ]);
    await expect(deskActs.retry(acts[1]?.id ?? '')).rejects.toMatchObject({
      error: { code: 'notUndecided' },
    });
    expect(koha.world.attributes).toEqual([]);
  });

  test('is asked before what is open at a locked desk is closed', async () => {
    desk.parts.session.lock();
    passOn();
    const asked: string[] = [];
    await signIn('nils', () => void asked.push('may Nils take over'));
    expect(asked).toEqual(['may Nils take over']);
  });

  test('asks the server about nobody whom the former one looked at', async () => {
    const { patron_id: number } = koha.world.addPatron({ surname: 'Öberg', library_id: 'MPL' });
    const { session, patrons, sync } = desk.parts;
    await sync.now();
    await patrons.read(new KohaIds(ADDRESS).id('patron', number), false);
    session.lock();
    const asked = async () => {
      koha.heard.length = 0;
      await sync.now();
      return koha.heard.filter(({ path }) => path.endsWith(`/patrons/${number}/holds`)).length;
    };
    await signIn('eve');
    expect(await asked()).toBe(1);
    session.lock();
    passOn();
    await signIn('nils');
    expect(await asked()).toBe(0);
  });

  test('who only has another name since they married is who they were', async () => {
    desk.parts.session.lock();
    koha.world.change(eve, { surname: 'Ek' });
    const asked: string[] = [];
    await signIn('eve', () => void asked.push('may Eve take over'));
    expect(asked).toEqual([]);
  });
});
