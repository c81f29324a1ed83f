import { reactive } from 'vue';
import { describe, expect, it, vi } from 'vitest';
import { fakeMain, ok } from '../testing/fake-main.ts';
import { ask } from './ask.ts';
import { same } from './plain.ts';

describe('asking main', () => {
  it('sends reactive values, which as they are could not be cloned', async () => {
    const main = fakeMain();
    main.answer('patron.block', () => ok({ saved: 'confirmed' }));
    const typed = reactive({ comment: 'Facts only.' });
    expect(await ask('patron.block', typed)).toEqual({ ok: true, value: { saved: 'confirmed' } });
    expect(main.asked).toEqual([{ name: 'patron.block', args: { comment: 'Facts only.' } }]);
  });

  it('answers an error where asking itself fails', async () => {
    const main = fakeMain();
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    main.answer('patron.read', () => Promise.reject(new Error('no bridge')));
    expect(await ask('patron.read', { fresh: false })).toMatchObject({
      ok: false,
      error: { code: 'internal' },
    });
  });
});

describe('same', () => {
  it('compares by value, whatever the order of keys', () => {
    expect(same({ a: 1, b: [1, { c: null }] }, { b: [1, { c: null }], a: 1 })).toBe(true);
    expect(same([1, 2], [2, 1])).toBe(false);
    expect(same({ a: 1 }, { a: 1, b: 2 })).toBe(false);
    expect(same([], {})).toBe(false);
    expect(same(null, {})).toBe(false);
  });
});
