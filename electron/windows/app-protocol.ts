// app://circdesk/…: serves the built pages, and nothing else, under the strictest policy that they work with.
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, sep } from 'node:path';
import type { WindowKind } from '../../shared/ipc/contract.ts';
import { pageHeaders } from './page-policy.ts';

export const SCHEME = 'app';
export const HOST = 'circdesk';
export const ORIGIN = `${SCHEME}://${HOST}`;

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

/** Whether an address is a page of ours: parsed, then compared part by part. */
export function isOurAddress(address: string): boolean {
  const url = URL.parse(address);
  return url !== null && url.protocol === `${SCHEME}:` && url.host === HOST && !url.username && !url.password;
}

/** The one page of a window; it may have come by another address only from within itself. */
export const pageOf = (kind: WindowKind): string => `${ORIGIN}/${kind}/index.html`;

/**
 * Answers requests from the files that `folder` holds now, read once: a page may ask again and again. An address that
 * isn't one of theirs, to the letter, is 404.
 */
export function appProtocol(folder: string): (request: Request) => Response {
  const assets = new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((file) => [ORIGIN + file.slice(folder.length).split(sep).join('/'), file])
      .map(([address, file = '']) => [address, { bytes: readFileSync(file), type: TYPES[extname(file)] }]),
  );
  return ({ url, method }) => {
    const { bytes, type } = (method === 'GET' ? assets.get(url) : undefined) ?? {};
    if (!bytes || !type) return new Response(null, { status: 404, headers: pageHeaders('text/plain') });
    return new Response(bytes, {
      headers: pageHeaders(type),
    });
  };
}
