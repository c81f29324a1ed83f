// Ids of what staff do. An act that got no answer keeps its id and key for a while: when staff press the button once
// more with the same content, it's the same act, and the server does it once.
import { v7 } from 'uuid';
import type { Clock } from '../../shared/clock.ts';
import type { Random } from '../../shared/random.ts';
import type { Act } from '../central/central-server.ts';
import { isFailure } from '../support/failure.ts';
import type { Timers } from '../support/system.ts';

/** So long after an answer was lost staff who press again mean the same act; later they do it anew. */
const SAME_WITHIN_MS = 5 * 60_000;

interface Unanswered {
  content: string;
  act: Act;
}

export class Acts {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #timers: Timers;
  /** The last one of each kind on each patron: what stands before it, pressed once more, is done anew. */
  readonly #unanswered = new Map<string, Unanswered>();
  #staff: string | undefined;

  constructor(clock: Clock, random: Random, timers: Timers) {
    this.#clock = clock;
    this.#random = random;
    this.#timers = timers;
  }

  newId(): string {
    return v7({ msecs: this.#clock.now(), random: this.#random.bytes(16) });
  }

  /** The same act under a new key, for an attempt with other content. */
  nextAttempt(act: Act): Act {
    return { ...act, key: this.newId() };
  }

  /** Who works here now; nobody: undefined. What got no answer goes with whoever did it. */
  belongTo(staff: string | undefined): void {
    if (staff !== this.#staff) this.#unanswered.clear();
    this.#staff = staff;
  }

  /** Sends an act `about` something, a kind and a patron. `content` names all else, the member of staff included. */
  async perform<T>(about: string, content: unknown[], send: (act: Act) => Promise<T>): Promise<T> {
    const text = JSON.stringify(content);
    const before = this.#unanswered.get(about);
    const act = before?.content === text ? before.act : this.#newAct();
    const pressed = { content: text, act };
    this.#unanswered.set(about, pressed);
    const forget = () => {
      if (this.#unanswered.get(about) === pressed) this.#unanswered.delete(about);
    };
    try {
      const answer = await send(act);
      forget();
      return answer;
    } catch (thrown) {
      if (isFailure(thrown, 'serverAway', 'serverSlow', 'serverRubbish', 'serverFailed', 'signedOut'))
        this.#timers.after(SAME_WITHIN_MS, forget);
      else forget();
      throw thrown;
    }
  }

  #newAct(): Act {
    return { id: this.newId(), key: this.newId(), at: new Date(this.#clock.now()).toISOString() };
  }
}
