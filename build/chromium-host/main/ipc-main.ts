// ipcMain, and the same for one page (webContents.ipc): what renderers send and invoke.
import { emitter, notEmulated } from '../not-emulated.ts';

type Handler = Parameters<Electron.IpcMain['handle']>[1];

export class IpcMainHost
  extends emitter('ipcMain')
  implements Pick<Electron.IpcMain, 'handle' | 'handleOnce' | 'removeHandler'>
{
  readonly #handlers = new Map<string, Handler>();

  handle(channel: string, handler: Handler): void {
    if (this.#handlers.has(channel)) {
      throw new Error(`Attempted to register a second handler for '${channel}'`);
    }
    if (typeof handler !== 'function') {
      throw new TypeError(`Expected handler to be a function, but found type '${typeof handler}'`);
    }
    this.#handlers.set(channel, handler);
  }

  handleOnce(channel: string, handler: Handler): void {
    this.handle(channel, (event, ...args: unknown[]) => {
      this.removeHandler(channel);
      return handler(event, ...args) as unknown;
    });
  }

  removeHandler(channel: string): void {
    this.#handlers.delete(channel);
  }

  handlerOf(channel: string): Handler | undefined {
    return this.#handlers.get(channel);
  }
}

export const ipcMain = new IpcMainHost();
// Electron does the same: a renderer's channel may be called 'error'.
ipcMain.on('error', () => undefined);

/** The event's fields that only synchronous messages and ports would need. */
export const unsupportedEventFields = {
  get ports(): never[] {
    return [];
  },
  get returnValue(): unknown {
    return undefined;
  },
  set returnValue(_value: unknown) {
    notEmulated('ipcMain event.returnValue', 'there is no sendSync');
  },
};
