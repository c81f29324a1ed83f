// What the load measures: how long each kind of request took, as the desks saw it, and what became of it.
import type { HttpAnswer, HttpRequest, Transport } from '../../electron/central/transport.ts';
import { isFailure } from '../../electron/support/failure.ts';
import { routed } from '../simulation/routes.ts';

interface Kind {
  requests: number;
  /** In ms. */
  took: number[];
  /** By status, or by the failure's code. */
  others: Record<string, number>;
  sentBytes: number;
  heardBytes: number;
}

export const quantile = (sorted: readonly number[], share: number): number | null => {
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  return value === undefined ? null : Math.round(value * 10) / 10;
};

/** One phase of the day. */
export class Measures {
  readonly #kinds = new Map<string, Kind>();

  /** Every request through it is measured in whatever phase is on. */
  static around(transport: Transport, now: () => Measures): Transport {
    return async (request) => {
      const began = performance.now();
      try {
        const answer = await transport(request);
        now().#heard(request, performance.now() - began, answer);
        return answer;
      } catch (thrown) {
        now().#failed(request, isFailure(thrown) ? thrown.error.code : 'internal');
        throw thrown;
      }
    };
  }

  #kind(request: HttpRequest): Kind {
    const { name } = routed(request);
    const known = this.#kinds.get(name);
    if (known) return known;
    const kind = { requests: 0, took: [], others: {}, sentBytes: 0, heardBytes: 0 };
    this.#kinds.set(name, kind);
    return kind;
  }

  #heard(request: HttpRequest, took: number, { status, body }: HttpAnswer): void {
    const kind = this.#kind(request);
    kind.requests++;
    kind.took.push(took);
    kind.sentBytes += request.body === undefined ? 0 : JSON.stringify(request.body).length;
    kind.heardBytes += body.length;
    if (status >= 400) kind.others[status] = (kind.others[status] ?? 0) + 1;
  }

  #failed(request: HttpRequest, code: string): void {
    const kind = this.#kind(request);
    kind.requests++;
    kind.others[code] = (kind.others[code] ?? 0) + 1;
  }

  sum() {
    const kinds = [...this.#kinds];
    const took = kinds.flatMap(([, kind]) => kind.took).sort((a, b) => a - b);
    const total = (of: (kind: Kind) => number) => kinds.reduce((sum, [, kind]) => sum + of(kind), 0);
    return {
      requests: total(({ requests }) => requests),
      p50: quantile(took, 0.5),
      p99: quantile(took, 0.99),
      sentBytes: total(({ sentBytes }) => sentBytes),
      heardBytes: total(({ heardBytes }) => heardBytes),
      kinds: Object.fromEntries(
        kinds.map(([name, { requests, took: each, others }]) => {
          const sorted = [...each].sort((a, b) => a - b);
          return [name, { requests, p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99), others }];
        }),
      ),
    };
  }
}
