// Waiting that can be called off.
import { setTimeout as wait } from 'node:timers/promises';

/** What is no longer wanted isn't waited for. */
export function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      reject(signal.reason as Error);
    };
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', stop);
    });
  });
}

/** Waits so long, or rejects when called off. */
export const pause = (ms: number, signal: AbortSignal): Promise<void> => wait(ms, undefined, { signal });
