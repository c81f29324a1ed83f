// A search as staff type it, as a query that Koha understands: each word somewhere among a patron's fields, in any order.
import { own, type Query } from './api.ts';

/** Where words are looked for. */
const FIELDS = [
  'surname',
  'firstname',
  'other_name',
  'cardnumber',
  'email',
  'secondary_email',
  'address',
  'address2',
  'city',
];
/** Where signs and blanks between the digits make no difference. */
const NUMBERS = ['phone', 'mobile', 'secondary_phone', 'postal_code'];
const MOST_WORDS = 8;

/** Undefined where nothing is asked for. `*` stands for any letters; alone it's everybody. */
export function searchQuery(typed: string): Query | undefined {
  const words = typed.trim().split(/\s+/).filter(Boolean).slice(0, MOST_WORDS);
  if (words.length === 0) return undefined;
  const said = words.filter((word) => !/^\*+$/.test(word));
  if (said.length === 0) return {};
  return { '-and': said.map(wordQuery) };
}

/** A single word with a digit in it. */
export const mayBeCard = (typed: string): boolean => /^[^\s*]*\d[^\s*]*$/.test(typed.trim());

function wordQuery(word: string): Query {
  const day = writtenDay(word);
  const like = { '-like': `%${pattern(word)}%` };
  const digits = word.replace(/[+()\-./]/g, '');
  const number = /^\d{3,}$/.test(digits) ? { '-like': `%${[...digits].join('%')}%` } : like;
  return {
    '-or': [
      ...FIELDS.map((field) => ({ [own(field)]: like })),
      ...NUMBERS.map((field) => ({ [own(field)]: number })),
      ...(day !== undefined ? [{ [own('date_of_birth')]: day }] : []),
    ],
  };
}

/** Koha's own signs for any letters are plain ones here. */
const pattern = (word: string) => word.replace(/[\\%_]/g, '\\$&').replace(/\*+/g, '%');

/** A birth date as people write it, as Koha has it. */
function writtenDay(word: string): string | undefined {
  const iso = /^(\d{4})-?(\d{2})-?(\d{2})$/.exec(word);
  if (iso) return validDay(iso[1], iso[2], iso[3]);
  const local = /^(\d{1,2})[./](\d{1,2})[./](\d{4})$/.exec(word);
  return local ? validDay(local[3], local[2], local[1]) : undefined;
}

function validDay(year = '', month = '', day = ''): string | undefined {
  const written = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  return Number.isNaN(Date.parse(written)) ? undefined : written;
}
