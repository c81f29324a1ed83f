// What of patrons an account sees at Koha, in words that another account's are compared with: a copy that was filled with
// what the one sees is not for the other, and lacks what that one sees.
import { z } from 'zod';
import { own, type KohaApi } from './api.ts';
import type { KohaPatron } from './records.ts';
import type { KohaRights } from './rights.ts';

/** `asks` is the record of the account that asks; undefined of an API key's, which is one for everybody at the desk. */
export async function viewOf(
  api: KohaApi,
  { loans, holds, debts, titles, changing }: KohaRights,
  asks: KohaPatron | undefined,
): Promise<string> {
  const missing = Object.entries({ loans, holds, debts, titles }).flatMap(([part, right]) =>
    right ? [`without ${part}`] : [],
  );
  const whom = asks ? await patronsSeen(api, asks.library_id, !changing) : 'the key’s';
  return [whom, ...missing].join(', ');
}

/**
 * Koha shows an account everybody, or patrons of its own library and of those grouped with it; it doesn't say which. Who
 * may change patrons has every right over them, this one too.
 */
async function patronsSeen(api: KohaApi, library: string, mayChange: boolean): Promise<string> {
  const q = { [own('library_id')]: { '!=': library } };
  const { value } = await api.list('/patrons', z.unknown(), { q, perPage: 1 });
  if (value.length === 0) return `those of ${library}`;
  return mayChange ? 'everybody' : `those of ${library} and others`;
}
