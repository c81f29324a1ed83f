// The server's face: one Fastify route for each endpoint of the contract. Logic is elsewhere; here is only what HTTP
// asks for. Logs name routes and times, never what was asked or answered.
import { isUtf8 } from 'node:buffer';
import rateLimit, { normalizeIP } from '@fastify/rate-limit';
import Fastify, {
  LogController,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import { endpoints, type EndpointName } from '../../shared/central/contract.ts';
import { ANSWER_HEADERS, DESK_HEADER, type Endpoint } from '../../shared/central/endpoint.ts';
import { createCentral, type Central, type CentralOptions } from '../central.ts';
import { goesBeyond } from '../../shared/nesting.ts';
import { asAnswer, refused, type Answer, type Refused } from '../outcome.ts';

export interface ServerOptions extends CentralOptions {
  /** One line of JSON on stderr for each answer: route, status, milliseconds. */
  log?: boolean;
  /** Requests per second of one session, or of one address without; and sign-ins per second of one that is new there. */
  rates?: { session: number; signIn: number };
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Whose it counts as: the session's or grant's, at a sign-in the account's where it knows the desk, or the address's. */
    sender: string;
    /** It came with a token that is somebody's. */
    isKnown: boolean;
  }
}

export interface Server {
  app: FastifyInstance;
  central: Central;
}

/** An ordinary line has a network of IPv6 for itself, and some proxies tell the port, too: it counts as one address. */
const IPV6_NETWORK = 64;
const WITH_PORT = /^(?:\[(.+)\](?::\d+)?|([\d.]+):\d+)$/;
function addressOf({ ip }: FastifyRequest): string {
  const [, inBrackets, beforePort] = WITH_PORT.exec(ip) ?? [];
  return normalizeIP(inBrackets ?? beforePort ?? ip, IPV6_NETWORK);
}

/** Nobody on the way keeps an answer, or takes it for something else. */
const ALWAYS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };
const PROBLEM = 'application/problem+json; charset=utf-8';
const BODY_LIMIT = 256 * 1024;
/** Read before it is counted: whose it is stands in it. */
const SIGN_IN_LIMIT = 16 * 1024;
/** In ms: who sends a request byte by byte holds no connection longer, nor who reads nothing of an answer. */
const SLOWEST = 30_000;
/** Requests of one session, or of one address without, whose answers have not gone out: each may be of megabytes. */
const MOST_UNREAD = 40;
const USUAL_RATES = { session: 100, signIn: 10 };
const SIGN_INS: ReadonlySet<EndpointName> = new Set(['signIn', 'refresh', 'patronSignIn']);

