// A desk that staff of two libraries work at in turns, with patrons of the same ids: what is done at one, and to one patron,
// is done at no other, and to nobody else.
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { SqliteStore } from './sqlite-store.ts';
import { actOf, AT, deskIdOf, EPOCH, Folders, idOf, patronOf, renamed, STAFF } from './testing.ts';

const folders = new Folders();
let store: SqliteStore;
afterEach(() => folders.removeAll());

const LIBRARIES = ['north', 'south'];
const block = { id: deskIdOf(90), comment: 'x', blockedAt: AT, blockedBy: 'Eva Ek' };
/** The second one is blocked. */
const patronAt = (library: string, n: number, cards = [`C-${n}`]) => ({
  ...patronOf(n, { personal: { familyName: `${library} ${n}` }, cards, blocks: n === 2 ? [block] : [] }),
  library,
});
async function fillAt(library: string, numbers = [1, 2], epoch = EPOCH, position = 100) {
  await store.beginFill(library, epoch, position, numbers.length);
  const page = [...numbers.map((n) => patronAt(library, n)), { id: 'rubbish 1' }, { id: 'rubbish 2' }];
  await store.fillPage(library, page, null, page.length);
  await store.finishFill(library, true);
}

beforeEach(async () => {
  ({ store } = folders.open());
  for (const library of LIBRARIES) await fillAt(library);
});

const ofCard = async (library: string, card: string) =>
  (await store.search(library, card, 0, 10)).patrons.map(({ id }) => id);

/** Everything that a window at this library is told, and what is known of it. */
const told = async (library: string) => ({
  hits: (await store.search(library, 'anna', 0, 10)).patrons.map(({ familyName }) => familyName),
  ids: await store.patronIds(library, null, 10),
  patrons: await Promise.all([1, 2].map((n) => store.patron(library, idOf(n)))),
  cards: await Promise.all([1, 2].map((n) => ofCard(library, `c${n}`))),
  blocked: await store.blocked(library),
  laidOver: await store.laidOver(library),
  unsettled: await store.unsettledOn(library, idOf(1)),
  pullState: await store.pullState(library),
  setAside: await store.setAside(library),
  acts: await store.recentActs(library, 10),
  counts: await store.counts(library),
  looks: await store.logEvents(library, 10),
});

const ofNorth = { library: 'north' };
const confirmed = { epoch: EPOCH, head: 101, at: AT };
const lookAt = (n: number, library: string) => ({
  ...{ id: deskIdOf(n), library, kind: 'looked' as const },
  ...{ patronId: idOf(1), staff: STAFF, at: AT },
});

test('each has its own patrons', async () => {
  for (const library of LIBRARIES)
    expect(await told(library)).toMatchObject({
      hits: [`${library} 1`, `${library} 2`],
      patrons: [{ patron: { library } }, { patron: { library } }],
      cards: [[idOf(1)], [idOf(2)]],
      blocked: [idOf(2)],
    });
  expect(await store.patronIds('north', idOf(1), 10)).toEqual([idOf(2)]);
});

const toFirst = (change: object) => () =>
  store.applyChanges('north', [{ position: 101, ...change }], 101, EPOCH, AT);
const changed = toFirst({ kind: 'patron', patron: { ...patronAt('north', 1, ['C-9']), totalDebt: 500 } });
const deleted = toFirst({ kind: 'deleted', patronId: idOf(1) });
test.each<[string, () => Promise<unknown>]>([
  ['an edit', () => store.append(actOf(1, 1, renamed('Aalto'), ofNorth))],
  ['a block', () => store.append(actOf(1, 1, { kind: 'block', comment: 'x' }, ofNorth))],
  [
    'an act that is done',
    () => store.append(actOf(1, 1, renamed('Aalto'), { ...ofNorth, state: 'confirmed', confirmed })),
  ],
  ['a look', () => store.appendLogEvent(lookAt(1, 'north'))],
  ['a change', changed],
  ['a deletion', deleted],
  ['a deletion of whose record is set aside', toFirst({ kind: 'deleted', patronId: 'rubbish 1' })],
  ['a fill', () => fillAt('north', [2, 3])],
  ['a fill that is under way', () => store.beginFill('north', EPOCH, 200, 7)],
  ['a position that is forgotten', () => store.forgetPosition('north')],
  ['a copy that is erased', () => store.erasePatrons('north')],
])('%s of one changes nothing that is told of the other', async (_what, happens) => {
  const before = { north: await told('north'), south: await told('south') };
  await happens();
  expect(await told('south')).toEqual(before.south);
  expect(await told('north')).not.toEqual(before.north);
});

