// What an edit may write, every desk must be able to read.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SECTIONS, sectionSchemas, type SectionId, type SectionValues } from './sections.ts';
import { LONGEST_TEXT, storedSectionSchemas } from './stored.ts';

const address = { line1: 'Storgatan 1', line2: 'c/o', postcode: '111 22', town: 'Lund', country: 'SE' };
const FILLED: { [S in SectionId]: SectionValues<S>[] } = {
  personal: [
    {
      nationalId: '19900131-1234',
      givenName: 'Ada',
      familyName: 'Öberg',
      birthDate: '1990-01-31',
      gender: 'female',
      language: 'sv-SE',
    },
  ],
  contact: [{ phones: ['+46 8 123'], emails: ['a@b.se'], preferredChannel: 'sms' }],
  address: [{ ...address, otherAddresses: [address] }],
  card: [{ cards: [{ number: 'A-1', state: 'active' }] }],
  guarantor: [
    { guarantor: { kind: 'name', name: 'Bo' } },
    { guarantor: { kind: 'patron', patronId: '01955f7c-6a37-7e7e-9c5e-0d7f5b7c9a10', name: 'Bo' } },
  ],
  library: [{ branch: 'main', category: 'adult' }],
  preferences: [{ reservationReady: 'sms', dueSoon: 'none', overdue: 'letter', keepLoanHistory: true }],
  note: [{ staffNote: 'Speaks softly.' }],
};

/** The same values, with one of their texts, lists or parts of a text many times in place of once. */
function* stretched(values: unknown, from: number, length: number, times: number): Generator<unknown> {
  if (typeof values === 'string') {
    const part = values.slice(from, from + length);
    yield values.slice(0, from) + part.repeat(times) + values.slice(from + length);
  }
  if (Array.isArray(values))
    yield values.flatMap((value) => Array<unknown>(Math.min(times, 200)).fill(value));
  if (typeof values !== 'object' || values === null) return;
  for (const [at, value] of Object.entries(values))
    for (const other of stretched(value, from, length, times))
      yield Array.isArray(values) ? values.with(Number(at), other) : { ...values, [at]: other };
}

test.each(SECTIONS)('of %s, an edit may write nothing that no desk can read', (section) => {
  for (const values of FILLED[section]) {
    expect(sectionSchemas[section].safeParse(values).success).toBe(true);
    const [from, length] = [fc.nat(12), fc.integer({ min: 1, max: 4 })];
    const times = fc.oneof(fc.integer({ min: 1, max: 60 }), fc.constant(LONGEST_TEXT + 1));
    fc.assert(
      fc.property(from, length, times, (...how) => {
        for (const other of stretched(values, ...how)) {
          const written = sectionSchemas[section].safeParse(other);
          if (written.success)
            expect(storedSectionSchemas[section].safeParse(written.data).success).toBe(true);
        }
      }),
      { numRuns: 300, seed: 1 },
    );
  }
});
