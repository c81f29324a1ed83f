// A line that holds every message until somebody decides what becomes of it.
import type { HttpAnswer, HttpRequest, Transport } from '../../../electron/central/transport.ts';
import type { EndpointName } from '../../../shared/central/contract.ts';
import { Failure } from '../../../electron/support/failure.ts';
import type { AnyLine, LineParts } from '../line.ts';
import { routed } from '../routes.ts';

export interface Held {
  /** Tells it from every other message of its desk. */
  number: number;
  desk: string;
  name: EndpointName;
  request: HttpRequest;
  /** Nobody waits for its answer: it is a repeat of another. */
  repeat: boolean;
  answer: (answer: HttpAnswer) => void;
  fail: () => void;
}

/** What is under way between all desks and the server. */
export class HeldMessages {
  pending: Held[] = [];
  /** Messages go through at once. */
  open = true;
}

export class HeldLine implements AnyLine {
  cut = false;
  healed = true;
  readonly #parts: LineParts;
  readonly #messages: HeldMessages;
  #sent = 0;

  constructor(parts: LineParts, messages: HeldMessages) {
    this.#parts = parts;
    this.#messages = messages;
  }

  transport(isAlive: () => boolean, onReachable: (reachable: boolean) => void): Transport {
    const { name: desk, time, ask } = this.#parts;
    return (request) =>
      new Promise((resolve, reject) => {
        const told = (reachable: boolean, work: () => void) => {
          if (!isAlive()) return;
          onReachable(reachable);
          work();
        };
        const held: Held = {
          ...{ number: ++this.#sent, desk, name: routed(request).name, repeat: false },
          request: structuredClone(request),
          answer: (answer) => told(true, () => resolve(answer)),
          fail: () => told(false, () => reject(new Failure({ code: 'serverAway' }))),
        };
        if (!this.#messages.open) this.#messages.pending.push(held);
        else
          time.after(1, `${desk} → ${held.name}`, () => {
            void ask(held.request).then((answer) => (answer ? held.answer(answer) : held.fail()));
          });
      });
  }
}
