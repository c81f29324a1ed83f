// What of patrons an account sees at Koha, in words that another account's are compared with: a copy that was filled with
// what the one sees is not for the other, and lacks what that one sees.
import type { KohaApi } from './api.ts';
import type { KohaDescription } from './description.ts';
import { codeInUse } from './library.ts';
import type { KohaRights } from './rights.ts';

/** Each costs a request as somebody signs in. */
const MOST_LIBRARIES = 60;

/** `account` is whose sight it is: a librarian's, or an API key's, which is one for everybody at the desk. */
export async function viewOf(
  api: KohaApi,
  { loans, holds, debts, titles, changesPatrons }: KohaRights,
  account: string,
  description: KohaDescription,
): Promise<string> {
  const hasAll = changesPatrons && description.asksForAllOf('borrowers', 'put', '/patrons/{patron_id}');
  const missing = Object.entries({ loans, holds, debts, titles }).flatMap(([part, right]) =>
    right ? [`without ${part}`] : [],
  );
  return [await patronsSeen(api, account, hasAll), ...missing].join(', ');
}

/**
 * Koha shows an account everybody, or patrons of its own library and of those grouped with it; it doesn't say which: each
 * step asks for the next library that a patron is of. Who has all rights over patrons has this one too.
 */
async function patronsSeen(api: KohaApi, account: string, hasAll: boolean): Promise<string> {
  const libraries: string[] = [];
  while (libraries.length < MOST_LIBRARIES) {
    const next = await codeInUse(api, 'library_id', libraries.at(-1));
    if (next === undefined) return `those of ${libraries.join(' ')}`;
    libraries.push(next);
    if (hasAll && libraries.length > 1) return 'everybody';
  }
  return `those whom ${account} sees`;
}
