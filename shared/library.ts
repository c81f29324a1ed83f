// A library of the network: its name, its rules, its branches and its patrons' categories.
import { z } from 'zod';
import { amountSchema, countSchema } from './primitives.ts';

export const libraryNameSchema = z.object({
  id: z.string().min(1).max(60),
  name: z.string().min(1).max(200),
});

/** The most branches, categories or libraries that windows are told of. */
export const MOST_PLACES = 5000;
const namedSchema = z.object({ id: z.string().max(60), name: z.string().max(200) });
const placesSchema = z.array(namedSchema).max(MOST_PLACES);

export const librarySchema = libraryNameSchema.extend({
  /** ISO 3166-1 alpha-2; whose rules a national ID is checked by. */
  country: z.string().regex(/^[A-Z]{2}$/),
  /** ISO 4217. */
  currency: z.string().regex(/^[A-Z]{3}$/),
  /** IANA name, such as `Europe/Stockholm`. */
  timeZone: z.string().max(60).refine(isTimeZone),
  branches: placesSchema,
  categories: placesSchema,
  rules: z.object({
    /** Debts of this much or more set the debt block. */
    debtLimit: amountSchema,
    /** In years; a patron younger than this needs a guarantor. */
    guarantorBelowAge: countSchema,
    pinLength: z.object({ min: countSchema, max: countSchema }),
  }),
});

export type LibraryName = z.infer<typeof libraryNameSchema>;
export type Library = z.infer<typeof librarySchema>;

/** Asked with each answer that names a library; asking Intl again takes as long as reading all the rest of it. */
const timeZones = new Set<string>();

/** One that dates can be shown in: another would break every page that tries. */
function isTimeZone(name: string): boolean {
  if (timeZones.has(name)) return true;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    timeZones.add(name);
    return true;
  } catch {
    return false;
  }
}

/** Whole years between a birth date and a day, both `YYYY-MM-DD`. */
export function ageOn(birthDate: string, day: string): number {
  const years = Number(day.slice(0, 4)) - Number(birthDate.slice(0, 4));
  return day.slice(5) < birthDate.slice(5) ? years - 1 : years;
}

/** Why a PIN can't be used, as a code for the window; undefined when it can. */
export function pinProblem(
  pin: string,
  rules: Library['rules']['pinLength'],
  birthDate: string | null,
  cardNumbers: string[],
): 'notAPin' | 'pinLength' | 'pinIsBirthDate' | 'pinIsCardNumber' | undefined {
  if (!/^\d+$/.test(pin)) return 'notAPin';
  if (pin.length < rules.min || pin.length > rules.max) return 'pinLength';
  if (birthDate) {
    const [year = '', month = '', day = ''] = birthDate.split('-');
    const short = year.slice(2);
    const ways = [year, month + day, day + month];
    for (const y of [year, short]) ways.push(y + month + day, day + month + y, month + day + y);
    if (ways.includes(pin)) return 'pinIsBirthDate';
  }
  const partOf = (card: string) => card === pin || card.endsWith(pin) || card.startsWith(pin);
  return cardNumbers.some(partOf) ? 'pinIsCardNumber' : undefined;
}

/** The group that services and statistics go by. */
export function ageGroupOn(birthDate: string | null, day: string): 'child' | 'youth' | 'adult' | 'unknown' {
  if (!birthDate) return 'unknown';
  const age = ageOn(birthDate, day);
  return age < 13 ? 'child' : age < 18 ? 'youth' : 'adult';
}
