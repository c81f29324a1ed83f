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
import { deskErrorSchema, type Result } from '../../shared/ipc/errors.ts';
import { isSmallAndPlain } from '../../shared/ipc/small.ts';
import { Failure } from '../support/failure.ts';
import { whereFrom, type Log } from '../support/log.ts';
import { pageOf } from '../windows/app-protocol.ts';
import type { WindowOwner } from '../windows/windows.ts';
import { Pace, References } from './limits.ts';

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
  const { counter, newReference, log } = parts;
  const pace = new Pace(counter);
  const references = new References(newReference, counter);
  ipcMain.handle(REQUEST_CHANNEL, async (event, name: unknown, args: unknown): Promise<Result<unknown>> => {
    const { sender } = event;
    try {
      const asker = whoAsks(event, parts);
      const may = asker !== undefined && mayAsk(asker, name);
      const wait = pace.tooEarly(sender, may ? name : undefined);
      if (wait !== undefined) throw tooOften(wait);
      if (!may) throw new Failure({ code: 'requestRefused' });
      return { ok: true, value: await answer(asker, name, args, parts.handlers()) };
    } catch (thrown) {
      const error = errorOf(thrown);
      const request = isRequest(name) ? name : 'unknown request';
      // A fault of ours has another cause in each.
      const alike = error.code === 'internal' ? `internal ${request}` : error.code;
      const { reference, isNews } = references.of(sender, alike);
      const because = whereFrom(thrown instanceof Failure ? thrown.cause : thrown);
      if (isNews) log.write('request failed', { request, code: error.code, reference, because });
      return { ok: false, error: { ...error, reference } };
    }
  });
}

/** The window that asks, if it is one of ours, on its own page, in its top frame. */
function whoAsks(event: IpcMainInvokeEvent, { ownerOf }: GateParts): Asker | undefined {
  const { sender, senderFrame } = event;
  const owner = ownerOf(sender);
  if (!owner || !senderFrame || senderFrame.parent !== null || senderFrame.url !== pageOf(owner.kind))
    return undefined;
  return { ...owner, contents: sender };
}

const isRequest = (name: unknown): name is RequestName =>
  typeof name === 'string' && Object.hasOwn(requests, name);

const mayAsk = (asker: Asker, name: unknown): name is RequestName =>
  isRequest(name) && (requests[name].windows as readonly string[]).includes(asker.kind);

async function answer(asker: Asker, name: RequestName, args: unknown, handlers: Handlers): Promise<unknown> {
  const { args: argsSchema, result: resultSchema } = requests[name];
  if (!isSmallAndPlain(args)) throw new Failure({ code: 'requestRefused' });
  const asked = argsSchema.safeParse(args);
  if (!asked.success) throw new Failure({ code: 'requestRefused' }, asked.error);
  const handler = handlers[name] as (args: unknown, asker: Asker) => unknown;
  return resultSchema.parse(await handler(asked.data, asker));
}

const tooOften = (wait: number) =>
  new Failure({ code: 'tooManyRequests', retryAt: new Date(Date.now() + wait).toISOString() });

const errorSchema = deskErrorSchema.omit({ reference: true });

function errorOf(thrown: unknown): Failure['error'] {
  const said = errorSchema.safeParse(thrown instanceof Failure && thrown.error);
  return said.success ? said.data : { code: 'internal' };
}
