import fc from 'fast-check';
import { expect, test } from 'vitest';
import { listOrderOf, swedishPlace } from './list-order.ts';

const swedish = new Intl.Collator('sv', { sensitivity: 'base' });
const place = (family: string, given = '') => swedishPlace(family, given, '');
const order = (a: string, b: string) => Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b)));

test.each([
  ['Zander', 'Åberg'],
  ['Ånäs', 'Älv'],
  ['Ärlig', 'Öst'],
  ['Hz', 'Hägg'],
  ['Xu', 'Ürgüp'],
  ['Ürgüp', 'Zander'],
  ['Åberg', 'Åby'],
])('in Swedish %s stands before %s, in capitals and taken apart too', (first, second) => {
  for (const write of [
    (name: string) => name,
    (name: string) => name.toUpperCase(),
    (name: string) => name.normalize('NFD'),
  ])
    expect(order(place(write(first)), place(write(second)))).toBe(-1);
});

test('other accents make no difference in Swedish either, and given names come after family names', () => {
  expect(place('Idé')).toBe(place('Ide'));
  expect(order(place('Ek', 'Öjar'), place('Eka', 'Anna'))).toBe(-1);
  expect(order(place('Ek', 'Åsa'), place('Ek', 'Zoe'))).toBe(1);
});

test('names of Latin letters stand as the system’s own Swedish order has them', () => {
  // Left out: letters that folding takes for others, in every language (þ, ŋ, ŧ, ı), and those of a second alphabet.
  const letters = Array.from({ length: 0x250 }, (_, code) => String.fromCodePoint(code)).filter(
    (letter) => /\p{Ll}/u.test(letter) && /^[a-z]+$/.test(place(letter).replace(/[{|}\0]/g, 'a')),
  );
  const usual = letters.filter((letter) => !'þŋŧıªºŉ'.includes(letter));
  expect(usual.length).toBeGreaterThan(150);
  const name = fc
    .array(fc.constantFrom(...usual), { minLength: 1, maxLength: 4 })
    .map((some) => some.join(''));
  fc.assert(
    fc.property(name, name, (a, b) => {
      expect(`${a} ${b} ${order(place(a), place(b))}`).toBe(`${a} ${b} ${Math.sign(swedish.compare(a, b))}`);
    }),
    { numRuns: 5_000, seed: 6 },
  );
});

test.each([
  ['sv', 'sv'],
  ['sv-FI', 'sv'],
  ['fi', 'sv'],
  ['en-GB', 'plain'],
  ['qps-ploc', 'plain'],
])('%s has the order %s', (language, expected) => {
  expect(listOrderOf(language)).toBe(expected);
});

test('a name of twenty thousand marks takes no time', () => {
  const began = performance.now();
  place('a\u0323\u0307\u030a'.padEnd(20_000, '\u0323\u0307'));
  expect(performance.now() - began).toBeLessThan(250);
});
