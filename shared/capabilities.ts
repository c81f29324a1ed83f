// What a central server can do for a desk, as windows are told of it. What isn't offered has its reason; servers
// differ in nothing else that a window has to know.
import { z } from 'zod';
import { LEFT_OUT_BY_SERVER, leftOutIdSchema } from './patron-data/left-out.ts';
import { CARD_STATES, sectionIdSchema } from './patrons/sections.ts';

export const FEATURES = [
  'loans',
  'reservations',
  'debts',
  'notifications',
  'agreements',
  'guarantors',
  'editing',
  'pin',
  'blocking',
  'deletion',
  /** Acts that wait go out while their author is away. */
  'pushInAbsence',
  /** Who looked and who exported is written down at the server. */
  'auditLog',
] as const;
export type Feature = (typeof FEATURES)[number];

/** What a right at the server is for, in words that a window has. */
export const RIGHTS = [
  'seePatrons',
  'changePatrons',
  'deletePatrons',
  'loans',
  'reservations',
  'debts',
  'titles',
  'other',
] as const;

/** A right that the server's own administrator gives, by its name there. */
export const missingRightSchema = z.object({ permission: z.string().max(200), right: z.enum(RIGHTS) });
export type MissingRight = z.infer<typeof missingRightSchema>;

/** `notThere`: the server has nothing of the kind. `missingRight`: this account may not. */
export const reasonSchema = z.discriminatedUnion('why', [
  z.object({ why: z.literal('notThere') }),
  z.object({ why: z.literal('missingRight'), ...missingRightSchema.shape }),
]);
export type Reason = z.infer<typeof reasonSchema>;

export const capabilitiesSchema = z.object({
  /** The server's system, by the name that staff know it by. */
  system: z.string(),
  missing: z.partialRecord(z.enum(FEATURES), reasonSchema),
  /** The fields that the server has of a section; none: it has nothing of it. A section that isn't named has all. */
  fields: z.partialRecord(sectionIdSchema, z.array(z.string())),
  /** The most rows that a list can have, where that is fewer than usual. */
  rows: z.partialRecord(z.enum(['phones', 'emails', 'otherAddresses', 'cards']), z.int().min(1)),
  cardStates: z.array(z.enum(CARD_STATES)),
  /** A patron may have chosen no language: `und`. */
  noLanguage: z.boolean(),
  /**
   * `enforced`: the server refuses services. `note`: it keeps the block and refuses nothing. `cardLost`: it marks the
   * card as lost, at all its libraries.
   */
  block: z.enum(['enforced', 'note', 'cardLost']),
  /** The longest comment of a block that the server can keep, in characters. */
  blockComment: z.int().min(1),
  /** Whether the comment of an unblock is kept by the server. */
  unblockComment: z.boolean(),
  /** `shared`: an account is one and the same at all libraries of the server, and deleted for all of them. */
  accounts: z.enum(['perLibrary', 'shared']),
  /** What its patron data file leaves out. */
  leftOut: z.array(leftOutIdSchema),
});
export type Capabilities = z.infer<typeof capabilitiesSchema>;

/** Our own server's. */
export const EVERYTHING: Capabilities = {
  system: 'Circdesk',
  missing: {},
  fields: {},
  rows: {},
  cardStates: [...CARD_STATES],
  noLanguage: false,
  block: 'enforced',
  blockComment: 2000,
  unblockComment: true,
  accounts: 'perLibrary',
  leftOut: LEFT_OUT_BY_SERVER.map(({ id }) => id),
};
