// What an act's logic is given and answers. Each runs inside the act's transaction; a refusal undoes what it wrote.
import type { z } from 'zod';
import type { EndpointAnswer, Endpoints } from '../../shared/central/contract.ts';
import { refused, type Outcome, type Refused } from '../outcome.ts';
import type { Asker } from '../sessions/sessions.ts';

/** Every endpoint that changes something for staff; `act` only tells what became of one. */
export type ActName = Exclude<
  { [N in keyof Endpoints]: Endpoints[N]['auth'] extends 'act' ? N : never }[keyof Endpoints],
  'act'
>;

type Shape<N extends keyof Endpoints, P extends string> =
  Endpoints[N] extends Record<P, infer S extends z.ZodType> ? z.output<S> : Record<never, never>;

export type Params<N extends keyof Endpoints> = Shape<N, 'params'>;
export type Query<N extends keyof Endpoints> = Shape<N, 'query'>;
export type Body<N extends keyof Endpoints> = Shape<N, 'body'>;

/** The part of an answer that is the act's own; the history's marks are put around it. */
export type ActValue<N extends ActName> =
  EndpointAnswer<N> extends { value: infer V; head: number } ? V : EndpointAnswer<N>;

export interface ActContext {
  asker: Asker;
  /** The act's id for life. */
  act: string;
  /** When staff acted, by the desk's clock, but never later than now. */
  actedAt: string;
  /** The tags of If-Match. */
  ifMatch: string | undefined;
  /** The PIN's hash, made before the transaction began. */
  secretHash: string | undefined;
}

export type ActHandlers = {
  [N in ActName]: (context: ActContext, params: Params<N>, body: Body<N>) => Outcome<ActValue<N>>;
};

/** Answers undefined where one of the tags in If-Match is the present one. Weak tags never are. */
export function precondition(
  ifMatch: string | undefined,
  tag: string,
  current?: Refused['problem']['current'],
): Refused | undefined {
  if (ifMatch === undefined) return refused('tag-required');
  const tags = ifMatch.split(',').map((part) => part.trim());
  if (tags.includes(`"${tag}"`)) return undefined;
  return refused('stale-tag', current ? { current } : {});
}
