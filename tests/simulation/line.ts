// The line between one desk and the server, and everything that it does to messages.
import type { HttpAnswer, HttpRequest, Transport } from '../../electron/central/transport.ts';
import { Failure } from '../../electron/support/failure.ts';
import type { Luck } from '../../server/demo/luck.ts';
import { problemType } from '../../shared/central/problems.ts';
import type { ErrorCode } from '../../shared/ipc/errors.ts';
import type { Weather } from './faults.ts';
import { routed } from './routes.ts';
import type { VirtualTime } from './time.ts';

/** What a world needs of a line. */
export interface AnyLine {
  cut: boolean;
  /** The faults are over. */
  healed: boolean;
  /** For one life of the desk: what comes back after its end is heard by nobody. */
  transport(isAlive: () => boolean, onReachable: (reachable: boolean) => void): Transport;
}

export interface LineParts {
  name: string;
  time: VirtualTime;
  luck: Luck;
  weather: Weather;
  /** Undefined where the server doesn't answer. */
  ask: (request: HttpRequest) => Promise<HttpAnswer | undefined>;
}

const DAY = 86_400_000;

/** What stands before the server answers in its place; nobody knows what became of the request. */
const badGateway = (luck: Luck): HttpAnswer => ({
  status: luck.pick([500, 502, 503, 504, 429, 200]),
  headers: {},
  body: luck.pick(['', '<h1>Bad gateway</h1>', '{}', JSON.stringify(tooMany)]),
});
const tooMany = { type: problemType('too-many'), title: 'Too many requests.', status: 429 };

export class Line implements AnyLine {
  cut = false;
  healed = false;
  readonly #parts: LineParts;
  #sent = 0;
  #latest = 0;

  constructor(parts: LineParts) {
    this.#parts = parts;
  }

  transport(isAlive: () => boolean, onReachable: (reachable: boolean) => void): Transport {
    return (request) =>
      new Promise((resolve, reject) => {
        const { time, name } = this.#parts;
        let settled = false;
        const settle = (label: string, work: () => void) => {
          if (settled || !isAlive()) return;
          settled = true;
          time.note(`${name} ${label}`);
          work();
        };
        const fail = (code: ErrorCode) =>
          settle(code, () => {
            onReachable(false);
            reject(new Failure({ code }));
          });
        time.after(request.timeout, `${name} has waited enough`, () => fail('serverSlow'));
        this.#send(request, {
          fail,
          answer: (answer) =>
            settle(`hears ${answer.status}`, () => {
              onReachable(true);
              resolve(answer);
            }),
        });
      });
  }

  #send(
    request: HttpRequest,
    to: { fail: (code: ErrorCode) => void; answer: (answer: HttpAnswer) => void },
  ): void {
    const { time, luck, name } = this.#parts;
    const kind = routed(request).name;
    if (this.cut) {
      this.#parts.weather.happened('lineCut', [kind]);
      time.after(luck.between(1, 60), `${name} finds the line cut`, () => to.fail('serverAway'));
      return;
    }
    const number = ++this.#sent;
    const copy = JSON.stringify(request);
    const arrive = async (first: boolean) => {
      const answer = await this.#parts.ask(JSON.parse(copy) as HttpRequest);
      if (!first) return;
      if (!answer) time.after(luck.between(1, 40), `${name} is told nothing`, () => to.fail('serverAway'));
      else this.#answer(answer, kind, to);
    };
    if (this.#strikes('duplicated', kind)) {
      const late = luck.pick([50, 5_000, 60_000, 3_600_000, DAY, 3 * DAY]);
      time.after(luck.between(1, late), `${name} again ${kind}`, () => void arrive(false));
    }
    if (this.#strikes('gatewayFailed', kind)) {
      time.after(this.#latency(kind), `${name} meets a gateway`, () => to.answer(badGateway(luck)));
      return;
    }
    if (this.#strikes('requestLost', kind)) {
      if (luck.chance(0.5)) time.after(20, `${name} lost ${kind}`, () => to.fail('serverAway'));
      return;
    }
    time.after(this.#latency(kind), `${name} → ${kind}`, () => {
      if (number < this.#latest) this.#parts.weather.happened('overtaken', [kind]);
      this.#latest = Math.max(this.#latest, number);
      void arrive(true);
    });
  }

  #answer(
    answer: HttpAnswer,
    kind: string,
    to: { fail: (code: ErrorCode) => void; answer: (answer: HttpAnswer) => void },
  ): void {
    const { time, luck, name } = this.#parts;
    if (this.cut || this.#strikes('answerLost', kind)) {
      if (this.cut) this.#parts.weather.happened('answerLost', [kind]);
      if (luck.chance(0.5)) time.after(20, `${name} lost answer`, () => to.fail('serverAway'));
      return;
    }
    const half = this.#strikes('answerHalved', kind);
    const body = half ? answer.body.slice(0, luck.between(0, answer.body.length - 1)) : answer.body;
    const heard = this.#strikes('gatewayFailed', kind) ? badGateway(luck) : { ...answer, body };
    time.after(this.#latency(kind), `${name} ← ${kind}`, () => to.answer(heard));
  }

  #latency(kind: string): number {
    const { luck } = this.#parts;
    if (this.#strikes('delayed', kind)) return luck.between(2_000, 40_000);
    return this.healed || !luck.chance(this.#parts.weather.chance('overtaken'))
      ? luck.between(2, 30)
      : luck.between(30, 1_500);
  }

  #strikes(
    fault: 'gatewayFailed' | 'requestLost' | 'answerLost' | 'answerHalved' | 'duplicated' | 'delayed',
    kind: string,
  ) {
    const { luck, weather } = this.#parts;
    if (this.healed || !luck.chance(weather.chance(fault))) return false;
    weather.happened(fault, [kind]);
    return true;
  }
}
