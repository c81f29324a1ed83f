// Randomness from a seed: the same numbers in every run.
import type { Random } from '../../../shared/random.ts';

export function seededRandom(seed: number): Random & { below(n: number): number } {
  let state = seed >>> 0 || 1;
  const next = () => {
    // xorshift32
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>>= 0);
  };
  return {
    bytes: (count) => Uint8Array.from({ length: count }, () => next() & 255),
    below: (n) => next() % n,
  };
}
