// How a patron is called, and which card they use now.
import type { Patron } from '../../shared/patrons/patron.ts';

export function nameOf({ sections }: Patron): string {
  const { givenName, familyName } = sections.personal.values;
  return [givenName, familyName].filter((part) => part !== '').join(' ');
}

export function cardInUse({ sections }: Patron): string | undefined {
  return sections.card.values.cards.find(({ state }) => state === 'active')?.number;
}
