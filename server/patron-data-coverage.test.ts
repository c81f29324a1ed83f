// Whatever the server's database holds about a patron is in the patron data file, or on its list of what is left out.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PatronDataFile } from '../shared/patron-data/document.ts';
import { CARD_STATES, CHANNELS, GENDERS, type SectionId } from '../shared/patrons/sections.ts';
import { whoseCard } from './patrons/failed-pins.ts';
import type { PatronRow } from './patrons/record.ts';
import { cardKey } from './patrons/search-index.ts';
import type { AllSections } from './patrons/writing.ts';
import { hashSecretNow } from './sessions/secrets.ts';
import type { Store } from './store/store.ts';
import { branchName, OF_OTHERS, OF_PATRONS, type Cell } from './testing/column-decisions.ts';
import { COST, testNetwork, type TestDesk } from './testing/network.ts';
import { wholeFile } from './testing/patron-data.ts';

const FTS_PARTS = /^patron_words_/;

test('every column of every table has a decision, and none is for a column that is gone', () => {
  const { store } = testNetwork().central.parts;
  const tables = store
    .rows<{ name: string }>(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
    )
    .map(({ name }) => name)
    .filter((name) => !FTS_PARTS.test(name));
  expect(tables.sort()).toEqual([...Object.keys(OF_PATRONS), ...Object.keys(OF_OTHERS)].sort());
  const columns = (table: string) =>
    store.rows<{ name: string }>('SELECT name FROM pragma_table_info(?)', table).map(({ name }) => name);
  for (const [table, { columns: decided }] of Object.entries(OF_PATRONS))
    expect(Object.keys(decided).sort(), table).toEqual(columns(table).sort());
});

/** What stands at a path such as `loans[].title`: one value, or all of a list. */
function valuesAt(file: unknown, path: string): unknown[] {
  return path.split('.').reduce<unknown[]>(
    (found, step) => {
      const [name = '', list] = step.split('[]');
      return found.flatMap((one) => {
        const value = (one as Record<string, unknown>)[name];
        return list === undefined ? [value] : (value as unknown[]);
      });
    },
    [file],
  );
}

function expectCovered(store: Store, patron: PatronRow, file: PatronDataFile): void {
  store.define(
    'is_of_card',
    (who, card) => who === whoseCard(...(JSON.parse(card) as [library: string, number: string])),
  );
  const text = JSON.stringify(file);
  const cards = new Map(
    file.patron.card.cards.map(({ number }) => [number, whoseCard(patron.library, number)]),
  );
  const shown = {
    ...file,
    failedSignIns: file.failedSignIns?.map((one) => ({ ...one, who: cards.get(one.cardNumber) })),
  };
  for (const [table, { whose, by, columns }] of Object.entries(OF_PATRONS)) {
    const rows = store.rows<Record<string, Cell>>(`SELECT * FROM ${table} WHERE ${whose}`, patron[by]);
    for (const decision of Object.values(columns))
      if ('at' in decision && decision.at.includes('[]'))
        expect(valuesAt(shown, decision.at), table).toHaveLength(rows.length);
    for (const row of rows) {
      for (const [column, decision] of Object.entries(columns)) {
        const cell = row[column] ?? null;
        const where = `${table}.${column}`;
        if ('at' in decision) {
          const written = decision.as ? decision.as(cell) : cell;
          if (written !== undefined) expect(valuesAt(shown, decision.at), where).toContainEqual(written);
        } else if ('leftOut' in decision) {
          expect(
            file.leftOut.map(({ id }) => id),
            where,
          ).toContain(decision.leftOut);
          const telling = typeof cell === 'string' && cell.length > 8 && cell !== patron.id;
          if (telling && decision.leftOut !== 'internalMarks') expect(text, where).not.toContain(cell);
        }
      }
    }
  }
}

