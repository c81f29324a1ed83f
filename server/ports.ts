// What the server needs from outside, handed in, so that a simulation runs the same logic under its own time and luck.
import { v4 as uuidv4 } from 'uuid';
import type { Clock } from '../shared/clock.ts';
import type { Random } from '../shared/random.ts';

export type { Clock, Random };

export interface Ports {
  clock: Clock;
  random: Random;
  /** Waits so many milliseconds: sign-in slows down with it. */
  pause(ms: number): Promise<void>;
}

/** The clock's time as the contract writes it. */
export const timeOf = (clock: Clock) => new Date(clock.now()).toISOString();

export const DAY = 86_400_000;

/** A time so many days after the clock's. */
export const daysFrom = (clock: Clock, days: number) => new Date(clock.now() + days * DAY).toISOString();

export const newId = (random: Random) => uuidv4({ random: random.bytes(16) });
