// The real clock.
import type { Clock } from '../../shared/clock.ts';

export const systemClock: Clock = { now: () => Date.now() };

/** Work put off, handed in: a simulation has its own. */
export interface Timers {
  /** Does `work` after so many ms; what it answers cancels that. */
  after(ms: number, work: () => void): () => void;
}

export const systemTimers: Timers = {
  after(ms, work) {
    const timer = setTimeout(work, ms);
    return () => {
      clearTimeout(timer);
    };
  },
};

/** Waits for work, but no longer than so many ms. */
export async function withinMoment(timers: Timers, ms: number, work: Promise<void>): Promise<void> {
  let cancel: () => void = () => undefined;
  const tooLong = new Promise<void>((resolve) => (cancel = timers.after(ms, resolve)));
  await Promise.race([work, tooLong]);
  cancel();
}