/** Closing `app` closes the database too. */
export async function createServer(options: ServerOptions): Promise<Server> {
  const central = createCentral(options);
  const app = Fastify({
    bodyLimit: BODY_LIMIT,
    // The proxy with TLS in front says whose request it is; nobody else reaches us.
    trustProxy: 'loopback',
    requestTimeout: SLOWEST,
    connectionTimeout: SLOWEST,
    logger: options.log ? { stream: process.stderr, base: null } : false,
    logController: new LogController({ disableRequestLogging: true }),
    routerOptions: { maxParamLength: 200 },
    // An address that can't be read comes to no route, nor to what is done for every answer.
    frameworkErrors: (error, _request, reply) =>
      void send(reply.headers(ALWAYS) as FastifyReply, asAnswer(problemOf(error))),
  });
  app.addHook('onClose', () => central.close());
  app.addHook('onSend', (request, reply, payload, done) => {
    void reply.headers(ALWAYS);
    try {
      const { epoch, head, durable } = central.marks();
      void reply.headers({
        [ANSWER_HEADERS.epoch]: epoch,
        [ANSWER_HEADERS.head]: head,
        [ANSWER_HEADERS.durable]: durable,
      });
      done(null, payload);
    } catch (error) {
      // Thrown on, its words would be the answer.
      const { status, body } = asAnswer(refused('internal'));
      request.log.error({ route: request.routeOptions.url, failure: nameOf(error) });
      void reply.code(status).type(PROBLEM).removeHeader('content-length');
      done(null, JSON.stringify(body));
    }
  });
  // A proxy may have gone by the one, and another server by the other (RFC 9112, 3.2).
  app.addHook('onRequest', ({ raw }, _reply, done) => {
    const hosts = raw.rawHeaders.filter((name, at) => at % 2 === 0 && name.toLowerCase() === 'host');
    done(hosts.length > 1 ? new BadRequest() : undefined);
  });
  app.addHook('onResponse', (request, reply, done) => {
    const { method, routeOptions } = request;
    request.log.info({ method, route: routeOptions.url, status: reply.statusCode, ms: reply.elapsedTime });
    done();
  });
  acceptJson(app, central);
  app.setNotFoundHandler((_request, reply) => send(reply, asAnswer(refused('not-found'))));
  app.setErrorHandler((error, request, reply) => {
    const problem = problemOf(error);
    if (problem.name === 'internal')
      request.log.error({ route: request.routeOptions.url, failure: nameOf(error) });
    return send(reply, asAnswer(problem));
  });
  const unread = new Map<string, number>();
  /** Answers why not, where a sender has too many. Who has gone isn't counted: nothing would tell when to stop. */
  function count(request: FastifyRequest, { raw }: FastifyReply): Error | undefined {
    if (request.raw.socket.destroyed) return new BadRequest();
    // A grant's requests keep nobody from signing in, nor do an old token's from refreshing.
    const whose = request.isKnown ? `${request.sender} by token` : request.sender;
    const theirs = (unread.get(whose) ?? 0) + 1;
    if (theirs > MOST_UNREAD) return new TooMany(1000);
    unread.set(whose, theirs);
    raw.once('close', () => {
      const left = (unread.get(whose) ?? 1) - 1;
      if (left > 0) unread.set(whose, left);
      else unread.delete(whose);
    });
    return undefined;
  }
  // A made-up token is nobody's: its requests count as its address's, and no long body of theirs is waited for.
  app.decorateRequest('sender', '');
  app.decorateRequest('isKnown', false);
  app.addHook('onRequest', (request, reply, done) => {
    const known = central.senderOf(headersOf(request));
    request.isKnown = known !== undefined;
    request.sender = known ?? addressOf(request);
    if (request.isKnown) done(count(request, reply));
    else if (!mayBeLong(request)) done();
    else
      done(
        new Told(central.desks.isRevoked(headersOf(request)[DESK_HEADER]) ? 'desk-revoked' : 'signed-out'),
      );
  });
  // Whose sign-in it is stands in its body.
  app.addHook('preHandler', (request, reply, done) => {
    done(request.isKnown ? undefined : count(request, reply));
  });
  const rates = options.rates ?? USUAL_RATES;
  await app.register(rateLimit, {
    max: rates.session,
    timeWindow: 1000,
    keyGenerator: ({ sender }) => sender,
    errorResponseBuilder: (_request, context) => new TooMany(context.ttl),
  });
  // The plugin counts what comes to a route.
  const countRate = app.rateLimit();
  app.addHook('onRequest', async (request, reply) => {
    if (request.is404) await countRate.call(app, request, reply);
  });
  for (const name of Object.keys(endpoints) as EndpointName[]) addRoute(app, central, name, rates.signIn);
  // Made when somebody asks: a start need not wait for it.
  let document: Buffer | undefined;
  app.get('/openapi.json', async (_request, reply) => {
    document ??= Buffer.from(JSON.stringify((await import('./openapi.ts')).openApiDocument()));
    return reply.type('application/json; charset=utf-8').send(document);
  });
  return { app, central };
}

