import { expect, it } from 'vitest';
import { rowAfterKey } from './list-keys.ts';

it.each([
  ['ArrowDown', 0, 1],
  ['ArrowDown', 99, 99],
  ['ArrowUp', 5, 4],
  ['ArrowUp', 0, 0],
  ['PageDown', 95, 99],
  ['PageUp', 5, 0],
  ['Home', 50, 0],
  ['End', 50, 99],
])('%s from row %i of 100 leads to %i', (key, row, expected) => {
  expect(rowAfterKey(key, row, 100, 20)).toBe(expected);
});

it("leaves keys alone that aren't the list's", () => {
  expect(rowAfterKey('a', 3, 100, 20)).toBeUndefined();
});
