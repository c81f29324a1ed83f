// What Koha says when it refuses: three shapes of error bodies, and which of our errors each is. Koha's own words go to
// the log, never to a window. What stands before it may refuse in JSON, too: that is `serverRubbish`.
import { z } from 'zod';
import type { MissingRight } from '../../../shared/capabilities.ts';
import type { DeskError, ErrorCode } from '../../../shared/ipc/errors.ts';
import { Failure } from '../../support/failure.ts';
import { parseAnswer } from '../json.ts';
import type { HttpAnswer } from '../transport.ts';

const problemsSchema = z.array(
  z.looseObject({ message: z.string().optional(), path: z.string().optional() }),
);
const bodySchema = z.looseObject({
  error: z.string().nullish(),
  error_code: z.string().nullish(),
  errors: problemsSchema.nullish(),
  required_permissions: z.unknown().optional(),
  /** With a 409: the field whose value another patron has. */
  conflict: z.unknown().optional(),
});

export interface Refused {
  status: number;
  /** Koha's words, for the log. */
  words: string;
  code: string;
  /** It names what it minds, as Koha does with this status. */
  isKohas: boolean;
  /** Fields that don't fit, by their names at Koha. */
  fields: string[];
  permissions: string[];
  conflict: string;
}

export class KohaRefusal extends Failure {
  readonly refused: Refused;

  constructor(error: Omit<DeskError, 'reference'>, refused: Refused) {
    super(error, `koha ${refused.status} ${refused.code}`.trim());
    this.refused = refused;
  }
}

/** What Koha says of a patron or an attribute that isn't there, or isn't for this account to see. */
const GONE = /^(patron|attribute) not found/i;
/** What it says of a change that it takes from nobody, without a code. */
const NOT_TAKEN =
  /^(given \w+ does not exist|duplicate id|(missing mandatory|invalid) parameter\(s\)|missing mandatory extended|problem with)/i;
/** What it says where an attribute's type isn't there, or takes no further one. */
export const NOT_OF_TYPE =
  /^(tried to use an invalid|tried to add more than one|your action breaks a unique constraint) .*attribute/i;
/** What it says of a change that it doesn't take from this account, without naming a permission. */
const NOT_ALLOWED = /^not enough privileges/i;
/** Where in a request something doesn't fit. */
const PLACE = /^\/(body|query|patron_id)\b/;

export const isRefusal = (thrown: unknown, ...statuses: number[]): thrown is KohaRefusal =>
  thrown instanceof KohaRefusal && (statuses.length === 0 || statuses.includes(thrown.refused.status));

/** The failure that an answer of 400 and above is. `retryAt` counts where the server asks for a pause. */
export function failureFrom(answer: HttpAnswer, retryAt: string | undefined): Failure {
  const { status } = answer;
  if (status === 429)
    return new Failure({ code: 'tooManyRequests', ...(retryAt !== undefined && { retryAt }) });
  if (status === 502 || status === 503 || status === 504) return new Failure({ code: 'serverAway' });
  const refused = readRefusal(answer);
  if (!refused) return new Failure({ code: status >= 500 ? 'serverFailed' : 'serverRubbish' });
  const missing = refused.permissions.map(missingRight)[0];
  if (missing) return new KohaRefusal({ code: 'missingRight', missing }, refused);
  return new KohaRefusal({ code: codeOf(refused) }, refused);
}

function codeOf({ status, words, isKohas }: Refused): ErrorCode {
  switch (status) {
    case 401:
      return /basic/i.test(words) ? 'serverTakesNoPassword' : 'signedOut';
    case 403:
      if (!isKohas) return 'serverRubbish';
      if (/^password (has )?expired/i.test(words)) return 'passwordExpired';
      return /^invalid password/i.test(words) ? 'wrongCredentials' : 'missingRight';
    case 404:
      return 'patronUnseen';
    case 400:
    case 409:
      return isKohas ? 'invalid' : 'serverRubbish';
    default:
      return status >= 500 ? 'serverFailed' : 'serverRubbish';
  }
}

function readBody(body: string): z.infer<typeof bodySchema> | undefined {
  try {
    const said = parseAnswer(body);
    // An unknown query parameter is answered by a bare array.
    return bodySchema.safeParse(Array.isArray(said) ? { errors: said } : said).data;
  } catch {
    return undefined;
  }
}

function readRefusal({ status, body }: HttpAnswer): Refused | undefined {
  // What is forbidden is, in whatever words.
  const read = readBody(body) ?? (status === 403 ? {} : undefined);
  if (!read) return undefined;
  const { error, error_code, errors, required_permissions, conflict } = read;
  // Its router's, for an address that it doesn't know, or a gateway's: nobody has looked for a patron.
  if (status === 404 && !GONE.test(error ?? '')) return undefined;
  const problems = errors ?? [];
  const words = [error ?? '', ...problems.map(({ message }) => message ?? '')].filter(Boolean).join('; ');
  const namesPlace = problems.some(({ path = '' }) => PLACE.test(path));
  return {
    status,
    words,
    code: error_code ?? '',
    // Of a password it says that no permissions are required.
    isKohas:
      status === 403
        ? required_permissions !== undefined || NOT_ALLOWED.test(words)
        : Boolean(namesPlace || error_code || conflict) || NOT_TAKEN.test(words) || NOT_OF_TYPE.test(words),
    fields: problems.flatMap(({ path = '' }) => /^\/body\/(\w+)/.exec(path)?.[1] ?? []),
    permissions: permissionNames(required_permissions),
    conflict: typeof conflict === 'string' ? conflict : '',
  };
}

/** `{"borrowers":"delete_borrowers"}` as `borrowers: delete_borrowers`; a whole module, said as `1`, by its name. */
export function permissionNames(required: unknown): string[] {
  if (Array.isArray(required)) return required.flatMap(permissionNames);
  if (typeof required === 'string') return [required];
  if (typeof required !== 'object' || required === null) return [];
  return Object.entries(required).flatMap(([module, within]) => {
    if (within === 1 || within === '1' || within === true) return [module];
    return permissionNames(within).map((name) => `${module}: ${name}`);
  });
}

const RIGHTS: [prefix: string, right: MissingRight['right']][] = [
  ['borrowers: delete_borrowers', 'deletePatrons'],
  ['borrowers: edit_borrowers', 'seePatrons'],
  ['borrowers: list_borrowers', 'seePatrons'],
  ['borrowers', 'changePatrons'],
  ['circulate', 'loans'],
  ['reserveforothers', 'reservations'],
  ['updatecharges', 'debts'],
  ['catalogue', 'titles'],
];

export function missingRight(permission: string): MissingRight {
  const right = RIGHTS.find(([prefix]) => permission.startsWith(prefix))?.[1] ?? 'other';
  return { permission, right };
}
