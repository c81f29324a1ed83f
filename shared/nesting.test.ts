// What is too deep, too wide or too long to be walked through.
import { expect, test } from 'vitest';
import { goesBeyond } from './nesting.ts';

const EXTENT = { levels: 2, inOne: 4, values: 8, text: 10 };

test.each([
  ['what is as deep as may be', '[[1]]'],
  ['what is as wide', '[1,2,3,4]'],
  ['brackets and commas in a text', '["[[[,,,,,"]'],
  ['a mark within a text', '["\\"[[[,,,\\""]'],
  ['an escaped escape at its end', '["a\\\\",[1]]'],
])('%s is walked through', (_what, json) => {
  expect(JSON.parse(json)).toBeDefined();
  expect(goesBeyond(EXTENT, json)).toBe(false);
});

test.each([
  ['a level too many', '[[[1]]]'],
  ['a level too many of objects', '{"a":{"b":{"c":1}}}'],
  ['a value too many in one list', '[1,2,3,4,5]'],
  ['a name too many in one object', '{"a":1,"b":2,"c":3,"d":4,"e":5}'],
  ['values too many in all', '[[1,2,3,4],[1,2,3,4],[1]]'],
  ['empty lists too many in all', '[[[]],[[]],[[]],[[]]]'],
  ['a text too long', '["01234567890"]'],
  ['a name too long', '{"01234567890":1}'],
  ['a level too many between texts that hold marks', '["\\"",[[[1]]],"\\""]'],
  ['values too many between them', '["\\"",[1,2,3,4,5],"\\""]'],
])('%s is not', (_what, json) => {
  expect(JSON.parse(json)).toBeDefined();
  expect(goesBeyond(EXTENT, json)).toBe(true);
});
