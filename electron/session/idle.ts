// Locks a desk that nobody touches, by the system's count of seconds since the last key or mouse; and one that sleeps,
// since the key that wakes it sets that count to 0.
import { powerMonitor } from 'electron';
import type { Clock } from '../../shared/clock.ts';
import type { Timers } from '../support/system.ts';

const LOOK_EVERY_MS = 5_000;

/** `afterMinutes` 0: never. */
export function watchIdle(
  { clock, timers }: { clock: Clock; timers: Timers },
  afterMinutes: number,
  lock: () => void,
): void {
  if (afterMinutes === 0) return;
  let lookedAt = clock.now();
  const look = () => {
    const asleep = (clock.now() - lookedAt) / 1000;
    lookedAt = clock.now();
    if (Math.max(powerMonitor.getSystemIdleTime(), asleep) >= afterMinutes * 60) lock();
  };
  const lookOn = () => {
    look();
    timers.after(LOOK_EVERY_MS, lookOn);
  };
  lookOn();
  powerMonitor.on('suspend', lock);
  // Not every system tells before it sleeps.
  powerMonitor.on('resume', look);
}
