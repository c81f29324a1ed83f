// Who somebody is at Koha: by their own name and password, or, where the desk works with an API key, by a password that
// Koha checks for the key. Then only members of the categories that policy names may come in: Koha checks any patron's.
import { z } from 'zod';
import type { KohaPolicy } from '../../policy/koha-policy.ts';
import { Failure, isFailure } from '../../support/failure.ts';
import type { Credentials } from '../central-server.ts';
import { KohaApi } from './api.ts';
import { basicAuthorization, type Authorization } from './authorization.ts';
import type { KohaDescription } from './description.ts';
import type { KohaAnswer, KohaHttp } from './http.ts';
import { kohaPatronSchema, validatedSchema, type KohaPatron } from './records.ts';
import { isRefusal } from './refusals.ts';
import { mayComeIn } from './staff-rights.ts';

export interface SignInParts {
  http: KohaHttp;
  description: KohaDescription;
  /** The desk's own key, if policy gives it one. */
  key: Authorization | undefined;
  policy: KohaPolicy;
}

export interface SignedIn {
  api: KohaApi;
  /** The librarian's own record. */
  record: KohaPatron;
  time: KohaAnswer<unknown>['time'];
}

export async function signIn(credentials: Credentials, parts: SignInParts): Promise<SignedIn> {
  const { key } = parts;
  return key ? withKey(credentials, key, parts) : withPassword(credentials, parts);
}

async function withPassword({ username, password }: Credentials, { http }: SignInParts): Promise<SignedIn> {
  // Koha takes what stands before the first colon for the name, and would let in somebody else than is looked for.
  if (username.includes(':')) throw new Failure({ code: 'wrongCredentials' });
  const authorization = basicAuthorization(username, password);
  const headers = await authorization.headers();
  const ask = async (field: 'userid' | 'cardnumber') => {
    const query = { [field]: username, _match: 'exact', _per_page: 2 };
    const request = { method: 'GET', path: '/patrons', query, headers } as const;
    return (await http.ask(request, z.array(kohaPatronSchema))).value;
  };
  // Asked in its own way, so that a wrong password is told from a session that has ended.
  const found = [...(await ask('userid')), ...(await ask('cardnumber'))];
  const [own] = found;
  if (!own) throw new Failure({ code: 'notStaff' });
  // Koha doesn't say whose password it was: where one's card number is another's name, it may be either's.
  if (found.some(({ patron_id }) => patron_id !== own.patron_id)) throw new Failure({ code: 'nameOfTwo' });
  return ownRecord(new KohaApi(http, authorization), own.patron_id);
}

async function withKey(
  { username, password }: Credentials,
  key: Authorization,
  { http, description, policy }: SignInParts,
): Promise<SignedIn> {
  const api = new KohaApi(http, key);
  const path = '/auth/password/validation';
  const name = description.takes('post', path, 'identifier') ? 'identifier' : 'userid';
  const request = { method: 'POST', path, body: { [name]: username, password } } as const;
  const { patron_id } = (await api.ask(request, validatedSchema).catch(wrongPassword)).value;
  if (patron_id === null || patron_id === undefined) throw new Failure({ code: 'serverRubbish' });
  const signedIn = await ownRecord(api, patron_id);
  if (!mayComeIn(signedIn.record, policy)) throw new Failure({ code: 'notStaff' });
  return signedIn;
}

/** The key itself was refused, or the password was: that is a 400 in Koha's own words. */
function wrongPassword(thrown: unknown): never {
  if (isRefusal(thrown, 400)) {
    const { words } = thrown.refused;
    if (/^password expired/i.test(words)) throw new Failure({ code: 'passwordExpired' }, thrown);
    if (/^validation failed/i.test(words)) throw new Failure({ code: 'wrongCredentials' }, thrown);
  }
  if (isFailure(thrown, 'signedOut')) throw new Failure({ code: 'apiKeyRefused' }, thrown);
  throw thrown;
}

async function ownRecord(api: KohaApi, number: number): Promise<SignedIn> {
  const path = `/patrons/${number}`;
  const { value: record, time } = await api.ask({ method: 'GET', path }, kohaPatronSchema);
  // Whoever signs in would work in another's name.
  if (record.patron_id !== number) throw new Failure({ code: 'serverRubbish' }, 'another patron');
  return { api, record, time };
}
