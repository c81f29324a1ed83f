import { expect, it } from 'vitest';
import type { PatronSummary } from '../../../shared/patrons/patron.ts';
import { inOrder } from './hit-order.ts';

const hit = (familyName: string, cardNumber: string | null = null) =>
  ({ familyName, givenName: 'Bo', cardNumber }) as PatronSummary;
const names = (hits: readonly PatronSummary[]) => hits.map(({ familyName }) => familyName);
const hits = ['Åberg', 'Öberg', 'Zander', 'Andersson'].map((name) => hit(name));

it('is that of the language: Swedish has Å and Ö after Z, English has them beside A and O', () => {
  expect(names(inOrder(hits, 'b', 'sv'))).toEqual(['Andersson', 'Zander', 'Åberg', 'Öberg']);
  expect(names(inOrder(hits, 'b', 'en-GB'))).toEqual(['Åberg', 'Andersson', 'Öberg', 'Zander']);
});

it('the owner of the card that was asked for stays first', () => {
  const found = [hit('Zander', '2110-1'), hit('Andersson')];
  expect(names(inOrder(found, '21101', 'sv'))).toEqual(['Zander', 'Andersson']);
});

it('names of thousands of marks, which a server may send, keep no window waiting', () => {
  const marked = ['', '\u0301', '\u0316', '\u0327'].map((first) =>
    hit(`a${first}${'\u0323\u0307\u0301\u0316'.repeat(5_000)}`),
  );
  const began = performance.now();
  inOrder(marked, 'a', 'sv');
  expect(performance.now() - began).toBeLessThan(250);
});
