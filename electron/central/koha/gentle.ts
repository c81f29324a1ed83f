// Manners towards a server that others work with: at most four requests at a time, and a pause for all of them when it
// asks for one (429, 503). Only reads are asked again here; what changes something is its sender's to repeat.
import type { Clock } from '../../../shared/clock.ts';
import type { Random } from '../../../shared/random.ts';
import type { Timers } from '../../support/system.ts';
import type { HttpAnswer } from '../transport.ts';

export const AT_ONCE = 4;
const TRIES = 4;
const FIRST_PAUSE_MS = 1_000;
/** A server that says more has not meant it: nobody is to be slow for years. */
const LONGEST_SAID_MS = 15 * 60_000;
/** A longer pause is the caller's to keep: nobody waits at a window for it. */
export const LONGEST_WAIT_MS = 10_000;

export interface GentleParts {
  clock: Clock;
  timers: Timers;
  random: Random;
}

export class Gentle {
  readonly #parts: GentleParts;
  readonly #queue: (() => void)[] = [];
  #running = 0;
  #pausedAt = 0;
  #pausedUntil = 0;

  constructor(parts: GentleParts) {
    this.#parts = parts;
  }

  /** Asks in its turn. The answer may still be a 429 or 503, once it was asked often enough. */
  async ask(request: () => Promise<HttpAnswer>, mayRepeat: boolean): Promise<HttpAnswer> {
    await this.#turn();
    try {
      for (let tried = 1; ; tried++) {
        await this.#pause();
        const answer = await request();
        if (answer.status !== 429 && answer.status !== 503) return answer;
        const pause = this.pauseAsked(answer) ?? this.#ownPause(tried);
        this.#pausedUntil = Math.max(pause, this.#left()) + this.#parts.clock.now();
        this.#pausedAt = this.#parts.clock.now();
        if (!mayRepeat || tried >= TRIES || pause > LONGEST_WAIT_MS) return answer;
      }
    } finally {
      const next = this.#queue.shift();
      if (next) next();
      else this.#running--;
    }
  }

  /** In ms, where the server said how long: `Retry-After` in seconds or as a date. */
  pauseAsked({ headers }: HttpAnswer): number | undefined {
    const said = headers['retry-after'];
    if (said === undefined) return undefined;
    const seconds = Number(said);
    const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(said) - this.#parts.clock.now();
    return Number.isFinite(ms) ? Math.min(LONGEST_SAID_MS, Math.max(0, ms)) : undefined;
  }

  /** Twice as long each time, and never the same as another desk's. */
  #ownPause(tried: number): number {
    const [byte = 0] = this.#parts.random.bytes(1);
    return FIRST_PAUSE_MS * 2 ** (tried - 1) * (0.5 + byte / 256);
  }

  async #turn(): Promise<void> {
    // Whoever ends hands their turn on, so that nobody slips in between.
    if (this.#running >= AT_ONCE) await new Promise<void>((resolve) => this.#queue.push(resolve));
    else this.#running++;
  }

  async #pause(): Promise<void> {
    const wait = Math.min(LONGEST_WAIT_MS, this.#left());
    if (wait > 0) await new Promise<void>((resolve) => void this.#parts.timers.after(wait, resolve));
  }

  /** Of the pause, in ms; a clock that was set back tells nothing of it any more. */
  #left(): number {
    const now = this.#parts.clock.now();
    return now < this.#pausedAt ? 0 : this.#pausedUntil - now;
  }
}
