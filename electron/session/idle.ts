// Locks a desk that nobody touches, by the system's count of seconds since the last key or mouse; and one that sleeps,
// since the key that wakes it sets that count to 0. Some systems never count (Linux under many a Wayland): there, what
// is touched of the desk's own windows decides.
import { powerMonitor } from 'electron';
import type { Clock } from '../../shared/clock.ts';
import type { Timers } from '../support/system.ts';

const LOOK_EVERY_MS = 5_000;

export interface IdleParts {
  clock: Clock;
  timers: Timers;
  /** When a window of the desk was last touched, in ms. */
  touchedAt: () => number;
}

/** `afterMinutes` 0: never. */
export function watchIdle(
  { clock, timers, touchedAt }: IdleParts,
  afterMinutes: number,
  lock: () => void,
): void {
  if (afterMinutes === 0) return;
  const most = afterMinutes * 60;
  let lookedAt = clock.now();
  let countedAt = lookedAt;
  const look = () => {
    const now = clock.now();
    const asleep = (now - lookedAt) / 1000;
    lookedAt = now;
    const counted = powerMonitor.getSystemIdleTime();
    if (counted > 0) countedAt = now;
    const untouched = (now - Math.max(touchedAt(), countedAt)) / 1000;
    if (Math.max(counted, asleep, untouched) >= most) lock();
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
