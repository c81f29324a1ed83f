// What a query finds, whatever its capitals, accents, hyphens and blanks.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fold, foldedWords, joined } from './fold.ts';
import { patronWords, searchPlan, wordsMatch, type SearchedSections } from './search.ts';
import { EMPTY_SECTIONS } from './sections.ts';

const patron: SearchedSections = {
  personal: {
    ...EMPTY_SECTIONS.personal,
    givenName: 'Anna-Łucja',
    familyName: 'O’Brien Öström',
    birthDate: '2010-01-31',
    nationalId: '20100131-9801',
  },
  contact: { ...EMPTY_SECTIONS.contact, phones: ['+46 70 174 06 05'], emails: ['anna.ostrom@example.org'] },
  address: { ...EMPTY_SECTIONS.address, line1: 'Björkvägen 12 B', postcode: '983 40', town: 'Norrby' },
  card: { cards: [{ number: 'AB-2100 1234'.replace(' ', ''), state: 'active' }] },
};
const words = patronWords(patron);

/** As the server and the desk's copy read a plan. */
function finds(query: string): boolean {
  const plan = searchPlan(query);
  if (plan.empty) return false;
  const all = (starts: string[]) => starts.every((start) => words.some((word) => word.startsWith(start)));
  const byWords = plan.alternatives.length === 0 || plan.alternatives.some(all);
  return byWords && plan.patterns.every((pattern) => wordsMatch(words.join(' '), pattern));
}

test.each([
  'anna',
  'ANNA lucja',
  'łucja',
  'anna-lucja',
  'annalucja',
  'öström anna',
  'ostrom',
  'obrien',
  "o'brien",
  'O’Brien',
  'ann öst',
  '2010-01-31',
  '20100131',
  '31.01.2010',
  '31/1/2010',
  '20100131-9801',
  '100131-9801',
  '1001319801',
  '070-1740605',
  '0701740605',
  '070 174 06 05',
  '+46701740605',
  '0046 70 174 06 05',
  '1740605',
  'anna.ostrom@example.org',
  'anna.ostrom@exam',
  'björkvägen 12',
  '98340',
  '983 40',
  '983 40 norrby',
  'norrby anna 98340',
  'AB-21001234',
  'ab21001234',
  '*rom',
  'a*a',
  'bj*v*gen',
  'ann*',
  '*',
])('%s finds the patron', (query) => expect(finds(query)).toBe(true));

test.each([
  '',
  '   ',
  '-',
  'nobody',
  'anna nobody',
  'lena*x',
  '31.12.2010',
  '983 41',
  'ann*x',
  'example',
  '*ann',
])('%j does not', (query) => expect(finds(query)).toBe(false));

describe('folding', () => {
  test.each([
    ['Åsa Öberg', 'asa oberg'],
    ['ŁÓDŹ', 'lodz'],
    ['Nguyễn Đức', 'nguyen duc'],
    ['İstanbul ılık', 'istanbul ilik'],
    ['Straße', 'strasse'],
    ['Ærø Þór', 'aero thor'],
    ['Ελένη Παππάς', 'ελενη παππασ'],
    ['Шевчук Йосип', 'шевчук иосип'],
    ['שָׁלוֹם', 'שלום'],
  ])('%s is %s', (text, folded) => expect(fold(text)).toBe(folded));

  test('folding twice is folding once, and capitals make no difference', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(fold(fold(text))).toBe(fold(text));
        expect(joined(text)).toBe(foldedWords(text).join(''));
      }),
    );
  });
});

test('any patron is found by any of their words, in any order', () => {
  fc.assert(
    fc.property(fc.shuffledSubarray(words, { minLength: 1, maxLength: 4 }), (some) => {
      expect(finds(some.join(' '))).toBe(true);
    }),
  );
});

test('no query costs more than a little, whatever is typed', () => {
  const started = performance.now();
  const alternatives = fc.oneof(fc.string({ maxLength: 200 }), fc.stringMatching(/^[a*1 ]{0,200}$/));
  fc.assert(
    fc.property(alternatives, (query) => {
      const plan = searchPlan(query);
      expect(plan.alternatives.length).toBeLessThanOrEqual(64);
      expect(plan.alternatives.flat().length).toBeLessThanOrEqual(128);
      plan.patterns.forEach((pattern) => wordsMatch('a'.repeat(5000), pattern));
    }),
  );
  expect(performance.now() - started).toBeLessThan(5000);
});

test('a row of phone numbers is read in no more ways than are looked for: it holds up neither desk nor server', () => {
  const began = performance.now();
  const numbers = Array.from({ length: 12 }, (_, n) => `+461234${n}`);
  expect(searchPlan(numbers.join(' ')).alternatives.flat().length).toBeLessThanOrEqual(128);
  expect(performance.now() - began).toBeLessThan(100);
});

test('a row of digits or letters that everybody has is looked for once: it holds up neither desk nor server', () => {
  expect(searchPlan('1 1 1 1 1 1 1 1 1 1 1 1').alternatives).toEqual([['1']]);
  expect(searchPlan('a-a A-A á-a a-a a-a a-a').alternatives).toEqual([['a']]);
  expect(searchPlan('1 2 3 4 5 6 7 8 9 0 1 2').alternatives.flat().length).toBeLessThanOrEqual(128);
  expect(searchPlan('ek eklund anna').alternatives).toEqual([['eklund', 'anna']]);
  expect(searchPlan('+33 6 12 34 56 78').alternatives).toContainEqual(['33612345678']);
});

test('the same pattern twice is looked for once', () => {
  expect(searchPlan('*a* *A* *á* *b*').patterns).toEqual(['*a*', '*b*']);
});
