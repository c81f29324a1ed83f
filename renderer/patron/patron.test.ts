// What a patron's window shows when its patron is read anew.
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, describe, expect, it } from 'vitest';
import { EMPTY_SECTIONS } from '../../shared/patrons/sections.ts';
import type { Patron } from '../../shared/patrons/patron.ts';
import { fakeMain, ok, type FakeMain } from '../testing/fake-main.ts';
import { usePatron } from './patron.ts';

const patronWho = (familyName: string, createdAt: string) => {
  const personal = { values: { ...EMPTY_SECTIONS.personal, familyName }, tag: 'one' };
  return { sections: { personal }, createdAt } as unknown as Patron;
};
const FIRST = '2020-01-01T12:00:00.000Z';
const LATER = '2024-05-06T12:00:00.000Z';

let main: FakeMain;
const read = async (patron: Patron) => {
  main.answer('patron.read', () => ok({ patron, acts: [], asOf: null }));
  await usePatron().read();
  const { patron: shown, gone } = usePatron();
  return [shown?.sections.personal.values.familyName, gone];
};

beforeEach(async () => {
  setActivePinia(createPinia());
  main = fakeMain();
  await read(patronWho('Öberg', FIRST));
});

describe('a patron who is read anew', () => {
  it('is gone where a server has given the number to somebody else, who is not shown in this window', async () => {
    expect(await read(patronWho('Ek', LATER))).toEqual(['Öberg', 'elsewhere']);
  });

  it('is the same one under another name, and with a day of registration that was put right', async () => {
    expect(await read(patronWho('Ek', FIRST))).toEqual(['Ek', undefined]);
    expect(await read(patronWho('Ek', LATER))).toEqual(['Ek', undefined]);
  });
});
