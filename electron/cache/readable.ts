// Whether an act in the outbox is one that this version understands. Another version may have written what it isn't: it's
// neither sent nor laid over anything then, holds up no other patron's acts, and stays, whole, for somebody to look at.
import { DEED_VERSION, outboxActSchema, type OutboxAct } from './act.ts';

export const isReadable = (act: OutboxAct): boolean =>
  act.deedVersion === DEED_VERSION && outboxActSchema.safeParse(act).success;
