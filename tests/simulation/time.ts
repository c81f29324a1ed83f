// One virtual time for a whole world, and one queue of everything that is to happen in it. Nothing in a simulation
// may wait for the real clock: two runs of a seed go through the same events in the same order.
import { createHash } from 'node:crypto';
import type { Clock } from '../../shared/clock.ts';

interface Happening {
  at: number;
  order: number;
  label: string;
  work: () => void;
  cancelled: boolean;
}

/** Nothing is left to happen, and somebody still waits; or the world goes on without end. */
export class Stuck extends Error {}

/** So many happenings no honest run needs. */
const MOST = 400_000;

const drained = () => new Promise<void>((resolve) => setImmediate(resolve));

export class VirtualTime implements Clock {
  #now: number;
  #order = 0;
  #happened = 0;
  readonly #queue: Happening[] = [];
  readonly #trace = createHash('sha256');
  /** Told before each happening. */
  readonly #between: () => void;

  constructor(start: number, between: () => void) {
    this.#now = start;
    this.#between = between;
  }

  /** Whole milliseconds, as a computer's clock has them; happenings may lie between. */
  now(): number {
    return Math.floor(this.#now);
  }

  get happened(): number {
    return this.#happened;
  }

  /** Does `work` then; what it answers cancels that. The label goes into the trace. */
  at(moment: number, label: string, work: () => void): () => void {
    const happening = {
      ...{ at: Math.max(moment, this.#now), order: ++this.#order },
      ...{ label, work, cancelled: false },
    };
    this.#push(happening);
    return () => {
      happening.cancelled = true;
    };
  }

  after(ms: number, label: string, work: () => void): () => void {
    return this.at(this.#now + ms, label, work);
  }

  sleep(ms: number, label = 'sleep'): Promise<void> {
    return new Promise((resolve) => this.after(ms, label, resolve));
  }

  /** Writes something into the trace that the labels of happenings don't say. */
  note(what: string): void {
    this.#trace.update(`${what}\n`);
    if (process.env['SIM_LOG']) console.log(new Date(this.#now).toISOString(), '   ', what);
  }

  /** What two runs of the same seed must have in common. */
  get traceHash(): string {
    return this.#trace.copy().digest('hex').slice(0, 16);
  }

  /** Lets happen whatever is due within so many ms, and what that makes due within them; then it's so much later. */
  async settle(ms: number): Promise<void> {
    const until = this.#now + ms;
    await drained();
    for (let next = this.#queue[0]; next && next.at <= until; next = this.#queue[0]) {
      this.#pop();
      if (!next.cancelled) await this.#happen(next);
    }
    this.#now = until;
  }

  /** Lets everything happen until `work` is settled, and all that it set going meanwhile. */
  async until<T>(work: Promise<T>): Promise<T> {
    let settled = false;
    const settle = () => {
      settled = true;
    };
    work.then(settle, settle);
    await drained();
    while (!settled) {
      const next = this.#pop();
      if (process.env['SIM_LOG'] && next && !next.cancelled)
        console.log(new Date(next.at).toISOString(), next.label);
      if (!next) throw new Stuck('Somebody waits for what will never happen.');
      if (next.cancelled) continue;
      await this.#happen(next);
    }
    return work;
  }

  async #happen(next: Happening): Promise<void> {
    if (++this.#happened > MOST) throw new Stuck(`More than ${MOST} happenings; the last: ${next.label}`);
    this.#now = next.at;
    this.#trace.update(`${next.at} ${next.label}\n`);
    this.#between();
    next.work();
    await drained();
  }

  #push(happening: Happening): void {
    const queue = this.#queue;
    let at = queue.push(happening) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#swapIfLater(parent, at)) break;
      at = parent;
    }
  }

  #pop(): Happening | undefined {
    const queue = this.#queue;
    const [first] = queue;
    const last = queue.pop();
    if (!first || !last || queue.length === 0) return first;
    queue[0] = last;
    for (let at = 0; ;) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      const child = right < queue.length && this.#isLater(left, right) ? right : left;
      if (child >= queue.length || !this.#swapIfLater(at, child)) return first;
      at = child;
    }
  }

  #isLater(a: number, b: number): boolean {
    const [one, other] = [this.#queue[a], this.#queue[b]];
    if (!one || !other) return false;
    return one.at > other.at || (one.at === other.at && one.order > other.order);
  }

  #swapIfLater(parent: number, child: number): boolean {
    const [one, other] = [this.#queue[parent], this.#queue[child]];
    if (!one || !other || !this.#isLater(parent, child)) return false;
    this.#queue[parent] = other;
    this.#queue[child] = one;
    return true;
  }
}
