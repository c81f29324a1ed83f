// What of patrons an account sees at Koha, in words that another account's are compared with: a copy that was filled with
// what the one sees is not for the other, and lacks what that one sees.
import type { Patron } from '../../../shared/patrons/patron.ts';
import type { KohaApi } from './api.ts';
import type { KohaDescription } from './description.ts';
import { codeInUse } from './library.ts';
import type { KohaRights } from './rights.ts';

/** Each costs a request as somebody signs in. */
const MOST_LIBRARIES = 60;

export interface View {
  name: string;
  /** Whose patrons it names, in small letters; undefined where it doesn't go by libraries. */
  libraries: ReadonlySet<string> | undefined;
  /** Its name once patrons of another library are told of: there were none before, or they weren't shown. */
  wider: string;
}

/** Somebody is of a library that the view doesn't name. Koha's database takes its code in any capitals. */
export const goBeyond = (patrons: readonly Patron[], { libraries }: View): boolean =>
  libraries !== undefined &&
  patrons.some(({ sections }) => !libraries.has(sections.library.values.branch.toLowerCase()));

/** `account` is whose sight it is: a librarian's, or an API key's, which is one for everybody at the desk. */
export async function viewOf(
  api: KohaApi,
  { loans, holds, debts, titles, notKnown, changesPatrons }: KohaRights,
  account: string,
  description: KohaDescription,
): Promise<View> {
  const hasAll = changesPatrons && description.asksForAllOf('borrowers', 'put', '/patrons/{patron_id}');
  const missing = Object.entries({ loans, holds, debts, titles }).flatMap(([part, right]) =>
    right ? [`without ${part}`] : [],
  );
  // Koha failed, or something stood in its way: a colleague may see more of them, or less.
  const own = notKnown.map((part) => `${part} as ${account} sees them`).sort();
  const named = (patrons: string) => [patrons, ...missing, ...own].join(', ');
  const { patrons, libraries } = await patronsSeen(api, account, hasAll);
  return {
    name: named(patrons),
    libraries: libraries && new Set(libraries.map((code) => code.toLowerCase())),
    wider: named(`those whom ${account} came to see`),
  };
}

/**
 * Koha shows an account everybody, or patrons of its own library and of those grouped with it; it doesn't say which: each
 * step asks for the next library that a patron is of. Who has all rights over patrons has this one too.
 */
async function patronsSeen(
  api: KohaApi,
  account: string,
  hasAll: boolean,
): Promise<{ patrons: string; libraries?: string[] }> {
  const libraries: string[] = [];
  while (libraries.length < MOST_LIBRARIES) {
    const next = await codeInUse(api, 'library_id', libraries.at(-1));
    if (next === undefined) return { patrons: `those of ${libraries.join(' ')}`, libraries };
    libraries.push(next);
    if (hasAll && libraries.length > 1) return { patrons: 'everybody' };
  }
  return { patrons: `those whom ${account} sees` };
}
