// Who asks for a patron's data, as staff checked it before they saved the file. The answer is logged with the export.
import { z } from 'zod';
import type { Patron } from '../patrons/patron.ts';

/** `unchecked`: nobody asked staff; `patron`: the patron, or who may act for them; `guardian`: the legal guardian. */
export const REQUESTERS = ['unchecked', 'patron', 'guardian'] as const;
export const requesterSchema = z.enum(REQUESTERS);
export type Requester = z.infer<typeof requesterSchema>;

/** Who may have asked, by the patron's age group. Being a guarantor is never enough. */
export function requestersFor(ageGroup: Patron['ageGroup']): readonly Requester[] {
  switch (ageGroup) {
    case 'child':
      return ['guardian'];
    case 'youth':
      return ['patron', 'guardian'];
    case 'adult':
    case 'unknown':
      return ['unchecked', 'patron'];
  }
}
