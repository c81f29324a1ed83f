// An edit of a section as the fields of Koha that it changes. Only those that differ are named: Koha merges what it's
// sent, and whatever else changed there meanwhile stays.
import type {
  Address,
  Card,
  FieldIssue,
  FieldValues,
  SectionId,
  SectionValues,
} from '../../../shared/patrons/sections.ts';
import { joined } from '../../../shared/patrons/fold.ts';
import type { KohaPolicy } from '../../policy/koha-policy.ts';
import type { Countries } from './countries.ts';
import { hasBlock, noteWithKeptBlocks } from './note-blocks.ts';
import type { Surroundings } from './patron.ts';
import type { KohaPatron } from './records.ts';
import { EMAILS, isShownWhole, NEVER_KEEP, NO_LANGUAGE, noteOf, PHONES } from './sections.ts';
import { categoryHasRights } from './staff-rights.ts';
import { textOf } from './values.ts';

export type KohaFields = Record<string, string | number | boolean | null>;
export interface KohaChange {
  fields: KohaFields;
  issues: FieldIssue[];
}

const GENDERS = { female: 'F', male: 'M', other: 'O', unspecified: null } as const;
/** Columns of Koha's database that are shorter than what our sections let in. */
const LONGEST: Record<string, number> = {
  cardnumber: 32,
  postal_code: 25,
  altaddress_postal_code: 25,
  lang: 25,
};
/** What stands for an address at Koha, the further one's fields beginning with `altaddress_`. */
type AddressFields = Record<'number' | keyof Address, string>;
const MAIN: AddressFields = {
  number: 'street_number',
  line1: 'address',
  line2: 'address2',
  postcode: 'postal_code',
  town: 'city',
  country: 'country',
};
const OTHER: AddressFields = {
  number: 'altaddress_street_number',
  line1: 'altaddress_address',
  line2: 'altaddress_address2',
  postcode: 'altaddress_postal_code',
  town: 'altaddress_city',
  country: 'altaddress_country',
};
const NOWHERE: Address = { line1: '', line2: '', postcode: '', town: '', country: '' };

type Around = Pick<Surroundings, 'countries' | 'policy'>;

/** `changes` have passed the section's own rules; `patron` is the record as just read. */
export function kohaChange(
  section: SectionId,
  changes: FieldValues,
  patron: KohaPatron,
  around: Around,
  today: string,
): KohaChange {
  const { fields, issues } = wanted(section, changes, patron, around, today);
  const differing = Object.entries(fields).filter(([field, value]) => !same(patron[field], value));
  return {
    fields: Object.fromEntries(differing),
    issues: [...issues, ...differing.flatMap(([field, value]) => tooLong(field, value))],
  };
}

/** Nothing given and an empty text are the same to whoever reads them. */
function same(stored: unknown, value: KohaFields[string]): boolean {
  if (typeof value === 'boolean') return (stored ?? false) === value;
  return String(stored ?? '') === String(value ?? '');
}

/** Blanks at the ends, which Koha may take away, are no change that could be missing. */
const written = (value: unknown): string => String(value ?? '').trim();

/** Of the fields that were to change, and are told, those that say what they said before. */
export const notTaken = (fields: KohaFields, before: KohaPatron, now: KohaPatron): FieldIssue[] =>
  Object.entries(fields)
    .filter(([field]) => field in now && written(now[field]) === written(before[field]))
    .filter(([field, value]) => written(now[field]) !== written(value))
    .map(([field]) => ({ field: ourField(field), code: 'invalid' }));

const tooLong = (field: string, value: KohaFields[string]): FieldIssue[] =>
  String(value ?? '').length > (LONGEST[field] ?? Infinity)
    ? [{ field: ourField(field), code: 'tooLong' }]
    : [];

