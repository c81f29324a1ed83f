// The only way from a window to main: every request and every event of the contract passes here.
import type {
  EventName,
  EventPayload,
  RequestArgs,
  RequestName,
  RequestResult,
} from '../../shared/ipc/contract.ts';
import type { Result } from '../../shared/ipc/errors.ts';
import { plain } from './plain.ts';

type Ask = (args: unknown) => Promise<Result<unknown>>;

/** Never rejects: what can't even be asked comes back as `internal`, without a reference to a log. */
export async function ask<N extends RequestName>(
  name: N,
  args: RequestArgs<N>,
): Promise<Result<RequestResult<N>>> {
  const [group = '', method = ''] = name.split('.');
  const api = window.circdesk as unknown as Record<string, Record<string, Ask> | undefined>;
  try {
    const request = api[group]?.[method];
    if (!request) throw new Error(`this window may not ask ${name}`);
    return (await request(plain(args))) as Result<RequestResult<N>>;
  } catch (error) {
    console.error(name, error);
    return { ok: false, error: { code: 'internal', reference: '' } };
  }
}

/** Hears an event of main until the answered function is called. */
export function hear<N extends EventName>(name: N, listener: (payload: EventPayload<N>) => void): () => void {
  return window.circdesk.on(name, listener);
}
