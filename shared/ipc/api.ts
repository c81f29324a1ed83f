// The one object that a window gets, `window.circdesk`, with its type derived from the contract.
import type { EventName, EventPayload, RequestArgs, RequestName, RequestResult } from './contract.ts';
import type { Result } from './errors.ts';

type Group<N extends string> = N extends `${infer G}.${string}` ? G : never;
type Method<N extends string, G extends string> = N extends `${G}.${infer M}` ? M : never;

export type CircdeskApi = {
  readonly [G in Group<RequestName>]: {
    readonly [M in Method<RequestName, G>]: `${G}.${M}` extends infer N extends RequestName
      ? (args: RequestArgs<N>) => Promise<Result<RequestResult<N>>>
      : never;
  };
} & {
  /** Calls `listener` at each such event; the answer ends that. */
  readonly on: <N extends EventName>(name: N, listener: (payload: EventPayload<N>) => void) => () => void;
};

/** The two channels between preload and main. No page sees them. */
export const REQUEST_CHANNEL = 'circdesk:request';
export const EVENT_CHANNEL = 'circdesk:event';
/** Start of the argument by which main tells the preload which requests its window may make. */
export const WINDOW_ARGUMENT = '--circdesk-window=';
