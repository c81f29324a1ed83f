// Ids of what staff do. An act that got no answer keeps its id and key: when staff press the button once more
// with the same content, it's the same act, and the server does it once.
import { v7 } from 'uuid';
import type { Clock } from '../../shared/clock.ts';
import type { Random } from '../../shared/random.ts';
import type { Act } from '../central/central-server.ts';
import { isFailure } from '../support/failure.ts';

export class Acts {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #unanswered = new Map<string, Act>();

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  newId(): string {
    return v7({ msecs: this.#clock.now(), random: this.#random.bytes(16) });
  }

  /** The same act under a new key, for an attempt with other content. */
  nextAttempt(act: Act): Act {
    return { ...act, key: this.newId() };
  }

  /** Sends what `content` describes as one act. `content` names it whole, the member of staff included. */
  async perform<T>(content: unknown[], send: (act: Act) => Promise<T>): Promise<T> {
    const name = JSON.stringify(content);
    const act = this.#unanswered.get(name) ?? {
      id: this.newId(),
      key: this.newId(),
      at: new Date(this.#clock.now()).toISOString(),
    };
    this.#unanswered.set(name, act);
    try {
      const answer = await send(act);
      this.#unanswered.delete(name);
      return answer;
    } catch (thrown) {
      if (!isFailure(thrown, 'serverAway', 'serverSlow', 'serverRubbish', 'serverFailed', 'signedOut')) {
        this.#unanswered.delete(name);
      }
      throw thrown;
    }
  }
}
