// The order of hits where all of them are here: exactly that of the language of the windows, from whatever server they
// came. A longer list comes by pages, in the one of the stored orders that is the language's.
import { joined } from '../../../shared/patrons/fold.ts';
import type { PatronSummary } from '../../../shared/patrons/patron.ts';
import { compareIn } from '../../design/collator.ts';

/** Whoever has exactly the card that was asked for stays first. */
export function inOrder(hits: readonly PatronSummary[], query: string, locale: string): PatronSummary[] {
  const compare = compareIn(locale);
  const [first] = hits;
  const owner = first?.cardNumber && joined(first.cardNumber) === joined(query) ? first : undefined;
  const others = hits.filter((hit) => hit !== owner);
  others.sort((a, b) => compare(a.familyName, b.familyName) || compare(a.givenName, b.givenName));
  return owner ? [owner, ...others] : others;
}
