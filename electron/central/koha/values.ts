// Koha's texts, days, times and amounts as ours. What can't be read is empty, never wrong.

export const textOf = (value: string | null | undefined): string => value ?? '';

/** A day, `YYYY-MM-DD`, from one with a time too; null for what is none. */
export function dayOf(value: string | null | undefined): string | null {
  const day = /^\d{4}-\d{2}-\d{2}/.exec(textOf(value))?.[0];
  return day !== undefined && !day.startsWith('0000') && !Number.isNaN(Date.parse(day)) ? day : null;
}

/** An instant in UTC. A day alone is its noon, which is that day in nearly every time zone. */
export function timeOf(value: string | null | undefined): string | null {
  const day = dayOf(value);
  if (day === null) return null;
  const at = Date.parse(textOf(value).length > 10 ? textOf(value).replace(' ', 'T') : `${day}T12:00:00Z`);
  return new Date(Number.isNaN(at) ? Date.parse(`${day}T12:00:00Z`) : at).toISOString();
}

/** The digits that a currency has after its point. */
export const minorDigits = (currency: string): number =>
  new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;

/** Whole minor units of an amount in the currency's main unit. */
export const amountOf = (amount: number | null | undefined, digits: number): number =>
  Math.round((amount ?? 0) * 10 ** digits) || 0;
