// Locks a desk that nobody touches, by the system's count of seconds since the last key or mouse.
import { powerMonitor } from 'electron';
import type { Timers } from '../support/system.ts';

const LOOK_EVERY_MS = 5_000;

/** `afterMinutes` 0: never. */
export function watchIdle(timers: Timers, afterMinutes: number, lock: () => void): void {
  if (afterMinutes === 0) return;
  const look = () => {
    if (powerMonitor.getSystemIdleTime() >= afterMinutes * 60) lock();
    timers.after(LOOK_EVERY_MS, look);
  };
  look();
}
