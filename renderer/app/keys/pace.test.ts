// @vitest-environment happy-dom
import { expect, it } from 'vitest';
import { sinceKey, watchPace } from './pace.ts';

it('the first key of a window comes after those that opened it: a card in a code makes no pause for the rest of it', () => {
  watchPace(() => undefined);
  const first = new KeyboardEvent('keydown', { key: 'Enter', code: 'Enter' });
  window.dispatchEvent(first);
  expect(sinceKey(first)).toBeLessThan(5_000);
});
