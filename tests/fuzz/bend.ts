// Bends an answer of the server's out of shape, as what stands in between, or a fault of the server's own, may do.
import fc from 'fast-check';
import { endpoints, type EndpointName } from '../../shared/central/contract.ts';
import { ANSWER_HEADERS } from '../../shared/central/endpoint.ts';
import type { HttpAnswer } from '../../electron/central/transport.ts';

export interface Bend {
  how: 'cut' | 'put' | 'remove' | 'status' | 'text' | 'headers';
  where: number;
  with: fc.JsonValue;
}

export const bends: fc.Arbitrary<Bend> = fc.record({
  how: fc.constantFrom('cut', 'put', 'put', 'put', 'remove', 'remove', 'status', 'text', 'headers'),
  where: fc.nat(10_000),
  with: fc.jsonValue({ maxDepth: 2 }),
});

type Parent = Record<string, unknown>;

/** Every place in a value: what it is in, and under which name. */
function places(value: unknown, found: { parent: Parent; key: string }[] = []) {
  if (typeof value === 'object' && value !== null)
    for (const [key, inner] of Object.entries(value)) {
      found.push({ parent: value as Parent, key });
      places(inner, found);
    }
  return found;
}

export function bent(answer: HttpAnswer, { how, where, with: put }: Bend): HttpAnswer {
  if (how === 'cut') return { ...answer, body: answer.body.slice(0, where % (answer.body.length + 1)) };
  if (how === 'text') return { ...answer, body: JSON.stringify(put) };
  if (how === 'status')
    return { ...answer, status: [200, 201, 400, 404, 410, 418, 500, 503][where % 8] ?? 200 };
  if (how === 'headers') {
    const [, name = ''] = Object.entries(ANSWER_HEADERS)[where % 3] ?? [];
    return { ...answer, headers: { ...answer.headers, [name]: where % 2 ? '' : String(put) } };
  }
  const body = bentBody(JSON.parse(answer.body), { how, where, with: put });
  return { ...answer, body: JSON.stringify(body) };
}

/** The same value, with something at one place of it put there or taken away. */
export function bentBody(body: unknown, { how, where, with: put }: Bend): unknown {
  const all = places(body);
  const place = all[where % Math.max(1, all.length)];
  if (!place) return body;
  if (how === 'remove') Reflect.deleteProperty(place.parent, place.key);
  else place.parent[place.key] = put;
  return body;
}

/**
 * Whether it still fits the contract, whole records and all: whoever gets it can't know that it was bent.
 */
export function isFit(name: EndpointName, answer: HttpAnswer): boolean {
  const { epoch, head, durable } = ANSWER_HEADERS;
  const marks = [head, durable].every((mark) => /^\d+$/.test(answer.headers[mark] ?? ''));
  if (answer.status >= 400) return true;
  try {
    const body: unknown = JSON.parse(answer.body);
    return Boolean(answer.headers[epoch]) && marks && endpoints[name].answer.safeParse(body).success;
  } catch {
    return false;
  }
}
