// The demo network: the same for the same seed, and all that a desk meets.
import { describe, expect, test } from 'vitest';
import { patronSchema, type Patron } from '../../shared/patrons/patron.ts';
import { ageOn } from '../../shared/library.ts';
import { createCentral } from '../central.ts';
import { testOptions } from '../testing/network.ts';
import { demoAccounts } from './accounts.ts';
import { makeDemoNetwork } from './network.ts';
import { luhn } from './numbers.ts';

const NOW = Date.parse('2026-03-01T10:00:00Z');

function demo(seed: string, patrons: number, now = NOW) {
  const central = createCentral(testOptions({ start: now, seed: 'other luck' }));
  makeDemoNetwork(central, { patrons, seed, now });
  const all = (library: string) => central.parts.feed.snapshot(library, { limit: 10_000 }).patrons;
  return { central, north: all('north'), south: all('south') };
}
const big = demo('1', 400);

describe('the seed', () => {
  /** Tags name the epoch, which is never the same. */
  const shown = (patrons: Patron[]) =>
    patrons.map((patron) => JSON.stringify(patron).replaceAll(/"tag":"[^"]*"/g, ''));

  test('makes the same network again, whatever the time of day', () => {
    const again = demo('1', 400, NOW + 5 * 3_600_000);
    expect(shown(again.north)).toEqual(shown(big.north));
    expect(shown(again.south)).toEqual(shown(big.south));
    expect(demoAccounts(again.central)).toEqual(demoAccounts(big.central));
  });

  test('another one makes another', () => {
    const other = demo('2', 20);
    expect(other.north.map(({ id }) => id)).not.toContain(big.north[0]?.id);
    expect(demoAccounts(other.central)).not.toEqual(demoAccounts(big.central));
  });
});

test('has six accounts, with permissions by their names', () => {
  const short = demoAccounts(big.central).map(({ library, username, permissions }) => [
    library,
    username,
    permissions.length,
  ]);
  expect(short).toEqual([
    ['north', 'lead', 3],
    ['north', 'desk', 0],
    ['north', 'privacy', 1],
    ['south', 'lead', 3],
    ['south', 'desk', 0],
    ['south', 'privacy', 1],
  ]);
});

test('every patron fits the contract', () => {
  for (const patron of [...big.north, ...big.south]) patronSchema.parse(patron);
  expect([big.north.length, big.south.length]).toEqual([400, 400]);
});

test('has all that a desk meets', () => {
  const { north } = big;
  const today = new Date(NOW).toISOString();
  const values = (patron: Patron) => patron.sections;
  const some = (what: (patron: Patron) => boolean) => expect(north.filter(what).length).toBeGreaterThan(2);
  some(({ loans }) => loans.some(({ dueAt }) => dueAt < today));
  some(({ loans }) => loans.some(({ dueAt }) => dueAt > today));
  some(({ reservations }) => reservations.some(({ state }) => state === 'ready'));
  some(({ debts, debtBlock }) => debts.length > 0 && !debtBlock);
  some(({ debtBlock }) => debtBlock !== null);
  some(({ blocks }) => blocks.length > 0);
  some(({ guarantorFor }) => guarantorFor.length > 0);
  some((patron) => values(patron).card.values.cards.some(({ state }) => state === 'lost'));
  some((patron) => values(patron).guarantor.values.guarantor?.kind === 'name');
  some((patron) => /\p{Script=Arabic}/u.test(values(patron).personal.values.familyName));
  some((patron) => /\p{Script=Cyrillic}/u.test(values(patron).personal.values.familyName));
  some((patron) => /\p{Script=Greek}/u.test(values(patron).personal.values.familyName));
  some((patron) => values(patron).personal.values.birthDate === null);
  some(({ loans, reservations, debts, guarantorFor }) =>
    [loans, reservations, debts, guarantorFor].every((list) => list.length === 0),
  );
});

test('keeps the rules of its libraries: children have a guarantor, who is grown up', () => {
  const byId = new Map(big.north.map((patron) => [patron.id, patron.sections.personal.values.birthDate]));
  for (const { sections } of big.north) {
    const { birthDate } = sections.personal.values;
    const { guarantor } = sections.guarantor.values;
    if (birthDate && ageOn(birthDate, '2026-03-01') < 16) expect(guarantor).not.toBeNull();
    if (guarantor?.kind !== 'patron') continue;
    expect(ageOn(byId.get(guarantor.patronId) ?? '2026-01-01', '2026-03-01')).toBeGreaterThanOrEqual(18);
  }
});

test('people known at both libraries have an account, a card and an id of their own at each', () => {
  const both = big.central.parts.store.rows<{ n: number; libraries: number }>(
    'SELECT count(*) AS n, count(DISTINCT library) AS libraries FROM patron GROUP BY person HAVING n > 1',
  );
  expect(both.length).toBeGreaterThan(5);
  expect(both.every(({ n, libraries }) => n === 2 && libraries === 2)).toBe(true);
});

test('its numbers belong to nobody', () => {
  for (const { sections } of [...big.north, ...big.south]) {
    const { nationalId } = sections.personal.values;
    if (nationalId) {
      expect(nationalId).toMatch(/^\d{8}-9[89]\d\d$/);
      const digits = nationalId.slice(2).replace('-', '');
      expect(luhn(digits.slice(0, -1))).toBe(Number(digits.slice(-1)));
    }
    for (const email of sections.contact.values.emails) expect(email).toMatch(/@example\.(org|com|net)$/);
  }
});
