// Searching for patrons: which words a patron is found by, and what a query asks for. Pure, so that the server and
// the desk's copy find the same.
import type { PatronSummary } from './patron.ts';
import { fold, foldedWords, joined } from './fold.ts';
import type { Address, SectionValues } from './sections.ts';

export interface SearchedSections {
  personal: SectionValues<'personal'>;
  contact: SectionValues<'contact'>;
  address: SectionValues<'address'>;
  card: SectionValues<'card'>;
}

/** What a query asks for. Each alternative is a list of beginnings of words that all must be there. */
export interface SearchPlan {
  /** Empty query: finds nobody. */
  empty: boolean;
  alternatives: string[][];
  /** Words with a `*` inside or in front: each must match a whole word. */
  patterns: string[];
  /** The query as a card number, to put its owner first. */
  cardNumber: string;
}

const MAX_WORDS = 12;
/** Of ways to read a query; the first ones stay nearest to what was typed. */
const MAX_WAYS = 64;
/** Of words in all ways together: each costs a walk along the index. A number in six groups comes to some hundred. */
const MAX_LOOKED_FOR = 128;

/** A name's or address's words; hyphenated and apostrophised ones also joined. */
function nameWords(text: string): string[] {
  return text.split(/\s+/).flatMap((part) => {
    const words = foldedWords(part);
    return words.length > 1 ? [...words, words.join('')] : words;
  });
}

/** A phone's digits, and its endings, so that it is found with and without the country's number. */
function phoneWords(phone: string): string[] {
  const digits = phone.replace(/\D/g, '');
  const endings = [10, 9, 8, 7, 6].filter((length) => length < digits.length);
  return [digits, ...endings.map((length) => digits.slice(-length))];
}

function emailWords(email: string): string[] {
  const [local = ''] = email.split('@');
  return [...foldedWords(local), joined(local), joined(email)];
}

function nationalIdWords(nationalId: string): string[] {
  const whole = joined(nationalId);
  return /^(19|20)\d{10}$/.test(whole) ? [whole, whole.slice(2)] : [whole];
}

function addressWords(address: Address): string[] {
  const lines = [address.line1, address.line2, address.town].flatMap(nameWords);
  return [...lines, ...foldedWords(address.postcode), joined(address.postcode)];
}

/** The words that a patron is found by, folded, each once, in no order. */
export function patronWords({ personal, contact, address, card }: SearchedSections): string[] {
  const words = [
    ...nameWords(personal.givenName),
    ...nameWords(personal.familyName),
    ...nationalIdWords(personal.nationalId),
    joined(personal.birthDate ?? ''),
    ...contact.phones.flatMap(phoneWords),
    ...contact.emails.flatMap(emailWords),
    ...[address, ...address.otherAddresses].flatMap(addressWords),
    ...card.cards.flatMap(({ number }) => [...foldedWords(number), joined(number)]),
  ];
  return [...new Set(words)].filter((word) => word !== '');
}

/**
 * Whether somebody is found without what could be found out so, sign by sign: by name, town and birth date, or by the whole
 * number of the card that they hold out.
 */
export function isFoundByName(query: string, summary: PatronSummary): boolean {
  const { givenName, familyName, birthDate, town, cardNumber } = summary;
  const number = joined(cardNumber ?? '');
  if (number !== '' && number === joined(query)) return true;
  const words = [...[givenName, familyName, town].flatMap(nameWords), joined(birthDate ?? '')];
  const { alternatives, patterns } = searchPlan(query);
  const isThere = (beginning: string) => words.some((word) => word.startsWith(beginning));
  return patterns.length === 0 && alternatives.some((way) => way.every(isThere));
}

interface Unit {
  alternatives: string[][];
  whole: string;
}

/** `31.01.2010` and `31/1/2010` as `20100131`. */
function writtenDate(word: string): string | undefined {
  const match = /^(\d{1,2})[./](\d{1,2})[./](\d{4})$/.exec(word);
  const [, day = '', month = '', year = ''] = match ?? [];
  return match ? year + month.padStart(2, '0') + day.padStart(2, '0') : undefined;
}

/** A number as dialled here and abroad: without the trunk zero, or without the country's number. */
function dialled(word: string, digits: string): string[] {
  if (digits.length < 7) return [];
  const abroad = word.startsWith('+') ? digits : digits.startsWith('00') ? digits.slice(2) : undefined;
  if (abroad !== undefined) return [abroad, ...[1, 2, 3].map((length) => `0${abroad.slice(length)}`)];
  return digits.startsWith('0') ? [digits.slice(1)] : [];
}

