// How a table's rows are sorted: by one column, up or down, in the order that the language of the windows gives words.
export interface SortOrder {
  column: string;
  direction: 'ascending' | 'descending';
}

/** What a row is sorted by in a column. Nothing there comes last, whichever way. */
export type SortValue = string | number | null | undefined;

export function sortRows<T>(
  rows: readonly T[],
  valueOf: (row: T) => SortValue,
  direction: SortOrder['direction'],
  compareWords: (a: string, b: string) => number,
): T[] {
  const sign = direction === 'ascending' ? 1 : -1;
  return rows
    .map((row) => ({ row, value: valueOf(row) }))
    .sort((a, b) => {
      if (isNone(a.value) || isNone(b.value)) return Number(isNone(a.value)) - Number(isNone(b.value));
      if (typeof a.value === 'number' && typeof b.value === 'number') return sign * (a.value - b.value);
      return sign * compareWords(String(a.value), String(b.value));
    })
    .map(({ row }) => row);
}

const isNone = (value: SortValue): value is null | undefined | '' =>
  value === null || value === undefined || value === '';

/** What a press on a column's header does: sort by it, turn it round, and at last the table's own order again. */
export function nextOrder(now: SortOrder | undefined, column: string): SortOrder | undefined {
  if (now?.column !== column) return { column, direction: 'ascending' };
  return now.direction === 'ascending' ? { column, direction: 'descending' } : undefined;
}
