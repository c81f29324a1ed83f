// Keeps the newest rows of each long part while an export is read: what a file for people shows of it.
import { LONG_PARTS, type LongPart, type RowOf } from '../../shared/patron-data/document.ts';
import type { PatronDataExport } from './export.ts';
import type { NewestRows } from './pdf/lists.ts';

/** Of a table; some 130 printed pages. */
export const MOST_ROWS = 5000;

export class Newest {
  readonly #counts: PatronDataExport['counts'];
  readonly #rows = new Map<LongPart, RowOf<LongPart>[]>();

  constructor({ counts }: PatronDataExport) {
    this.#counts = counts;
  }

  /** Passes pages on, and keeps what it needs of them. */
  async *passing<P extends LongPart>(part: P, pages: AsyncIterable<RowOf<P>[]>): AsyncGenerator<RowOf<P>[]> {
    const kept: RowOf<LongPart>[] = [];
    this.#rows.set(part, kept);
    for await (const rows of pages) {
      kept.push(...rows.slice(0, MOST_ROWS - kept.length));
      yield rows;
    }
  }

  isFull(part: LongPart): boolean {
    return (this.#rows.get(part)?.length ?? 0) >= MOST_ROWS;
  }

  get rows(): NewestRows {
    const entries = LONG_PARTS.map((part) => {
      const all = this.#counts[part];
      return [part, all === null ? null : { rows: this.#rows.get(part) ?? [], all }];
    });
    return Object.fromEntries(entries) as NewestRows;
  }
}