function unitOf(word: string): Unit | undefined {
  const date = writtenDate(word);
  if (date) return { alternatives: [[date]], whole: date };
  const whole = joined(word);
  if (whole === '') return undefined;
  const parts = foldedWords(word);
  const alternatives = [[whole]];
  if (/^\d+$/.test(whole)) alternatives.push(...dialled(word, whole).map((digits) => [digits]));
  else if (parts.length > 1 && !word.includes('@')) alternatives.push(parts);
  return { alternatives, whole };
}

/** Blanks inside numbers and postcodes make no difference: neighbours with digits may be one word. */
function mayJoin(units: Unit[]): boolean {
  const wholes = units.map((unit) => unit.whole);
  return wholes.every((w) => /^\d+$/.test(w)) || (units.length === 2 && wholes.some((w) => /\d/.test(w)));
}

/** Never more of them than are used: a row of phone numbers could be read in billions of ways. */
function ways(units: Unit[]): string[][] {
  if (units.length === 0) return [[]];
  const found: string[][] = [];
  for (let size = 1; size <= units.length; size++) {
    const first = units.slice(0, size);
    if (size > 1 && !mayJoin(first)) continue;
    const whole = first.map((unit) => unit.whole).join('');
    const [only] = first;
    const heads = size === 1 && only ? only.alternatives : [whole, ...dialled('', whole)].map((w) => [w]);
    const tails = ways(units.slice(size));
    found.push(...heads.flatMap((head) => tails.map((tail) => [...head, ...tail])));
    if (found.length >= MAX_WAYS) break;
  }
  return found.slice(0, MAX_WAYS);
}

/** Without what is asked for by another word of the same way: whoever has a word that begins with `12` has one with `1`. */
function withoutBeginnings(way: string[]): string[] {
  const once = [...new Set(way)];
  return once.filter((word) => !once.some((other) => other !== word && other.startsWith(word)));
}

/** Finds the same with less work: many short words, each of which everybody has, would hold up desk and server. */
function fewest(found: string[][]): string[][] {
  let lookedFor = 0;
  const affordable = found
    .map(withoutBeginnings)
    .filter((way, at) => (lookedFor += way.length) <= MAX_LOOKED_FOR || at === 0);
  const isWithin = (way: string[], wider: string[]) =>
    wider.every((beginning) => way.some((word) => word.startsWith(beginning)));
  return affordable.filter(
    (way, at) =>
      !affordable.some(
        (other, otherAt) => otherAt !== at && isWithin(way, other) && (otherAt < at || !isWithin(other, way)),
      ),
  );
}

/** Reads a query as staff typed it. */
export function searchPlan(query: string): SearchPlan {
  const words = query.trim().split(/\s+/).filter(Boolean).slice(0, MAX_WORDS);
  const isPattern = (word: string) => word.replace(/\*+$/, '').includes('*');
  // Each is looked for in everybody: the same one twice costs twice.
  const patterns = [
    ...new Set(words.filter(isPattern).map((word) => fold(word).replace(/[^\p{L}\p{N}*]/gu, ''))),
  ];
  const units = words.filter((word) => !isPattern(word)).flatMap((word) => unitOf(word) ?? []);
  const everything = words.length > 0 && words.every((word) => /^\*+$/.test(word));
  return {
    empty: units.length === 0 && patterns.length === 0 && !everything,
    alternatives: fewest(ways(units)),
    patterns,
    cardNumber: patterns.length > 0 ? '' : joined(query),
  };
}

/** Without a regular expression: a pattern of many stars must not cost more than one walk along the word. */
function wordMatches(word: string, first: string, middle: string[], last: string): boolean {
  if (!word.startsWith(first)) return false;
  let at = first.length;
  for (const part of middle) {
    const found = word.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return word.length - last.length >= at && word.endsWith(last);
}

/** Whether one of a patron's words, told apart by blanks, is what a pattern asks for. */
export function wordsMatch(words: string, pattern: string): boolean {
  const parts = pattern.split('*');
  const [first = '', last = ''] = [parts[0], parts.at(-1)];
  const middle = parts.slice(1, -1).filter(Boolean);
  return words.split(' ').some((word) => word !== '' && wordMatches(word, first, middle, last));
}
