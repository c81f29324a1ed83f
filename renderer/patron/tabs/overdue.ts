// When a loan is overdue, and by how much.

const DAY_MS = 24 * 60 * 60 * 1000;

/** Whole days since `dueAt`; 0 within the first day, undefined while not overdue. */
export function daysOverdue(dueAt: string, now: Date): number | undefined {
  const late = now.getTime() - Date.parse(dueAt);
  return late > 0 ? Math.floor(late / DAY_MS) : undefined;
}
