// Whom windows show, or showed a moment ago: what a server doesn't tell of by itself is read anew for them.
import type { Clock } from '../../shared/clock.ts';

const RECENT_MS = 10 * 60_000;
const MOST = 10;

export class RecentPatrons {
  readonly #clock: Clock;
  readonly #open: () => readonly string[];
  readonly #lookedAt = new Map<string, number>();
  #staff: string | undefined;

  /** `open`: patrons who have a window now. */
  constructor(clock: Clock, open: () => readonly string[]) {
    this.#clock = clock;
    this.#open = open;
  }

  looked(patronId: string): void {
    this.#lookedAt.delete(patronId);
    this.#lookedAt.set(patronId, this.#clock.now());
  }

  /** The latest last; never more than a server is gladly asked for at once. */
  ids(): string[] {
    const since = this.#clock.now() - RECENT_MS;
    for (const [id, at] of this.#lookedAt) if (at < since) this.#lookedAt.delete(id);
    return [...new Set([...this.#open(), ...this.#lookedAt.keys()])].slice(-MOST);
  }

  /** Who works here now; nobody: undefined. A server isn't asked, in their name, about whom another looked at. */
  belongTo(staff: string | undefined): void {
    if (staff !== this.#staff) this.#lookedAt.clear();
    this.#staff = staff;
  }
}
