// Which of two things that may happen next can be swapped without any difference: then only one of their two orders has to
// be walked through. Two desks never touch each other but through the server, and reading changes nothing there.
export interface Happening {
  /** Tells it from every other of the same run. */
  label: string;
  /** Whom it happens to. */
  whose: string;
  /** What it does at the server. */
  server: 'nothing' | 'reads' | 'writes';
  fault: boolean;
}

export function areIndependent(a: Happening, b: Happening): boolean {
  // After one fault there is no other.
  if (a.whose === b.whose || a.whose === 'server' || b.whose === 'server' || (a.fault && b.fault))
    return false;
  if (a.server === 'nothing' || b.server === 'nothing') return true;
  return a.server === 'reads' && b.server === 'reads';
}

/**
 * Sleep sets: whatever was tried at a fork before is not tried again further on, as long as nothing came between that
 * could make a difference to it. Each order is walked through once up to such swaps.
 */
export class Asleep {
  #asleep: Happening[] = [];

  awake<H extends Happening>(all: readonly H[]): H[] {
    return all.filter(({ label }) => !this.#asleep.some((one) => one.label === label));
  }

  /** `taken` is the one of `awake` that happens now. */
  take(awake: readonly Happening[], taken: Happening): void {
    const before = awake.slice(0, awake.indexOf(taken));
    this.#asleep = [...this.#asleep, ...before].filter((one) => areIndependent(one, taken));
  }
}
