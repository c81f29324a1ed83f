import { expect, it } from 'vitest';
import { isolated } from './words.ts';

it.each([
  ['שלום עזרא', 'שלום עזרא'],
  ['Lind\u2069\u202E', 'Lind'],
  ['\u2066Lind\u202Aqvist', 'Lindqvist'],
  ['\u200F070 123 456', '070 123 456'],
])('a name turns nothing of the sentence that it stands in: %j', (name, shown) => {
  expect(isolated(name)).toBe(`\u2068${shown}\u2069`);
});
