// The two shapes of a patron data file for people: facts, a name and a value each, and lists with a row for each thing.
import { type Html, html } from './html.ts';

export type Fact = [name: Html | string, value: Html | string];

export const facts = (rows: readonly Fact[]): Html =>
  html` <table class="facts">
    <tbody>
      ${rows.map(
        ([name, value]) =>
          html`<tr>
            <th scope="row">${name}</th>
            <td>${value}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;

export interface Column<T> {
  name: string;
  of: (row: T) => Html | string;
  /** `number`: digits under each other; `short`: stays in one line; `code`: does so unless it is very long. */
  kind?: 'number' | 'short' | 'code';
}

/** The first column names the row. */
export function list<T>(columns: readonly Column<T>[], rows: readonly T[]): Html {
  const kind = ({ kind }: Column<T>) => (kind ? html`class="${kind}"` : html``);
  const heads = columns.map((column) => html`<th scope="col" ${kind(column)}>${column.name}</th>`);
  const cells = (row: T) =>
    columns.map((column, at) =>
      at === 0
        ? html`<th scope="row" ${kind(column)}>${column.of(row)}</th>`
        : html`<td ${kind(column)}>${column.of(row)}</td>`,
    );
  return html` <table class="list">
    <thead>
      <tr>
        ${heads}
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        (row) =>
          html`<tr>
            ${cells(row)}
          </tr> `,
      )}
    </tbody>
  </table>`;
}

/** A list of more rows than this is put under years. */
const IN_ONE = 40;
/** A year of more rows than this is put under months: what Chromium takes to print a table grows with its square. */
const IN_A_YEAR = 250;

/** Headings of a time. */
export interface Spans {
  year: (instant: string) => string;
  month: (instant: string) => string;
}

/** Rows that come newest first; long lists under headings, so that a reader finds a time by its bookmark. */
export function listByTime<T>(
  columns: readonly Column<T>[],
  rows: readonly T[],
  timeOf: (row: T) => string,
  { year, month }: Spans,
): Html {
  if (rows.length <= IN_ONE) return list(columns, rows);
  const under = (heading: string, some: readonly T[]) =>
    html`<h3>${heading}</h3>
      ${list(columns, some)}`;
  const grouped = (some: readonly T[], name: (instant: string) => string) => [
    ...Map.groupBy(some, (row) => name(timeOf(row))),
  ];
  return html`${grouped(rows, year).flatMap(([heading, ofYear]) =>
    ofYear.length <= IN_A_YEAR
      ? under(heading, ofYear)
      : grouped(ofYear, month).map(([name, ofMonth]) => under(name, ofMonth)),
  )}`;
}
