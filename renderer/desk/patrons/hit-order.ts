// The order of hits in the language of the windows: Swedish puts Å, Ä and Ö after Z. Only where all hits are here; a longer
// list stands in the order in which it is stored, by names without their marks.
import { joined } from '../../../shared/patrons/fold.ts';
import type { PatronSummary } from '../../../shared/patrons/patron.ts';

/** Whoever has exactly the card that was asked for stays first. */
export function inOrder(hits: readonly PatronSummary[], query: string, locale: string): PatronSummary[] {
  const { compare } = new Intl.Collator(locale);
  const [first] = hits;
  const owner = first?.cardNumber && joined(first.cardNumber) === joined(query) ? first : undefined;
  const others = hits.filter((hit) => hit !== owner);
  others.sort((a, b) => compare(a.familyName, b.familyName) || compare(a.givenName, b.givenName));
  return owner ? [owner, ...others] : others;
}
