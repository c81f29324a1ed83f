// How the made-up Koha answers: records, lists by pages, and its three shapes of errors.
import type { HttpAnswer, HttpRequest } from '../../../electron/central/transport.ts';
import { compare, fieldOf, matches, type Row } from './query.ts';
import type { Field } from './world.ts';

export interface Asked {
  request: HttpRequest;
  /** The parts of the path in braces. */
  params: Record<string, string>;
  query: Record<string, string>;
  embed: string[];
  body: Record<string, Field>;
}

export type Answer = Omit<HttpAnswer, 'headers'> & { headers?: Record<string, string> };

export const json = (status: number, value: unknown): Answer => ({ status, body: JSON.stringify(value) });
export const nothing = (status: number): Answer => ({ status, body: '' });
export const refuse = (status: number, error: string, further: object = {}): Answer =>
  json(status, { error, ...further });
export const misfit = (problems: [message: string, path: string][]): Answer =>
  json(400, { errors: problems.map(([message, path]) => ({ message, path })), status: 400 });
export const INTERNAL = refuse(500, 'Something went wrong, check Koha logs for details.', {
  error_code: 'internal_server_error',
});

export interface List {
  rows: Row[];
  /** A row as it's answered. */
  shown: (row: Row) => unknown;
  fields: ReadonlySet<string>;
  /** Parameters by which rows are asked for; `_match` says how. */
  parameters?: readonly string[];
  /** Fields that are embedded, too, under the same name. */
  ambiguous?: ReadonlySet<string>;
  /** The most that a page gives. */
  most?: number;
  joined?: (row: Row, name: string) => Field[] | undefined;
}

export function listed(asked: Asked, list: List): Answer {
  const { query } = asked;
  const {
    rows,
    shown,
    fields,
    parameters = [],
    ambiguous = new Set<string>(),
    joined,
    most = Infinity,
  } = list;
  try {
    const wanted = query['q'] === undefined ? {} : (JSON.parse(query['q']) as unknown);
    const found = rows
      .filter((row) =>
        parameters.every((name) => query[name] === undefined || fitsParameter(row, name, query)),
      )
      .filter((row) => matches(wanted, row, fields, ambiguous, (name) => joined?.(row, name)));
    const order = (query['_order_by'] ?? '')
      .split(',')
      .filter(Boolean)
      .map((one) => orderOf(one, fields, ambiguous));
    found.sort((a, b) => order.reduce((sum, by) => sum || by(a, b), 0));
    const wantedAtOnce = Number(query['_per_page'] ?? 20);
    const perPage = wantedAtOnce === -1 ? most : Math.min(wantedAtOnce, most);
    const page = Number(query['_page'] ?? 1);
    const part = found.slice((page - 1) * perPage, page * perPage);
    return {
      ...json(200, part.map(shown)),
      headers: { 'x-total-count': String(found.length), 'x-base-total-count': String(rows.length) },
    };
  } catch {
    return INTERNAL;
  }
}

function fitsParameter(row: Row, name: string, query: Asked['query']): boolean {
  const [value, asked] = [String(row[name] ?? '').toLowerCase(), (query[name] ?? '').toLowerCase()];
  switch (query['_match']) {
    case 'exact':
      return value === asked;
    case 'starts_with':
      return value.startsWith(asked);
    case 'ends_with':
      return value.endsWith(asked);
    case undefined:
    default:
      return typeof row[name] === 'number' ? value === asked : value.includes(asked);
  }
}

function orderOf(word: string, fields: ReadonlySet<string>, ambiguous: ReadonlySet<string>) {
  const field = fieldOf(word.replace(/^[+ -]/, ''), fields, ambiguous);
  const sign = word.startsWith('-') ? -1 : 1;
  return (a: Row, b: Row) => {
    const [x, y] = [a[field] ?? null, b[field] ?? null];
    if (x === null || y === null) return sign * (Number(x !== null) - Number(y !== null));
    return sign * compare(x, y);
  };
}
