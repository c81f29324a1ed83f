// Answers what a page asks for: the app's schemes by the handlers that the app gave, everything else by a refusal.
import { appAddress, policyToChromium, toApp, toChromium } from '../chromium/addresses.ts';
import type { CdpSession, Protocol } from '../chromium/cdp.ts';
import { protocol } from './protocol.ts';
import type { WebRequestHost } from './web-request.ts';

type Paused = Protocol.Fetch.requestPausedPayload;

export interface RequestRules {
  webRequest: WebRequestHost;
  /** Asked for each navigation of a frame; false keeps the frame where it is. */
  mayNavigate: (request: Paused, url: string) => boolean;
}

const ADDRESS_HEADERS = ['referer', 'origin'];

export function answerRequests(session: CdpSession, rules: RequestRules): void {
  session.on('Fetch.requestPaused', (paused) => {
    answer(session, paused, rules).catch((error: unknown) => {
      console.error(`Chromium host: ${paused.request.url}: ${String(error)}`);
      session.tell('Fetch.failRequest', { requestId: paused.requestId, errorReason: 'Failed' });
    });
  });
}

async function answer(session: CdpSession, paused: Paused, rules: RequestRules): Promise<void> {
  const { requestId, request, resourceType } = paused;
  const fail = (errorReason: Protocol.Network.ErrorReason) => {
    session.tell('Fetch.failRequest', { requestId, errorReason });
  };
  const url = appAddress(request.url);
  if (isFaviconProbe(paused)) {
    fail('Aborted');
    return;
  }
  if (resourceType === 'Document' && !rules.mayNavigate(paused, url ?? request.url)) {
    fail('Aborted');
    return;
  }
  const verdict = await rules.webRequest.beforeRequest(url ?? request.url, request.method, resourceType);
  if (verdict.cancel) {
    fail('BlockedByClient');
    return;
  }
  const handler = url === undefined ? undefined : protocol.handlerOf(url);
  if (url === undefined) {
    console.error(`Chromium host: refused ${request.url}: pages get nothing but the app's own schemes`);
    fail('BlockedByClient');
    return;
  }
  if (!handler) {
    fail('AddressUnreachable');
    return;
  }
  let response: Response;
  try {
    response = await handler(toRequest(url, request));
  } catch (error) {
    // Electron answers net::ERR_UNEXPECTED, and tells the developer as of any unhandled error.
    console.error(error);
    fail('Failed');
    return;
  }
  if (response.type === 'error') {
    fail('Failed');
    return;
  }
  const body = Buffer.from(await response.arrayBuffer()).toString('base64');
  const headers = await rules.webRequest.headersReceived(url, request.method, resourceType, response);
  session.tell('Fetch.fulfillRequest', {
    requestId,
    responseCode: response.status,
    ...(response.statusText && { responsePhrase: response.statusText }),
    responseHeaders: headers.map(([name, value]) => ({ name, value: headerToChromium(name, value) })),
    body,
  });
}

/** A browser looks for an icon of its own accord; Electron has no place to show one. */
const isFaviconProbe = ({ request, resourceType }: Paused) =>
  resourceType === 'Other' && URL.parse(request.url)?.pathname === '/favicon.ico';

function toRequest(
  url: string,
  { method, headers, postDataEntries, referrerPolicy }: Protocol.Network.Request,
): Request {
  const body =
    postDataEntries && Buffer.concat(postDataEntries.map(({ bytes }) => Buffer.from(bytes ?? '', 'base64')));
  return new Request(url, {
    method,
    headers: Object.entries(headers).map(([name, value]): [string, string] => [
      name,
      ADDRESS_HEADERS.includes(name.toLowerCase()) ? toApp(`${value}/`).replace(/\/$/, '') : value,
    ]),
    referrerPolicy,
    ...(body && body.length > 0 && { body }),
  });
}

function headerToChromium(name: string, value: string): string {
  switch (name.toLowerCase()) {
    case 'content-security-policy':
    case 'content-security-policy-report-only':
      return policyToChromium(value);
    case 'location':
      return toChromium(value);
    default:
      return value;
  }
}
