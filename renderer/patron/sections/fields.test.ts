import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, describe, expect, it } from 'vitest';
import { useFormats } from '../../app/library.ts';
import { fakeMain } from '../../testing/fake-main.ts';
import { valueLines } from './fields.ts';

beforeEach(() => {
  setActivePinia(createPinia());
  fakeMain();
});

describe('a guarantor in words', () => {
  const lines = (guarantor: unknown) =>
    valueLines('guarantor', guarantor, { library: undefined, formats: useFormats().value });

  it('tells a patron who is linked from a name that reads the same', () => {
    expect(lines({ kind: 'patron', patronId: 'anna', name: 'Anna Berg' })).toEqual([
      'Anna Berg',
      'Linked patron',
    ]);
    expect(lines({ kind: 'name', name: 'Anna Berg' })).toEqual([
      'Anna Berg',
      'Name only, not linked to a patron',
    ]);
  });

  it('is nothing where there is none', () => expect(lines(null)).toEqual([]));
});
