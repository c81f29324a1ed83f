// What windows are told of the desk's copy, of its outbox, and of how they stand with the central server.
import { z } from 'zod';
import { staffSchema } from '../central/contract.ts';
import { patronSchema } from '../patrons/patron.ts';
import { fieldValuesSchema, sectionIdSchema, taggedValuesSchema } from '../patrons/sections.ts';
import { countSchema, idSchema, timeSchema } from '../primitives.ts';
import { ERROR_CODES, fieldConflictSchema, refusalSchema } from './errors.ts';

/** How many acts were rescued from a damaged outbox, and how many lost; null where nobody can say. */
export const rescueSchema = z.object({
  rescued: countSchema,
  lost: countSchema.nullable(),
  /** Looks and exports on their way to the audit log. */
  looksLost: countSchema.nullable(),
});
export type Rescue = z.infer<typeof rescueSchema>;

export const syncStateSchema = z.object({
  /** Whether the server answered when last asked. */
  online: z.boolean(),
  /** When the copy last equalled the server; null before it ever did. */
  asOf: timeSchema.nullable(),
  /** A first fill under way. */
  fill: z
    .object({
      arrived: countSchema,
      total: countSchema,
      secondsLeft: countSchema.nullable(),
      paused: z.boolean(),
    })
    .nullable(),
  /** Acts that the server has not confirmed, and acts that need a decision. */
  waiting: countSchema,
  undecided: countSchema,
  /** Staff whose acts wait until they sign in again. */
  waitingFor: z.array(z.object({ name: z.string(), acts: countSchema })),
  /** Why the last attempt to sync failed, where the server was there. */
  problem: z.enum(ERROR_CODES).nullable(),
  /** Patrons taken out of the copy since the server no longer shows them, until staff have noted it. */
  unseen: countSchema,
  /** Records from the server that could not be read. */
  setAside: countSchema,
  /** The outbox was damaged, and nobody has noted it yet. */
  rescue: rescueSchema.nullable(),
  /** Nothing is kept once the program ends. */
  memoryOnly: z.boolean(),
});
export type SyncState = z.infer<typeof syncStateSchema>;

/** Why the desk's files can't be opened, and how many acts are known to wait in them. */
export const startTroubleSchema = z.object({
  kind: z.enum(['noKeyring', 'forgottenKey', 'newerFiles', 'unusable']),
  waiting: countSchema.nullable(),
});
export type StartTrouble = z.infer<typeof startTroubleSchema>;

/** An act of this desk, with everything that was typed. */
export const deskActSchema = z.object({
  id: idSchema,
  actedAt: timeSchema,
  staff: staffSchema.pick({ id: true, name: true }),
  state: z.enum(['waiting', 'sent', 'confirmed', 'conflict', 'refused', 'withdrawn']),
  kind: z.enum(['saveSection', 'block', 'unblock']),
  section: sectionIdSchema.nullable(),
  patronId: idSchema,
  patronName: z.string(),
  /** Of a patron whom the server doesn't show to who is here: all that would tell of them is left out. */
  unseen: z.boolean(),
  /** What it was based on and what it changes, or what its comment says. */
  base: fieldValuesSchema,
  changes: fieldValuesSchema,
  comment: z.string(),
  /** It waits until its author signs in again. */
  needsAuthor: z.boolean(),
  /** Whose earlier act on the same patron has to go out, once they sign in, or to be decided before it. */
  heldBy: z.object({ name: z.string(), state: z.enum(['needsAuthor', 'undecided']) }).nullable(),
  /** It waits, and the server can't have heard of it. */
  neverLeft: z.boolean(),
  confirmedAt: timeSchema.nullable(),
  conflict: z.object({ current: taggedValuesSchema, fields: z.array(fieldConflictSchema) }).nullable(),
  refusal: refusalSchema.nullable(),
});
export type DeskAct = z.infer<typeof deskActSchema>;

/** A patron as a window shows one: the server's record, with what this desk did laid over it. */
export const patronViewSchema = z.object({
  patron: patronSchema,
  /** Acts of this desk that the server has not confirmed, or that need a decision. */
  acts: z.array(deskActSchema),
  /** When the record was the server's; null for one that was just read from it. */
  asOf: timeSchema.nullable(),
});
export type PatronView = z.infer<typeof patronViewSchema>;

/** What became of an act by the time the window is told. */
export const savedSchema = z.object({ saved: z.enum(['confirmed', 'waiting']) });
export type Saved = z.infer<typeof savedSchema>['saved'];
