// Small schemas that several contracts share. Times are RFC 3339 in UTC, dates ISO 8601 without a time,
// amounts whole minor units (cents, öre) of the library's currency.
import { z } from 'zod';

/** In small letters: an id in capitals is the same one, whoever says it. */
export const idSchema = z.uuid().toLowerCase();
/** Ids made at a desk: time-ordered, so that they sort as staff acted. */
export const deskMadeIdSchema = z.uuidv7();
export const timeSchema = z.iso.datetime();
export const dateSchema = z.iso.date();
export const amountSchema = z.int();
export const countSchema = z.int().min(0);
/** No search finds more patrons than this: a list of more would hold up its window. */
export const MOST_HITS = 5_000_000;
export const hitsSchema = countSchema.max(MOST_HITS);
/** BCP 47, such as `sv`, or `zh-Hant-TW`. */
export const LANGUAGE = /^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,4}$/;
/** An opaque version mark of a section or a patron; equal tags mean equal content. */
export const tagSchema = z.string().min(1).max(100);
/**
 * Whether there is anything in it to be seen: not only blanks and marks, nor letters and symbols that fonts draw as
 * nothing, as Hangul's fillers, Braille's empty pattern and music's null notehead.
 */
export const isVisible = (text: string): boolean =>
  /[[\p{L}\p{N}\p{P}\p{S}]--[\p{Default_Ignorable_Code_Point}\u2800\u{1d159}]]/v.test(text);
