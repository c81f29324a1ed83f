// The patron data file: everything that a library keeps about one patron, as that patron gets it. Its schema is
// published (docs/patron-data.schema.json): a change here is a new version. Its shapes are its own, and looser than
// those that edits are judged by: whatever is stored is shown as it is.
import { z } from 'zod';
import { AUDIT_KINDS } from '../audit.ts';
import { DEBT_KINDS } from '../patrons/patron.ts';
import { CARD_STATES, CHANNELS, GENDERS, sectionIdSchema } from '../patrons/sections.ts';
import { amountSchema, countSchema, dateSchema, idSchema, timeSchema } from '../primitives.ts';
import { leftOutSchema } from './left-out.ts';

/** Another number where a reader of the one before would no longer understand it. */
export const PATRON_DATA_FORMAT = 'urn:circdesk:patron-data:2';
/** The second number counts additions that such a reader may pass over. */
export const PATRON_DATA_VERSION = '2.1';

const channelSchema = z.enum(CHANNELS);
const addressSchema = z.object({
  line1: z.string(),
  line2: z.string(),
  postcode: z.string(),
  town: z.string(),
  country: z.string().describe('ISO 3166-1 alpha-2, or empty where it is not known.'),
});

const patronSchema = z.object({
  id: idSchema,
  createdAt: timeSchema,
  changedAt: timeSchema,
  ageGroup: z.enum(['child', 'youth', 'adult', 'unknown']),
  personal: z.object({
    nationalId: z.string(),
    givenName: z.string(),
    familyName: z.string(),
    birthDate: dateSchema.nullable(),
    gender: z.enum(GENDERS),
    language: z.string().describe('BCP 47, such as `sv`.'),
  }),
  contact: z.object({
    phones: z.array(z.string()),
    emails: z.array(z.string()),
    preferredChannel: channelSchema.nullable(),
  }),
  address: addressSchema.extend({ otherAddresses: z.array(addressSchema) }),
  card: z
    .object({ cards: z.array(z.object({ number: z.string(), state: z.enum(CARD_STATES) })) })
    .describe('The card in use and former ones.'),
  guarantor: z
    .object({ name: z.string(), linked: z.boolean().describe('The guarantor is a patron of this library.') })
    .nullable(),
  guarantorForCount: countSchema.nullable().describe('How many patrons this one is guarantor for.'),
  library: z.object({ branch: z.string(), category: z.string() }).describe('By their names.'),
  preferences: z.object({
    reservationReady: channelSchema.nullable(),
    dueSoon: channelSchema.nullable(),
    overdue: channelSchema.nullable(),
    keepLoanHistory: z.boolean(),
  }),
  note: z.object({ staffNote: z.string() }).describe('What staff noted.'),
});

const blockSchema = z.object({
  comment: z.string(),
  blockedAt: timeSchema,
  liftedAt: timeSchema.nullable(),
  liftComment: z.string().nullable(),
  keptUntil: timeSchema.nullable().describe('When a lifted block is forgotten.'),
});
const loanSchema = z.object({
  title: z.string(),
  author: z.string(),
  itemBarcode: z.string(),
  branch: z.string(),
  loanedAt: timeSchema,
  dueAt: timeSchema,
  renewals: countSchema,
});
const reservationSchema = z.object({
  title: z.string(),
  author: z.string(),
  pickupBranch: z.string(),
  placedAt: timeSchema,
  state: z.enum(['waiting', 'inTransit', 'ready']),
  queuePosition: countSchema.nullable(),
  keptUntil: dateSchema.nullable().describe('Until when a ready one is kept on the shelf.'),
});
const debtSchema = z.object({
  kind: z.enum(DEBT_KINDS),
  description: z.string(),
  amount: amountSchema.describe('What is still to pay.'),
  createdAt: timeSchema,
});
const agreementSchema = z.object({
  kind: z.enum(['terms', 'privacy', 'internet', 'photo']),
  version: z.string(),
  acceptedAt: timeSchema,
  withdrawnAt: timeSchema.nullable(),
});
const furtherSchema = z.object({ name: z.string(), value: z.string() });
const sourceSchema = z.object({ what: z.string(), from: z.string(), on: dateSchema });
const failedSignInSchema = z.object({
  cardNumber: z.string(),
  failures: countSchema,
  lastAt: timeSchema,
  lockedUntil: timeSchema.nullable(),
});

