// Pages that main makes and a hidden window reads once, to print them. Nothing in one can run or load anything but the
// app's own style and fonts.
import { randomBytes } from 'node:crypto';
import { ORIGIN } from './app-protocol.ts';
import { pageHeaders } from './page-policy.ts';

const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "font-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

export class OneTimePages {
  readonly #pages = new Map<string, string>();

  /** Offers a page until it is withdrawn or read; answers its address. */
  offer(page: string): string {
    // Nobody guesses it.
    const name = randomBytes(16).toString('hex');
    const address = `${ORIGIN}/once/${name}.html`;
    this.#pages.set(address, page);
    return address;
  }

  withdraw(address: string): void {
    this.#pages.delete(address);
  }

  /** The page that a request asks for, if it is one of these. */
  answer({ url, method }: Request): Response | undefined {
    const page = method === 'GET' ? this.#pages.get(url) : undefined;
    if (page === undefined) return undefined;
    this.#pages.delete(url);
    return new Response(page, {
      headers: pageHeaders('text/html; charset=utf-8', CONTENT_SECURITY_POLICY),
    });
  }
}
