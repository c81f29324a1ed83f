// webFrameMain: a frame with the document that is in it now. A navigation puts another in its place.
import { originOf } from '../chromium/addresses.ts';
import { emitter } from '../not-emulated.ts';

let lastRoutingId = 0;

type Emulated =
  | 'url'
  | 'origin'
  | 'name'
  | 'routingId'
  | 'processId'
  | 'osProcessId'
  | 'frameTreeNodeId'
  | 'detached'
  | 'isDestroyed'
  | 'send'
  | 'visibilityState';

export class WebFrameMainHost
  extends emitter('webFrameMain')
  implements Pick<Electron.WebFrameMain, Emulated>
{
  url: string;
  readonly name = '';
  readonly parent: WebFrameMainHost | null;
  readonly routingId = ++lastRoutingId;
  readonly processId: number;
  readonly osProcessId: number;
  readonly frameTreeNodeId: number;
  readonly visibilityState = 'visible';
  readonly #send: (channel: string, args: unknown[]) => void;
  #destroyed = false;

  constructor(frame: {
    url: string;
    processId: number;
    parent?: WebFrameMainHost | null;
    send: (channel: string, args: unknown[]) => void;
  }) {
    super();
    this.url = frame.url;
    this.parent = frame.parent ?? null;
    this.processId = frame.processId;
    this.osProcessId = frame.processId;
    this.frameTreeNodeId = frame.processId;
    this.#send = frame.send;
  }

  get top(): WebFrameMainHost {
    return this.parent?.top ?? this;
  }
  get origin(): string {
    return originOf(this.url);
  }
  get detached(): boolean {
    return this.#destroyed;
  }
  isDestroyed(): boolean {
    return this.#destroyed;
  }
  send(channel: string, ...args: unknown[]): void {
    if (!this.#destroyed) this.#send(channel, args);
  }
  /** Another document took its place, or its page was closed. */
  destroy(): void {
    this.#destroyed = true;
  }
}
