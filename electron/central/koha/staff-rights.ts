// Whom policy gives what Koha has no permission for, by their category or username: who may come in, and do what; and the
// API key's own account. Such an account is Koha's to change. A desk that gave its category away, or its password, would
// give away those rights.
import { fold } from '../../../shared/patrons/fold.ts';
import { PERMISSIONS, type Permission } from '../../../shared/permissions.ts';
import type { KohaPolicy } from '../../policy/koha-policy.ts';
import type { StaffAccount } from '../central-server.ts';
import type { KohaPatron } from './records.ts';
import { textOf } from './values.ts';

type Account = Pick<KohaPatron, 'userid' | 'category_id'>;

export const mayComeIn = ({ userid, category_id }: Account, { apiKey }: KohaPolicy): boolean =>
  !apiKey ||
  (apiKey.staffCategories.includes(category_id) && (apiKey.staffUsers?.includes(textOf(userid)) ?? true));

/** Policy says who may do what Koha has no permission for; whom it doesn't name, it doesn't restrict. */
export const grantedTo = ({ userid, category_id }: Account, { permissions }: KohaPolicy): Permission[] =>
  PERMISSIONS.filter((permission) => {
    const grant = permissions[permission];
    return !grant || grant.users.includes(textOf(userid)) || grant.categories.includes(category_id);
  });

/**
 * Of what a member of staff of a Koha had when they last signed in, what policy leaves them by now; undefined where it lets
 * them in no more. Of an `account` that isn't known, nothing that policy names somebody for.
 */
export function leftBy(
  policy: KohaPolicy,
  account: StaffAccount | undefined,
  permissions: readonly Permission[],
): Permission[] | undefined {
  const { username = '', category = '' } = account ?? {};
  const known = { userid: username, category_id: category };
  if (!mayComeIn(known, policy)) return undefined;
  const granted = grantedTo(known, policy);
  return permissions.filter((one) => granted.includes(one));
}

/** Whether policy lets members of this category in, or lets them do more than others. */
export const categoryHasRights = (category: string, { apiKey, permissions }: KohaPolicy): boolean =>
  [apiKey?.staffCategories, ...Object.values(permissions).map((grant) => grant?.categories)].some((named) =>
    named?.includes(category),
  );

/** Of names that Koha's database takes for one, policy may write either. */
export function hasRights({ userid, category_id }: KohaPatron, policy: KohaPolicy): boolean {
  const username = asOneName(textOf(userid));
  const { account = [], staffUsers = [] } = policy.apiKey ?? {};
  const grants = Object.values(policy.permissions);
  const named = [account, staffUsers, ...grants.map((grant) => grant?.users ?? [])].flat();
  return categoryHasRights(category_id, policy) || named.some((name) => asOneName(name) === username);
}

const asOneName = (name: string) => fold(name).trim();
