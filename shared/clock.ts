// The time, handed in: a simulation has its own.
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number;
}

/** So long a look at a patron counts: whoever reads on after it has looked again. In milliseconds. */
export const LOOK_LASTS = 12 * 3_600_000;

/** Making one takes longer than all else that is done with it. */
const formats = new Map<string, Intl.DateTimeFormat>();

/** The day, `YYYY-MM-DD`, that it is in a time zone. */
export function dayIn(clock: Clock, timeZone: string): string {
  const format = formats.get(timeZone) ?? new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' });
  formats.set(timeZone, format);
  return format.format(clock.now());
}
