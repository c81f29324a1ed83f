// A made-up Koha 23.05: a function from request to answer, as recorded from a live one, with its traps. No sockets, no
// clock of its own: tests and simulations hand those in.
import type { HttpAnswer, HttpRequest } from '../../../electron/central/transport.ts';
import { INTERNAL, json, misfit, refuse, type Answer, type Asked } from './answers.ts';
import { account, accountLines, biblio, biblios, checkouts, holds, items, libraries } from './circulation.ts';
import { LIST_PARAMETERS, OPERATIONS, permissionsOf, servedDocument, type Operation } from './document.ts';
import {
  addAttribute,
  attributes,
  deletePatron,
  onePatron,
  patrons,
  putPatron,
  removeAttribute,
  setPassword,
  type Viewer,
} from './patrons.ts';
import type { KohaWorld, PatronRow } from './world.ts';

const API = '/api/v1';
type Handler = (asked: Asked, viewer: Viewer, world: KohaWorld) => Answer;

const HANDLERS: Record<string, Handler> = {
  'get /patrons': patrons,
  'get /patrons/{patron_id}': onePatron,
  'put /patrons/{patron_id}': putPatron,
  'delete /patrons/{patron_id}': deletePatron,
  'post /patrons/{patron_id}/password': setPassword,
  'get /patrons/{patron_id}/account': account,
  'get /patrons/{patron_id}/account/credits': (asked, _viewer, world) => accountLines(asked, world, -1),
  'get /patrons/{patron_id}/account/debits': (asked, _viewer, world) => accountLines(asked, world, 1),
  'get /patrons/{patron_id}/holds': holds,
  'get /patrons/{patron_id}/extended_attributes': attributes,
  'post /patrons/{patron_id}/extended_attributes': addAttribute,
  'delete /patrons/{patron_id}/extended_attributes/{extended_attribute_id}': removeAttribute,
  'get /checkouts': checkouts,
  'get /holds': holds,
  'get /items': items,
  'get /biblios': biblios,
  'get /biblios/{biblio_id}': biblio,
  'get /libraries': libraries,
  'get /public/libraries': (asked, viewer, world) =>
    world.settings.publicApi ? libraries(asked, viewer, world) : refuse(401, 'Authentication failure.'),
};

export interface Heard {
  method: string;
  path: string;
  query: Record<string, string>;
  body: unknown;
  status: number;
}

export class FakeKoha {
  readonly world: KohaWorld;
  /** Every request, in order. */
  readonly heard: Heard[] = [];
  readonly #tokens = new Map<string, { patron: number; until: number }>();
  #tokenNumber = 0;

  constructor(world: KohaWorld) {
    this.world = world;
  }

  answer(request: HttpRequest): HttpAnswer {
    const { status, body, headers } = this.#answer(request);
    const query = textQuery(request);
    this.heard.push({ method: request.method, path: request.path, query, body: request.body, status });
    const date = new Date(Math.floor(this.world.clock.now() / 1000) * 1000).toUTCString();
    return { status, body, headers: { date, 'content-type': 'application/json;charset=UTF-8', ...headers } };
  }

  /** Tokens that were given out end. */
  endTokens(): void {
    this.#tokens.clear();
  }

