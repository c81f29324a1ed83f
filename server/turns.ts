// Long work of the server goes on one at a time: each asker's in the order in which it was asked for, and one of each
// asker's after the other, so that nobody's many hold up somebody's one.

/** In ms. */
const LONGEST_REST = 20;

export class Turns {
  readonly #most: number;
  readonly #rest: ((ms: number) => Promise<void>) | undefined;
  readonly #waiting = new Map<string, (() => Promise<void>)[]>();
  readonly #askedFor = new Map<string, number>();
  #isAtWork = false;

  /**
   * `most` of an asker's at once: as much as one pair of hands can have asked for. `rest` is how to wait after work that
   * holds the server's one thread, for as long as it took: new connections are let in one in each round of its loop.
   */
  constructor(most = 4, rest?: (ms: number) => Promise<void>) {
    this.#most = most;
    this.#rest = rest;
  }

  /** Undefined where as much of the same asker's is asked for already. */
  take<T>(asker: string, work: () => Promise<T>): Promise<T> | undefined {
    const askedFor = this.#askedFor.get(asker) ?? 0;
    if (askedFor >= this.#most) return undefined;
    this.#askedFor.set(asker, askedFor + 1);
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const own = this.#waiting.get(asker) ?? [];
    own.push(() =>
      work()
        .then(resolve, reject)
        .finally(() => this.#leave(asker)),
    );
    this.#waiting.set(asker, own);
    if (!this.#isAtWork) void this.#work();
    return promise;
  }

  async #work(): Promise<void> {
    this.#isAtWork = true;
    for (let next = this.#next(); next; next = this.#next()) {
      const began = performance.now();
      await next();
      await this.#rest?.(Math.min(LONGEST_REST, performance.now() - began));
    }
    this.#isAtWork = false;
  }

  /** The first of whoever has waited longest, who then stands behind all others. */
  #next(): (() => Promise<void>) | undefined {
    const [first] = this.#waiting;
    if (!first) return undefined;
    const [asker, own] = first;
    const next = own.shift();
    this.#waiting.delete(asker);
    if (own.length > 0) this.#waiting.set(asker, own);
    return next;
  }

  #leave(asker: string): void {
    const askedFor = (this.#askedFor.get(asker) ?? 1) - 1;
    if (askedFor > 0) this.#askedFor.set(asker, askedFor);
    else this.#askedFor.delete(asker);
  }
}
