import { afterEach, expect, test } from 'vitest';
import { EVERYTHING } from '../../shared/capabilities.ts';
import { Folders, idOf, LIBRARY, patronOf } from '../cache/testing.ts';
import type { StaffSession } from '../session/staff-session.ts';
import { ScannedCards } from './scanned-card.ts';

const folders = new Folders();
afterEach(() => folders.removeAll());

/** Whose window a scan opens at a desk without the line, of patrons with these cards. */
async function ownerOf(scanned: string, ...cards: string[][]): Promise<string | undefined> {
  const patrons = cards.map((numbers, n) => patronOf(n + 1, { cards: numbers }));
  const { store } = await folders.filled(patrons);
  const present = { staff: { id: '1' }, library: { id: LIBRARY }, view: '', capabilities: EVERYTHING };
  const state = { status: 'signedIn', ...present };
  const session = { require: () => present, state, central: undefined } as unknown as StaffSession;
  const scannedCards = new ScannedCards(store, session);
  const { scan } = await scannedCards.find(scanned);
  return scannedCards.patronOf(scan, true);
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
