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
  /** Milliseconds by a clock that nobody sets. */
  counter: () => number;
  /** When a window of the desk was last touched, by `counter`. */
  touchedAt: () => number;
}

/** `afterMinutes` 0: never. */
export function watchIdle(
  { clock, timers, counter, touchedAt }: IdleParts,
  afterMinutes: number,
  lock: () => void,
): void {
  if (afterMinutes === 0) return;
  let lookedAt = clock.now();
  let systemCounts = false;
  const look = () => {
    const asleep = (clock.now() - lookedAt) / 1000;
    lookedAt = clock.now();
    const counted = powerMonitor.getSystemIdleTime();
    systemCounts ||= counted > 0;
    const untouched = systemCounts ? counted : (counter() - touchedAt()) / 1000;
    if (Math.max(untouched, asleep) >= afterMinutes * 60) lock();
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