function addRoute(app: FastifyInstance, central: Central, name: EndpointName, signInRate: number): void {
  const endpoint: Endpoint = endpoints[name];
  app.route({
    method: endpoint.method,
    url: endpoint.path.replace(/\{(\w+)\}/g, ':$1'),
    ...(SIGN_INS.has(name) && {
      bodyLimit: SIGN_IN_LIMIT,
      // Many may come from one address: who floods it holds up nobody at a desk that knows them.
      preValidation: (request, _reply, done) => {
        request.sender = central.comerOf(name, request.body) ?? addressOf(request);
        done();
      },
      config: { rateLimit: { max: signInRate, timeWindow: 1000, hook: 'preHandler' } },
    }),
    handler: async (request, reply) =>
      send(
        reply,
        await central.answer(name, {
          params: request.params as Record<string, string>,
          query: request.query as Record<string, unknown>,
          body: request.body,
          headers: headersOf(request),
        }),
      ),
  });
}

function headersOf({ headers }: FastifyRequest): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  );
}

function send(reply: FastifyReply, { status, body, tag }: Answer): FastifyReply {
  if (tag !== undefined) void reply.header('etag', `"${tag}"`);
  const retryAt = status >= 400 ? (body as Refused['problem']).retryAt : undefined;
  if (retryAt)
    void reply.header('retry-after', Math.max(1, Math.ceil((Date.parse(retryAt) - Date.now()) / 1000)));
  return reply
    .code(status)
    .type(status >= 400 ? PROBLEM : 'application/json; charset=utf-8')
    .send(JSON.stringify(body));
}

/**
 * A DELETE or POST without a body may still say that it would be JSON. Long ones are read in turns: with their values
 * counted, one holds the server's one thread for milliseconds, also where it is then refused.
 */
function acceptJson(app: FastifyInstance, central: Central): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser(['application/json', 'text/plain']);
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, bytes, done) => {
    const body = bytes as Buffer;
    const read = () => {
      // Whoever sent it may have gone while it waited.
      const text = request.raw.socket.destroyed ? undefined : textOf(body);
      if (text === '') done(null, undefined);
      else if (text === undefined || goesBeyond(FARTHEST, text)) done(new BadRequest());
      else void parse(request, text, done);
    };
    if (body.length <= SIGN_IN_LIMIT) read();
    else if (!central.inTurn(headersOf(request), request.sender, read)) done(new TooMany(1000));
  });
}

/** Where the route would take it, and as its head says. */
function mayBeLong({ headers, routeOptions: { bodyLimit } }: FastifyRequest): boolean {
  const tells = headers['transfer-encoding'] === undefined;
  return bodyLimit > SIGN_IN_LIMIT && !(tells && Number(headers['content-length'] ?? 0) <= SIGN_IN_LIMIT);
}

/** Undefined where it is no UTF-8: signs that can't be read would be kept as other ones, unseen. */
function textOf(body: Buffer): string | undefined {
  return isUtf8(body) ? body.toString() : undefined;
}

/** No form of ours goes as far: the widest are 2,000 waiting acts, with some 8,000 values, and 500 events. */
const FARTHEST = { levels: 32, inOne: 2_000, values: 10_000 };

class BadRequest extends Error {
  readonly statusCode = 400;
}

class Told extends Error {
  readonly refused: Refused;
  constructor(name: 'desk-revoked' | 'signed-out') {
    super(name);
    this.refused = refused(name);
  }
}

class TooMany extends Error {
  readonly retryAt: string;
  constructor(ms: number) {
    super('Too many requests.');
    this.retryAt = new Date(Date.now() + ms).toISOString();
  }
}

/** Fastify's own errors carry a status; what has none is a fault of ours, and says nothing outside. */
function problemOf(error: unknown): Refused {
  if (error instanceof Told) return error.refused;
  if (error instanceof TooMany) return refused('too-many', { retryAt: error.retryAt });
  const status = typeof error === 'object' && error && 'statusCode' in error ? error.statusCode : 500;
  if (status === 413) return refused('too-large');
  if (typeof status === 'number' && status >= 400 && status < 500) return refused('bad-request');
  return refused('internal');
}

/** An error's class and code; its words may quote what was asked. */
export function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  return 'code' in error ? `${error.name} ${String(error.code)}` : error.name;
}
