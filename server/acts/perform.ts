// Performs an act, with the checks in the order that the protocol needs: who asks (before this), epoch, key,
// permission, validity, If-Match. Effect, key with its answer, and change-log row are one transaction.
import { endpoints } from '../../shared/central/contract.ts';
import { ACT_HEADERS, actHeadersSchema, type Endpoint } from '../../shared/central/endpoint.ts';
import type { ProblemName } from '../../shared/central/problems.ts';
import { fieldCode } from '../../shared/patrons/sections.ts';
import type { Audit } from '../audit.ts';
import { asAnswer, invalid, refused, type Answer, type Outcome, type Refused } from '../outcome.ts';
import { DAY, timeOf, type Clock } from '../ports.ts';
import type { Asker } from '../sessions/sessions.ts';
import type { History } from '../store/history.ts';
import type { Store } from '../store/store.ts';
import { Turns } from '../turns.ts';
import {
  fingerprintOf,
  isRepeat,
  slowFingerprintOf,
  withoutItem,
  type Attempt,
  type AttemptRow,
  type Attempts,
} from './attempts.ts';
import type { ActContext, ActHandlers, ActName } from './handlers.ts';

export interface ActCall {
  name: ActName;
  asker: Asker;
  /** Who it is by now, where the act had to wait. */
  askAgain: () => Outcome<Asker>;
  params: Record<string, string>;
  body: unknown;
  headers: Record<string, string | undefined>;
  /** Of the PIN that it sets; hashing takes its time. */
  hashPin: (() => Promise<string>) | undefined;
  secretHash?: string | undefined;
}

/** Not final: the same attempt may yet be taken. */
const NOT_KEPT: ReadonlySet<ProblemName> = new Set([
  'other-epoch',
  'tag-required',
  'key-required',
  'bad-request',
  'too-many',
]);
/** Answered without the history's marks around the value. */
const PLAIN: ReadonlySet<ActName> = new Set(['exportPatronData', 'logEvents']);
/**
 * Their answers are too much, or too personal, to be kept under a key: a repeat makes them anew. That is for who lost the
 * answer, so it holds for a day, and as long as the permission does.
 */
const MADE_ANEW: ReadonlySet<ActName> = new Set(['exportPatronData']);

type AnyHandler = (context: ActContext, params: unknown, body: unknown) => Outcome<unknown>;

class Undo extends Error {
  readonly refusal: Refused;
  constructor(refusal: Refused) {
    super('An act was refused.');
    this.refusal = refusal;
  }
}

export class Acts {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #history: History;
  readonly #attempts: Attempts;
  readonly #audit: Audit;
  readonly #handlers: ActHandlers;
  readonly #turns = new Turns();

  constructor(
    store: Store,
    clock: Clock,
    history: History,
    attempts: Attempts,
    audit: Audit,
    handlers: ActHandlers,
  ) {
    this.#store = store;
    this.#clock = clock;
    this.#history = history;
    this.#attempts = attempts;
    this.#audit = audit;
    this.#handlers = handlers;
  }

