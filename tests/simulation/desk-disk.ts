// The disk and the process of one desk, as SQLite meets them: full, failing, or gone between two statements.
import { Failure } from '../../electron/support/failure.ts';
import { Killed, type Watcher } from './steps.ts';

export class DeskDisk implements Watcher {
  full = false;
  /** The process dies at so many steps from now. */
  killIn: number | undefined;
  /** One write fails at so many writes from now. */
  failIn: number | undefined;
  readonly #die: () => void;
  readonly #onTrouble: (fault: 'diskFull' | 'writeFailed') => void;

  constructor(die: () => void, onTrouble: (fault: 'diskFull' | 'writeFailed') => void) {
    this.#die = die;
    this.#onTrouble = onTrouble;
  }

  step(writes: boolean): void {
    if (this.killIn !== undefined && --this.killIn <= 0) {
      this.killIn = undefined;
      this.#die();
      throw new Killed();
    }
    if (!writes) return;
    if (this.full) {
      this.#onTrouble('diskFull');
      throw new Failure({ code: 'diskFull' });
    }
    if (this.failIn === undefined || --this.failIn > 0) return;
    this.failIn = undefined;
    this.#onTrouble('writeFailed');
    throw Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR_WRITE' });
  }
}
