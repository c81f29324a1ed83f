// A desk's store as its main thread has it: every call takes its time on another thread, in the order of the calls, and
// what goes there and comes back is cloned. The store behind it is the real one on its real files.
import type { DeskStore } from '../../electron/cache/desk-store.ts';
import type { SqliteStore } from '../../electron/cache/sqlite-store.ts';
import { isDamage } from '../../electron/cache/open-store.ts';
import { describe, METHODS, revived, type Method } from '../../electron/cache/thread-messages.ts';
import type { Luck } from '../../server/demo/luck.ts';
import { Killed, watch, type Watcher } from './steps.ts';
import type { VirtualTime } from './time.ts';

export interface DeskStoreParts {
  name: string;
  /** Opens the files; again where SQLite met damage in the copy. */
  open: () => SqliteStore;
  time: VirtualTime;
  luck: Luck;
  disk: Watcher & { awaits: () => void };
  isAlive: () => boolean;
  /** The copy is damaged: noted beside it, so that the next opening builds it anew. */
  onDamaged: () => void;
  /** The files can't be opened again: only a new start of the program may help. */
  onLost: (thrown: unknown) => void;
  /** Something was done in the files, whether or not anybody hears of it. */
  onDone: (method: Method, args: readonly unknown[], result: unknown) => void;
}

/** After these there may be something to tidy up. */
const LEAVES_EDITIONS: ReadonlySet<Method> = new Set([
  'beginFill',
  'finishFill',
  'forgetPosition',
  'erasePatrons',
]);

/** As store-thread.ts says it. */
export const ENDED = 'The cache thread has ended.';

export function deskStore(parts: DeskStoreParts): DeskStore {
  const { name, time, luck, disk, isAlive, onDone } = parts;
  let store = parts.open();
  let last = 0;
  let closed = false;
  let tidying = false;

  const tidy = () => {
    if (tidying) return;
    tidying = true;
    time.after(5, `${name} tidy`, () => {
      tidying = false;
      if (!isAlive()) return;
      watch('desk', disk);
      try {
        if (store.tidy()) tidy();
      } catch {
        // As in the thread: what fails here is tried again after the next call.
      }
    });
  };

  /** As store-keeper.ts does it; whoever calls meanwhile waits. */
  const reopen = () => {
    parts.onDamaged();
    void store.close();
    try {
      store = parts.open();
    } catch (thrown) {
      parts.onLost(thrown);
    }
  };

  const call = (method: Method, args: unknown[]) =>
    new Promise<unknown>((resolve, reject) => {
      disk.awaits();
      const copies = structuredClone(args);
      last = Math.max(last, time.now() + luck.fraction() * 1.5);
      time.at(last, `${name} ${method}`, () => {
        if (!isAlive()) return;
        watch('desk', disk);
        const asked = store;
        const reply = (heard: () => void) => {
          if (!isAlive()) return;
          const work = () => {
            disk.awaits();
            if (isAlive()) heard();
          };
          // Now and then the main thread has something else to do first.
          if (luck.chance(0.2))
            time.after(luck.fraction() * 3, `${name} hears of ${method}`, () => isAlive() && work());
          else work();
        };
        (Reflect.apply(asked[method], asked, copies) as Promise<unknown>).then(
          (result) => {
            closed ||= method === 'close';
            onDone(method, copies, result);
            const copy = structuredClone(result);
            reply(() => resolve(copy));
            if (LEAVES_EDITIONS.has(method)) tidy();
          },
          (thrown: unknown) => {
            if (thrown instanceof Killed) return;
            // Work in parts that was under way when another call met damage ends with its thread.
            const error = asked === store && !closed ? revived(describe(thrown)) : new Error(ENDED);
            reply(() => reject(error));
            if (isDamage(thrown) && asked === store) reopen();
            else tidy();
          },
        );
      });
    });
  const methods = Object.values(METHODS).map((method) => [
    method,
    (...args: unknown[]) => call(method, args),
  ]);
  return Object.fromEntries(methods) as DeskStore;
}
