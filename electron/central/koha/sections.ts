// A Koha patron as our sections. Only what Koha has a field for is here; SECTION_FIELDS is the list that windows show.
import { createHash } from 'node:crypto';
import {
  EMPTY_SECTIONS,
  SECTIONS,
  type Address,
  type SectionId,
  type SectionValues,
} from '../../../shared/patrons/sections.ts';
import { LONGEST_TEXT, type TaggedSections } from '../../../shared/patrons/stored.ts';
import type { Countries } from './countries.ts';
import { noteWithoutBlocks } from './note-blocks.ts';
import type { KohaPatron } from './records.ts';
import { dayOf, textOf } from './values.ts';

export const SECTION_FIELDS: Record<SectionId, string[]> = {
  personal: ['givenName', 'familyName', 'birthDate', 'gender', 'language'],
  contact: ['phones', 'emails'],
  address: ['line1', 'line2', 'postcode', 'town', 'country', 'otherAddresses'],
  card: ['cards'],
  guarantor: [],
  library: ['branch', 'category'],
  preferences: ['keepLoanHistory'],
  note: ['staffNote'],
};

/** Where phones and e-mails stand at Koha, in the order that they are shown in. */
export const PHONES = ['phone', 'mobile', 'secondary_phone'] as const;
export const EMAILS = ['email', 'secondary_email'] as const;

/** Koha's language for who has chosen none; as a tag of ours it is `und`, undetermined. */
export const NO_LANGUAGE = { koha: 'default', ours: 'und' };
/** Koha's word for a patron who wants no loan history kept. */
export const NEVER_KEEP = 2;
const GENDERS: Record<string, SectionValues<'personal'>['gender']> = { F: 'female', M: 'male', O: 'other' };

export type AllValues = { [S in SectionId]: SectionValues<S> };

export function sectionsOf(patron: KohaPatron, countries: Countries): AllValues {
  const line1 = [patron.street_number, patron.address].map(textOf).filter(Boolean).join(' ');
  const other: Address = {
    line1: [patron.altaddress_street_number, patron.altaddress_address].map(textOf).filter(Boolean).join(' '),
    line2: textOf(patron.altaddress_address2),
    postcode: textOf(patron.altaddress_postal_code),
    town: textOf(patron.altaddress_city),
    country: countries.codeOf(textOf(patron.altaddress_country)),
  };
  const filled = (fields: readonly (keyof KohaPatron)[]) =>
    fields.map((field) => textOf(patron[field] as string | null)).filter((text) => text.trim() !== '');
  const number = textOf(patron.cardnumber);
  return {
    personal: {
      ...EMPTY_SECTIONS.personal,
      givenName: textOf(patron.firstname),
      familyName: textOf(patron.surname),
      birthDate: dayOf(patron.date_of_birth),
      gender: genderOf(textOf(patron.gender)) ?? 'unspecified',
      language: languageOf(textOf(patron.lang)),
    },
    contact: { ...EMPTY_SECTIONS.contact, phones: filled(PHONES), emails: filled(EMAILS) },
    address: {
      line1,
      line2: textOf(patron.address2),
      postcode: textOf(patron.postal_code),
      town: textOf(patron.city),
      country: countries.codeOf(textOf(patron.country)),
      otherAddresses: Object.values(other).some((part) => part !== '') ? [other] : [],
    },
    card: {
      cards: number === '' ? [] : [{ number, state: patron.patron_card_lost ? 'lost' : 'active' }],
    },
    guarantor: EMPTY_SECTIONS.guarantor,
    library: { branch: patron.library_id, category: patron.category_id },
    preferences: { ...EMPTY_SECTIONS.preferences, keepLoanHistory: patron.privacy !== NEVER_KEEP },
    note: { staffNote: shown(noteOf(patron)) },
  };
}

export const noteOf = ({ staff_notes }: KohaPatron): string => noteWithoutBlocks(textOf(staff_notes));

/** Of a text that has grown beyond what a copy takes, the beginning. */
export const shown = (text: string): string =>
  isShownWhole(text) ? text : `${text.slice(0, LONGEST_TEXT - 1).toWellFormed()}…`;

export const isShownWhole = (text: string): boolean => text.length <= LONGEST_TEXT;

/** Undefined for a letter that stands for none of ours. */
export const genderOf = (letter: string) => GENDERS[letter.toUpperCase()];

const languageOf = (lang: string) => (lang === '' || lang === NO_LANGUAGE.koha ? NO_LANGUAGE.ours : lang);

/** Koha numbers no versions: a section's tag is made of what it holds. */
export const tagOf = (content: unknown): string =>
  createHash('sha256').update(JSON.stringify(content)).digest('base64url').slice(0, 22);

export function taggedSections(values: AllValues): TaggedSections {
  return Object.fromEntries(
    SECTIONS.map((section) => [section, { values: values[section], tag: tagOf(values[section]) }]),
  ) as TaggedSections;
}
