// The library that staff work at: what Koha tells of it, and what policy has to say where Koha is silent.
import { z } from 'zod';
import type { Library, LibraryName } from '../../../shared/library.ts';
import type { KohaPolicy } from '../../policy/koha-policy.ts';
import { Failure, isFailure } from '../../support/failure.ts';
import { MOST_LEFT_OUT, own, type KohaApi } from './api.ts';
import type { KohaDescription } from './description.ts';
import type { KohaHttp } from './http.ts';
import {
  kohaCategorySchema,
  kohaLibrarySchema,
  kohaPatronSchema,
  type KohaLibrary,
  type KohaPatron,
} from './records.ts';
import { compareTexts, minorDigits, textOf } from './values.ts';

const CATEGORIES = '/patron_categories';
/** More categories than any library has. */
const MOST_CATEGORIES = 60;

interface Named {
  id: string;
  name: string;
}

/** Koha's libraries as it tells everybody; none where it doesn't. */
export async function publicLibraries(http: KohaHttp): Promise<LibraryName[]> {
  const query = { _per_page: -1 };
  const request = { method: 'GET', path: '/public/libraries', query } as const;
  try {
    return named((await http.ask(request, z.array(kohaLibrarySchema))).value);
  } catch (thrown) {
    if (isFailure(thrown, 'serverAway', 'serverSlow', 'serverCertificate', 'tooManyRequests')) throw thrown;
    return [];
  }
}

/** Koha's may be of any length. */
const placeName = (name: string | null | undefined) => textOf(name).slice(0, 200);

const named = (libraries: readonly KohaLibrary[]): Named[] =>
  libraries
    .map(({ library_id: id, name }) => ({ id, name: placeName(name) || id }))
    .sort((a, b) => compareTexts(a.name, b.name));

export interface LibraryParts {
  http: KohaHttp;
  api: KohaApi;
  description: KohaDescription;
  policy: KohaPolicy;
  /** Asks whether this account may see titles and libraries. */
  maySee: boolean;
}

/** Where Koha tells nobody its libraries: whoever signs in works at their own. */
export const OWN_LIBRARY = 'home';

/** `chosen` by staff; who chose none works at their own. */
export async function readLibrary(parts: LibraryParts, staff: KohaPatron, chosen: string): Promise<Library> {
  const { http, api, policy, maySee } = parts;
  const [branches, categories] = await Promise.all([
    maySee ? api.every('/libraries', kohaLibrarySchema, {}).then(named) : publicLibraries(http),
    readCategories(parts),
  ]);
  const known = branches.some(({ id }) => id === staff.library_id);
  if (!known) branches.push({ id: staff.library_id, name: staff.library_id });
  const branch = (wanted: string) => branches.find(({ id }) => id === wanted);
  const at = branch(chosen) ?? (['', OWN_LIBRARY].includes(chosen) ? branch(staff.library_id) : undefined);
  // The list of libraries may be an old one: blocks would be set in another library's name than staff believe.
  if (!at) throw new Failure({ code: 'serverRubbish' }, 'another library');
  const { id, name } = at;
  const { currency, pinLength, debtLimit } = policy;
  return {
    ...{ id, name, branches, categories, currency },
    country: policy.country ?? countryHere(),
    timeZone: policy.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
    rules: {
      // 0 is none: a limit below the smallest coin is not rounded to that.
      debtLimit: debtLimit && Math.max(1, Math.round(debtLimit * 10 ** minorDigits(currency))),
      // Koha keeps guarantors, but doesn't tell of them: nobody is asked for one here.
      guarantorBelowAge: 0,
      pinLength,
    },
  };
}

function countryHere(): string {
  const locale = Intl.DateTimeFormat().resolvedOptions().locale;
  return new Intl.Locale(locale).maximize().region ?? 'GB';
}

/** Every category that patrons are in, by the names that policy or a newer Koha gives them. */
async function readCategories({ api, description, policy }: LibraryParts): Promise<Named[]> {
  const names = new Map(policy.categories.map(({ id, name }) => [id, name]));
  const ids = description.has('get', CATEGORIES)
    ? await described(api, names).catch(() => categoriesInUse(api))
    : await categoriesInUse(api);
  return [...new Set([...names.keys(), ...ids])]
    .map((id) => ({ id, name: names.get(id) ?? id }))
    .sort((a, b) => compareTexts(a.name, b.name));
}

async function described(api: KohaApi, names: Map<string, string>): Promise<string[]> {
  const listed = await api.every(CATEGORIES, kohaCategorySchema, {});
  for (const { patron_category_id: id, name } of listed)
    if (!names.has(id)) names.set(id, placeName(name) || id);
  return listed.map(({ patron_category_id }) => patron_category_id);
}

/** Koha 23.05 lists no categories: each step asks for the next one that a patron is in. */
async function categoriesInUse(api: KohaApi): Promise<string[]> {
  const found: string[] = [];
  while (found.length < MOST_CATEGORIES) {
    const next = await codeInUse(api, 'category_id', found.at(-1));
    if (next === undefined || found.includes(next)) break;
    found.push(next);
  }
  return found;
}

/** The next category or library, after the one given, that a patron whom the account sees is in. */
export async function codeInUse(
  api: KohaApi,
  field: 'category_id' | 'library_id',
  after: string | undefined,
): Promise<string | undefined> {
  const q = after === undefined ? {} : { [own(field)]: { '>': after } };
  const schema = kohaPatronSchema.pick({ category_id: true, library_id: true });
  const request = { q, order: [own(field)], perPage: 1 };
  // Where somebody was left out, the next one says it.
  for (let page = 1; ; page++) {
    const { value, leftOut } = await api.list('/patrons', schema, { ...request, page });
    if (value[0] || leftOut === 0 || page > MOST_LEFT_OUT) return value[0]?.[field];
  }
}
