// Koha's texts, days, times and amounts as ours. What can't be read is empty, never wrong.

export const textOf = (value: string | null | undefined): string => value ?? '';

/** A day, `YYYY-MM-DD`, from one with a time too; null for what is none. */
export function dayOf(value: string | null | undefined): string | null {
  const day = /^\d{4}-\d{2}-\d{2}/.exec(textOf(value))?.[0];
  if (day === undefined || day.startsWith('0000')) return null;
  const at = Date.parse(day);
  // The 30th of February would be read as the 2nd of March.
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(day) ? day : null;
}

/** An instant in UTC. A day alone is its noon, which is that day in nearly every time zone. */
export function timeOf(value: string | null | undefined): string | null {
  const day = dayOf(value);
  if (day === null) return null;
  const noon = Date.parse(`${day}T12:00:00Z`);
  return instant(textOf(value).length > 10 ? Date.parse(textOf(value).replace(' ', 'T')) : noon, noon);
}

/** `at` in UTC; what is none, or in a year that has no four digits there, as `otherwise`. Both in ms. */
export function instant(at: number, otherwise: number): string {
  const said = Number.isNaN(at) ? '' : new Date(at).toISOString();
  return /^\d{4}-/.test(said) ? said : new Date(otherwise).toISOString();
}

/** The order of texts, by as much of each as tells it from others: to put thousands of marks in order takes minutes. */
export const compareTexts = (a: string, b: string): number => a.slice(0, 100).localeCompare(b.slice(0, 100));

/** The digits that a currency has after its point. */
export const minorDigits = (currency: string): number =>
  new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;

/** In minor units, more than anybody owes: as many debts as a list has still add up to a whole number. */
const MOST = 10 ** 10;

/** Whole minor units of an amount in the currency's main unit; of one beyond sense, as much as is believed. */
export const amountOf = (amount: number | null | undefined, digits: number): number =>
  Math.max(-MOST, Math.min(MOST, Math.round((amount ?? 0) * 10 ** digits))) || 0;
