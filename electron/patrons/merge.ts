// What becomes of an edit whose section has changed at the server since staff opened it: fields changed on one
// side only merge; the same field changed on both is put before staff.
import { isDeepStrictEqual } from 'node:util';
import type { FieldConflict } from '../../shared/ipc/errors.ts';
import type { FieldValues } from '../../shared/patrons/sections.ts';

export interface Merge {
  /** Changes to send on top of the current values; empty where the other side made the same ones. */
  changes: FieldValues;
  conflicts: FieldConflict[];
}

/** `base` is what staff saw, `changes` what they made of it, `current` what the server holds now. */
export function mergeEdit(base: FieldValues, changes: FieldValues, current: FieldValues): Merge {
  const merge: Merge = { changes: {}, conflicts: [] };
  for (const [field, mine] of Object.entries(changes)) {
    const [was, theirs] = [base[field] ?? null, current[field] ?? null];
    if (isDeepStrictEqual(theirs, mine)) continue;
    if (isDeepStrictEqual(theirs, was)) merge.changes[field] = mine;
    else merge.conflicts.push({ field, base: was, mine, theirs });
  }
  return merge;
}
