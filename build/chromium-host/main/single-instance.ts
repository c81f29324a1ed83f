// One instance of the app per userData folder. The lock is a link that names the holder, as Chromium's is; what a
// second instance has to say is left in a folder that the first one watches, so that it's said before it ends.
import {
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  watch,
  writeFileSync,
  type FSWatcher,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { clone } from '../renderer/scripts.ts';

export interface SecondInstance {
  argv: string[];
  workingDirectory: string;
  additionalData: unknown;
}

const owner = `${hostname()}-${process.pid}`;

export class SingleInstance {
  readonly #heard: (second: SecondInstance) => void;
  #folder: string | undefined;
  #watcher: FSWatcher | undefined;

  constructor(heard: (second: SecondInstance) => void) {
    this.#heard = heard;
  }

  get held(): boolean {
    return this.#watcher !== undefined;
  }

  /** Whether this process holds the lock now; if not, the one that does has been told of `second`. */
  request(userData: string, second: SecondInstance): boolean {
    if (this.held) return true;
    mkdirSync(userData, { recursive: true });
    const lock = join(userData, 'SingletonLock');
    const inbox = join(userData, 'SingletonInbox');
    if (!take(lock)) {
      const letter = join(inbox, `${process.pid}-${Date.now()}`);
      writeFileSync(`${letter}.part`, clone.encode(second));
      renameSync(`${letter}.part`, `${letter}.json`);
      return false;
    }
    this.#folder = userData;
    rmSync(inbox, { recursive: true, force: true });
    mkdirSync(inbox, { mode: 0o700 });
    this.#watcher = watch(inbox, () => {
      this.#readInbox(inbox);
    }).unref();
    process.on('exit', () => {
      this.release();
    });
    return true;
  }

  release(): void {
    if (!this.held || this.#folder === undefined) return;
    this.#watcher?.close();
    this.#watcher = undefined;
    rmSync(join(this.#folder, 'SingletonInbox'), { recursive: true, force: true });
    rmSync(join(this.#folder, 'SingletonLock'), { force: true });
  }

  #readInbox(inbox: string): void {
    if (!this.held) return;
    for (const name of readdirSync(inbox).filter((name) => name.endsWith('.json'))) {
      const letter = join(inbox, name);
      const second = clone.decode(readFileSync(letter, 'utf8')) as SecondInstance;
      rmSync(letter);
      this.#heard(second);
    }
  }
}

/** Takes the lock, also from a holder that has died. */
function take(lock: string): boolean {
  for (;;) {
    try {
      symlinkSync(owner, lock);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    if (isHeld(lock)) return false;
    rmSync(lock, { force: true });
  }
}

function isHeld(lock: string): boolean {
  let holder: string;
  try {
    holder = readlinkSync(lock);
  } catch {
    // Let go between our two looks.
    return false;
  }
  const [, machine, pid] = /^(.*)-(\d+)$/.exec(holder) ?? [];
  if (machine !== hostname()) return true;
  try {
    process.kill(Number(pid), 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
