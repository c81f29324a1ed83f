// The two shapes of a patron data file for people: facts, a name and a value each, and lists with a row for each thing.
import { type Html, html } from './html.ts';

export type Fact = [name: string, value: Html | string];

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
  const kind = ({ kind }: Column<T>) => (kind ? html` class="${kind}"` : html``);
  const heads = columns.map((column) => html`<th scope="col" ${kind(column)}>${column.name}</th>`);
  const cells = (row: T) =>
    columns.map((column, at) =>
      at === 0
        ? html`<th scope="row">${column.of(row)}</th>`
        : html`<td${kind(column)}>${column.of(row)}</td>`,
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

/** More rows than this are put under years. */
const UNDER_YEARS = 40;

/** Long lists under the years of their rows, which come newest first: a reader finds a year by its bookmark. */
export function listByYears<T>(
  columns: readonly Column<T>[],
  rows: readonly T[],
  yearOf: (row: T) => string,
): Html {
  if (rows.length <= UNDER_YEARS) return list(columns, rows);
  const years = Map.groupBy(rows, yearOf);
  return html`${[...years].map(
    ([year, some]) =>
      html`<h3>${year}</h3>
        ${list(columns, some)}`,
  )}`;
}
