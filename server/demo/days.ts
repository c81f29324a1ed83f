// Days around the day that the demo data is made on, so that some loans are overdue whenever that is.
import { DAY } from '../ports.ts';
import type { Luck } from './luck.ts';

export class Days {
  readonly #midnight: number;
  readonly #luck: Luck;

  /** `now` in milliseconds; only its day counts. */
  constructor(now: number, luck: Luck) {
    this.#midnight = Math.floor(now / DAY) * DAY;
    this.#luck = luck;
  }

  /** A time of day when libraries are open, so many days from today; negative before. */
  time(days: number): string {
    const minutes = this.#luck.between(9 * 60, 18 * 60);
    return new Date(this.#midnight + days * DAY + minutes * 60_000).toISOString();
  }

  /** The last moment of a day. */
  end(days: number): string {
    return new Date(this.#midnight + days * DAY + DAY - 1000).toISOString();
  }

  date(days: number): string {
    return new Date(this.#midnight + days * DAY).toISOString().slice(0, 10);
  }

  /** A time between so many and so many days ago. */
  ago(from: number, to: number): string {
    return this.time(-this.#luck.between(from, to));
  }

  birthDate(youngest: number, oldest: number): string {
    return this.date(-this.#luck.between(Math.ceil(youngest * 365.25) + 1, Math.floor(oldest * 365.25)));
  }
}
