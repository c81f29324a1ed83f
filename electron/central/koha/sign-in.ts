// Who somebody is at Koha: by their own name and password, or, where the desk works with an API key, by a password that
// Koha checks for the key. Then only members of the categories that policy names may come in: Koha checks any patron's.
import { z } from 'zod';
import { joined } from '../../../shared/patrons/fold.ts';
import type { KohaPolicy } from '../../policy/koha-policy.ts';
import { Failure, isFailure } from '../../support/failure.ts';
import type { Credentials } from '../central-server.ts';
import { TooLarge } from '../transport.ts';
import { KohaApi } from './api.ts';
import { basicAuthorization, type Authorization } from './authorization.ts';
import type { KohaDescription } from './description.ts';
import type { KohaAnswer, KohaHttp } from './http.ts';
import { kohaPatronSchema, validatedSchema, type KohaPatron } from './records.ts';
import { isRefusal } from './refusals.ts';
import { mayComeIn } from './staff-rights.ts';
import { textOf } from './values.ts';

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

async function withPassword(credentials: Credentials, { http, description }: SignInParts): Promise<SignedIn> {
  const { username, password } = credentials;
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
  const named = await ask('userid');
  const carded = await ask('cardnumber').catch((thrown: unknown) => {
    // Of whom the name is, is known: a stranger's record without end is that of one more whom it may be.
    if (!(thrown instanceof TooLarge) || named.length === 0) throw thrown;
    return undefined;
  });
  const found = [...named, ...(carded ?? [])];
  const [own] = found;
  if (!own) throw new Failure({ code: 'notStaff' });
  const api = new KohaApi(http, authorization);
  // Where it is another's card number, too, Koha takes either's password, and acts for whose name it is all the same. What
  // was asked for may get lost on the way, and anybody be answered.
  const isTheirs = [own.userid, own.cardnumber].some((one) => joined(textOf(one)) === joined(username));
  const isTwos = !carded || !isTheirs || found.some(({ patron_id }) => patron_id !== own.patron_id);
  if (isTwos && (await whoseIs(credentials, api, description).catch(untold)) !== own.patron_id)
    throw new Failure({ code: 'nameOfTwo' });
  return ownRecord(api, own.patron_id);
}

async function withKey(
  credentials: Credentials,
  key: Authorization,
  { http, description, policy }: SignInParts,
): Promise<SignedIn> {
  const api = new KohaApi(http, key);
  const number = await whoseIs(credentials, api, description).catch(wrongPassword);
  if (number === undefined) throw new Failure({ code: 'serverRubbish' });
  const signedIn = await ownRecord(api, number);
  // Koha looks for who it was by the number of their card: where they have none, it may name another who has none.
  const { userid, cardnumber } = signedIn.record;
  if (textOf(cardnumber) === '' && nameOf(textOf(userid)) !== nameOf(credentials.username))
    throw new Failure({ code: 'serverRubbish' }, 'another patron');
  if (!mayComeIn(signedIn.record, policy)) throw new Failure({ code: 'notStaff' });
  return signedIn;
}

/** Whom Koha lets in by this name and password; undefined where it doesn't say. */
async function whoseIs(
  { username, password }: Credentials,
  api: KohaApi,
  description: KohaDescription,
): Promise<number | undefined> {
  const path = '/auth/password/validation';
  const name = description.takes('post', path, 'identifier') ? 'identifier' : 'userid';
  const request = { method: 'POST', path, body: { [name]: username, password } } as const;
  return (await api.ask(request, validatedSchema)).value.patron_id ?? undefined;
}

const nameOf = (username: string) => username.normalize('NFC').trim().toLowerCase();

/** Koha answers that only whoever has all of `borrowers`, and some Kohas nobody. */
function untold(thrown: unknown): undefined {
  if (!isRefusal(thrown) && !isFailure(thrown, 'serverRubbish')) throw thrown;
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