  #answer(request: HttpRequest): Answer {
    const path = request.path.startsWith(API) ? request.path.slice(API.length) : '';
    const method = request.method.toLowerCase();
    const found = OPERATIONS.flatMap((operation) => {
      const params = operation.method === method ? paramsOf(operation.path, path) : undefined;
      return params ? [{ operation, params }] : [];
    })[0];
    if (!found) return json(404, { errors: [{ message: 'Not Found.', path: '/' }], status: 404 });
    const { operation, params } = found;
    if (operation.path === '/') return json(200, servedDocument(this.world.settings));
    if (operation.path === '/oauth/token') return this.#token(request.form ?? {});
    const who = this.#whoAsks(request);
    const permissions = permissionsOf(operation, this.world.settings);
    if (!('number' in who) && permissions) return who;
    const viewer: Viewer = 'number' in who ? who : { number: 0, flags: {} };
    const missing = permissions && missingFor(permissions, viewer);
    if (missing)
      return refuse(403, 'Authorization failure. Missing required permission(s).', {
        required_permissions: missing,
      });
    const asked = this.#asked(request, operation, params);
    if ('status' in asked) return asked;
    if (operation.path === '/auth/password/validation') return this.#validate(asked);
    return HANDLERS[`${method} ${operation.path}`]?.(asked, viewer, this.world) ?? INTERNAL;
  }

  /** Checks what Koha's own check of requests checks; its errors have two shapes. */
  #asked(request: HttpRequest, operation: Operation, params: Record<string, string>): Asked | Answer {
    const query = textQuery(request);
    const known = [...(operation.query ?? []), ...(operation.list ? LIST_PARAMETERS : [])];
    const unknown = Object.keys(query).filter((name) => !known.includes(name));
    if (unknown.length > 0)
      return json(
        400,
        unknown.map((name) => ({ message: 'Malformed query string', path: `/query/${name}` })),
      );
    const embed = (request.headers?.['x-koha-embed'] ?? '').split(',').filter(Boolean);
    const wrong = embed.flatMap((one, at) => (operation.embed?.includes(one) ? [] : [at]));
    if (wrong.length > 0)
      return misfit(
        wrong.map((at) => [
          `Not in enum list: ${(operation.embed ?? []).join(', ')}.`,
          `/x-koha-embed/${at}`,
        ]),
      );
    return { request, params, query, embed, body: (request.body ?? {}) as Asked['body'] };
  }

  #whoAsks({ headers }: HttpRequest): Viewer | Answer {
    const authorization = headers?.['authorization'] ?? '';
    const [scheme, value = ''] = authorization.split(' ');
    if (scheme === 'Bearer') {
      const token = this.#tokens.get(value);
      if (!token || token.until < this.world.clock.now()) return refuse(401, 'Authentication failure.');
      return this.#viewer(token.patron);
    }
    if (scheme !== 'Basic') return refuse(401, 'Authentication failure.');
    if (!this.world.settings.basic) return refuse(401, 'Basic authentication disabled');
    const [name = '', ...rest] = Buffer.from(value, 'base64').toString('utf8').split(':');
    const number = this.#checkPassword(name, rest.join(':'));
    if (number === undefined) return refuse(403, 'Invalid password', { required_permissions: null });
    // Whosever password it was, Koha acts for whose username it is, and for a card's owner only where it's nobody's.
    const named = this.#named(name)[0]?.patron_id ?? number;
    if (this.world.expired.has(named))
      return refuse(403, 'Password has expired', { required_permissions: null });
    return this.#viewer(named);
  }

  #viewer(number: number): Viewer {
    return { number, flags: this.world.flags.get(number) ?? {} };
  }

  #named(name: string): PatronRow[] {
    const isTheirs = (one: PatronRow) => String(one['userid'] ?? '').toLowerCase() === name.toLowerCase();
    return [...this.world.patrons.values()].filter(isTheirs);
  }

  #checkPassword(name: string, password: string): number | undefined {
    const { patrons, passwords } = this.world;
    // Whose name it is comes first; it may be somebody else's card number as well.
    const rows = [...this.#named(name), ...[...patrons.values()].filter((one) => one['cardnumber'] === name)];
    const fits = rows.find(({ patron_id }) => passwords.get(patron_id) === password);
    if (fits) return fits.patron_id;
    const [row] = rows;
    if (!row) return undefined;
    // A failed sign-in moves the time of the last change.
    this.world.change(row.patron_id, { login_attempts: Number(row['login_attempts']) + 1 });
    return undefined;
  }

  #validate({ body }: Asked): Answer {
    const name = String(body['identifier'] ?? body['userid'] ?? '');
    const number = this.#checkPassword(name, String(body['password'] ?? ''));
    if (number === undefined) return refuse(400, 'Validation failed');
    if (this.world.expired.has(number)) return refuse(400, 'Password expired');
    const checked = this.world.patron(number);
    // These look once more for whoever has that card number: of those who have none, the first.
    const { cardnumber, userid, patron_id } =
      this.world.settings.version === 'main'
        ? checked
        : ([...this.world.patrons.values()].find((one) => one['cardnumber'] === checked['cardnumber']) ??
          checked);
    return json(201, { cardnumber, userid, patron_id });
  }

  #token(form: Record<string, string>): Answer {
    if (form['grant_type'] === undefined) return misfit([['Missing property.', '/grant_type']]);
    const key = this.world.apiKeys.find(({ clientId }) => clientId === form['client_id']);
    if (!key || key.secret !== form['client_secret']) return json(403, { error: 'unauthorized_client' });
    const access_token = `token-${++this.#tokenNumber}`;
    this.#tokens.set(access_token, { patron: key.patron, until: this.world.clock.now() + 3_600_000 });
    return json(200, { access_token, token_type: 'Bearer', expires_in: 3600 });
  }
}

const textQuery = ({ query = {} }: HttpRequest): Record<string, string> =>
  Object.fromEntries(
    Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  );

function paramsOf(pattern: string, path: string): Record<string, string> | undefined {
  const names = [...pattern.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const match = new RegExp(`^${pattern.replace(/\{\w+\}/g, '([^/]+)')}$`).exec(path);
  return match ? Object.fromEntries(names.map((name, at) => [name, match[at + 1] ?? ''])) : undefined;
}

/** Any of the alternatives will do; of one, all permissions. Answers what Koha says is required. */
function missingFor(alternatives: Record<string, string>[], { flags }: Viewer): unknown {
  if (flags === 'superlibrarian') return undefined;
  const has = ([module, within]: [string, string]) => {
    const flag = flags[module];
    return flag === true || (Array.isArray(flag) && flag.includes(within));
  };
  if (alternatives.some((all) => Object.entries(all).every(has))) return undefined;
  return alternatives.length === 1 ? alternatives[0] : alternatives;
}