function wanted(
  section: SectionId,
  changes: FieldValues,
  patron: KohaPatron,
  { countries, policy }: Around,
  today: string,
): KohaChange {
  switch (section) {
    case 'personal': {
      const values = changes as Partial<SectionValues<'personal'>>;
      return (values.birthDate ?? '') > today
        ? { fields: {}, issues: [{ field: 'birthDate', code: 'birthDateInFuture' }] }
        : whole(personal(values));
    }
    case 'contact': {
      const { phones, emails } = changes as Partial<SectionValues<'contact'>>;
      const parts = [places('phones', phones, PHONES, patron), places('emails', emails, EMAILS, patron)];
      return {
        fields: Object.assign({}, ...parts.map((part) => part.fields)) as KohaFields,
        issues: parts.flatMap((part) => part.issues),
      };
    }
    case 'address':
      return addresses(changes as Partial<SectionValues<'address'>>, patron, countries);
    case 'card':
      return card((changes as Partial<SectionValues<'card'>>).cards, patron, policy);
    case 'library': {
      const { branch, category } = changes as Partial<SectionValues<'library'>>;
      // Who got or gave away such a category here would have its rights from the next sign-in on.
      const given =
        category !== undefined &&
        category !== patron.category_id &&
        [category, patron.category_id].some((one) => categoryHasRights(one, policy));
      return given
        ? { fields: {}, issues: [{ field: 'category', code: 'invalid' }] }
        : whole({ library_id: branch, category_id: category });
    }
    case 'preferences': {
      const { keepLoanHistory } = changes as Partial<SectionValues<'preferences'>>;
      // Two of Koha's three words mean that it's kept: one that is there already stays.
      const keeps = keepLoanHistory === undefined || keepLoanHistory === (patron.privacy !== NEVER_KEEP);
      return whole(keeps ? {} : { privacy: keepLoanHistory ? 1 : NEVER_KEEP });
    }
    case 'note': {
      const { staffNote } = changes as Partial<SectionValues<'note'>>;
      const old = textOf(patron.staff_notes);
      // What isn't shown of the old one would be lost.
      const refused = staffNote !== undefined && (!isShownWhole(noteOf(patron)) || hasBlock(staffNote, old));
      if (refused) return { fields: {}, issues: [{ field: 'staffNote', code: 'invalid' }] };
      return whole({ staff_notes: staffNote === undefined ? undefined : noteWithKeptBlocks(staffNote, old) });
    }
    case 'guarantor':
      return whole({});
  }
}

/** What isn't said isn't sent; an empty text is none at Koha. */
function whole(fields: Record<string, KohaFields[string] | undefined>): KohaChange {
  const said = Object.entries(fields).filter(([, value]) => value !== undefined);
  return {
    fields: Object.fromEntries(said.map(([field, value]) => [field, value === '' ? null : (value ?? null)])),
    issues: [],
  };
}

function personal(changes: Partial<SectionValues<'personal'>>): Record<string, string | null | undefined> {
  const { givenName, familyName, birthDate, gender, language } = changes;
  return {
    firstname: givenName,
    surname: familyName,
    date_of_birth: birthDate,
    gender: gender && GENDERS[gender],
    lang: language === NO_LANGUAGE.ours ? NO_LANGUAGE.koha : language,
  };
}

/** A list of ours in Koha's fixed places: what stays keeps its place, what is new takes one that is free. */
function places(
  field: string,
  list: readonly string[] | undefined,
  slots: readonly (keyof KohaPatron)[],
  patron: KohaPatron,
): KohaChange {
  if (list === undefined) return whole({});
  if (list.length > slots.length)
    return { fields: {}, issues: [{ field: `${field}.${slots.length}`, code: 'tooMany' }] };
  const stored = slots.map((slot) => textOf(patron[slot] as string | null));
  const left = [...list];
  const kept = stored.map((text) => {
    const at = text === '' ? -1 : left.indexOf(text);
    return at < 0 ? undefined : left.splice(at, 1)[0];
  });
  // A number that was changed takes the place of the one that it was; only then empty places are filled.
  const order = kept.flatMap((value, at) => (value === undefined && stored[at] !== '' ? at : []));
  order.push(...stored.flatMap((text, at) => (text === '' ? at : [])));
  for (const at of order) kept[at] = left.shift() ?? '';
  return whole(Object.fromEntries(slots.map((slot, at) => [slot, kept[at]])));
}

