// What a page's preload says: messages and invocations for ipcMain, and what the host itself wants to know.
import { toApp } from '../chromium/addresses.ts';
import { notEmulated } from '../not-emulated.ts';
import type { FromRenderer, ToRenderer } from '../renderer/messages.ts';
import { clone } from '../renderer/scripts.ts';
import { makeEvent, type PreventableEvent } from './event.ts';
import { ipcMain, unsupportedEventFields, type IpcMainHost } from './ipc-main.ts';
import type { Navigation } from './navigation.ts';
import type { WebFrameMainHost } from './web-frame-main.ts';

/** What the messages need of the page's webContents. */
export interface Receiving {
  readonly id: number;
  readonly ipc: IpcMainHost;
  readonly mainFrame: WebFrameMainHost;
  emit(event: string, ...args: unknown[]): boolean;
  send(channel: string, ...args: unknown[]): void;
  setFocused(focused: boolean): void;
  setTitle(title: string): void;
}

export interface MessageParts {
  contents: Receiving;
  navigation: Navigation;
  preload: string | undefined;
  deliver: (message: ToRenderer) => void;
  opens: (request: FromRenderer & { kind: 'open' }) => void;
}

export class RendererMessages {
  readonly #parts: MessageParts;
  /** Whether the page itself objects to being left, as of its last beforeunload. */
  pagePrevents = true;

  constructor(parts: MessageParts) {
    this.#parts = parts;
  }

  receive(message: FromRenderer, isTopFrame: boolean): void {
    const { contents, navigation, preload, opens } = this.#parts;
    if (message.kind === 'open') {
      opens(message);
      return;
    }
    // Only the top frame has a preload, and only it is heard.
    if (!isTopFrame) return;
    contents.mainFrame.url = toApp(message.href);
    switch (message.kind) {
      case 'invoke':
        void this.#invoked(message);
        break;
      case 'send':
        this.#sent(message);
        break;
      case 'preload-error': {
        const error = Object.assign(new Error(message.message), { stack: message.stack });
        contents.emit('preload-error', makeEvent(), preload, error);
        break;
      }
      case 'leave':
        if (navigation.allows(message.url, true)) {
          console.error(`Chromium host: a navigation to ${message.url} is not emulated, and was refused`);
        }
        break;
      case 'unload':
        this.pagePrevents = message.pagePrevents;
        break;
      case 'title':
        contents.setTitle(message.title);
        break;
      case 'focus':
        contents.setFocused(message.focused);
        break;
      case 'input': {
        // The page has the key already by now.
        const preventDefault = () => notEmulated('webContents before-input-event preventDefault');
        contents.emit('before-input-event', makeEvent({ preventDefault }), message.input);
        break;
      }
    }
  }

  #event(fields: object): PreventableEvent {
    const { contents } = this.#parts;
    const frame = contents.mainFrame;
    const event = {
      type: 'frame' as const,
      sender: contents,
      processId: contents.id,
      frameId: frame.routingId,
      // Null once that document is gone, as in Electron: it must be read before anything is awaited.
      get senderFrame() {
        return frame.isDestroyed() ? null : frame;
      },
    };
    Object.defineProperties(event, Object.getOwnPropertyDescriptors(unsupportedEventFields));
    return makeEvent(Object.assign(event, fields));
  }

  #sent({ channel, args }: FromRenderer & { kind: 'send' }): void {
    const { contents } = this.#parts;
    const reply = (answer: string, ...rest: unknown[]) => {
      contents.send(answer, ...rest);
    };
    const event = this.#event({ reply });
    const values = clone.decode(args) as unknown[];
    contents.emit('ipc-message', event, channel, ...values);
    contents.ipc.emit(channel, event, ...values);
    ipcMain.emit(channel, event, ...values);
  }

  async #invoked({ id, channel, args }: FromRenderer & { kind: 'invoke' }): Promise<void> {
    const { contents, deliver } = this.#parts;
    const frame = contents.mainFrame;
    const handler = contents.ipc.handlerOf(channel) ?? ipcMain.handlerOf(channel);
    let message: ToRenderer;
    try {
      if (!handler) throw new Error(`No handler registered for '${channel}'`);
      const event = this.#event({}) as unknown as Electron.IpcMainInvokeEvent;
      const result: unknown = await handler(event, ...(clone.decode(args) as unknown[]));
      message = { kind: 'result', id, result: clone.encode(result) };
    } catch (error) {
      if (handler) console.error(`Error occurred in handler for '${channel}':`, error);
      message = {
        kind: 'failure',
        id,
        message: `Error invoking remote method '${channel}': ${String(error)}`,
      };
    }
    // The document that asked may be gone; the next one has its own numbers.
    if (!frame.isDestroyed()) deliver(message);
  }
}
