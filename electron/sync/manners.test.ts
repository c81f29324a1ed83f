import { expect, test } from 'vitest';
import { nextPoll, soon } from './manners.ts';

/** Randomness that answers a fraction of what it could. */
const luck = (fraction: number) => ({
  bytes: (count: number) => {
    const value = Math.min(2 ** 32 - 1, Math.floor(fraction * 2 ** 32));
    return new Uint8Array([24, 16, 8, 0].slice(0, count).map((shift) => (value >>> shift) & 255));
  },
});
const [least, most] = [luck(0), luck(1)];

test('while all is well a desk asks about every half minute, and no two at the same beat', () => {
  expect(nextPoll(0, least)).toBe(22_500);
  expect(nextPoll(0, most)).toBeCloseTo(37_500, 0);
});

test('while the server is away it asks less and less often, but never less than every five minutes or so', () => {
  const longest = [1, 2, 3, 5, 8, 20, 1000].map((failures) => Math.round(nextPoll(failures, most)));
  expect(longest).toEqual([5_000, 9_000, 17_000, 65_000, 301_000, 301_000, 301_000]);
  for (const failures of [1, 8, 1000]) expect(nextPoll(failures, least)).toBe(1_000);
});

test('a thousand desks that come back together are spread over seconds', () => {
  expect(soon(least)).toBe(0);
  expect(soon(most)).toBeCloseTo(5_000, 0);
  const beats = Array.from({ length: 1000 }, (_, n) => soon(luck(n / 1000)));
  const inOneSecond = beats.filter((beat) => beat >= 2_000 && beat < 3_000).length;
  expect(inOneSecond).toBeLessThan(210);
});
