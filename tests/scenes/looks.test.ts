import { expect, it } from 'vitest';
import { PAIRWISE, type Look } from './looks.ts';

const SIDES: ((look: Look) => string)[] = [
  ({ language }) => language,
  ({ theme }) => theme,
  ({ density }) => density,
  ({ width, height }) => `${width}x${height}`,
];

it('every two of language, theme, density and size meet in a look of the gallery', () => {
  const values = SIDES.map((of) => [...new Set(PAIRWISE.map(of))]);
  expect(values).toMatchObject([
    ['en', 'sv', 'qps-ploc', 'qps-plocm'],
    ['light', 'dark'],
    ['comfortable', 'dense'],
    ['1366x768', '1920x1080'],
  ]);
  for (const [at, one] of SIDES.entries())
    for (const [further, other] of SIDES.slice(at + 1).entries()) {
      const met = new Set(PAIRWISE.map((look) => `${one(look)} ${other(look)}`));
      expect(met.size).toBe((values[at]?.length ?? 0) * (values[at + 1 + further]?.length ?? 0));
    }
});
