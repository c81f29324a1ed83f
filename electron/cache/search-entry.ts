// What the copy needs of a patron in order to find it: its words, its place in a list, its card numbers, its row.
import { fold, joined } from '../../shared/patrons/fold.ts';
import type { Patron, PatronSummary } from '../../shared/patrons/patron.ts';
import { patronWords, wordsMatch, type SearchPlan } from '../../shared/patrons/search.ts';

export interface SearchEntry {
  id: string;
  /** Folded: lists stand in the order of family name, given name, id. */
  family: string;
  given: string;
  /** Told apart by blanks, as are cards. */
  words: string;
  cards: string;
  summary: PatronSummary;
}

/** A row of a list of hits. */
export function summaryOf(patron: Patron): PatronSummary {
  const { personal, address, card, library } = patron.sections;
  return {
    id: patron.id,
    givenName: personal.values.givenName,
    familyName: personal.values.familyName,
    birthDate: personal.values.birthDate,
    cardNumber: card.values.cards.find(({ state }) => state === 'active')?.number ?? null,
    addressLine: address.values.line1,
    postcode: address.values.postcode,
    town: address.values.town,
    category: library.values.category,
    branch: library.values.branch,
    blocked: patron.blocks.length > 0,
    debtBlocked: patron.debtBlock !== null,
  };
}

export function searchEntry(patron: Patron): SearchEntry {
  const { personal, contact, address, card } = patron.sections;
  return {
    id: patron.id,
    family: fold(personal.values.familyName),
    given: fold(personal.values.givenName),
    words: patronWords({
      personal: personal.values,
      contact: contact.values,
      address: address.values,
      card: card.values,
    }).join(' '),
    cards: [...new Set(card.values.cards.map(({ number }) => joined(number)))].join(' '),
    summary: summaryOf(patron),
  };
}

/** Whether words told apart by blanks are what a query asks for. The index finds the same. */
export function matches(words: string, plan: SearchPlan): boolean {
  const text = ` ${words}`;
  return (
    plan.alternatives.some((beginnings) => beginnings.every((beginning) => text.includes(` ${beginning}`))) &&
    plan.patterns.every((pattern) => wordsMatch(words, pattern))
  );
}

/** The order of lists, as SQLite compares: by bytes of UTF-8. */
export function compareEntries(
  a: Pick<SearchEntry, 'family' | 'given' | 'id'>,
  b: Pick<SearchEntry, 'family' | 'given' | 'id'>,
): number {
  const bytes = (x: string, y: string) => (x === y ? 0 : Buffer.compare(Buffer.from(x), Buffer.from(y)));
  return bytes(a.family, b.family) || bytes(a.given, b.given) || bytes(a.id, b.id);
}
