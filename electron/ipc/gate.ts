// The one gate for everything that a window asks. It trusts nothing that comes through it, and always answers a
// Result: who asks is read before any await, arguments and results pass the contract.
import { ipcMain, type IpcMainInvokeEvent } from 'electron';
import { REQUEST_CHANNEL } from '../../shared/ipc/api.ts';
import {
  requests,
  type RequestArgs,
  type RequestName,
  type RequestResult,
} from '../../shared/ipc/contract.ts';
import type { DeskError, Result } from '../../shared/ipc/errors.ts';
import { Failure } from '../support/failure.ts';
import { whereFrom, type Log } from '../support/log.ts';
import { isOurAddress } from '../windows/app-protocol.ts';
import type { WindowOwner } from '../windows/windows.ts';

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
  log: Log;
}

export function openGate(parts: GateParts): void {
  ipcMain.handle(REQUEST_CHANNEL, (event, name: unknown, args: unknown) => {
    const asker = whoAsks(event, parts);
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

async function answer(
  asker: Asker | undefined,
  name: unknown,
  args: unknown,
  parts: GateParts,
): Promise<Result<unknown>> {
  try {
    if (!asker || !isRequest(name)) throw new Failure({ code: 'requestRefused' });
    const { windows, args: argsSchema, result: resultSchema } = requests[name];
    if (!(windows as readonly string[]).includes(asker.kind)) throw new Failure({ code: 'requestRefused' });
    const asked = argsSchema.safeParse(args);
    if (!asked.success) throw new Failure({ code: 'requestRefused' }, asked.error);
    const handler = parts.handlers()[name] as (args: unknown, asker: Asker) => unknown;
    return { ok: true, value: resultSchema.parse(await handler(asked.data, asker)) };
  } catch (thrown) {
    return { ok: false, error: tell(thrown, isRequest(name) ? name : 'unknown request', parts) };
  }
}

function tell(thrown: unknown, request: string, { newReference, log }: GateParts): DeskError {
  const reference = newReference();
  const error = thrown instanceof Failure ? thrown.error : { code: 'internal' as const };
  const because = thrown instanceof Failure ? thrown.cause : thrown;
  log.write('request failed', { request, code: error.code, reference, because: whereFrom(because) });
  return { ...error, reference };
}
