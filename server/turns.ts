// Long work of the server goes on one at a time, in the order in which it was asked for.
const MOST_WAITING = 4;

export class Turns {
  #last: Promise<unknown> = Promise.resolve();
  readonly #waiting = new Map<string, number>();

  /** Undefined where as much of the same asker's waits already as one pair of hands can have asked for. */
  take<T>(asker: string, work: () => Promise<T>): Promise<T> | undefined {
    const waiting = this.#waiting.get(asker) ?? 0;
    if (waiting >= MOST_WAITING) return undefined;
    this.#waiting.set(asker, waiting + 1);
    const done = this.#last.then(work).finally(() => this.#leave(asker));
    this.#last = done.catch(() => undefined);
    return done;
  }

  #leave(asker: string): void {
    const waiting = (this.#waiting.get(asker) ?? 1) - 1;
    if (waiting > 0) this.#waiting.set(asker, waiting);
    else this.#waiting.delete(asker);
  }
}
