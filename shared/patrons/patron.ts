// A patron as a library keeps one: the record that the window shows and that a desk's copy will hold.
import { z } from 'zod';
import {
  amountSchema,
  countSchema,
  dateSchema,
  idSchema,
  isVisible,
  tagSchema,
  timeSchema,
} from '../primitives.ts';
import { taggedSectionsSchema } from './stored.ts';

export const blockSchema = z.object({
  id: idSchema,
  comment: z.string(),
  blockedAt: timeSchema,
  /** The name of the member of staff, as colleagues know them. */
  blockedBy: z.string(),
});

/** Blocks of the server's own: in force at all its libraries, set and lifted there only. */
export const SERVER_BLOCKS = ['restricted', 'cardLost', 'incorrectAddress', 'expired'] as const;

/** Set by itself when debts reach the library's limit; only paying lifts it. */
export const debtBlockSchema = z.object({ amount: amountSchema, limit: amountSchema });

export const loanSchema = z.object({
  id: idSchema,
  title: z.string(),
  author: z.string(),
  itemBarcode: z.string(),
  branch: z.string(),
  loanedAt: timeSchema,
  dueAt: timeSchema,
  renewals: countSchema,
});

export const reservationSchema = z.object({
  id: idSchema,
  title: z.string(),
  author: z.string(),
  pickupBranch: z.string(),
  placedAt: timeSchema,
  state: z.enum(['waiting', 'inTransit', 'ready']),
  queuePosition: countSchema.nullable(),
  /** Until when a ready one is kept on the shelf. */
  keptUntil: dateSchema.nullable(),
});

export const DEBT_KINDS = ['overdue', 'lost', 'damaged', 'reservation', 'card', 'other'] as const;
export const debtSchema = z.object({
  id: idSchema,
  kind: z.enum(DEBT_KINDS),
  /** What it is for: a title, or words of staff. */
  description: z.string(),
  /** What is still to pay. */
  amount: amountSchema,
  createdAt: timeSchema,
});

export const patronSchema = z.object({
  id: idSchema,
  library: z.string(),
  tag: tagSchema,
  sections: taggedSectionsSchema,
  ageGroup: z.enum(['child', 'youth', 'adult', 'unknown']),
  /** Blocks in force, oldest first. Lifted ones are in the patron data file only. */
  blocks: z.array(blockSchema),
  debtBlock: debtBlockSchema.nullable(),
  /** `expired` only where the server doesn't tell the day: see `serverBlocksOn`. */
  serverBlocks: z.array(z.enum(SERVER_BLOCKS)).optional(),
  /** The last day of the membership. */
  memberUntil: dateSchema.optional(),
  totalDebt: amountSchema,
  loans: z.array(loanSchema),
  reservations: z.array(reservationSchema),
  debts: z.array(debtSchema),
  /** Patrons of this library whose guarantor this one is. */
  guarantorFor: z.array(z.object({ id: idSchema, name: z.string() })),
  createdAt: timeSchema,
  changedAt: timeSchema,
});

/** One row of a list of hits. */
export const patronSummarySchema = z.object({
  id: idSchema,
  givenName: z.string(),
  familyName: z.string(),
  birthDate: dateSchema.nullable(),
  /** The card in use, if there is one. */
  cardNumber: z.string().nullable(),
  addressLine: z.string(),
  postcode: z.string(),
  town: z.string(),
  category: z.string(),
  branch: z.string(),
  blocked: z.boolean(),
  debtBlocked: z.boolean(),
});

export const notificationSchema = z.object({
  id: idSchema,
  kind: z.enum(['reservationReady', 'dueSoon', 'overdue', 'invoice', 'welcome']),
  channel: z.enum(['email', 'sms', 'letter']),
  recipient: z.string(),
  subject: z.string(),
  sentAt: timeSchema,
  state: z.enum(['sent', 'failed']),
});

export const agreementSchema = z.object({
  id: idSchema,
  kind: z.enum(['terms', 'privacy', 'internet', 'photo']),
  version: z.string(),
  acceptedAt: timeSchema,
  withdrawnAt: timeSchema.nullable(),
});

/** What stands in the way of deleting a patron; all zero when nothing does. */
export const obstaclesSchema = z.object({
  loans: countSchema,
  reservations: countSchema,
  debts: countSchema,
  guarantorFor: countSchema,
});

/** Why a service is refused: a block of staff, or debts at the library's limit. */
export const refusalReasonSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('block'), blockId: idSchema }),
  z.object({ kind: z.literal('debtBlock'), amount: amountSchema, limit: amountSchema }),
]);
const serviceStandingSchema = z.object({ refused: z.boolean(), reasons: z.array(refusalReasonSchema) });

/** What other services (self-service machines, the web catalogue) ask before they serve a patron. */
export const standingSchema = z.object({
  loans: serviceStandingSchema,
  renewals: serviceStandingSchema,
  reservations: serviceStandingSchema,
  signIn: serviceStandingSchema,
  returns: serviceStandingSchema,
  payments: serviceStandingSchema,
});

export type Patron = z.infer<typeof patronSchema>;
export type PatronSummary = z.infer<typeof patronSummarySchema>;
export type Block = z.infer<typeof blockSchema>;
export type DebtBlock = z.infer<typeof debtBlockSchema>;
export type Loan = z.infer<typeof loanSchema>;
export type Reservation = z.infer<typeof reservationSchema>;
export type Debt = z.infer<typeof debtSchema>;
export type Notification = z.infer<typeof notificationSchema>;
export type Agreement = z.infer<typeof agreementSchema>;
export type Obstacles = z.infer<typeof obstaclesSchema>;
export type Standing = z.infer<typeof standingSchema>;

export const commentSchema = z.string().max(2000, 'tooLong').refine(isVisible, 'required');
/** Digits only; how many is the library's rule. */
export const pinSchema = z.string().regex(/^\d{3,20}$/, 'notAPin');

interface Names {
  givenName: string;
  familyName: string;
}

export const nameOf = ({ givenName, familyName }: Names): string =>
  [givenName, familyName].filter((part) => part !== '').join(' ');

/** How a patron is called. */
export const fullName = ({ sections }: Patron): string => nameOf(sections.personal.values);

/** Stands for a time that the library's own system doesn't tell. */
export const LONG_AGO = '1970-01-01T00:00:00.000Z';

/** What tells two patrons apart who had one id, one after the other. */
export interface Registered {
  name: string;
  createdAt: string;
}

export const registeredAs = (patron: Patron): Registered => ({
  name: fullName(patron),
  createdAt: patron.createdAt,
});

/**
 * A server may give a deleted patron's id to a new one. A name that changes is the same patron's, and so is a day of
 * registration that is put right; both at once are somebody else.
 */
export const isSomebodyElse = (before: Registered, now: Registered): boolean =>
  before.createdAt !== now.createdAt && before.name !== now.name;

export function cardInUse({ sections }: Patron): string | undefined {
  return sections.card.values.cards.find(({ state }) => state === 'active')?.number;
}

/** A membership ends by itself, also in a copy that nobody brings in step. `day` is the library's. */
export function serverBlocksOn(
  { serverBlocks = [], memberUntil }: Patron,
  day: string,
): NonNullable<Patron['serverBlocks']> {
  const hasEnded = memberUntil !== undefined && memberUntil < day && !serverBlocks.includes('expired');
  return hasEnded ? [...serverBlocks, 'expired'] : serverBlocks;
}
