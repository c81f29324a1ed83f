// The words of a patron data file for people, and how its language writes dates, times and amounts.
import type { Information } from '../../../shared/patron-data/document.ts';
import { LONG_AGO } from '../../../shared/patrons/patron.ts';
import en from '../words/en.json' with { type: 'json' };
import sv from '../words/sv.json' with { type: 'json' };

export type Words = typeof en;
export const WORDS: Record<Information['language'], Words> = { en, sv };

export interface Language {
  code: Information['language'];
  words: Words;
  /** A day without a time, `YYYY-MM-DD`. */
  date: (day: string) => string;
  /** The day of an instant. */
  day: (instant: string) => string;
  dayAndTime: (instant: string) => string;
  year: (instant: string) => string;
  month: (instant: string) => string;
  /** Whole minor units (cents, öre). */
  money: (amount: number) => string;
  count: (n: number) => string;
  languageName: (code: string) => string;
  countryName: (code: string) => string;
}

/** English here is British: day before month, 24 hours. */
const LOCALES = { en: 'en-GB', sv: 'sv-SE' } as const;

/** The language that a patron's file is written in: theirs where there are words for it, else English. */
export const languageOf = (patronsLanguage: string): Information['language'] =>
  patronsLanguage.split('-')[0] === 'sv' ? 'sv' : 'en';

export function languageFor(
  code: Information['language'],
  place: { timeZone: string; currency: string },
): Language {
  const locale = LOCALES[code];
  const { timeZone, currency } = place;
  const dates = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, options);
  const [date, day] = [
    dates({ dateStyle: 'medium', timeZone: 'UTC' }),
    dates({ dateStyle: 'medium', timeZone }),
  ];
  const dayAndTime = dates({ dateStyle: 'medium', timeStyle: 'short', timeZone });
  const year = dates({ year: 'numeric', timeZone });
  const month = dates({ month: 'long', year: 'numeric', timeZone });
  const money = new Intl.NumberFormat(locale, { style: 'currency', currency });
  const minor = 10 ** (money.resolvedOptions().maximumFractionDigits ?? 2);
  const count = new Intl.NumberFormat(locale);
  const name = (type: 'language' | 'region') => {
    const names = new Intl.DisplayNames(locale, { type });
    return (text: string) => {
      try {
        return names.of(text) ?? text;
      } catch {
        // Not a code: shown as it is stored.
        return text;
      }
    };
  };
  const told = (format: Intl.DateTimeFormat) => (instant: string) =>
    instant === LONG_AGO ? WORDS[code].notTold : format.format(new Date(instant));
  return {
    code,
    words: WORDS[code],
    date: (text) => date.format(new Date(`${text}T00:00:00Z`)),
    day: told(day),
    dayAndTime: told(dayAndTime),
    year: (instant) => year.format(new Date(instant)),
    month: (instant) => month.format(new Date(instant)),
    money: (amount) => money.format(amount / minor),
    count: (n) => count.format(n),
    languageName: name('language'),
    countryName: name('region'),
  };
}
