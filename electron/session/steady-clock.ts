// A clock for how long ago something was, which nobody lengthens by setting the computer's clock back: it never goes
// back, and goes on while the desk runs. Only the server's time, as heard from it, sets it right again.
import { z } from 'zod';
import type { Clock } from '../../shared/clock.ts';
import { recallAs } from '../cache/remembered.ts';
import type { DeskStore } from '../cache/desk-store.ts';

const NAME = 'steady clock';
const markSchema = z.object({ mark: z.number(), distance: z.number() });

export class SteadyClock implements Clock {
  readonly #store: DeskStore;
  readonly #clock: Clock;
  /** Counts on, in ms, whatever the computer's clock is set to. */
  readonly #counter: () => number;
  /** The latest time that this clock is known to have shown, and when by the counter. */
  #mark = 0;
  #markedAt = 0;
  #distance = 0;

  constructor(store: DeskStore, clock: Clock, counter: () => number) {
    this.#store = store;
    this.#clock = clock;
    this.#counter = counter;
  }

  async boot(): Promise<void> {
    const kept = await recallAs(this.#store, NAME, markSchema);
    if (!kept) return;
    this.#distance = kept.distance;
    this.#set(kept.mark);
  }

  now(): number {
    return Math.max(this.#clock.now() + this.#distance, this.#mark + this.#counter() - this.#markedAt);
  }

  /** The server's clock minus this computer's, in ms, as last heard; 0 until then. */
  get distance(): number {
    return this.#distance;
  }

  async hear(distance: number): Promise<void> {
    this.#distance = distance;
    this.#set(this.#clock.now() + distance);
    await this.keep();
  }

  /** To be called from time to time, so that a restart goes on from here. */
  async keep(): Promise<void> {
    this.#set(this.now());
    await this.#store.remember(NAME, JSON.stringify({ mark: this.#mark, distance: this.#distance }));
  }

  #set(mark: number): void {
    this.#mark = mark;
    this.#markedAt = this.#counter();
  }
}
