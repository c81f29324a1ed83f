// The real clock.
import type { Clock } from '../../shared/clock.ts';

/** A computer whose clock was set beyond that dates what staff do by years of four digits all the same. */
const LATEST = Date.UTC(9000, 0);

export const systemClock: Clock = { now: () => Math.min(Date.now(), LATEST) };

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
