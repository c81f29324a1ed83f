// Which endpoint of the contract a request is for, as the server's HTTP face finds it, and its answer as HTTP gives it.
import type { HttpAnswer, HttpRequest } from '../../electron/central/transport.ts';
import type { Call, Central } from '../../server/central.ts';
import { endpoints, type EndpointName } from '../../shared/central/contract.ts';
import { ANSWER_HEADERS, type Endpoint } from '../../shared/central/endpoint.ts';

const ROUTES = (Object.entries(endpoints) as [EndpointName, Endpoint][]).map(([name, { method, path }]) => ({
  ...{ name, method },
  names: [...path.matchAll(/\{(\w+)\}/g)].map(([, param]) => param ?? ''),
  pattern: new RegExp(`^${path.replace(/\{\w+\}/g, '([^/]+)')}$`),
}));

export interface Routed {
  name: EndpointName;
  call: Call;
}

/** Nothing of the request is shared with whoever sent it. */
export function routed({ method, path, query, headers, body }: HttpRequest): Routed {
  for (const route of ROUTES) {
    const match = route.method === method && route.pattern.exec(path);
    if (!match) continue;
    const params = Object.fromEntries(
      route.names.map((name, at) => [name, decodeURIComponent(match[at + 1] ?? '')]),
    );
    const texts = Object.entries(query ?? {}).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, String(value)]],
    );
    const asked: unknown = body === undefined ? undefined : JSON.parse(JSON.stringify(body));
    return {
      name: route.name,
      call: {
        ...{ params, body: asked },
        query: Object.fromEntries(texts) as Record<string, string>,
        headers: { ...headers },
      },
    };
  }
  throw new Error(`No endpoint is ${method} ${path}`);
}

export async function answerOf(central: Central, { name, call }: Routed): Promise<HttpAnswer> {
  const answer = await central.answer(name, call);
  const { epoch, head, durable } = central.marks();
  return {
    status: answer.status,
    headers: {
      [ANSWER_HEADERS.epoch]: epoch,
      [ANSWER_HEADERS.head]: String(head),
      [ANSWER_HEADERS.durable]: String(durable),
    },
    body: JSON.stringify(answer.body),
  };
}
