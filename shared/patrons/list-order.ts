// The orders in which long lists of patrons are kept, so that a page of thousands needs no sorting. Most languages take
// a letter with a mark for the plain one, as folding does; one that has letters of its own after z has its own order.
import { fold } from './fold.ts';

export const LIST_ORDERS = ['plain', 'sv'] as const;
export type ListOrder = (typeof LIST_ORDERS)[number];

/** By the language's code. Finnish takes Swedish letters as Swedish does. */
const ORDERS: Record<string, ListOrder> = { sv: 'sv', fi: 'sv' };

/** `language` as in BCP 47. */
export const listOrderOf = (language: string): ListOrder => ORDERS[language.split('-')[0] ?? ''] ?? 'plain';

/** What stands for Swedish letters: `{`, `|` and `}` come after z, also byte by byte. */
const SWEDISH: Record<string, string> = {
  ...Object.fromEntries([...'åǻ'].map((letter) => [letter, '{'])),
  ...Object.fromEntries([...'äæęǟǣǽ'].map((letter) => [letter, '|'])),
  ...Object.fromEntries([...'öøőœôǿȫ'].map((letter) => [letter, '}'])),
  ...Object.fromEntries([...'üűǖǘǚǜ'].map((letter) => [letter, 'y'])),
};

/** A text whose bytes stand where the patron does in a Swedish list: by family name, given name, id. */
export function swedishPlace(familyName: string, givenName: string, id: string): string {
  return [swedish(familyName), swedish(givenName), id].join('\0');
}

/** A mark is joined to its letter alone: to put many of them in order takes long, and a name may have thousands. */
function swedish(name: string): string {
  const letters = name.replace(/\p{L}\p{M}/gu, (letter) => letter.normalize('NFC')).toLowerCase();
  return fold(letters.replace(/[^\0-\x7f]/gu, (letter) => SWEDISH[letter] ?? letter));
}