  async perform(call: ActCall): Promise<Answer> {
    if (call.headers[ACT_HEADERS.key] === undefined) return asAnswer(refused('key-required'));
    const headers = actHeadersSchema.safeParse(call.headers);
    if (!headers.success) {
      const which = headers.error.issues.map(({ path }) => path.join('.')).join(', ');
      return asAnswer(refused('bad-request', { detail: `Header missing or malformed: ${which}` }));
    }
    const key = headers.data[ACT_HEADERS.key].toLowerCase();
    const act = headers.data[ACT_HEADERS.act].toLowerCase();
    if (!call.asker.maySend(act, call.params)) return asAnswer(refused('signed-out'));
    if (headers.data[ACT_HEADERS.epoch] !== this.#history.epoch) return asAnswer(refused('other-epoch'));
    const actedAt = headers.data[ACT_HEADERS.actedAt];
    const { name, params, body } = call;
    const content = [name, params, (name === 'lend' ? withoutItem(body) : body) ?? null, act, actedAt];
    const asked = { key, content };
    const attempt = {
      key,
      act,
      staff: call.asker.staff.id,
      endpoint: name,
      patronId: params['patronId'] ?? newPatronId(name, body),
    };
    if (name !== 'setPin')
      return this.#perform(call, { ...attempt, fingerprint: fingerprintOf(asked) }, actedAt);
    // Hashing ever more of them would keep colleagues from signing in.
    const performed = this.#turns.take(attempt.staff, async () => {
      const fingerprint = await slowFingerprintOf(asked);
      const secretHash = await call.hashPin?.();
      // They may have been locked or signed out meanwhile, or have lost the permission.
      const who = call.askAgain();
      if (!who.ok) return asAnswer(who);
      return this.#perform({ ...call, asker: who.value, secretHash }, { ...attempt, fingerprint }, actedAt);
    });
    return performed ?? asAnswer(refused('too-many', { retryAt: timeOf(this.#clock) }));
  }

  #perform(call: ActCall, attempt: Attempt, actedAt: string): Answer {
    return this.#store.together(() => this.#inTransaction(call, attempt, actedAt));
  }

  #inTransaction(call: ActCall, attempt: Attempt, actedAt: string): Answer {
    const stored = this.#attempts.find(attempt.key);
    if (stored)
      return isRepeat(stored, attempt) ? this.#again(call, stored) : asAnswer(refused('key-reused'));
    const first = this.#attempts.applied(attempt.act);
    if (first) {
      const same =
        first.staff === attempt.staff &&
        first.endpoint === attempt.endpoint &&
        first.patron_id === attempt.patronId;
      if (!same)
        return asAnswer(refused('key-reused', { detail: 'The id of the act was used for another act.' }));
      this.#attempts.keep(attempt, first);
      return this.#again(call, first);
    }
    if (this.#attempts.wasDone(attempt.act)) return asAnswer(refused('already-done', { applied: true }));
    const now = timeOf(this.#clock);
    const acted = new Date(actedAt).toISOString();
    const before = this.#history.head();
    const answer = this.#take(call, attempt.act, acted < now ? acted : now);
    if (!answer.ok) return this.#refuse(attempt, call, answer);
    // What only left a trace is in this history too: a database from before it must be seen to be older.
    if (this.#history.head() === before) this.#history.next();
    const status = endpointOf(call.name).status;
    const value = PLAIN.has(call.name) ? answer.value : { ...this.#history.marks(), value: answer.value };
    const body = MADE_ANEW.has(call.name) ? null : JSON.stringify(value);
    this.#attempts.keep(attempt, { status, body, etag: answer.tag ?? null });
    this.#attempts.markApplied(attempt.act, attempt.key);
    return answer.tag === undefined ? { status, body: value } : { status, body: value, tag: answer.tag };
  }

  #refuse(attempt: Attempt, call: ActCall, refusal: Refused): Answer {
    const answer = asAnswer(refusal);
    if (NOT_KEPT.has(refusal.name)) return answer;
    this.#attempts.keep(attempt, { status: answer.status, body: JSON.stringify(answer.body), etag: null });
    if (refusal.name === 'not-permitted' && attempt.patronId)
      this.#audit.log({
        library: call.asker.staff.library,
        patronId: attempt.patronId,
        staff: call.asker.staff.id,
        kind: 'refused',
        detail: call.name,
      });
    return answer;
  }

  /** The stored answer; of those that are made anew, the value as it is today. */
  #again(call: ActCall, stored: AttemptRow): Answer {
    if (stored.body === null) {
      const since = this.#attempts.applied(stored.act)?.answered_at ?? 0;
      if (this.#clock.now() - since > DAY) return asAnswer(refused('already-done', { applied: true }));
      const outcome = this.#take(call, stored.act, timeOf(this.#clock));
      return outcome.ok ? { status: stored.status, body: outcome.value } : asAnswer(outcome);
    }
    const body: unknown = JSON.parse(stored.body);
    return stored.etag === null
      ? { status: stored.status, body }
      : { status: stored.status, body, tag: stored.etag };
  }

  #take(call: ActCall, act: string, actedAt: string): Outcome<unknown> {
    const { permission } = endpointOf(call.name);
    if (permission && !call.asker.permissions.includes(permission))
      return refused('not-permitted', { permission });
    return this.#run(call, act, actedAt);
  }

  /** What a refused act wrote is undone; what it answered stays. */
  #run(call: ActCall, act: string, actedAt: string): Outcome<unknown> {
    const { body: shape } = endpointOf(call.name);
    const body = shape?.safeParse(call.body);
    if (body && !body.success)
      return invalid(
        body.error.issues.map(({ path, message }) => ({ field: path.join('.'), code: fieldCode(message) })),
      );
    const handler = this.#handlers[call.name] as AnyHandler;
    const context: ActContext = {
      asker: call.asker,
      act,
      actedAt,
      ifMatch: call.headers['if-match'],
      secretHash: call.secretHash,
    };
    try {
      return this.#store.together(() => {
        const outcome = handler(context, call.params, body?.data);
        if (!outcome.ok) throw new Undo(outcome);
        return outcome;
      });
    } catch (error) {
      if (error instanceof Undo) return error.refusal;
      throw error;
    }
  }
}

const endpointOf = (name: ActName): Endpoint => endpoints[name];

function newPatronId(name: ActName, body: unknown): string | null {
  if (name !== 'createPatron' || typeof body !== 'object' || body === null || !('id' in body)) return null;
  return typeof body.id === 'string' ? body.id.toLowerCase() : null;
}
