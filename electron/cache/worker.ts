// The thread that alone opens the desk's files. It answers calls in their order, and tidies up when nobody asks.
import { parentPort, workerData } from 'node:worker_threads';
import { systemClock } from '../support/system.ts';
import { isDamage, markCopyDamaged, openStore } from './open-store.ts';
import type { SqliteStore } from './sqlite-store.ts';
import { describe, METHODS, type Call, type FromWorker, type WorkerInput } from './thread-messages.ts';

/** A call that takes longer is told of. */
const SLOW_MS = 100;

const port = parentPort;
if (!port) throw new Error('Not a thread.');
const { folder, key } = workerData as WorkerInput;
const say = (message: FromWorker) => port.postMessage(message);
const giveWay = () => new Promise<void>((resolve) => setImmediate(resolve));

let tidying = false;

function tidyWhenIdle(store: SqliteStore): void {
  if (tidying) return;
  tidying = true;
  setImmediate(() => {
    tidying = false;
    try {
      if (store.tidy()) tidyWhenIdle(store);
    } catch (error) {
      noticeDamage(error);
    }
  });
}

function noticeDamage(error: unknown): void {
  if (!isDamage(error)) return;
  markCopyDamaged(folder);
  say({ kind: 'damaged' });
}

async function answer(store: SqliteStore, { number, method, args }: Call): Promise<void> {
  const began = performance.now();
  try {
    const value: unknown = await Reflect.apply(store[METHODS[method]], store, args);
    say({ kind: 'answer', number, value });
  } catch (error) {
    say({ kind: 'failed', number, error: describe(error) });
    noticeDamage(error);
  }
  const milliseconds = Math.round(performance.now() - began);
  if (milliseconds > SLOW_MS) say({ kind: 'slow', method, milliseconds });
  if (method === 'close') port?.close();
  else tidyWhenIdle(store);
}

try {
  const opening = openStore({ folder, key, clock: systemClock, giveWay });
  key.fill(0);
  if (opening.outcome === 'open') {
    const { store, report } = opening;
    port.on('message', (call: Call) => void answer(store, call));
    say({ kind: 'opened', opening: { outcome: 'open', report } });
  } else {
    say({ kind: 'opened', opening });
    port.close();
  }
} catch (error) {
  say({ kind: 'notOpened', error: describe(error) });
  port.close();
}
