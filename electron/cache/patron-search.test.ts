import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { LIST_ORDERS, type ListOrder } from '../../shared/patrons/list-order.ts';
import { searchPlan } from '../../shared/patrons/search.ts';
import { openStore } from './open-store.ts';
import { overlay } from './overlay.ts';
import { comparePlaces, matches, placeIn, searchEntry, type SearchEntry } from './search-entry.ts';
import type { SqliteStore } from './sqlite-store.ts';
import { actOf, clock, fill, Folders, idOf, KEY, LIBRARY, patronOf, renamed } from './testing.ts';

const folders = new Folders();
afterEach(() => folders.removeAll());

const one = patronOf(1, {
  personal: {
    givenName: 'Zoë-Ann',
    familyName: "O'Brien Ångström",
    nationalId: '19900131-1234',
    birthDate: '1990-01-31',
  },
  contact: { phones: ['+46 70 123 45 67'], emails: ['zoe.ann@exämple.org'] },
  address: { line1: 'Drottninggatan 5', postcode: '652 25', town: 'Karlstad' },
  cards: ['B-0042'],
});

test.each([
  ['obrien'],
  ["O'BRIEN"],
  ['o’brien'],
  ['angstrom zoe'],
  ['Zoeann'],
  ['zoë ann'],
  ['0701234567'],
  ['070-123 45 67'],
  ['+46701234567'],
  ['1234567'],
  ['65225'],
  ['652 25'],
  ['652 25 karlstad'],
  ['1990-01-31'],
  ['31.1.1990'],
  ['19900131-1234'],
  ['9001311234'],
  ['zoe.ann@example'],
  ['drottning 5'],
  ['b0042'],
  ['B-0042'],
  ['o*rien'],
  ['*strom'],
  ['ang*'],
  ['*'],
])('%s finds her', async (query) => {
  const { store } = await folders.filled([
    one,
    patronOf(2, { personal: { familyName: 'Ek', birthDate: null } }),
  ]);
  const { patrons } = await store.search(LIBRARY, query, 0, 10);
  expect(patrons.map(({ id }) => id)).toContain(one.id);
});

test.each([['rien'], ['34567'], ['o*x'], ['anna zoe'], [''], ['-'], ['"zoe']])(
  '%s does not',
  async (query) => {
    const { store } = await folders.filled([one]);
    const { total } = await store.search(LIBRARY, query, 0, 10);
    expect(total).toBe(query === '"zoe' ? 1 : 0);
  },
);

test('the owner of a scanned card stands first, once', async () => {
  const { store } = await folders.filled([
    patronOf(1, { personal: { familyName: 'Aalto' }, cards: ['12345'] }),
    patronOf(2, { personal: { familyName: 'Zorn' }, cards: ['1234'] }),
  ]);
  const { total, patrons } = await store.search(LIBRARY, '1234', 0, 10);
  expect([total, patrons.map(({ familyName }) => familyName)]).toEqual([2, ['Zorn', 'Aalto']]);
  const second = await store.search(LIBRARY, '1234', 1, 10);
  expect(second.patrons.map(({ familyName }) => familyName)).toEqual(['Aalto']);
});

/** What a search has to answer, by looking at every patron. */
function expected(
  entries: readonly SearchEntry[],
  query: string,
  { offset, limit, order }: { offset: number; limit: number; order: ListOrder },
) {
  const plan = searchPlan(query);
  if (plan.empty) return { total: 0, ids: [] };
  const sorted = entries.map((entry) => ({ ...entry, place: placeIn[order](entry) })).sort(comparePlaces);
  const owner = sorted.find(({ cards }) => cards !== '' && cards.split(' ').includes(plan.cardNumber));
  const others = sorted.filter((entry) => entry !== owner && matches(entry.words, plan));
  const hits = owner ? [owner, ...others] : others;
  return { total: hits.length, ids: hits.slice(offset, offset + limit).map(({ id }) => id) };
}

async function found(
  store: SqliteStore,
  query: string,
  { offset, limit, order }: { offset: number; limit: number; order: ListOrder },
) {
  const { total, patrons } = await store.search(LIBRARY, query, offset, limit, order);
  return { total, ids: patrons.map(({ id }) => id) };
}

const NAMES = [
  'Ek',
  'Eklund',
  'Ekström',
  'Öberg',
  'Oberg',
  "D'Arcy",
  'van der Berg',
  'Smith-Jones',
  'Ørsted',
  '王',
];
const patronArbitrary = fc.record({
  familyName: fc.constantFrom(...NAMES),
  givenName: fc.constantFrom('Anna', 'Åke', 'Bo', 'Zoë', ''),
  phone: fc.constantFrom('070-1234567', '+46701234567', '054 10 20 30'),
  postcode: fc.constantFrom('652 25', '65225', 'SW1A 1AA'),
  card: fc.integer({ min: 1, max: 40 }),
});
const queryArbitrary = fc.oneof(
  fc.constantFrom(
    'ek',
    'e',
    'ekl',
    'oberg',
    'ö',
    'anna ek',
    'darcy',
    'berg van',
    '65225',
    '652 25',
    'sw1a1aa',
    '*',
  ),
  fc.constantFrom(
    '0701234567',
    '1234567',
    'c1',
    'c12',
    'e*d',
    '*berg',
    'smithjones',
    'smith anna',
    'orsted',
    '王',
    'ek*',
  ),
  fc.string({ maxLength: 6 }),
);

