// net.fetch: the app's own schemes, files, and HTTP by Node; with the app's certificate check where it gave one.
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fetchVerified } from './verified-fetch.ts';
import { protocol } from './protocol.ts';

export type VerifyProc = NonNullable<Parameters<Electron.Session['setCertificateVerifyProc']>[0]>;

const TYPES: Record<string, string> = {
  '.css': 'text/css',
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.mjs': 'text/javascript',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

export async function fetchThroughHost(
  input: string | Request,
  init: (RequestInit & { bypassCustomProtocolHandlers?: boolean }) | undefined,
  verifyProc: VerifyProc | null,
): Promise<Response> {
  const address = input instanceof Request ? input.url : String(input);
  const handler = init?.bypassCustomProtocolHandlers ? undefined : protocol.handlerOf(address);
  if (handler) return handler(new Request(input, init));
  if (address.startsWith('file:')) return readFileUrl(address);
  if (verifyProc && address.startsWith('https:')) return fetchVerified(new Request(input, init), verifyProc);
  return globalThis.fetch(input, init);
}

async function readFileUrl(address: string): Promise<Response> {
  const path = fileURLToPath(address);
  let body: Buffer;
  try {
    body = await readFile(path);
  } catch (cause) {
    throw new Error('net::ERR_FILE_NOT_FOUND', { cause });
  }
  const type = TYPES[extname(path)] ?? 'application/octet-stream';
  return new Response(new Uint8Array(body), { headers: { 'content-type': type } });
}