/** Parts that may hold tens of thousands of rows: they go page by page, newest first. */
export const longPartSchemas = {
  loanHistory: z.object({
    title: z.string(),
    author: z.string(),
    loanedAt: timeSchema,
    returnedAt: timeSchema,
  }),
  payments: z.object({ paidAt: timeSchema, amount: amountSchema, description: z.string() }),
  notifications: z.object({
    kind: z.enum(['reservationReady', 'dueSoon', 'overdue', 'invoice', 'welcome']),
    channel: z.enum(['email', 'sms', 'letter']),
    recipient: z.string(),
    subject: z.string(),
    sentAt: timeSchema,
    state: z.enum(['sent', 'failed']),
  }),
  processing: z.object({
    kind: z.enum(AUDIT_KINDS),
    detail: z.string().describe('What was looked at or changed, or where it was done from; never a value.'),
    at: timeSchema,
    by: z.literal('staff').describe('The role of who did it.'),
    keptUntil: timeSchema.describe('When this entry is forgotten.'),
  }),
} as const;
export const LONG_PARTS = [
  'loanHistory',
  'payments',
  'notifications',
  'processing',
] as const satisfies LongPart[];
export const longPartSchema = z.enum(LONG_PARTS);
export type LongPart = keyof typeof longPartSchemas;
export type RowOf<P extends LongPart> = z.infer<(typeof longPartSchemas)[P]>;

/** All that is never long. What a desk's copy doesn't hold is null in a file made from it. */
export const patronDataHeadSchema = z.object({
  madeAt: timeSchema,
  madeFrom: z
    .discriminatedUnion('kind', [
      z.object({ kind: z.literal('server') }),
      z.object({ kind: z.literal('copy'), asOf: timeSchema.nullable() }),
    ])
    .describe('The central server compiled it, or a desk from its own copy as of a time.'),
  library: z.object({ id: z.string(), name: z.string(), currency: z.string(), timeZone: z.string() }),
  leftOut: z
    .array(leftOutSchema)
    .describe('What the library keeps but this file leaves out, with the reason.'),
  patron: patronSchema,
  blocks: z.array(blockSchema).describe('Set by staff, oldest first; from a copy only those in force.'),
  debtBlock: z.object({ amount: amountSchema, limit: amountSchema }).nullable(),
  loans: z.array(loanSchema).nullable().describe('Open ones.'),
  reservations: z.array(reservationSchema),
  debts: z.array(debtSchema).nullable(),
  agreements: z.array(agreementSchema).nullable(),
  sources: z.array(sourceSchema).nullable().describe('Where data came from that the patron did not give.'),
  failedSignIns: z
    .array(failedSignInSchema)
    .nullable()

    .describe(
      'At self-service machines and in the web catalogue. Cards in use are counted together: each has them all.',
    ),
  further: z
    .array(furtherSchema)
    .optional()
    .describe('What else the library’s own system keeps, under its names for it.'),
});

/** What the library says of its processing (GDPR Art. 15(1)), in the patron's language where the program has it. */
export const informationSchema = z.object({
  language: z.enum(['en', 'sv']),
  contact: z.string(),
  dataProtectionOfficer: z.string(),
  purposes: z.array(z.string()),
  recipients: z.array(z.string()),
  retention: z.array(z.string()),
  rights: z.array(z.string()),
  complaintAuthority: z.string(),
});

const waitingFields = { actedAt: timeSchema, state: z.enum(['waiting', 'sent', 'conflict', 'refused']) };
/** What was done at this desk and the server has not taken. */
export const waitingActSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('saveSection'),
    section: sectionIdSchema,
    changes: z.record(z.string(), z.json()),
    ...waitingFields,
  }),
  z.object({ kind: z.literal('block'), comment: z.string(), ...waitingFields }),
  z.object({ kind: z.literal('unblock'), comment: z.string(), ...waitingFields }),
]);

const rows = <P extends LongPart>(part: P, why: string) =>
  z.array(longPartSchemas[part]).nullable().describe(`Newest first. ${why}`);

export const patronDataFileSchema = z
  .object({
    format: z.literal(PATRON_DATA_FORMAT),
    version: z.literal(PATRON_DATA_VERSION),
    information: informationSchema.describe('On the processing: GDPR, Article 15(1).'),
    waiting: z
      .array(waitingActSchema)
      .describe('Done at the desk that made this file, and not yet taken by the server.'),
    ...patronDataHeadSchema.shape,
    loanHistory: rows('loanHistory', 'Kept only where the patron wants it.'),
    payments: rows('payments', 'What was paid, or taken off the debts otherwise.'),
    notifications: rows('notifications', 'What was sent.'),
    processing: rows('processing', 'Who looked at, changed and exported the record.'),
  })
  .describe(
    'Everything that a library keeps about one patron. Times are RFC 3339 in UTC (the first moment of 1970 stands for one that the library’s own system does not tell), amounts whole minor units (cents, öre) of the library’s currency. `null` stands for what this file can not say; `leftOut` says why.',
  );

export type PatronDataHead = z.infer<typeof patronDataHeadSchema>;
export type PatronDataFile = z.infer<typeof patronDataFileSchema>;
export type Information = z.infer<typeof informationSchema>;
export type WaitingAct = z.infer<typeof waitingActSchema>;
