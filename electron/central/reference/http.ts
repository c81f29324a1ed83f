// HTTP to our reference server: sends what the contract says, believes only answers that fit it.
import axios, { AxiosError, type AxiosInstance } from 'axios';
import {
  endpoints,
  type EndpointAnswer,
  type EndpointName,
  type EndpointRequest,
} from '../../../shared/central/contract.ts';
import { type Endpoint } from '../../../shared/central/endpoint.ts';
import {
  problemName,
  problemSchema,
  type Problem,
  type ProblemName,
} from '../../../shared/central/problems.ts';
import type { ErrorCode } from '../../../shared/ipc/errors.ts';
import { Failure } from '../../support/failure.ts';

export type Fetch = typeof fetch;

/** A problem that the server answered with; callers that know better turn it into something else. */
export class ProblemAnswer extends Failure {
  readonly problem: Problem;
  readonly problemName: ProblemName;

  constructor(problem: Problem, name: ProblemName) {
    const { fields, obstacles, permission, retryAt } = problem;
    super(
      {
        code: CODES[name],
        ...(fields && { fields }),
        ...(obstacles && { obstacles }),
        ...(permission && { permission }),
        ...(retryAt && { retryAt }),
      },
      name,
    );
    this.problem = problem;
    this.problemName = name;
  }
}

const CODES: Record<ProblemName, ErrorCode> = {
  'wrong-credentials': 'wrongCredentials',
  'signed-out': 'signedOut',
  'account-locked': 'accountLocked',
  'not-permitted': 'notPermitted',
  'not-found': 'patronUnknown',
  'patron-gone': 'patronGone',
  'not-deletable': 'notDeletable',
  'not-blocked': 'notBlocked',
  'stale-tag': 'changedMeanwhile',
  'tag-required': 'internal',
  'key-required': 'internal',
  'key-reused': 'internal',
  'other-epoch': 'serverRestored',
  'cursor-too-old': 'internal',
  'cursor-unknown': 'internal',
  refused: 'internal',
  invalid: 'invalid',
  'bad-request': 'internal',
  'too-large': 'internal',
  'too-many': 'tooManyRequests',
  internal: 'serverFailed',
};

const READ_TIMEOUT = 10_000;
const ACT_TIMEOUT = 20_000;
const LARGEST_ANSWER = 64 * 1024 * 1024;

export class ReferenceHttp {
  readonly #axios: AxiosInstance;
  readonly #onReachable: (reachable: boolean) => void;

  constructor(address: string, fetch: Fetch, onReachable: (reachable: boolean) => void) {
    this.#onReachable = onReachable;
    this.#axios = axios.create({
      baseURL: address,
      adapter: 'fetch',
      // Plain address and options, no Request object: that is what Electron's net.fetch surely takes.
      env: { fetch, Request: undefined, Response: undefined } as never,
      fetchOptions: { redirect: 'error', credentials: 'omit', cache: 'no-store' },
      responseType: 'text',
      transformResponse: [],
      maxContentLength: LARGEST_ANSWER,
      validateStatus: () => true,
    });
  }

  /** Asks one endpoint. Fails with `ProblemAnswer` where the server answered a problem, else with a `Failure`. */
  async ask<N extends EndpointName>(
    name: N,
    request: EndpointRequest<N>,
    headers: Record<string, string> = {},
  ): Promise<EndpointAnswer<N>> {
    const endpoint: Endpoint = endpoints[name];
    const { params, query, body } = request as Partial<
      Record<'params' | 'query' | 'body', Record<string, unknown>>
    >;
    const answer = await this.#send(endpoint, { params, query, body, headers });
    if (answer.status >= 400) throw problemFrom(answer);
    const parsed = endpoint.answer.safeParse(parseJson(answer.body));
    if (!parsed.success) throw new Failure({ code: 'serverRubbish' }, parsed.error);
    return parsed.data as EndpointAnswer<N>;
  }

  async #send(endpoint: Endpoint, parts: Parts): Promise<{ status: number; body: string }> {
    try {
      const answer = await this.#axios.request<string>({
        method: endpoint.method,
        url: fillPath(endpoint.path, parts.params ?? {}),
        params: parts.query,
        timeout: endpoint.auth === 'act' ? ACT_TIMEOUT : READ_TIMEOUT,
        // Without a body axios would call it a form.
        headers: { ...parts.headers, 'content-type': parts.body ? 'application/json' : false },
        ...(parts.body && { data: JSON.stringify(parts.body) }),
      });
      this.#onReachable(true);
      return { status: answer.status, body: answer.data };
    } catch (thrown) {
      const slow =
        thrown instanceof AxiosError && (thrown.code === 'ETIMEDOUT' || thrown.code === 'ECONNABORTED');
      const tooLarge = thrown instanceof AxiosError && thrown.code === AxiosError.ERR_BAD_RESPONSE;
      this.#onReachable(tooLarge);
      throw new Failure({ code: tooLarge ? 'serverRubbish' : slow ? 'serverSlow' : 'serverAway' }, thrown);
    }
  }
}

interface Parts {
  params: Record<string, unknown> | undefined;
  query: Record<string, unknown> | undefined;
  body: Record<string, unknown> | undefined;
  headers: Record<string, string>;
}

const fillPath = (path: string, params: Record<string, unknown>) =>
  path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(params[name])));

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (thrown) {
    throw new Failure({ code: 'serverRubbish' }, thrown);
  }
}

function problemFrom({ status, body }: { status: number; body: string }): Failure {
  const gatewayFailed = status === 502 || status === 503 || status === 504;
  try {
    const problem = problemSchema.parse(JSON.parse(body));
    const name = problemName(problem.type);
    if (name) return new ProblemAnswer(problem, name);
  } catch {
    // Not one of our problems: whoever answered isn't our server, or it stands behind a failing gateway.
  }
  return new Failure({
    code: gatewayFailed ? 'serverAway' : status >= 500 ? 'serverFailed' : 'serverRubbish',
  });
}
