// Koha's interface in somebody's name: lists and single records, and what changes something.
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { Failure, isFailure } from '../../support/failure.ts';
import { Barred } from '../central-server.ts';
import { TooLarge } from '../transport.ts';
import type { Authorization } from './authorization.ts';
import type { KohaAnswer, KohaHttp, KohaRequest } from './http.ts';
import { isRefusal } from './refusals.ts';

/** A query as Koha's lists take it: conditions on fields by their names at Koha. */
export type Query = Record<string, unknown>;

/** No list that is wanted whole is longer; one without an end would be read for ever. */
const MOST = 100_000;
/** A list that moves each time it is read is taken as it is in the end. */
const LOOKS = 3;
/** So many rows at once: with all that is embedded, far from what no answer goes beyond (../json.ts). */
const AT_ONCE = 2_500;
/** Into so many a page that is too large is taken apart, where they are of one size; else row by row. */
const PARTS = [2, 5];
/** Of one page. A Koha that answers more of it so is not believed. */
export const MOST_LEFT_OUT = 60;
/** So many pages are looked at to learn how many rows come at a time. */
const PAGES_AHEAD = 10;
/** No list goes as far: an answer without rows. */
const BEYOND = 10_000_000;

export interface ListRequest {
  q?: Query;
  /** Fields, `-` before one for descending. */
  order?: readonly string[];
  page?: number;
  perPage: number;
  embed?: readonly string[];
  /** Parameters of this list alone. */
  further?: Record<string, string | number>;
}

export interface KohaPage<T> extends KohaAnswer<T[]> {
  /** Rows of it that were too large. */
  leftOut: number;
}

/**
 * A list's own fields, told apart from those of what is embedded, which may have the same names: left alone, Koha's
 * database would find them ambiguous.
 */
