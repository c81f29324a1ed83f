// HTTP to our reference server: sends what the contract says, believes only answers that fit it.
import { z } from 'zod';
import {
  endpoints,
  type BelievedAnswer,
  type EndpointName,
  type EndpointRequest,
} from '../../../shared/central/contract.ts';
import { ANSWER_HEADERS, type Endpoint } from '../../../shared/central/endpoint.ts';
import {
  problemName,
  problemSchema,
  type Problem,
  type ProblemName,
} from '../../../shared/central/problems.ts';
import type { ErrorCode } from '../../../shared/ipc/errors.ts';
import { countSchema } from '../../../shared/primitives.ts';
import { Failure } from '../../support/failure.ts';
import type { Marks } from '../central-server.ts';
import { believed } from '../json.ts';
import type { HttpAnswer, Transport } from '../transport.ts';

/** A problem that the server answered with; callers that know better turn it into something else. */
export class ProblemAnswer extends Failure {
  readonly problem: Problem;
  readonly problemName: ProblemName;
  readonly #marks: () => Marks;

  constructor(problem: Problem, name: ProblemName, marks: () => Marks) {
    const { fields, obstacles, permission, retryAt } = problem;
    super(
      {
        code: CODES[name],
        ...(fields && { fields }),
        ...(obstacles && { obstacles }),
        ...(permission && { permission }),
        ...(retryAt && { retryAt }),
      },
      name,
    );
    this.problem = problem;
    this.problemName = name;
    this.#marks = marks;
  }

  /** The server's newest change. Fails where the answer didn't tell. */
  get head(): number {
    return this.#marks().head;
  }
}

const CODES: Record<ProblemName, ErrorCode> = {
  'wrong-credentials': 'wrongCredentials',
  'signed-out': 'signedOut',
  'account-locked': 'accountLocked',
  'desk-revoked': 'deskRevoked',
  'not-permitted': 'notPermitted',
  'not-found': 'patronUnknown',
  'patron-gone': 'patronGone',
  'not-deletable': 'notDeletable',
  'not-blocked': 'notBlocked',
  'stale-tag': 'changedMeanwhile',
  'tag-required': 'internal',
  'key-required': 'internal',
  'key-reused': 'internal',
  'already-done': 'internal',
  'other-epoch': 'serverRestored',
  'cursor-too-old': 'internal',
  'cursor-unknown': 'internal',
  refused: 'internal',
  invalid: 'invalid',
  'bad-request': 'internal',
  'too-large': 'internal',
  'too-many': 'tooManyRequests',
  internal: 'serverFailed',
};

const READ_TIMEOUT = 10_000;
const ACT_TIMEOUT = 20_000;

export interface Told<N extends EndpointName> {
  answer: BelievedAnswer<N>;
  marks: Marks;
}

export class ReferenceHttp {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Asks one endpoint. Fails with `ProblemAnswer` where the server answered a problem, else with a `Failure`. */
  async ask<N extends EndpointName>(
    name: N,
    request: EndpointRequest<N>,
    headers: Record<string, string> = {},
  ): Promise<BelievedAnswer<N>> {
    return (await this.#answerTo(name, request, headers)).answer;
  }

  async askWithMarks<N extends EndpointName>(
    name: N,
    request: EndpointRequest<N>,
    headers: Record<string, string> = {},
  ): Promise<Told<N>> {
    const { answer, http } = await this.#answerTo(name, request, headers);
    return { answer, marks: marksOf(http) };
  }

  async #answerTo<N extends EndpointName>(
    name: N,
    request: EndpointRequest<N>,
    headers: Record<string, string>,
  ): Promise<{ answer: BelievedAnswer<N>; http: HttpAnswer }> {
    const endpoint: Endpoint = endpoints[name];
    const { params, query, body } = request as Parts;
    const http = await this.#transport({
      method: endpoint.method,
      path: fillPath(endpoint.path, params ?? {}),
      headers,
      timeout: endpoint.auth === 'act' ? ACT_TIMEOUT : READ_TIMEOUT,
      ...(query && { query }),
      ...(body && { body }),
    });
    if (http.status >= 400) throw problemFrom(http);
    const answer = believed(endpoint.believed ?? endpoint.answer, http.body);
    return { answer: answer as BelievedAnswer<N>, http };
  }
}

interface Parts {
  params?: Record<string, unknown>;
  query?: Record<string, string | number>;
  body?: Record<string, unknown>;
}

const fillPath = (path: string, params: Record<string, unknown>) =>
  path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(params[name])));

const marksSchema = z.object({
  epoch: z.string().min(1).max(100),
  head: z.coerce.number().pipe(countSchema),
  durable: z.coerce.number().pipe(countSchema),
});

/** Fails without them: what stands between desk and server may take headers away. */
function marksOf({ headers }: HttpAnswer): Marks {
  const parsed = marksSchema.safeParse({
    epoch: headers[ANSWER_HEADERS.epoch],
    head: headers[ANSWER_HEADERS.head],
    durable: headers[ANSWER_HEADERS.durable],
  });
  if (!parsed.success) throw new Failure({ code: 'serverRubbish' }, parsed.error);
  return parsed.data;
}

function problemFrom(answer: HttpAnswer): Failure {
  const { status, body } = answer;
  const gatewayFailed = status === 502 || status === 503 || status === 504;
  try {
    const problem = believed(problemSchema, body);
    const name = problemName(problem.type);
    if (name) return new ProblemAnswer(problem, name, () => marksOf(answer));
  } catch {
    // Not one of our problems: whoever answered isn't our server, or it stands behind a failing gateway.
  }
  return new Failure({
    code: gatewayFailed ? 'serverAway' : status >= 500 ? 'serverFailed' : 'serverRubbish',
  });
}
