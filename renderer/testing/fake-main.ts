// Stands in for main in tests of the stores: answers requests as told, and lets tests raise events.
import { vi } from 'vitest';
import type { EventName, EventPayload, RequestName, RequestResult } from '../../shared/ipc/contract.ts';
import type { DeskError, Result } from '../../shared/ipc/errors.ts';

type Answer<N extends RequestName> = (args: never) => Promise<Result<RequestResult<N>>>;

export interface FakeMain {
  answer: <N extends RequestName>(name: N, answer: Answer<N>) => void;
  /** What was asked, in order. */
  asked: { name: string; args: unknown }[];
  raise: <N extends EventName>(name: N, payload: EventPayload<N>) => void;
}

export const ok = <T>(value: T) => Promise.resolve({ ok: true as const, value });
export const refused = (error: Pick<DeskError, 'code'> & Partial<DeskError>) =>
  Promise.resolve({ ok: false as const, error: { reference: 'test', ...error } });

export function fakeMain(): FakeMain {
  const answers = new Map<string, (args: never) => unknown>();
  const listeners = new Map<string, ((payload: unknown) => void)[]>();
  const asked: FakeMain['asked'] = [];
  const group = (groupName: string) =>
    new Proxy(
      {},
      {
        get: (_, method: string) => (args: never) => {
          const name = `${groupName}.${method}`;
          // As the bridge does: what can't be cloned, a proxy above all, can't be sent.
          asked.push({ name, args: structuredClone(args) });
          return answers.get(name)?.(args) ?? ok({});
        },
      },
    );
  const on = (name: string, listener: (payload: unknown) => void) => {
    listeners.set(name, [...(listeners.get(name) ?? []), listener]);
    return () => undefined;
  };
  const circdesk = new Proxy({}, { get: (_, name: string) => (name === 'on' ? on : group(name)) });
  vi.stubGlobal('window', { circdesk });
  return {
    answer: (name, answer) => answers.set(name, answer),
    asked,
    raise: (name, payload) => listeners.get(name)?.forEach((listener) => listener(payload)),
  };
}