export const own = (field: string): string => `me.${field}`;
const withoutOwn = (text: string) => text.replace(/(^|["\-,])me\./g, '$1');

export class KohaApi {
  readonly #http: KohaHttp;
  readonly #authorization: Authorization;
  /** This Koha doesn't understand, as it seems, how a list's own fields are told apart. */
  #plainFields = false;
  /** So many rows it gives at once, where one page of it was too large. */
  #most = Infinity;

  constructor(http: KohaHttp, authorization: Authorization) {
    this.#http = http;
    this.#authorization = authorization;
  }

  async list<T>(path: string, record: z.ZodType<T>, request: ListRequest): Promise<KohaPage<T>> {
    const whole = await this.#unlessTooLarge(path, record, request);
    if (whole) return { ...whole, leftOut: 0 };
    const isKnown = this.#most < Infinity || request.perPage === 1;
    const most = isKnown ? this.#most : await this.#atOnce(path, record, request.perPage);
    this.#most = most ?? Infinity;
    const perPage = Math.min(request.perPage, this.#most);
    const left = { out: 0 };
    // Row by row it is right however many it gives.
    const parts = most === undefined ? perPage : undefined;
    const found = await this.#inParts(path, record, { ...request, perPage }, left, parts);
    const answer = found ?? (await this.#eitherWay(path, record, { ...request, perPage: 1, page: BEYOND }));
    return { ...answer, leftOut: left.out };
  }

  /**
   * Strangers write in records: one that is too large is left out, and takes no page of others with it, which is read by
   * smaller and smaller parts. Undefined where nothing else is there.
   */
  async #inParts<T>(
    path: string,
    record: z.ZodType<T>,
    request: ListRequest,
    left: { out: number },
    parts = PARTS.find((count) => request.perPage % count === 0) ?? request.perPage,
  ): Promise<KohaAnswer<T[]> | undefined> {
    const { page = 1, perPage } = request;
    if (perPage === 1) {
      if (++left.out > MOST_LEFT_OUT) throw new TooLarge('too many rows');
      return undefined;
    }
    let first: KohaAnswer<T[]> | undefined;
    const value: T[] = [];
    for (let n = 1; n <= parts; n++) {
      const part = { ...request, perPage: perPage / parts, page: (page - 1) * parts + n };
      const answer =
        (await this.#unlessTooLarge(path, record, part)) ?? (await this.#inParts(path, record, part, left));
      first ??= answer;
      value.push(...(answer?.value ?? []));
      if (answer?.value.length === 0) break;
    }
    return first && { ...first, value };
  }

  #unlessTooLarge<T>(path: string, record: z.ZodType<T>, request: ListRequest) {
    return this.#eitherWay(path, record, request).catch((thrown: unknown) => {
      if (!(thrown instanceof TooLarge)) throw thrown;
    });
  }

  /**
   * What stands before a Koha may give fewer rows than are asked for, and count pages by these. The list as a whole tells how
   * many: it begins with those who were there before any stranger. Infinite where it gives as many; undefined where nothing
   * tells.
   */
  async #atOnce<T>(path: string, record: z.ZodType<T>, perPage: number): Promise<number | undefined> {
    const read = (page: number) => this.#unlessTooLarge(path, record, { perPage, page });
    for (let page = 1; page <= PAGES_AHEAD; page++) {
      const answer = await read(page);
      if (!answer) continue;
      const { total = Infinity, value } = answer;
      if (value.length === 0 || value.length === perPage) return Infinity;
      const isLast = (await read(page + 1))?.value.length === 0;
      if (isLast && page === 1) return Infinity;
      // The last page may be a shorter one: all else stands on those before it.
      const most = isLast ? Math.round((total - value.length) / (page - 1)) : value.length;
      // A total that fits nothing else it tells is no reason to ask for pages of no rows.
      return most < perPage ? Math.max(1, most) : Infinity;
    }
    return undefined;
  }

  async #eitherWay<T>(path: string, record: z.ZodType<T>, request: ListRequest): Promise<KohaAnswer<T[]>> {
    const plainFields = this.#plainFields;
    try {
      return await this.#list(path, record, request, plainFields);
    } catch (thrown) {
      if (!isFailure(thrown, 'serverFailed') || !(request.q || request.order)) throw thrown;
      const answer = await this.#list(path, record, request, !plainFields).catch(() => undefined);
      if (!answer) throw thrown;
      // It may just have failed that once: where this way fails, it's the other one's turn again.
      this.#plainFields = !plainFields;
      return answer;
    }
  }

  #list<T>(
    path: string,
    record: z.ZodType<T>,
    { q, order, page, perPage, embed, further }: ListRequest,
    plainFields: boolean,
  ): Promise<KohaAnswer<T[]>> {
    const written = (text: string) => (plainFields ? withoutOwn(text) : text);
    const query = {
      ...(q && { q: written(JSON.stringify(q)) }),
      ...(order && { _order_by: order.map(written).join(',') }),
      ...(page !== undefined && { _page: page }),
      _per_page: perPage,
      ...further,
    };
    return this.ask({ method: 'GET', path, query, ...(embed && { embed }) }, z.array(record));
  }

  /** All of a list, whatever Koha, or what stands before it, gives at most at a time. */
  async every<T>(path: string, record: z.ZodType<T>, request: Omit<ListRequest, 'perPage'>): Promise<T[]> {
    let before: T[] | undefined;
    for (let looks = 1; ; looks++) {
      const { found, inOne } = await this.#pages(path, record, request);
      // Something may have left the list between two pages, and something else slipped past: until it's twice the same.
      if (inOne || looks === LOOKS || isDeepStrictEqual(found, before)) return found;
      before = found;
    }
  }

  async #pages<T>(path: string, record: z.ZodType<T>, request: Omit<ListRequest, 'perPage'>) {
    const {
      value,
      total = Infinity,
      leftOut,
    } = await this.list(path, record, { ...request, perPage: AT_ONCE });
    const perPage = value.length + leftOut;
    const found = [...value];
    let read = perPage;
    for (let page = 2; perPage > 0 && read < total; page++) {
      const more = await this.list(path, record, { ...request, page, perPage });
      if (more.value.length + more.leftOut === 0) break;
      read += more.value.length + more.leftOut;
      found.push(...more.value);
      if (read > MOST) throw new Failure({ code: 'serverRubbish' }, 'no end');
    }
    return { found, inOne: perPage >= Math.min(total, read) };
  }

  one<T>(path: string, record: z.ZodType<T>, embed: readonly string[] = []): Promise<KohaAnswer<T>> {
    return this.ask({ method: 'GET', path, embed }, record);
  }

  send(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<KohaAnswer<unknown>> {
    return this.ask({ method, path, ...(body !== undefined && { body }) }, z.unknown());
  }

  /** Fails with `signedOut` once Koha no longer takes who asks. */
  async ask<T>(request: KohaRequest, schema: z.ZodType<T>): Promise<KohaAnswer<T>> {
    const ask = async () => {
      const authorized = await this.#authorization.headers();
      return this.#http.ask({ ...request, headers: { ...request.headers, ...authorized } }, schema);
    };
    try {
      return await ask();
    } catch (thrown) {
      // A password that was changed, or has expired, since is a session that has ended. It isn't to let anybody in as it was.
      if (isFailure(thrown, 'wrongCredentials')) throw new Barred(thrown);
      if (isFailure(thrown, 'passwordExpired')) throw new Failure({ code: 'signedOut' }, thrown);
      if (!isRefusal(thrown, 401) || !(await this.#authorization.renew())) throw thrown;
      return ask();
    }
  }
}
