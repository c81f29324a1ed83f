// Opens the desk's files with their key, and opens them again where the thread that holds them met damage or ended:
// whoever calls meanwhile waits. It says why where they can't be opened; nothing is deleted for that.
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from '../../shared/random.ts';
import type { StartTrouble } from '../../shared/ipc/sync.ts';
import type { Log } from '../support/log.ts';
import type { DeskStore } from './desk-store.ts';
import { deskKey, holdsFiles, SEALED_KEY, type KeySealer } from './key.ts';
import type { StoreReport } from './open-store.ts';
import { openStoreThread } from './store-thread.ts';
import { namesSetAside } from './set-aside.ts';
import { METHODS } from './thread-messages.ts';

export interface KeeperParts {
  /** The built `worker.ts`. */
  workerFile: string;
  folder: string;
  sealer: KeySealer;
  random: Random;
  /** Where there is no keyring: the key stays in memory, and what was kept ends with the program. */
  memoryOnly: boolean;
  log: Log;
  /** The files were opened, at first or again. */
  onOpened: (report: StoreReport) => void;
}

export type Kept = { store: DeskStore; memoryOnly: boolean } | { trouble: StartTrouble };

/** Opening again and again in vain must not keep a processor busy: so many times within an hour, and no more. */
const MOST_REOPENINGS = 5;
const HOUR_MS = 3_600_000;

/** Says that the files beside it have a key that ends with the program. */
const MEMORY_ONLY = 'memory-only';

/** An outbox that was set aside, and its key, are IT's. */
function forgetFormerRun(folder: string): void {
  const aside = namesSetAside(folder);
  for (const name of readdirSync(folder).filter((one) => !aside.includes(one)))
    rmSync(join(folder, name), { recursive: true, force: true });
  writeFileSync(join(folder, MEMORY_ONLY), '', { mode: 0o600 });
}

export async function keepStore(parts: KeeperParts): Promise<Kept> {
  const { folder, sealer, random, log } = parts;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  // Files that a keyring sealed hold what may wait to be sent: it is away now, and may come back.
  const wasSealed = existsSync(join(folder, SEALED_KEY));
  // Files of a run without a keyring are nobody's any more: their key ended with it.
  if (existsSync(join(folder, MEMORY_ONLY)) && !wasSealed) forgetFormerRun(folder);
  const sealed = await deskKey(folder, sealer, random, log);
  const memoryOnly = sealed.outcome === 'noKeyring' && parts.memoryOnly && !wasSealed;
  const inMemory = memoryOnly ? random.bytes(32) : undefined;
  // Without their key these files may hold what waits, too.
  const keyLost = memoryOnly && holdsFiles(folder);
  if (sealed.outcome === 'noKeyring' && !memoryOnly) return { trouble: { kind: 'noKeyring', waiting: null } };
  if (sealed.outcome === 'forgotten' || keyLost) return { trouble: { kind: 'forgottenKey', waiting: null } };
  if (memoryOnly) forgetFormerRun(folder);
  else rmSync(join(folder, MEMORY_ONLY), { force: true });

  const keyAgain = async () => {
    if (inMemory) return inMemory.slice();
    const again = await deskKey(folder, sealer, random, log);
    if (again.outcome === 'key') return again.key;
    throw new Error('The key is gone.');
  };
  let reopenings: number[] = [];
  let current: Promise<DeskStore>;
  let hasClosed = false;
  const reopen = (why: string) => {
    // The desk ends: what is damaged is seen to at the next start.
    if (hasClosed) return;
    log.write('store reopened', { why });
    const now = performance.now();
    reopenings = [...reopenings.filter((at) => now - at < HOUR_MS), now];
    const tooOften = reopenings.length > MOST_REOPENINGS;
    const former = current;
    current = (async () => {
      await former.then((store) => store.close()).catch(() => undefined);
      if (tooOften) throw new Error("The desk's files can't be kept open.");
      const opening = await open(await keyAgain());
      if (opening.outcome !== 'open') throw new Error(`The desk's files: ${opening.outcome}`);
      return opening.store;
    })();
    current.catch(() => undefined);
  };
  const open = async (key: Uint8Array) => {
    let isLeft = false;
    /** Each call that meets damage tells of it, and a thread may end over it: it is left once. */
    const leave = (why: string) => {
      if (isLeft) return;
      isLeft = true;
      reopen(why);
    };
    const opening = await openStoreThread({
      workerFile: parts.workerFile,
      folder,
      key,
      onSlow: (method, milliseconds) => {
        log.write('slow', { method, milliseconds });
      },
      onDamaged: () => {
        leave('damage');
      },
      onEnded: () => {
        leave('its thread ended');
      },
    });
    if (opening.outcome === 'open') parts.onOpened(opening.report);
    return opening;
  };

  const first = await open(inMemory?.slice() ?? (sealed.outcome === 'key' ? sealed.key : await keyAgain()));
  if (first.outcome === 'wrongKey') return { trouble: { kind: 'forgottenKey', waiting: null } };
  if (first.outcome === 'newer') return { trouble: { kind: 'newerFiles', waiting: first.waiting.length } };
  current = Promise.resolve(first.store);
  const methods = Object.values(METHODS).map((method) => [
    method,
    async (...args: unknown[]) => {
      hasClosed ||= method === METHODS.close;
      return Reflect.apply((await current)[method], undefined, args) as unknown;
    },
  ]);
  return { store: Object.fromEntries(methods) as DeskStore, memoryOnly };
}
