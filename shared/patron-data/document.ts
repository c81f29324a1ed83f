// The patron data file: everything that a library keeps about one patron, as that patron gets it.
import { z } from 'zod';
import { amountSchema, dateSchema, idSchema, timeSchema } from '../primitives.ts';
import {
  agreementSchema,
  debtSchema,
  loanSchema,
  notificationSchema,
  reservationSchema,
} from '../patrons/patron.ts';
import { storedSectionSchemas } from '../patrons/stored.ts';

export const PATRON_DATA_FORMAT = 'urn:circdesk:patron-data:1';

export const patronDataFileSchema = z.object({
  format: z.literal(PATRON_DATA_FORMAT),
  madeAt: timeSchema,
  /** The server compiled it, or a desk from its copy as of a time. */
  madeFrom: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('server') }),
    z.object({ kind: z.literal('copy'), asOf: timeSchema }),
  ]),
  library: z.object({ id: z.string(), name: z.string(), currency: z.string() }),
  /** What the library keeps but this file leaves out, with the reason. */
  leftOut: z.array(z.object({ what: z.string(), why: z.string() })),
  patron: z.object({
    id: idSchema,
    createdAt: timeSchema,
    changedAt: timeSchema,
    ageGroup: z.string(),
    personal: storedSectionSchemas.personal,
    contact: storedSectionSchemas.contact,
    address: storedSectionSchemas.address,
    card: storedSectionSchemas.card,
    guarantor: z.object({ name: z.string().nullable() }),
    library: z.object({ branch: z.string(), category: z.string() }),
    preferences: storedSectionSchemas.preferences,
    note: storedSectionSchemas.note,
  }),
  /** What the server keeps besides, under its own names. */
  further: z.array(z.object({ name: z.string(), value: z.string() })).optional(),
  blocks: z.array(
    z.object({
      comment: z.string(),
      blockedAt: timeSchema,
      liftedAt: timeSchema.nullable(),
      liftComment: z.string().nullable(),
    }),
  ),
  debtBlock: z.object({ amount: amountSchema, limit: amountSchema }).nullable(),
  loans: z.array(loanSchema.omit({ id: true })),
  /** Only where the patron wants it kept. */
  loanHistory: z.array(
    z.object({ title: z.string(), author: z.string(), loanedAt: timeSchema, returnedAt: timeSchema }),
  ),
  reservations: z.array(reservationSchema.omit({ id: true })),
  debts: z.array(debtSchema.omit({ id: true })),
  payments: z.array(z.object({ paidAt: timeSchema, amount: amountSchema, description: z.string() })),
  notifications: z.array(notificationSchema.omit({ id: true })),
  agreements: z.array(agreementSchema.omit({ id: true })),
  /** Who looked, changed and exported: by role, never by name. */
  processing: z.array(z.object({ what: z.string(), at: timeSchema, by: z.string() })),
  /** Where data came from that the patron did not give. */
  sources: z.array(z.object({ what: z.string(), from: z.string(), on: dateSchema })),
});

export type PatronDataFile = z.infer<typeof patronDataFileSchema>;
