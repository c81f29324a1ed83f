// The long parts of a patron data file, page by page, newest first. A page costs the same wherever it begins: an index
// has the rows of a patron in this order.
import { LONG_PARTS, type LongPart, type RowOf } from '../shared/patron-data/document.ts';
import type { PatronDataPage } from '../shared/central/contract.ts';
import { withoutStaff } from './audit.ts';
import { granted, refused, type Outcome } from './outcome.ts';
import type { PatronRow } from './patrons/record.ts';
import type { Store } from './store/store.ts';

interface Part {
  table: string;
  /** Which rows are a patron's; its values are those that `of` answers. */
  whose: string;
  of: (patron: PatronRow) => (string | number)[];
  /** Rows are in the order of this time and then of `tie`, which no two rows share. */
  time: string;
  tie: 'rowid' | 'id';
  columns: string;
}

const ofNumber = { whose: 'patron = ?', of: ({ number }: PatronRow) => [number] };

const PARTS: Record<LongPart, Part> = {
  loanHistory: {
    ...ofNumber,
    table: 'past_loan',
    time: 'returned_at',
    tie: 'rowid',
    columns: 'title, author, loaned_at AS loanedAt, returned_at AS returnedAt',
  },
  payments: {
    ...ofNumber,
    table: 'payment',
    time: 'paid_at',
    tie: 'rowid',
    columns: 'paid_at AS paidAt, amount, description',
  },
  notifications: {
    ...ofNumber,
    table: 'notification',
    time: 'sent_at',
    tie: 'id',
    columns: 'kind, channel, recipient, subject, sent_at AS sentAt, state',
  },
  processing: {
    table: 'audit',
    whose: 'library = ? AND patron_id = ?',
    of: ({ library, id }) => [library, id],
    time: 'at',
    tie: 'id',
    columns: `kind, detail, at, 'staff' AS "by", keep_until AS keptUntil`,
  },
};

export interface PageAsk {
  upTo: string;
  after?: string | undefined;
  limit: number;
}

export type PatronDataParts = ReturnType<typeof patronDataParts>;

export function patronDataParts(store: Store) {
  return {
    /** How many rows each part has up to a time. */
    counts(patron: PatronRow, upTo: string): Record<LongPart, number> {
      const count = ({ table, whose, of, time }: Part) =>
        store.row<{ n: number }>(
          `SELECT count(*) AS n FROM ${table} WHERE ${whose} AND ${time} <= ?`,
          ...of(patron),
          upTo,
        )?.n ?? 0;
      const counts = LONG_PARTS.map((part) => [part, count(PARTS[part])] as const);
      return Object.fromEntries(counts) as Record<LongPart, number>;
    },

    page(patron: PatronRow, name: LongPart, { upTo, after, limit }: PageAsk): Outcome<PatronDataPage> {
      const { table, whose, of, time, tie, columns } = PARTS[name];
      const place = after === undefined ? undefined : placeOf(after, tie);
      if (after !== undefined && !place) return refused('bad-request', { detail: 'after' });
      const rows = store.rows<RowOf<LongPart> & { place_time: string; place_tie: string | number }>(
        `SELECT ${columns}, ${time} AS place_time, ${tie} AS place_tie FROM ${table}
         WHERE ${whose} AND ${time} <= ? ${place ? `AND (${time}, ${tie}) < (?, ?)` : ''}
         ORDER BY ${time} DESC, ${tie} DESC LIMIT ?`,
        ...[...of(patron), upTo, ...(place ?? []), limit + 1],
      );
      const shown = rows
        .slice(0, limit)
        .map(({ place_time: _time, place_tie: _tie, ...row }) => forPatrons(row));

      const last = rows.length > limit ? rows[limit - 1] : undefined;
      return granted({
        part: name,
        rows: shown,
        next: last ? `${last.place_time} ${last.place_tie}` : null,
      } as PatronDataPage);
    },
  };
}

/** Staff are named by their role only. */
const forPatrons = <T extends object>(row: T): T =>
  'detail' in row ? { ...row, detail: withoutStaff(String(row.detail)) } : row;

/** The place that a page ended at; undefined where it is none. */
export function placeOf(after: string, tie: Part['tie']): [string, string | number] | undefined {
  const [time, key, ...more] = after.split(' ');
  if (!time || !key || more.length > 0) return undefined;
  if (tie === 'id') return [time, key];
  return /^\d{1,15}$/.test(key) ? [time, Number(key)] : undefined;
}
