// The one gate for everything that a window asks. It trusts nothing that comes through it, and always answers a
// Result: who asks is read before any await, arguments, results and errors pass the contract.
import type { IpcMain, IpcMainInvokeEvent } from 'electron';
import { REQUEST_CHANNEL } from '../../shared/ipc/api.ts';
import {
  requests,
  type RequestArgs,
  type RequestName,
  type RequestResult,
} from '../../shared/ipc/contract.ts';
import { deskErrorSchema, type DeskError, type Result } from '../../shared/ipc/errors.ts';
import { Failure } from '../support/failure.ts';
import { whereFrom, type Log } from '../support/log.ts';
import { isOurAddress } from '../windows/app-protocol.ts';
import type { WindowOwner } from '../windows/windows.ts';
import { isSmallAndPlain, Pace } from './limits.ts';

/** Who asks: the window's owner and its contents, which name the window to `Windows`. */
export type Asker = WindowOwner & { contents: IpcMainInvokeEvent['sender'] };

export type Handlers = {
  [N in RequestName]: (args: RequestArgs<N>, asker: Asker) => Promise<RequestResult<N>> | RequestResult<N>;
};

export interface GateParts {
  /** Others before the desk's files are open than after. */
  handlers: () => Handlers;
  ownerOf: (contents: IpcMainInvokeEvent['sender']) => WindowOwner | undefined;
  /** A short id under which the log keeps what went wrong. */
  newReference: () => string;
  /** In ms, by a clock that nobody sets. */
  counter: () => number;
  log: Log;
}

export function openGate(ipcMain: Pick<IpcMain, 'handle'>, parts: GateParts): void {
  const pace = new Pace(parts.counter);
  const askingTooOften = new WeakSet<object>();
  ipcMain.handle(REQUEST_CHANNEL, async (event, name: unknown, args: unknown): Promise<Result<unknown>> => {
    const asker = whoAsks(event, parts);
    if (!asker || !mayAsk(asker, name)) return tell(new Failure({ code: 'requestRefused' }), name, parts);
    const wait = pace.tooEarly(asker.contents, name);
    if (wait !== undefined) {
      // Once is enough for the log: thousands would push everything else out of it.
      const isNews = !askingTooOften.has(asker.contents);
      askingTooOften.add(asker.contents);
      return tell(tooOften(wait), name, parts, isNews);
    }
    askingTooOften.delete(asker.contents);
    return answer(asker, name, args, parts);
  });
}

/** The window that asks, if it is one of ours, on our own page, in its top frame. */
function whoAsks(event: IpcMainInvokeEvent, { ownerOf }: GateParts): Asker | undefined {
  const { sender, senderFrame } = event;
  const owner = ownerOf(sender);
  if (!owner || !senderFrame || senderFrame.parent !== null || !isOurAddress(senderFrame.url))
    return undefined;
  return { ...owner, contents: sender };
}

const isRequest = (name: unknown): name is RequestName =>
  typeof name === 'string' && Object.hasOwn(requests, name);

const mayAsk = (asker: Asker, name: unknown): name is RequestName =>
  isRequest(name) && (requests[name].windows as readonly string[]).includes(asker.kind);

async function answer(
  asker: Asker,
  name: RequestName,
  args: unknown,
  parts: GateParts,
): Promise<Result<unknown>> {
  try {
    const { args: argsSchema, result: resultSchema } = requests[name];
    if (!isSmallAndPlain(args)) throw new Failure({ code: 'requestRefused' });
    const asked = argsSchema.safeParse(args);
    if (!asked.success) throw new Failure({ code: 'requestRefused' }, asked.error);
    const handler = parts.handlers()[name] as (args: unknown, asker: Asker) => unknown;
    return { ok: true, value: resultSchema.parse(await handler(asked.data, asker)) };
  } catch (thrown) {
    return tell(thrown, name, parts);
  }
}

const tooOften = (wait: number) =>
  new Failure({ code: 'tooManyRequests', retryAt: new Date(Date.now() + wait).toISOString() });

function tell(
  thrown: unknown,
  name: unknown,
  { newReference, log }: GateParts,
  isNews = true,
): { ok: false; error: DeskError } {
  const reference = newReference();
  const said = deskErrorSchema.safeParse(thrown instanceof Failure && { ...thrown.error, reference });
  const error: DeskError = said.success ? said.data : { code: 'internal', reference };
  const because = thrown instanceof Failure ? thrown.cause : thrown;
  const request = isRequest(name) ? name : 'unknown request';
  if (isNews)
    log.write('request failed', { request, code: error.code, reference, because: whereFrom(because) });
  return { ok: false, error };
}
