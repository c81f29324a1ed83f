// Where the keys of a list lead.

/** The row that `key` leads to from `row`; undefined for keys that aren't the list's. */
export function rowAfterKey(key: string, row: number, total: number, perPage: number): number | undefined {
  const last = Math.max(0, total - 1);
  switch (key) {
    case 'ArrowDown':
      return Math.min(last, row + 1);
    case 'ArrowUp':
      return Math.max(0, row - 1);
    case 'PageDown':
      return Math.min(last, row + perPage);
    case 'PageUp':
      return Math.max(0, row - perPage);
    case 'Home':
      return 0;
    case 'End':
      return last;
    default:
      return undefined;
  }
}
