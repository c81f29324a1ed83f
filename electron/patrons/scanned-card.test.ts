import { afterEach, expect, test } from 'vitest';
import { EVERYTHING } from '../../shared/capabilities.ts';
import { Folders, idOf, LIBRARY, patronOf } from '../cache/testing.ts';
import type { StaffSession } from '../session/staff-session.ts';
import { Failure } from '../support/failure.ts';
import { LatelyOpened } from './lately-opened.ts';
import { ScannedCards } from './scanned-card.ts';

const folders = new Folders();
afterEach(() => folders.removeAll());

/** A desk without the line, of patrons with these cards. */
async function deskWith(...cards: string[][]): Promise<ScannedCards> {
  const patrons = cards.map((numbers, n) => patronOf(n + 1, { cards: numbers }));
  const { store } = await folders.filled(patrons);
  return new ScannedCards(store, session({ central: undefined }));
}
function session(line: object): StaffSession {
  const present = { staff: { id: '1' }, library: { id: LIBRARY }, view: '', capabilities: EVERYTHING };
  const state = { status: 'signedIn', ...present };
  return { require: () => present, state, ...line } as unknown as StaffSession;
}

/** Whose window a scan opens there. */
async function ownerOf(scanned: string, ...cards: string[][]): Promise<string | undefined> {
  const scannedCards = await deskWith(...cards);
  const window = {};
  const { scan } = await scannedCards.find(scanned, window);
  return scannedCards.patronOf(scan, true, window);
}

test.each([
  ['12-3', '123'],
  ['AB1', 'ab1'],
  ['1/23', '12/3'],
  ['A+1', 'A1'],
  ['é1', 'e1'],
  ['①', '1'],
])('a scan of %s opens its owner, not whose number is %s', async (mine, theirs) => {
  expect(await ownerOf(mine, [theirs], [mine])).toBe(idOf(2));
  expect(await ownerOf(mine, [mine], [theirs])).toBe(idOf(1));
});

test.each([
  ['AB12', 'ab-12'],
  ['00-12', '0012'],
])(
  'a scan of %s opens the owner of %s, where nobody else has its letters and digits',
  async (scanned, kept) => {
    expect(await ownerOf(scanned, [`${kept}3`], [kept, `${kept}/`])).toBe(idOf(2));
  },
);

test('a scan opens nobody where its number is no card, and its letters and digits are several patrons’', async () => {
  expect(await ownerOf('123', ['1-23'], ['12-3'])).toBeUndefined();
});

test('a leading zero makes another number', async () => {
  expect(await ownerOf('012', ['12'])).toBeUndefined();
});

test('a scan opens nobody for a window that did not scan, whatever number it guesses', async () => {
  const scannedCards = await deskWith(['A1'], ['B2']);
  const [desk, takenOver] = [{}, {}];
  const { scan } = await scannedCards.find('A1', desk);
  await scannedCards.find('B2', takenOver);
  for (const wanted of [true, false])
    expect(scannedCards.patronOf(scan, wanted, takenOver), `wanted: ${wanted}`).toBeUndefined();
  expect(scannedCards.patronOf(scan, true, desk)).toBe(idOf(1));
});

test('a scan opens nobody for the next one, who is in before windows are told of it', async () => {
  const { store } = await folders.filled([patronOf(1, { cards: ['A1'] })]);
  const here = session({ central: undefined });
  const scannedCards = new ScannedCards(store, here);
  const window = {};
  const { scan } = await scannedCards.find('A1', window);
  Object.assign(here, { require: () => ({ staff: { id: '2' }, library: { id: LIBRARY } }) });
  expect(scannedCards.patronOf(scan, true, window)).toBeUndefined();
});

test('a window’s newest scan is its own: others that scan all the time don’t make it come to nothing', async () => {
  const scannedCards = await deskWith(['A1'], ['B2']);
  const [desk, takenOver] = [{}, {}];
  const earlier = await scannedCards.find('B2', desk);
  const { scan } = await scannedCards.find('A1', desk);
  for (let n = 0; n < 50; n++) await scannedCards.find('B2', takenOver);
  expect(scannedCards.patronOf(earlier.scan, false, desk)).toBeUndefined();
  expect(scannedCards.patronOf(scan, false, desk)).toBe(idOf(1));
  expect(scannedCards.patronOf(earlier.scan, true, desk)).toBe(idOf(2));
});

test('a card that the copy doesn’t hold is not said to be nobody’s where the server can’t be heard', async () => {
  const { store } = await folders.filled([patronOf(1, { cards: ['A1'] })]);
  const use = () => Promise.reject(new Failure({ code: 'serverAway' }));
  const scannedCards = new ScannedCards(store, session({ central: {}, use }));
  await expect(scannedCards.find('B2', {})).rejects.toMatchObject({ error: { code: 'serverAway' } });
  expect((await scannedCards.find('A1', {})).found).toEqual({ state: 'active' });
});

test('whose card the copy doesn’t hold is asked of the server: one that is out of use is not taken for the one in use', async () => {
  const { store } = await folders.filled([patronOf(1, { cards: ['A1'] })]);
  const owner = patronOf(2);
  owner.sections.card.values.cards = [
    { number: 'B2', state: 'lost' },
    { number: 'B3', state: 'active' },
  ];
  const asked: string[] = [];
  const central = {
    ownerOf: (card: string) => {
      asked.push(card);
      return Promise.resolve({ id: owner.id, givenName: 'Anna', familyName: 'Nr2', cardNumber: 'B3' });
    },
    patron: () => Promise.resolve(owner),
  };
  const use = (work: (asking: typeof central) => unknown) => work(central);
  const scannedCards = new ScannedCards(store, session({ central, use }));
  expect((await scannedCards.find('B2', {})).found).toMatchObject({ state: 'lost' });
  expect((await scannedCards.find('b-3', {})).found).toEqual({ state: 'active' });
  expect((await scannedCards.find('A1', {})).found).toEqual({ state: 'active' });
  expect(asked).toEqual(['B2', 'b-3']);
});

test('of a name without end, as whoever registers at a Koha may write one, a window is told a line', async () => {
  const { store } = await folders.filled([]);
  const endless = patronOf(2, { personal: { familyName: 'x'.repeat(1_000_000) } });
  endless.sections.card.values.cards = [{ number: 'B2', state: 'lost' }];
  const central = {
    ownerOf: () => Promise.resolve({ id: endless.id, givenName: '', familyName: '', cardNumber: null }),
    patron: () => Promise.resolve(endless),
  };
  const use = (work: (asking: typeof central) => unknown) => work(central);
  const { found } = await new ScannedCards(store, session({ central, use })).find('B2', {});
  expect(found).toMatchObject({ state: 'lost', name: expect.stringMatching(/^Anna x{295}$/) });
  const recent = new LatelyOpened(() => undefined);
  recent.opened('1');
  recent.named('1', 'x'.repeat(1_000_000));
  expect(recent.list).toEqual([{ id: '1', name: 'x'.repeat(300) }]);
});
