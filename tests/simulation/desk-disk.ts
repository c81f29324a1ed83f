// The disk and the process of one desk, as SQLite and the main thread meet them: full, failing, or gone between two
// statements, or while somebody waits for an answer.
import { Failure } from '../../electron/support/failure.ts';
import { Killed, type Watcher } from './steps.ts';

export type DiskFault = 'diskFull' | 'writeFailed' | 'deskKilledAtStep' | 'deskKilledAtAwait';

export class DeskDisk implements Watcher {
  full = false;
  /** The process dies at so many steps from now. */
  killIn: number | undefined;
  /** It dies at so many awaits from now: each call of the store or the line, and each answer, is one. */
  killAtAwait: number | undefined;
  /** One write fails at so many writes from now. */
  failIn: number | undefined;
  readonly #die: () => void;
  readonly #onTrouble: (fault: DiskFault) => void;

  constructor(die: () => void, onTrouble: (fault: DiskFault) => void) {
    this.#die = die;
    this.#onTrouble = onTrouble;
  }

  /** Nothing goes wrong any more, but for what is going wrong. */
  disarm(): void {
    this.killIn = undefined;
    this.killAtAwait = undefined;
    this.failIn = undefined;
  }

  step(writes: boolean): void {
    if (this.killIn !== undefined && --this.killIn <= 0) {
      this.#onTrouble('deskKilledAtStep');
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

  /** The main thread asks, or hears: it may not live to do so. */
  awaits(): void {
    if (this.killAtAwait === undefined || --this.killAtAwait > 0) return;
    this.#onTrouble('deskKilledAtAwait');
    this.#die();
  }
}
