// Whether the central server can be reached: learned from each request, and, while it's away, by asking.
import { isDeepStrictEqual } from 'node:util';
import type { Connection } from '../../shared/ipc/contract.ts';

const ASK_AGAIN_MS = 5_000;

export class Connections {
  readonly #onChanged: (state: Connection) => void;
  readonly #server: string;
  #online = true;
  #timer: NodeJS.Timeout | undefined;
  #ask: () => Promise<unknown> = () => Promise.resolve();

  constructor(server: string, onChanged: (state: Connection) => void) {
    this.#server = server;
    this.#onChanged = onChanged;
  }

  get state(): Connection {
    return { online: this.#online, server: this.#server };
  }

  /** Names the question that finds out whether the server is back. */
  askBy(ask: () => Promise<unknown>): void {
    this.#ask = ask;
  }

  readonly heard = (reachable: boolean): void => {
    const before = this.state;
    this.#online = reachable;
    clearTimeout(this.#timer);
    if (!reachable) this.#timer = setTimeout(() => void this.#ask().catch(() => undefined), ASK_AGAIN_MS);
    if (!isDeepStrictEqual(before, this.state)) this.#onChanged(this.state);
  };

  shutdown(): void {
    clearTimeout(this.#timer);
  }
}
