// An act of staff as the outbox keeps it: what was done, by whom, on what it was based, and what became of it.
import { z } from 'zod';
import { staffSchema } from '../../shared/central/contract.ts';
import { requesterSchema } from '../../shared/patron-data/requester.ts';
import { commentSchema, isSomebodyElse, type Registered } from '../../shared/patrons/patron.ts';
import { fieldConflictSchema, refusalSchema } from '../../shared/ipc/errors.ts';
import { fieldValuesSchema, sectionIdSchema, taggedValuesSchema } from '../../shared/patrons/sections.ts';
import { countSchema, deskMadeIdSchema, idSchema, tagSchema, timeSchema } from '../../shared/primitives.ts';

/** What was done. A PIN and a deletion never wait, so they are no kinds here. */
export const deedSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('saveSection'),
    section: sectionIdSchema,
    /** What staff saw when they opened the section. */
    base: taggedValuesSchema,
    changes: fieldValuesSchema,
  }),
  z.object({ kind: z.literal('block'), comment: commentSchema }),
  z.object({ kind: z.literal('unblock'), blocks: z.array(idSchema).min(1), comment: commentSchema }),
]);
export type Deed = z.infer<typeof deedSchema>;

/** Version of the deed's shape, for acts that wait through an upgrade. */
export const DEED_VERSION = 1;

/** Each act is in exactly one of these. `sent` means that the answer is unknown. */
export const ACT_STATES = ['waiting', 'sent', 'confirmed', 'conflict', 'refused', 'withdrawn'] as const;

/** Somebody has to deal with them. */
export const UNDECIDED: readonly (typeof ACT_STATES)[number][] = ['conflict', 'refused'];

export const outboxActSchema = z.object({
  id: deskMadeIdSchema,
  /** Of this attempt and all its retries. */
  key: deskMadeIdSchema,
  /** The order in which staff acted at this desk. */
  sequence: countSchema,
  library: z.string(),
  patronId: idSchema,
  /** As the list of acts shows it, kept so that the list can be read when the patron is gone from the copy. */
  patronName: z.string(),
  /** When that patron was registered: a server may give the number of a deleted one to another. */
  patronSince: timeSchema.optional(),
  /** In whose view of patrons it was done, see copy-view.ts; unknown of an act from before the desk kept it. */
  view: z.string().optional(),
  staff: staffSchema,
  actedAt: timeSchema,
  /** The server's clock minus this desk's, in ms, as last measured; null when never. */
  clockDistance: z.int().nullable(),
  deedVersion: countSchema,
  deed: deedSchema,
  state: z.enum(ACT_STATES),
  /** The tag that the next attempt is judged against: the base's, or a newer one after a merge or a chain. */
  tag: tagSchema.nullable(),
  /** Changes of the next attempt, where staff decided on others than the deed's. */
  changes: fieldValuesSchema.nullable(),
  tries: countSchema,
  /** When the record had last changed at the server before the attempt went out, where it may have to be known. */
  recordTime: z.string().optional(),
  /** When the server first failed at it, by its clock, having changed nothing. */
  failingSince: timeSchema.optional(),
  /** With `confirmed`: the answer's epoch and head; the overlay stays until the copy has passed that head. */
  confirmed: z.object({ epoch: z.string(), head: countSchema, at: timeSchema }).nullable(),
  /** With `conflict`: what the section holds now, and the fields changed on both sides. */
  conflict: z.object({ current: taggedValuesSchema, fields: z.array(fieldConflictSchema) }).nullable(),
  /** With `refused`: why, what IT wants to know of it, and the fields that it names. */
  refusal: refusalSchema.nullable(),
  /** The patron was deleted: id, key and kind are left, what was typed is gone. Never sent again. */
  wiped: z.boolean(),
});
export type OutboxAct = z.infer<typeof outboxActSchema>;

/** As whom staff saw the patron; unknown of an act from before the desk kept it. */
export const seenAs = ({ patronName, patronSince }: OutboxAct): Registered | undefined =>
  patronSince === undefined ? undefined : { name: patronName, createdAt: patronSince };

/** Whether an act is about this patron, not about a former one whose id the server gave to them. */
export const isDoneTo = (patron: Registered) => (act: OutboxAct) => {
  const seen = seenAs(act);
  return !seen || !isSomebodyElse(seen, patron);
};

/** An act as it comes into the outbox, which gives it its sequence. */
export type NewAct = Omit<OutboxAct, 'sequence' | 'wiped'>;

/** What may change of an act once it is in the outbox. */
export type ActUpdate = Partial<
  Pick<
    OutboxAct,
    | 'state'
    | 'key'
    | 'tag'
    | 'changes'
    | 'tries'
    | 'recordTime'
    | 'failingSince'
    | 'confirmed'
    | 'conflict'
    | 'refusal'
  >
>;

/** A look or export made from the copy, on its way to the server's audit log; not counted among the acts. */
export const logEventSchema = z.object({
  id: deskMadeIdSchema,
  kind: z.enum(['looked', 'exported']),
  library: z.string(),
  patronId: idSchema,
  staff: staffSchema,
  at: timeSchema,
  /** With an export: who asked for it. */
  requester: requesterSchema.optional(),
});
export type LogEvent = z.infer<typeof logEventSchema>;
