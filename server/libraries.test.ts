import { expect, test } from 'vitest';
import { Libraries, type LibrarySetup } from './libraries.ts';
import { testNetwork } from './testing/network.ts';

test('each library has its own name, money, places, rules and times to keep things for', () => {
  const { central } = testNetwork();
  const setups: LibrarySetup[] = ['east', 'west'].map((id, at) => ({
    id,
    name: `Library ${id}`,
    country: ['SE', 'FI'][at] ?? '',
    currency: ['SEK', 'EUR'][at] ?? '',
    timeZone: ['Europe/Stockholm', 'Europe/Helsinki'][at] ?? '',
    branches: [{ id: 'main', name: `Main ${id}` }],
    categories: [{ id: 'adult', name: `Adult ${id}` }],
    rules: { debtLimit: 100 + at, guarantorBelowAge: 10 + at, pinLength: { min: 4, max: 5 + at } },
    retention: { audit: 30 + at, liftedBlocks: 20, deletions: 10, attempts: 100 },
  }));
  for (const setup of setups) central.parts.libraries.add(setup);
  const read = new Libraries(central.parts.store);
  expect(setups.map(({ id }) => read.get(id))).toEqual(setups);
  expect(read.number('east')).not.toBe(read.number('west'));
});
