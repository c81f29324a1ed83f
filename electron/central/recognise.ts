// Finds out what stands at an address by asking it: our own server says its kind, a Koha serves its description.
import { z } from 'zod';
import { Failure, isFailure } from '../support/failure.ts';
import { isKoha } from './koha/description.ts';
import { parseAnswer } from './json.ts';
import type { Transport } from './transport.ts';

export const SERVER_KINDS = ['circdesk', 'koha'] as const;
export type ServerKind = (typeof SERVER_KINDS)[number];

const TIMEOUT = 15_000;
const oursSchema = z.looseObject({ kind: z.literal('circdesk-reference') });

/** Fails where the line does, and with `serverUnknown` where it is neither. */
export async function recognise(transport: Transport): Promise<ServerKind> {
  if (isKoha(await read(transport, '/api/v1/'))) return 'koha';
  if (oursSchema.safeParse(await read(transport, '/')).success) return 'circdesk';
  throw new Failure({ code: 'serverUnknown' });
}

async function read(transport: Transport, path: string): Promise<unknown> {
  try {
    const headers = { accept: 'application/json' };
    const { status, body } = await transport({ method: 'GET', path, headers, timeout: TIMEOUT });
    if (status === 502 || status === 503 || status === 504) throw new Failure({ code: 'serverAway' });
    return status < 400 ? parseAnswer(body) : undefined;
  } catch (thrown) {
    if (isFailure(thrown, 'serverRubbish') || !isFailure(thrown)) return undefined;
    throw thrown;
  }
}

/** An address as somebody types it, or copies it from a browser at some page of a Koha. */
export function addressOf(typed: string): string | undefined {
  const text = typed.trim();
  const url = URL.parse(/^[a-z]+:\/\//i.test(text) ? text : `https://${text}`);
  if (!url) return undefined;
  return `${url.origin}${url.pathname.replace(/\/(api\/v1|cgi-bin)\b.*$/, '').replace(/\/+$/, '')}/`;
}
