// session.webRequest: lets the app refuse a page's requests and change the headers of the answers.
import { emulation, notEmulated } from '../not-emulated.ts';

type BeforeRequest = (
  details: Electron.OnBeforeRequestListenerDetails,
  answer: (response: Electron.CallbackResponse) => void,
) => void;
type HeadersReceived = (
  details: Electron.OnHeadersReceivedListenerDetails,
  answer: (response: Electron.HeadersReceivedResponse) => void,
) => void;

interface Listener<F> {
  matches: (url: string) => boolean;
  listener: F;
}

const RESOURCE_TYPES: Record<string, Electron.OnBeforeRequestListenerDetails['resourceType']> = {
  Document: 'mainFrame',
  Stylesheet: 'stylesheet',
  Image: 'image',
  Media: 'media',
  Font: 'font',
  Script: 'script',
  XHR: 'xhr',
  Fetch: 'xhr',
  Ping: 'ping',
  CSPViolationReport: 'cspReport',
};

/** A filter of match patterns such as `https://*.example/*`. */
function matcher(filter: Electron.WebRequestFilter): (url: string) => boolean {
  const patterns = filter.urls.map((pattern) =>
    pattern === '<all_urls>'
      ? /^/
      : new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`),
  );
  return (url) => patterns.length === 0 || patterns.some((pattern) => pattern.test(url));
}

let lastId = 0;

const describe = (url: string, method: string, resourceType: string) => ({
  id: ++lastId,
  url,
  method,
  resourceType: RESOURCE_TYPES[resourceType] ?? ('other' as const),
  referrer: '',
  timestamp: Date.now(),
  uploadData: [],
});

export class WebRequestHost extends emulation('session.webRequest') {
  #beforeRequest: Listener<BeforeRequest> | undefined;
  #headersReceived: Listener<HeadersReceived> | undefined;

  onBeforeRequest(
    filter: Electron.WebRequestFilter | BeforeRequest | null,
    listener?: BeforeRequest | null,
  ): void {
    this.#beforeRequest = toListener(filter, listener);
  }

  onHeadersReceived(
    filter: Electron.WebRequestFilter | HeadersReceived | null,
    listener?: HeadersReceived | null,
  ): void {
    this.#headersReceived = toListener(filter, listener);
  }

  async beforeRequest(url: string, method: string, resourceType: string): Promise<{ cancel: boolean }> {
    const asked = this.#beforeRequest;
    if (!asked?.matches(url)) return { cancel: false };
    const { cancel = false, redirectURL } = await new Promise<Electron.CallbackResponse>((resolve) => {
      asked.listener(describe(url, method, resourceType), resolve);
    });
    if (redirectURL !== undefined) notEmulated('session.webRequest.onBeforeRequest', 'redirectURL');
    return { cancel };
  }

  /** The headers that the page gets. */
  async headersReceived(
    url: string,
    method: string,
    resourceType: string,
    response: Response,
  ): Promise<[string, string][]> {
    const headers = [...response.headers];
    const asked = this.#headersReceived;
    if (!asked?.matches(url)) return headers;
    const responseHeaders: Record<string, string[]> = {};
    for (const [name, value] of headers) (responseHeaders[name] ??= []).push(value);
    const details = {
      ...describe(url, method, resourceType),
      statusLine: `HTTP/1.1 ${response.status} ${response.statusText}`.trim(),
      statusCode: response.status,
      responseHeaders,
    };
    const changed = await new Promise<Electron.HeadersReceivedResponse>((resolve) => {
      asked.listener(details, resolve);
    });
    if (changed.statusLine !== undefined || changed.cancel) {
      notEmulated('session.webRequest.onHeadersReceived', 'statusLine and cancel');
    }
    return Object.entries(changed.responseHeaders ?? responseHeaders).flatMap(([name, values]) =>
      [values].flat().map((value): [string, string] => [name, value]),
    );
  }
}

function toListener<F>(
  filter: Electron.WebRequestFilter | F | null,
  listener?: F | null,
): Listener<F> | undefined {
  if (filter === null || listener === null) return undefined;
  if (listener) return { matches: matcher(filter as Electron.WebRequestFilter), listener };
  return { matches: () => true, listener: filter as F };
}