test.each<[string, () => Promise<unknown>]>([
  ['changed', changed],
  ['deleted', deleted],
])('where a patron is %s, the others of the library stay as they were', async (_what, happens) => {
  const before = await told('north');
  await happens();
  const after = await told('north');
  for (const part of ['patrons', 'cards'] as const) expect(after[part][1]).toEqual(before[part][1]);
  expect(after).toMatchObject({ blocked: before.blocked, setAside: before.setAside, cards: [[], [idOf(2)]] });
});

test('a look that the server took is that one only', async () => {
  for (const n of [1, 2]) await store.appendLogEvent(lookAt(n, 'north'));
  await store.logEventsTaken([deskIdOf(1)], EPOCH, 101);
  expect(await store.logEvents('north', 10)).toMatchObject([{ id: deskIdOf(2) }]);
});

test('a page of a fill moves its own fill on', async () => {
  for (const library of LIBRARIES) await store.beginFill(library, EPOCH, 100, 4);
  const before = await told('south');
  await store.fillPage('north', [patronAt('north', 1), { id: 'rubbish 3' }], idOf(1), 2);
  expect(await told('south')).toEqual(before);
  expect((await store.pullState('north')).fill).toMatchObject({ after: idOf(1), arrived: 2 });
});

/** An act and a look that are done at each, on patrons of the same id. */
async function doneAtBoth(): Promise<void> {
  for (const [at, library] of LIBRARIES.entries()) {
    await store.append(actOf(at, 1, { kind: 'block', comment: `Seen at ${library}.` }, { library }));
    await store.update(deskIdOf(at), { state: 'confirmed', confirmed });
    await store.appendLogEvent(lookAt(10 + at, library));
    await store.logEventsTaken([deskIdOf(10 + at)], EPOCH, 101);
  }
}

test('a server that was restored has the acts and looks of its own library sent again', async () => {
  await doneAtBoth();
  await fillAt('north', [1, 2], 'epoch-2');
  expect((await store.outgoing()).revived.map(({ library }) => library)).toEqual(['north']);
  expect((await told('north')).looks).toHaveLength(1);
  expect((await told('south')).looks).toEqual([]);
});

test('what is durable at one is let go of there', async () => {
  await doneAtBoth();
  for (const library of LIBRARIES) await store.applyChanges(library, [], 200, EPOCH, AT);
  expect(await store.forgetDurable('north', EPOCH, 200)).toBe(1);
  expect((await told('north')).acts).toEqual([]);
  expect((await told('south')).acts).toHaveLength(1);
  await store.seeEpoch('epoch-2');
  expect([(await told('north')).looks.length, (await told('south')).looks.length]).toEqual([0, 1]);
});

test.each<[string, () => Promise<unknown>]>([
  ['was deleted', deleted],
  ['is in no fill of all', () => fillAt('north', [2], EPOCH, 200)],
])('the words of acts on a patron who %s go at that library', async (_what, goes) => {
  await doneAtBoth();
  await goes();
  const comments = await Promise.all([0, 1].map(async (n) => (await store.act(deskIdOf(n)))?.deed));
  expect(comments).toMatchObject([{ comment: '' }, { comment: 'Seen at south.' }]);
});
