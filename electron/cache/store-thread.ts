// The store as main sees it: every call goes to the thread that holds the files, and its answer comes back.
import { Worker } from 'node:worker_threads';
import type { DeskStore } from './desk-store.ts';
import type { Opening, StoreReport } from './open-store.ts';
import {
  METHODS,
  revived,
  type Call,
  type FromWorker,
  type Method,
  type WorkerInput,
} from './thread-messages.ts';

export interface StoreThreadOptions {
  /** The built `worker.ts`. */
  workerFile: string | URL;
  folder: string;
  /** Wiped here as soon as the thread has it. */
  key: Uint8Array;
  onSlow: (method: string, milliseconds: number) => void;
  /** SQLite met damage. The copy is rebuilt, the outbox looked at, on the next opening. */
  onDamaged: () => void;
  /** The thread ended without being asked to; calls that were under way failed. */
  onEnded: () => void;
}

export type ThreadOpening =
  { outcome: 'open'; store: DeskStore; report: StoreReport } | Exclude<Opening, { outcome: 'open' }>;

interface Waiting {
  resolve: (value: unknown) => void;
  reject: (error: Error) => void;
}

export async function openStoreThread(options: StoreThreadOptions): Promise<ThreadOpening> {
  const { workerFile, folder, key, onSlow, onDamaged, onEnded } = options;
  const workerData: WorkerInput = { folder, key };
  const worker = new Worker(workerFile, { workerData, name: 'cache' });
  key.fill(0);
  const waiting = new Map<number, Waiting>();
  let calls = 0;
  let closing = false;

  const call = (method: Method, args: unknown[]) =>
    new Promise<unknown>((resolve, reject) => {
      if (ended) return reject(new Error('The cache thread has ended.'));
      const number = ++calls;
      waiting.set(number, { resolve, reject });
      if (method === 'close') closing = true;
      const message: Call = { number, method, args };
      worker.postMessage(message);
    });

  let ended = false;
  const opened = Promise.withResolvers<ThreadOpening>();
  const end = (because?: Error) => {
    if (ended) return;
    ended = true;
    const error = new Error('The cache thread has ended.', { cause: because });
    opened.reject(error);
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
    if (!closing) onEnded();
  };
  worker.on('error', (error) => end(error instanceof Error ? error : undefined));
  worker.on('exit', () => end());
  worker.on('message', (message: FromWorker) => {
    switch (message.kind) {
      case 'opened':
        closing = message.opening.outcome !== 'open';
        opened.resolve(
          message.opening.outcome === 'open' ? { ...message.opening, store: storeOf(call) } : message.opening,
        );
        break;
      case 'notOpened':
        closing = true;
        opened.reject(revived(message.error));
        break;
      case 'answer':
        waiting.get(message.number)?.resolve(message.value);
        waiting.delete(message.number);
        break;
      case 'failed':
        waiting.get(message.number)?.reject(revived(message.error));
        waiting.delete(message.number);
        break;
      case 'slow':
        onSlow(message.method, message.milliseconds);
        break;
      case 'damaged':
        onDamaged();
        break;
    }
  });
  return opened.promise;
}

/** The interface's methods, each a call. What crosses is what the implementation takes and gives, cloned. */
function storeOf(call: (method: Method, args: unknown[]) => Promise<unknown>): DeskStore {
  const methods = Object.values(METHODS).map((method) => [
    method,
    (...args: unknown[]) => call(method, args),
  ]);
  return Object.fromEntries(methods) as DeskStore;
}
