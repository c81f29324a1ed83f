// One HTTP request to a central server and its answer as text. It follows nothing, keeps nothing, and has limits of
// time and size; what the answer means is for others to say. A simulation hands in its own.
import axios, { AxiosError } from 'axios';
import { Failure } from '../support/failure.ts';

export type Fetch = typeof fetch;

export interface HttpRequest {
  method: string;
  /** From the server's address on, with a leading slash. */
  path: string;
  query?: Record<string, string | number | undefined>;
  headers?: Record<string, string>;
  body?: unknown;
  /** In place of a body: sent as a form. */
  form?: Record<string, string>;
  /** In ms. */
  timeout: number;
}

export interface HttpAnswer {
  status: number;
  /** Names in lower case. */
  headers: Record<string, string>;
  body: string;
}

/** An answer that goes beyond any that makes sense. */
export class TooLarge extends Failure {
  constructor(because: unknown) {
    super({ code: 'serverRubbish' }, because);
  }
}

/** Fails with a `Failure`: `serverAway`, `serverSlow`, `serverCertificate`, or `TooLarge`. */
export type Transport = (request: HttpRequest) => Promise<HttpAnswer>;

const FORM = 'application/x-www-form-urlencoded';
const LARGEST_ANSWER = 64 * 1024 * 1024;

/** Tells `onReachable` after each request whether the server was there. */
export function httpTransport(
  address: string,
  fetch: Fetch,
  onReachable: (reachable: boolean) => void,
): Transport {
  const client = axios.create({
    baseURL: address,
    adapter: 'fetch',
    env: { fetch },
    // Without cookies: where nothing is said, Electron keeps and sends them.
    withCredentials: false,
    fetchOptions: { redirect: 'error', cache: 'no-store' },
    responseType: 'text',
    transformResponse: [],
    maxContentLength: LARGEST_ANSWER,
    validateStatus: () => true,
  });
  return async ({ method, path, query, headers, body, form, timeout }) => {
    const content = contentOf(form, body);
    try {
      const answer = await client.request<string>({
        method,
        url: path,
        params: query,
        timeout,
        // Without a body axios would call it a form.
        headers: {
          ...headers,
          'content-type': content === undefined ? false : form ? FORM : 'application/json',
        },
        ...(content !== undefined && { data: content }),
      });
      onReachable(true);
      return {
        status: answer.status,
        headers: answer.headers as Record<string, string>,
        body: answer.data,
      };
    } catch (thrown) {
      const failure = failureOf(thrown);
      onReachable(failure.error.code === 'serverRubbish');
      throw failure;
    }
  };
}

function contentOf(form: HttpRequest['form'], body: unknown): string | undefined {
  if (form) return new URLSearchParams(form).toString();
  return body === undefined ? undefined : JSON.stringify(body);
}

function failureOf(thrown: unknown): Failure {
  if (thrown instanceof AxiosError) {
    if (thrown.code === AxiosError.ERR_BAD_RESPONSE) return new TooLarge(thrown);
    if (thrown.code === 'ETIMEDOUT' || thrown.code === 'ECONNABORTED')
      return new Failure({ code: 'serverSlow' }, thrown);
  }
  return new Failure({ code: isCertificate(thrown) ? 'serverCertificate' : 'serverAway' }, thrown);
}

/** What Chromium's network and Node's say of a certificate that isn't good stands somewhere along the causes. */
function isCertificate(thrown: unknown): boolean {
  for (let at = thrown, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
    const code = 'code' in at ? String(at.code) : '';
    if (
      /ERR_CERT_|CERT_HAS_EXPIRED|CERTIFICATE|SELF_SIGNED|UNABLE_TO_(VERIFY|GET)|ERR_TLS_CERT/.test(
        `${at.message} ${code}`,
      )
    )
      return true;
  }
  return false;
}
