// The sections of the tab Patron data: which fields each has, and which values an edit may give them.
// An issue's message is a code (`required`, `tooLong`, …) that the window turns into words.
import { z } from 'zod';
import { dateSchema, idSchema, isVisible, LANGUAGE, tagSchema } from '../primitives.ts';

/** What is too long is not looked at any further: some patterns below would take minutes over it. */
const text = (max: number) => z.string().max(max, { error: 'tooLong', abort: true });
const requiredText = (max: number) => text(max).refine(isVisible, 'required');

export const GENDERS = ['female', 'male', 'other', 'unspecified'] as const;
export const CHANNELS = ['email', 'sms', 'letter', 'none'] as const;
export const CARD_STATES = ['active', 'lost', 'damaged', 'replaced', 'withdrawn'] as const;

const channelSchema = z.enum(CHANNELS);
/** Digits with the usual signs between them; which country's rules hold is not this program's to say. */
const phoneSchema = requiredText(40).regex(/^\+?[\d\s().\-/]*\d[\d\s().\-/]*$/, 'notAPhone');
const emailSchema = requiredText(254).regex(/^[^\s@]+@[^\s@]+\.[^\s@]+$/, 'notAnEmail');
/** ISO 3166-1 alpha-2, or empty where it is not known. */
const countrySchema = z.union([z.literal(''), z.string().regex(/^[A-Z]{2}$/, 'notACountry')]);

export const addressSchema = z.object({
  line1: text(200),
  line2: text(200),
  postcode: text(20),
  town: text(100),
  country: countrySchema,
});

export const cardSchema = z.object({
  number: requiredText(40).regex(/^[\p{L}\p{N}\-]+$/u, 'notACardNumber'),
  state: z.enum(CARD_STATES),
});

export const guarantorSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('patron'), patronId: idSchema, name: text(400) }),
  z.object({ kind: z.literal('name'), name: requiredText(400) }),
]);

export const sectionSchemas = {
  personal: z.object({
    nationalId: text(40),
    givenName: text(200),
    familyName: requiredText(200),
    birthDate: dateSchema.nullable(),
    gender: z.enum(GENDERS),
    language: z.string().regex(LANGUAGE, 'notALanguage'),
  }),
  contact: z.object({
    phones: z.array(phoneSchema).max(10, 'tooMany'),
    emails: z.array(emailSchema).max(10, 'tooMany'),
    preferredChannel: channelSchema,
  }),
  /** The first address stands field by field, so that two desks may change its postcode and its town. */
  address: addressSchema.extend({ otherAddresses: z.array(addressSchema).max(5, 'tooMany') }),
  card: z.object({ cards: z.array(cardSchema).max(50, 'tooMany') }),
  guarantor: z.object({ guarantor: guarantorSchema.nullable() }),
  library: z.object({ branch: requiredText(60), category: requiredText(60) }),
  preferences: z.object({
    reservationReady: channelSchema,
    dueSoon: channelSchema,
    overdue: channelSchema,
    keepLoanHistory: z.boolean(),
  }),
  note: z.object({ staffNote: text(10_000) }),
} as const;

export const SECTIONS = [
  'personal',
  'contact',
  'address',
  'card',
  'guarantor',
  'library',
  'preferences',
  'note',
] as const satisfies (keyof typeof sectionSchemas)[];
export const sectionIdSchema = z.enum(SECTIONS);

export type SectionId = (typeof SECTIONS)[number];
export type SectionValues<S extends SectionId = SectionId> = z.infer<(typeof sectionSchemas)[S]>;
export type Address = z.infer<typeof addressSchema>;
export type Card = z.infer<typeof cardSchema>;
export type Guarantor = z.infer<typeof guarantorSchema>;
export type Channel = z.infer<typeof channelSchema>;

/** What a section holds before anything is known. Name, branch and category are still to be given. */
export const EMPTY_SECTIONS: { [S in SectionId]: SectionValues<S> } = {
  personal: {
    nationalId: '',
    givenName: '',
    familyName: '',
    birthDate: null,
    gender: 'unspecified',
    language: 'sv',
  },
  contact: { phones: [], emails: [], preferredChannel: 'none' },
  address: { line1: '', line2: '', postcode: '', town: '', country: '', otherAddresses: [] },
  card: { cards: [] },
  guarantor: { guarantor: null },
  library: { branch: '', category: '' },
  preferences: { reservationReady: 'none', dueSoon: 'none', overdue: 'none', keepLoanHistory: false },
  note: { staffNote: '' },
};

const tagged = <T extends z.ZodType>(values: T) => z.object({ values, tag: tagSchema });

/** A section's values without saying which section: a field's name and its value. */
export const fieldValuesSchema = z.record(z.string().max(60), z.json());
export type FieldValues = z.infer<typeof fieldValuesSchema>;
export const taggedValuesSchema = tagged(fieldValuesSchema);
export type TaggedValues = z.infer<typeof taggedValuesSchema>;

/** Every code that the central server gives for a field; the window has words for each. */
export const FIELD_CODES = [
  'required',
  'tooLong',
  'tooMany',
  'notAPhone',
  'notAnEmail',
  'notACountry',
  'notALanguage',
  'notACardNumber',
  'cardNumberTaken',
  'cardNumberIsUsername',
  'guarantorRequired',
  'guarantorIsSelf',
  'guarantorNeedsOne',
  'guarantorCircle',
  'guarantorUnknown',
  'guarantorForTooMany',
  'branchUnknown',
  'categoryUnknown',
  'notAPin',
  'pinLength',
  'pinIsBirthDate',
  'pinIsCardNumber',
  'pinTooShort',
  'pinTooWeak',
  'pinRefused',
  'birthDateInFuture',
  'unknownField',
  'moreThanOwed',
  'idTaken',
  'invalid',
] as const;
export type FieldCode = (typeof FIELD_CODES)[number];

/** What is wrong with a field; `field` is a path such as `emails.1`. */
export const fieldIssueSchema = z.object({ field: z.string().max(200), code: z.string().max(60) });
export type FieldIssue = z.infer<typeof fieldIssueSchema>;

/** An issue's message where it is a code of ours; else a value of the wrong kind: `invalid`. */
export function fieldCode(message: string): FieldCode {
  return FIELD_CODES.find((code) => code === message) ?? 'invalid';
}

/** Text that can't be written as UTF-8 would come back as other text. */
function isWellFormed(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, inner]) => isWellFormed(key) && isWellFormed(inner));
}

/** Checks the changed fields of a section; unknown fields are issues of their own. */
export function checkChanges(section: SectionId, changes: Record<string, unknown>): FieldIssue[] {
  const malformed = Object.entries(changes).flatMap(([field, value]) =>
    isWellFormed(value) ? [] : { field, code: 'invalid' },
  );
  const parsed = sectionSchemas[section].partial().strict().safeParse(changes);
  const issues = (parsed.error?.issues ?? []).flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({ field: key, code: 'unknownField' }))
      : [{ field: issue.path.join('.'), code: fieldCode(issue.message) }],
  );
  return [...malformed, ...issues];
}
