// What the copy needs of a patron in order to find it: its words, its place in a list, its card numbers, its row.
import { fold, joined } from '../../shared/patrons/fold.ts';
import { swedishPlace, type ListOrder } from '../../shared/patrons/list-order.ts';
import type { Patron, PatronSummary } from '../../shared/patrons/patron.ts';
import { patronWords, wordsMatch, type SearchPlan } from '../../shared/patrons/search.ts';

export interface SearchEntry {
  id: string;
  /** Folded: the plain order is that of family name, given name, id. */
  family: string;
  given: string;
  /** Where it stands in the Swedish order. */
  swedish: string;
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
    swedish: swedishPlace(personal.values.familyName, personal.values.givenName, patron.id),
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

/** A text that stands among others as the patron does in a list of that order. */
export const placeIn: Record<ListOrder, (entry: SearchEntry) => string> = {
  plain: ({ family, given, id }) => [family, given, id].join('\0'),
  sv: ({ swedish }) => swedish,
};

/** As SQLite compares: by bytes of UTF-8. */
export function comparePlaces(a: { place: string }, b: { place: string }): number {
  return a.place === b.place ? 0 : Buffer.compare(Buffer.from(a.place), Buffer.from(b.place));
}