const partArbitrary = fc.record({
  offset: fc.nat(12),
  limit: fc.integer({ min: 1, max: 10 }),
  order: fc.constantFrom(...LIST_ORDERS),
});

test('it finds what looking at every patron finds, in the same order, also of what is laid over', async () => {
  const rounds = fc.sample(
    fc.record({
      patrons: fc.array(patronArbitrary, { minLength: 1, maxLength: 40 }),
      renames: fc.array(fc.tuple(fc.nat(39), fc.constantFrom(...NAMES)), { maxLength: 6 }),
      asked: fc.array(fc.tuple(queryArbitrary, partArbitrary), {
        minLength: 30,
        maxLength: 30,
      }),
    }),
    { numRuns: 8, seed: 20261124 },
  );
  for (const { patrons, renames, asked } of rounds) {
    const shadow = patrons.map(({ familyName, givenName, phone, postcode, card }, n) =>
      patronOf(n, {
        personal: { familyName, givenName },
        contact: { phones: [phone] },
        address: { postcode },
        // A card is one patron's.
        cards: patrons.findIndex((other) => other.card === card) === n ? [`C${card}`] : [],
      }),
    );
    const { store } = await folders.filled(shadow);
    const acts = await Promise.all(
      renames.map(([who, name], n) => store.append(actOf(n, who, renamed(name)))),
    );
    const shown = shadow.map((patron) =>
      searchEntry(
        overlay(
          patron,
          acts.filter(({ patronId }) => patronId === patron.id),
        ),
      ),
    );
    for (const [query, part] of asked)
      expect([query, part, await found(store, query, part)]).toEqual([
        query,
        part,
        expected(shown, query, part),
      ]);
    await store.close();
  }
});

test('a patron whose words changed is found by the new ones only', async () => {
  const { store } = await folders.filled([patronOf(1, { personal: { familyName: 'Ek' }, cards: ['A1'] })]);
  const patron = patronOf(1, { personal: { familyName: 'Berg' }, cards: ['B2'] });
  await store.applyChanges(LIBRARY, [{ kind: 'patron', position: 101, patron }], 101, 'epoch-1', null);
  for (const [query, total] of [
    ['ek', 0],
    ['a1', 0],
    ['berg', 1],
    ['b2', 1],
  ] as const)
    expect((await store.search(LIBRARY, query, 0, 9)).total).toBe(total);
});

test.each(LIST_ORDERS)('many hits come in the same order as few: %s', async (order) => {
  const shadow = Array.from({ length: 2600 }, (_, n) =>
    patronOf(n, {
      personal: { familyName: `E${n % 3 ? 'k' : 'å'}${(n * 7919) % 2600}`, givenName: n % 2 ? 'Bo' : 'Åsa' },
      address: { town: n % 9 ? 'Kil' : 'Arvika' },
    }),
  );
  const { store } = await folders.filled(shadow);
  await store.append(actOf(1, 5, renamed('Ek1')));
  const laidOver = overlay(
    patronOf(5, shadow[5] ? { personal: shadow[5].sections.personal.values, address: { town: 'Kil' } } : {}),
    await store.acts(['waiting']),
  );
  const shown = shadow.map((patron) => searchEntry(patron.id === idOf(5) ? laidOver : patron));
  for (const [query, offset] of [
    ['e*', 0],
    ['bo', 0],
    ['asa', 1200],
    ['kil', 2200],
    ['arvika', 3],
    ['e*1 bo', 20],
    ['*5', 0],
  ] as const)
    expect([query, await found(store, query, { offset, limit: 5, order })]).toEqual([
      query,
      expected(shown, query, { offset, limit: 5, order }),
    ]);
});

describe('a search that looks at everybody', () => {
  const everybody = (familyName: string, count: number) =>
    Array.from({ length: count }, (_, n) => patronOf(n, { personal: { familyName } }));

  async function opened(between: (store: SqliteStore, turn: number) => Promise<unknown>) {
    let turn = -1;
    const giveWay = async () => void (turn >= 0 && (await between(store, ++turn)));
    const opening = openStore({ folder: folders.make(), key: KEY, clock, giveWay });
    if (opening.outcome !== 'open') throw new Error(opening.outcome);
    const { store } = opening;
    await fill(store, everybody('Eklund', 4500));
    turn = 0;
    return store;
  }

  test('lets others have their turn, and answers with what they did', async () => {
    const turns: number[] = [];
    const store = await opened(async (store, turn) => {
      turns.push(turn);
      if (turn === 1) await store.append(actOf(1, 5, renamed('Berg')));
    });
    const { total, patrons } = await store.search(LIBRARY, 'e*lund', 0, 10);
    expect([turns.length > 1, total]).toEqual([true, 4499]);
    expect(patrons.map(({ id }) => id)).not.toContain(idOf(5));
    await store.close();
  });

  test('begins anew where another edition is shown meanwhile', async () => {
    const store = await opened(async (store, turn) => {
      if (turn === 1) await fill(store, everybody('Ekelund', 3), 100, 'epoch-2');
    });
    expect(
      (await store.search(LIBRARY, 'e*lund', 0, 10)).patrons.map(({ familyName }) => familyName),
    ).toEqual(['Ekelund', 'Ekelund', 'Ekelund']);
    await store.close();
  });

  test('and finds nobody where the copy is erased meanwhile', async () => {
    const store = await opened((store) => store.erasePatrons(LIBRARY));
    expect(await store.search(LIBRARY, 'e*lund', 0, 10)).toEqual({ total: 0, patrons: [] });
    await store.close();
  });
});
