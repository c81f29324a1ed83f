// HTTP to Koha's interface: asks gently, believes only what fits, and tells what the server's clock said.
import type { z } from 'zod';
import type { Clock } from '../../../shared/clock.ts';
import { Failure } from '../../support/failure.ts';
import { believed } from '../json.ts';
import { isBelievable } from '../server-time.ts';
import type { HttpAnswer, HttpRequest, Transport } from '../transport.ts';
import type { Gentle } from './gentle.ts';
import { failureFrom } from './refusals.ts';

const API = '/api/v1';
const READ_TIMEOUT = 20_000;
const WRITE_TIMEOUT = 30_000;
/** What goes out later than this after what it rests on was read may be built on what is no longer so. */
const PROMPT_MS = 1_000;

export interface KohaRequest {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below `/api/v1`. */
  path: string;
  query?: Record<string, string | number | undefined>;
  /** What to embed in each record. */
  embed?: readonly string[];
  headers?: Record<string, string>;
  body?: unknown;
  form?: Record<string, string>;
  /** When what it rests on was read (`began`): goes out soon after, or fails with `HadToWait`. */
  restsOn?: number | undefined;
  /** Waited for once it does go out. */
  leaves?: (() => Promise<void>) | undefined;
}

/** It didn't go out. */
export class HadToWait extends Failure {
  constructor() {
    super({ code: 'serverSlow' }, 'had to wait');
  }
}

export interface KohaAnswer<T> {
  /** Below 400. */
  status: number;
  value: T;
  /** How many fit what was asked, and how many there are at all, where it's a list and tells. */
  total: number | undefined;
  baseTotal: number | undefined;
  /** When the request went out, by this computer's clock. */
  began: number;
  /** Between which times of the server it answered, in ms: not after the one, not before the other. */
  time: { sent: number; answered: number };
}

export class KohaHttp {
  readonly #transport: Transport;
  readonly #gentle: Gentle;
  readonly #clock: Clock;

  constructor(transport: Transport, gentle: Gentle, clock: Clock) {
    this.#transport = transport;
    this.#gentle = gentle;
    this.#clock = clock;
  }

  /** The server's time by any answer of its own; being refused is answer enough. */
  async lookThere(path: string): Promise<number> {
    const request = { method: 'GET', path: API + path, timeout: READ_TIMEOUT, query: { _per_page: 1 } };
    const answer = await this.#gentle.ask(() => this.#transport(request), true);
    if (answer.status >= 500) throw failureFrom(answer, this.#retryAt(answer));
    return this.#timeOf(answer, 0).answered;
  }

  /** Fails with a `KohaRefusal` where Koha refused, else with a `Failure`. */
  async ask<T>(request: KohaRequest, schema: z.ZodType<T>): Promise<KohaAnswer<T>> {
    const { method, path, query, embed, headers, body, form, restsOn, leaves } = request;
    const reads = method === 'GET';
    let began = 0;
    const http: HttpRequest = {
      method,
      path: API + path,
      timeout: reads ? READ_TIMEOUT : WRITE_TIMEOUT,
      headers: {
        // Exactly this: Koha gives titles as JSON only to who wants nothing else.
        accept: 'application/json',
        ...(embed && embed.length > 0 && { 'x-koha-embed': embed.join(',') }),
        ...headers,
      },
      ...(query && { query }),
      ...(body !== undefined && { body }),
      ...(form && { form }),
    };
    const answer = await this.#gentle.ask(async () => {
      began = this.#clock.now();
      if (restsOn !== undefined && began - restsOn > PROMPT_MS) throw new HadToWait();
      await leaves?.();
      return this.#transport(http);
    }, reads);
    const took = Math.max(0, this.#clock.now() - began);
    if (answer.status >= 400) throw failureFrom(answer, this.#retryAt(answer));
    // Whoever registers at a Koha may write a name without end: it must not take all the others' page with it.
    const value = believed(schema, answer.body === '' ? 'null' : answer.body, Infinity);
    const total = countOf(answer, 'x-total-count');
    return {
      status: answer.status,
      value,
      began,
      total,
      baseTotal: countOf(answer, 'x-base-total-count') ?? total,
      time: this.#timeOf(answer, took),
    };
  }

  #retryAt(answer: HttpAnswer): string | undefined {
    const pause = this.#gentle.pauseAsked(answer);
    return pause === undefined ? undefined : new Date(this.#clock.now() + pause).toISOString();
  }

  /** `Date` has whole seconds; without it, or with nonsense, this computer's clock has to do. */
  #timeOf({ headers }: HttpAnswer, took: number): KohaAnswer<unknown>['time'] {
    const said = Date.parse(headers['date'] ?? '');
    const at = isBelievable(said) ? said : this.#clock.now();
    return { sent: at - took, answered: at + 1000 };
  }
}

const countOf = ({ headers }: HttpAnswer, name: string): number | undefined => {
  const said = headers[name] ?? '';
  return /^\d{1,15}$/.test(said) ? Number(said) : undefined;
};