function addresses(
  changes: Partial<SectionValues<'address'>>,
  patron: KohaPatron,
  countries: Countries,
): KohaChange {
  const { otherAddresses, ...main } = changes;
  if (otherAddresses && otherAddresses.length > 1)
    return { fields: {}, issues: [{ field: 'otherAddresses.1', code: 'tooMany' }] };
  const other = otherAddresses && (otherAddresses[0] ?? NOWHERE);
  return whole({
    ...address(main, MAIN, patron, countries),
    ...(other && address(other, OTHER, patron, countries)),
  });
}

function address(
  changes: Partial<Address>,
  names: AddressFields,
  patron: KohaPatron,
  countries: Countries,
): Record<string, string | undefined> {
  const { line1, line2, postcode, town, country } = changes;
  const fields: Record<string, string | undefined> = {
    [names.line2]: line2,
    [names.postcode]: postcode,
    [names.town]: town,
    // As it's written there where it means the same.
    [names.country]:
      country === undefined || country === countries.codeOf(stored(patron, names.country))
        ? undefined
        : countries.nameOf(country),
  };
  if (line1 === undefined) return fields;
  // A house number that Koha keeps apart stays apart as long as the line still begins with it.
  const number = stored(patron, names.number);
  const apart = number !== '' && (line1 === number || line1.startsWith(`${number} `));
  return {
    ...fields,
    [names.number]: apart ? number : '',
    [names.line1]: apart ? line1.slice(number.length + 1) : line1,
  };
}

const stored = (patron: KohaPatron, field: string) => textOf(patron[field] as string | null | undefined);

function card(cards: readonly Card[] | undefined, patron: KohaPatron, { block }: KohaPolicy): KohaChange {
  if (cards === undefined) return whole({});
  if (cards.length > 1) return { fields: {}, issues: [{ field: 'cards.1.number', code: 'tooMany' }] };
  const [only] = cards;
  // A number of signs alone is one that no search and no scan would find.
  if (only && joined(only.number) === '')
    return { fields: {}, issues: [{ field: 'cards.0.number', code: 'notACardNumber' }] };
  const [cardnumber, lost] = [only?.number ?? '', only?.state === 'lost'];
  if (block.keptAs === 'attribute') return whole({ cardnumber, patron_card_lost: lost });
  // The mark is the block, or may be: who edits a card neither sets nor lifts it.
  const marked = only && cardnumber === textOf(patron.cardnumber) && lost !== patron.patron_card_lost;
  return marked
    ? { fields: {}, issues: [{ field: 'cards.0.state', code: 'invalid' }] }
    : whole({ cardnumber });
}

const OURS: Record<string, string> = {
  firstname: 'givenName',
  surname: 'familyName',
  date_of_birth: 'birthDate',
  gender: 'gender',
  lang: 'language',
  phone: 'phones.0',
  mobile: 'phones.1',
  secondary_phone: 'phones.2',
  email: 'emails.0',
  secondary_email: 'emails.1',
  library_id: 'branch',
  category_id: 'category',
  staff_notes: 'staffNote',
  privacy: 'keepLoanHistory',
  cardnumber: 'cards.0.number',
  patron_card_lost: 'cards.0.state',
  ...Object.fromEntries(Object.entries(MAIN).map(([ours, koha]) => [koha, ours])),
  ...Object.fromEntries(Object.entries(OTHER).map(([ours, koha]) => [koha, `otherAddresses.0.${ours}`])),
  [MAIN.number]: 'line1',
  [OTHER.number]: 'otherAddresses.0.line1',
};

/** The path of our field that a field of Koha's belongs to. */
export const ourField = (field: string): string => OURS[field] ?? field;
