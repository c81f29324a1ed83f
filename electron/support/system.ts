// The real clock.
import type { Clock } from '../../shared/clock.ts';

export const systemClock: Clock = { now: () => Date.now() };
