// Whom policy gives what Koha has no permission for, by their category or username: who may come in, and do what; and the
// API key's own account. Such an account is Koha's to change. A desk that gave its category away, or its password, would
// give away those rights.
import type { KohaPolicy } from '../../policy/koha-policy.ts';
import type { KohaPatron } from './records.ts';
import { textOf } from './values.ts';

/** Whether policy lets members of this category in, or lets them do more than others. */
export const categoryHasRights = (category: string, { apiKey, permissions }: KohaPolicy): boolean =>
  [apiKey?.staffCategories, ...Object.values(permissions).map((grant) => grant?.categories)].some((named) =>
    named?.includes(category),
  );

export const hasRights = ({ userid, category_id }: KohaPatron, policy: KohaPolicy): boolean =>
  categoryHasRights(category_id, policy) ||
  textOf(userid) === policy.apiKey?.account ||
  Object.values(policy.permissions).some((grant) => grant?.users.includes(textOf(userid)));
