// Long work of the server goes on one at a time: each asker's in the order in which it was asked for, and one of each
// account's after the other, so that nobody's many hold up somebody's one.

/** In ms. */
const LONGEST_REST = 20;

export class Turns {
  readonly #most: number;
  readonly #rest: ((ms: number) => Promise<void>) | undefined;
  /** By account and asker. */
  readonly #waiting = new Map<string, Map<string, (() => Promise<void>)[]>>();
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

  /** Undefined where as much of the same asker's is asked for already: one of an account's sessions, or of its concerns. */
  take<T>(asker: string, work: () => Promise<T>, account = asker): Promise<T> | undefined {
    const askedFor = this.#askedFor.get(asker) ?? 0;
    if (askedFor >= this.#most) return undefined;
    this.#askedFor.set(asker, askedFor + 1);
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const askers = this.#waiting.get(account) ?? new Map<string, (() => Promise<void>)[]>();
    const own = askers.get(asker) ?? [];
    own.push(() =>
      work()
        .then(resolve, reject)
        .finally(() => this.#leave(asker)),
    );
    this.#waiting.set(account, askers.set(asker, own));
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

  /** Of the account that has waited longest the first of the asker who has; both then stand behind all others. */
  #next(): (() => Promise<void>) | undefined {
    for (const [account, askers] of this.#waiting) {
      this.#waiting.delete(account);
      for (const [asker, own] of askers) {
        const next = own.shift();
        askers.delete(asker);
        if (own.length > 0) askers.set(asker, own);
        if (askers.size > 0) this.#waiting.set(account, askers);
        return next;
      }
    }
    return undefined;
  }

  #leave(asker: string): void {
    const askedFor = (this.#askedFor.get(asker) ?? 1) - 1;
    if (askedFor > 0) this.#askedFor.set(asker, askedFor);
    else this.#askedFor.delete(asker);
  }
}
