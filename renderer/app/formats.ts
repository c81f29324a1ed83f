// Dates, times, money and counts as the library's staff read them: in its time zone and its currency.
import { localeOf, type Language } from './languages.ts';

export interface Formats {
  /** A day without a time, `YYYY-MM-DD`. */
  date: (day: string) => string;
  /** The day of an instant. */
  day: (instant: string) => string;
  dayAndTime: (instant: string) => string;
  time: (instant: string) => string;
  /** Whole minor units (cents, öre). */
  money: (amount: number) => string;
  count: (n: number) => string;
  /** 1 is a hundred per cent. */
  percent: (part: number) => string;
  /** Today in the library's time zone, `YYYY-MM-DD`. */
  today: (now?: Date) => string;
}

export interface Place {
  timeZone: string;
  currency: string;
}

export function createFormats(language: Language, place: Place): Formats {
  const locale = localeOf(language);
  const zone = { timeZone: place.timeZone };
  const day = { day: '2-digit', month: 'short', year: 'numeric' } as const;
  const clock = { hour: '2-digit', minute: '2-digit' } as const;
  const dayOnly = new Intl.DateTimeFormat(locale, { ...day, timeZone: 'UTC' });
  const dayThere = new Intl.DateTimeFormat(locale, { ...day, ...zone });
  const dayAndTime = new Intl.DateTimeFormat(locale, { ...day, ...clock, ...zone });
  const time = new Intl.DateTimeFormat(locale, { ...clock, ...zone });
  const money = new Intl.NumberFormat(locale, {
    style: 'currency',
    currency: place.currency,
    currencyDisplay: 'code',
  });
  const minor = 10 ** (money.resolvedOptions().maximumFractionDigits ?? 2);
  const count = new Intl.NumberFormat(locale);
  const percent = new Intl.NumberFormat(locale, { style: 'percent' });
  // Swedish writes ISO dates.
  const iso = new Intl.DateTimeFormat('sv', { year: 'numeric', month: '2-digit', day: '2-digit', ...zone });
  return {
    date: (value) => dayOnly.format(new Date(`${value}T00:00:00Z`)),
    day: (instant) => dayThere.format(new Date(instant)),
    dayAndTime: (instant) => dayAndTime.format(new Date(instant)),
    time: (instant) => time.format(new Date(instant)),
    money: (amount) => money.format(amount / minor),
    count: (n) => count.format(n),
    percent: (part) => percent.format(part),
    today: (now = new Date()) => iso.format(now),
  };
}