function expectSectionsCovered(sections: AllSections, file: PatronDataFile): void {
  const { guarantor, library, ...rest } = sections;
  for (const [section, values] of Object.entries(rest))
    expect(file.patron[section as Exclude<SectionId, 'guarantor' | 'library'>]).toEqual(values);
  expect(file.patron.library).toEqual({ branch: branchName(library.branch), category: 'Adult' });
  expect(file.patron.guarantor?.name ?? null).toBe(guarantor.guarantor?.name ?? null);
}

const word = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.constantFrom('<b>&amp;</b>', '=1+1', 'Lind\u202Eqvist', 'שלום', '"\\', '\u0000'),
);
const digits = fc.stringMatching(/^[1-9]\d{6}$/);
const moment = fc
  .integer({ min: Date.parse('2000-01-01'), max: Date.parse('2026-02-28') })
  .map((ms) => new Date(ms).toISOString());
const day = moment.map((text) => text.slice(0, 10));
const maybe = <T>(arb: fc.Arbitrary<T>) => fc.option(arb, { nil: null });
const list = <T>(arb: fc.Arbitrary<T>) => fc.array(arb, { maxLength: 4 });
const channel = fc.constantFrom(...CHANNELS);
const address = { line1: word, line2: word, postcode: word, town: word, country: fc.constantFrom('', 'SE') };

const sectionsArb = fc.record({
  personal: fc.record({
    nationalId: word,
    givenName: word,
    familyName: word,
    birthDate: fc.constantFrom(null, '1990-05-17', '2009-01-01'),
    gender: fc.constantFrom(...GENDERS),
    language: fc.constantFrom('sv', 'ar'),
  }),
  contact: fc.record({ phones: list(word), emails: list(word), preferredChannel: channel }),
  address: fc.record({ ...address, otherAddresses: list(fc.record(address)) }),
  card: fc.record({
    cards: fc.uniqueArray(fc.record({ number: digits, state: fc.constantFrom(...CARD_STATES) }), {
      maxLength: 3,
      selector: ({ number }) => cardKey(number),
    }),
  }),
  guarantor: fc.record({ guarantor: maybe(fc.record({ kind: fc.constant('name' as const), name: word })) }),
  library: fc.constant({ branch: 'main', category: 'adult' }),
  preferences: fc.record({
    reservationReady: channel,
    dueSoon: channel,
    overdue: channel,
    keepLoanHistory: fc.boolean(),
  }),
  note: fc.record({ staffNote: word }),
}) satisfies fc.Arbitrary<AllSections>;

/** Rows as the database may hold them, for each table that hangs on a patron and isn't written by acts below. */
const rowsArb = fc.record({
  block: list(
    fc.record({
      id: fc.uuid(),
      comment: word,
      blocked_at: moment,
      blocked_by: fc.constant('Somebody of Staff'),
      lifted_at: maybe(moment),
      lifted_by: fc.constant('Another of Staff'),
      lift_comment: maybe(word),
      keep_until: maybe(moment),
    }),
  ),
  loan: list(
    fc.record({
      id: fc.uuid(),
      title: word,
      author: word,
      item_barcode: word,
      branch: fc.constantFrom('main', 'gone'),
      loaned_at: moment,
      due_at: moment,
      renewals: fc.nat(9),
    }),
  ),
  past_loan: list(fc.record({ title: word, author: word, loaned_at: moment, returned_at: moment })),
  reservation: list(
    fc.record({
      id: fc.uuid(),
      title: word,
      author: word,
      pickup_branch: fc.constantFrom('main', 'gone'),
      placed_at: moment,
      state: fc.constantFrom('waiting', 'inTransit', 'ready'),
      queue_position: maybe(fc.nat(9)),
      kept_until: maybe(day),
    }),
  ),
  debt: list(
    fc.record({
      id: fc.uuid(),
      kind: fc.constantFrom('overdue', 'other'),
      description: word,
      amount: fc.nat(),
      created_at: moment,
    }),
  ),
  payment: list(fc.record({ paid_at: moment, amount: fc.integer(), description: word })),
  notification: list(
    fc.record({
      id: fc.uuid(),
      kind: fc.constantFrom('dueSoon', 'invoice'),
      channel: fc.constantFrom('email', 'sms', 'letter'),
      recipient: word,
      subject: word,
      sent_at: moment,
      state: fc.constantFrom('sent', 'failed'),
    }),
  ),
  agreement: list(
    fc.record({
      id: fc.uuid(),
      kind: fc.constantFrom('terms', 'photo'),
      version: word,
      accepted_at: moment,
      withdrawn_at: maybe(moment),
    }),
  ),
  source: list(fc.record({ what: word, came_from: word, on_day: day })),
});

