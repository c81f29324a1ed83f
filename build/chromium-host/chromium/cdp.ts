// The Chrome DevTools Protocol over Chromium's pipe: commands, events, one session per target.
import { EventEmitter } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import type { Protocol } from '../../../node_modules/playwright-core/types/protocol.d.ts';

export type { Protocol };

type Method = keyof Protocol.CommandParameters;
type EventName = keyof Protocol.Events;

interface Message {
  id?: number;
  sessionId?: string;
  method?: string;
  params?: unknown;
  result?: unknown;
  error?: { message: string };
}

interface Waiting {
  method: string;
  sessionId: string;
  resolve: (result: unknown) => void;
  reject: (error: Error) => void;
}

/** A command that Chromium refused, or whose session ended before it was answered. */
export class CdpError extends Error {
  override readonly name = 'CdpError';
}

/** One target's commands and events; the session with the empty id is the browser's own. */
export class CdpSession {
  readonly id: string;
  readonly #connection: CdpConnection;
  readonly #events = new EventEmitter().setMaxListeners(0);
  #ended = false;

  constructor(connection: CdpConnection, id: string) {
    this.#connection = connection;
    this.id = id;
  }

  send<M extends Method>(
    method: M,
    params?: Protocol.CommandParameters[M],
  ): Promise<Protocol.CommandReturnValues[M]> {
    if (this.#ended) return Promise.reject(new CdpError(`${method}: the target is gone`));
    return this.#connection.send(this.id, method, params) as Promise<Protocol.CommandReturnValues[M]>;
  }

  /** Sends a command whose answer nobody waits for; that the target went away meanwhile is no error. */
  tell<M extends Method>(method: M, params?: Protocol.CommandParameters[M]): void {
    this.send(method, params).catch((error: unknown) => {
      if (!this.#ended && !this.#connection.closed) console.error(`Chromium host: ${String(error)}`);
    });
  }

  on<E extends EventName>(event: E, listener: (params: Protocol.Events[E]) => void): this {
    this.#events.on(event, listener);
    return this;
  }

  /** Called when the target was closed, or Chromium ended. */
  onceEnded(listener: () => void): void {
    this.#events.once('ended', listener);
  }

  deliver(method: string, params: unknown): void {
    this.#events.emit(method, params);
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#events.emit('ended');
  }
}

/** Speaks over the two ends of the pipe; messages are JSON, each ended by a zero byte. */
export class CdpConnection {
  readonly browser: CdpSession;
  readonly #sessions = new Map<string, CdpSession>();
  readonly #waiting = new Map<number, Waiting>();
  readonly #toChromium: Writable;
  #lastId = 0;
  closed = false;

  constructor(toChromium: Writable, fromChromium: Readable) {
    this.#toChromium = toChromium;
    this.browser = this.#open('');
    this.browser
      .on('Target.attachedToTarget', ({ sessionId }) => void this.session(sessionId))
      .on('Target.detachedFromTarget', ({ sessionId }) => {
        this.#end(sessionId);
      });
    // A broken pipe means that Chromium ended, which `close` is told by the process's exit.
    toChromium.on('error', () => {
      this.close();
    });
    let rest: Buffer[] = [];
    fromChromium.on('data', (chunk: Buffer) => {
      let from = 0;
      for (let to = chunk.indexOf(0); to >= 0; to = chunk.indexOf(0, from)) {
        rest.push(chunk.subarray(from, to));
        this.#receive(JSON.parse(Buffer.concat(rest).toString()) as Message);
        rest = [];
        from = to + 1;
      }
      rest.push(chunk.subarray(from));
    });
  }

  send(sessionId: string, method: string, params: unknown): Promise<unknown> {
    if (this.closed) return Promise.reject(new CdpError(`${method}: Chromium has ended`));
    const id = ++this.#lastId;
    this.#toChromium.write(`${JSON.stringify({ id, method, params, sessionId: sessionId || undefined })}\0`);
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { method, sessionId, resolve, reject });
    });
  }

  session(id: string): CdpSession {
    return this.#sessions.get(id) ?? this.#open(id);
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    for (const id of [...this.#sessions.keys()]) this.#end(id);
  }

  #open(id: string): CdpSession {
    const session = new CdpSession(this, id);
    this.#sessions.set(id, session);
    return session;
  }

  #end(id: string): void {
    this.#sessions.get(id)?.end();
    this.#sessions.delete(id);
    for (const [messageId, waiting] of this.#waiting) {
      if (waiting.sessionId !== id) continue;
      this.#waiting.delete(messageId);
      waiting.reject(new CdpError(`${waiting.method}: the target is gone`));
    }
  }

  #receive({ id, sessionId = '', method, params, result, error }: Message): void {
    if (id === undefined) {
      if (method) this.#sessions.get(sessionId)?.deliver(method, params);
      return;
    }
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error) waiting?.reject(new CdpError(`${waiting.method}: ${error.message}`));
    else waiting?.resolve(result);
  }
}
