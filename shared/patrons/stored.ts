// Sections as a server stores them. Another server's rules, or older ones of ours, let values in that an edit may no
// longer give: they are shown as they are, and only what staff change is held to sections.ts.
import { z } from 'zod';
import { dateSchema, idSchema, tagSchema } from '../primitives.ts';
import { CARD_STATES, CHANNELS, GENDERS, type SectionId, type SectionValues } from './sections.ts';

/** Beyond this no window would show it. */
export const LONGEST_TEXT = 20_000;
const text = z.string().max(LONGEST_TEXT);
const channel = z.enum(CHANNELS);

export const storedAddressSchema = z.object({
  line1: text,
  line2: text,
  postcode: text,
  town: text,
  country: text,
});

export const storedSectionSchemas = {
  personal: z.object({
    nationalId: text,
    givenName: text,
    familyName: text,
    birthDate: dateSchema.nullable(),
    gender: z.enum(GENDERS),
    language: text,
  }),
  contact: z.object({
    phones: z.array(text).max(50),
    emails: z.array(text).max(50),
    preferredChannel: channel,
  }),
  address: storedAddressSchema.extend({ otherAddresses: z.array(storedAddressSchema).max(50) }),
  card: z.object({ cards: z.array(z.object({ number: text, state: z.enum(CARD_STATES) })).max(50) }),
  guarantor: z.object({
    guarantor: z
      .discriminatedUnion('kind', [
        z.object({ kind: z.literal('patron'), patronId: idSchema, name: text }),
        z.object({ kind: z.literal('name'), name: text }),
      ])
      .nullable(),
  }),
  library: z.object({ branch: text, category: text }),
  preferences: z.object({
    reservationReady: channel,
    dueSoon: channel,
    overdue: channel,
    keepLoanHistory: z.boolean(),
  }),
  note: z.object({ staffNote: text }),
} as const satisfies { [S in SectionId]: z.ZodType<SectionValues<S>> };

const tagged = <T extends z.ZodType>(values: T) => z.object({ values, tag: tagSchema });

/** Every section's stored values with the tag of their version. */
export const taggedSectionsSchema = z.object({
  personal: tagged(storedSectionSchemas.personal),
  contact: tagged(storedSectionSchemas.contact),
  address: tagged(storedSectionSchemas.address),
  card: tagged(storedSectionSchemas.card),
  guarantor: tagged(storedSectionSchemas.guarantor),
  library: tagged(storedSectionSchemas.library),
  preferences: tagged(storedSectionSchemas.preferences),
  note: tagged(storedSectionSchemas.note),
});
export type TaggedSections = z.infer<typeof taggedSectionsSchema>;