const PIN = '90817263';

async function fill(
  desk: TestDesk,
  parts: { patron: PatronRow; store: Store; pinHash: string },
  rows: object,
) {
  const { patron, store, pinHash } = parts;
  store.run('UPDATE patron SET pin = ? WHERE number = ?', pinHash, patron.number);
  for (const [table, some] of Object.entries(rows) as [string, Record<string, Cell>[]][])
    for (const row of some) {
      const names = ['patron', ...Object.keys(row)];
      store.run(
        `INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
        ...[patron.number, ...Object.values(row)],
      );
    }
  // What acts leave behind: looks, answers kept under keys, failed sign-ins.
  const shown = await desk.patron(patron.id);
  await desk.save(shown, 'note', { staffNote: `${shown.sections.note.values.staffNote} ` });
  await desk.block(shown, 'By an act.');
}

test('whatever the server knows of a patron is in the file, or on the list of what is left out', async () => {
  await fc.assert(
    fc.asyncProperty(sectionsArb, rowsArb, async (sections, rows) => {
      const network = testNetwork();
      const desk = await network.signIn('north', 'lead');
      const { store, writing, ports } = network.central.parts;
      const guarantor = await desk.register({
        personal: { givenName: 'Guarding', familyName: 'Otherperson' },
      });
      const patron = writing.create('north', network.luck.id('2026-01-01T00:00:00Z'), sections);
      const ward = writing.create('north', network.luck.id('2026-01-02T00:00:00Z'), {
        ...sections,
        personal: { ...sections.personal, givenName: 'Wardname' },
        card: { cards: [] },
        guarantor: { guarantor: { kind: 'patron', patronId: patron.id, name: '' } },
      });
      await fill(desk, { patron, store, pinHash: hashSecretNow(PIN, ports.random, COST) }, rows);
      for (const { number } of sections.card.cards) {
        const body = { library: 'north', cardNumber: number, pin: '1111' };
        await network.central.answer('patronSignIn', { params: {}, query: {}, headers: {}, body });
      }
      const requester = 'patron';
      const file = await wholeFile(desk, patron.id, { requester });
      const now = network.central.parts.records.byNumber(patron.number);
      if (!now) throw new Error('The patron is gone.');
      expectCovered(store, now, file);
      const saved = await desk.patron(patron.id);
      expectSectionsCovered(
        Object.fromEntries(
          Object.entries(saved.sections).map(([section, { values }]) => [section, values]),
        ) as unknown as AllSections,
        file,
      );
      expect(file.patron.guarantorForCount).toBe(1);
      const text = JSON.stringify(file);
      for (const other of [
        PIN,
        guarantor.id,
        ward.id,
        'Wardname',
        'Otherperson',
        'of Staff',
        'lead of north',
      ])
        expect(text).not.toContain(other);
    }),
    { numRuns: 40 },
  );
}, 60_000);

test('a linked guarantor is named as in this record, and nothing else of them is said', async () => {
  const network = testNetwork();
  const desk = await network.signIn('north', 'lead');
  const guarantor = await desk.register({ contact: { emails: ['guarantor@example.org'] } });
  const patron = await desk.register({
    guarantor: { guarantor: { kind: 'patron', patronId: guarantor.id, name: '' } },
  });
  const file = await wholeFile(desk, patron.id);
  expect(file.patron.guarantor).toEqual({ name: 'Ada Öberg', linked: true });
  expect(JSON.stringify(file)).not.toContain(guarantor.id);
  expect(JSON.stringify(file)).not.toContain('guarantor@example.org');
});
