// An export under way: what it begins with, and its long parts page by page. Whoever reads it holds one page at a time.
import {
  LONG_PARTS,
  type LongPart,
  type PatronDataHead,
  type RowOf,
} from '../../shared/patron-data/document.ts';
import { Failure, isFailure } from '../support/failure.ts';

export interface PartPage<P extends LongPart> {
  rows: RowOf<P>[];
  /** Where the next page begins; null after the last one. */
  next: string | null;
}

export interface PatronDataExport {
  head: PatronDataHead;
  /** How many rows each long part has; null where this export can't say what is in it. */
  counts: Record<LongPart, number | null>;
  page<P extends LongPart>(part: P, after: string | null): Promise<PartPage<P>>;
}

export const totalOf = ({ counts }: PatronDataExport) =>
  LONG_PARTS.reduce((sum, part) => sum + (counts[part] ?? 0), 0);

/** A page has no effect, so it may be asked for again; so often, so long after. */
const TRIES = 4;
const WAIT_MS = 1000;
/** A part may have grown since it was counted; one without an end would fill the disk, whatever the server counts. */
const ROWS_MORE = 10_000;
const MOST_ROWS = 2_000_000;

export interface Reading {
  signal: AbortSignal;
  /** Waits, unless the signal says to stop. */
  pause: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** The pages of a part, one after the other. Fails with what asking for one fails with. */
export async function* partPages<P extends LongPart>(
  source: PatronDataExport,
  part: P,
  { signal, pause }: Reading,
): AsyncGenerator<RowOf<P>[]> {
  const most = Math.min(2 * (source.counts[part] ?? 0) + ROWS_MORE, MOST_ROWS);
  let after: string | null = null;
  let rows = 0;
  do {
    const page: PartPage<P> = await again(() => source.page(part, after), { signal, pause });
    rows += Math.max(page.rows.length, 1);
    if (rows > most || (page.next !== null && page.next === after))
      throw new Failure({ code: 'serverRubbish' }, 'no end');
    yield page.rows;
    after = page.next;
  } while (after !== null);
}

async function again<T>(ask: () => Promise<T>, { signal, pause }: Reading): Promise<T> {
  for (let tries = 1; ; tries++) {
    signal.throwIfAborted();
    try {
      return await ask();
    } catch (thrown) {
      const passing = isFailure(thrown, 'serverAway', 'serverSlow', 'tooManyRequests');
      if (!passing || tries === TRIES) throw thrown;
      await pause(WAIT_MS, signal);
    }
  }
}
