// What the patron data file leaves out, with the reason. A file names those that hold for it; its PDF says them in the
// patron's language.
import { z } from 'zod';

const REASONS = {
  pin: {
    what: 'PIN',
    why: 'It is secret, and kept only in a form that it can not be read from.',
  },
  staffNames: {
    what: 'Names of staff',
    why: 'They are data of other people. What staff did is listed, with their role.',
  },
  otherPatrons: {
    what: 'Records of other patrons: a linked guarantor, and those whose guarantor this patron is',
    why: 'They are data of other people. The name of the own guarantor is here as it stands in this record, and the number of the others.',
  },
  otherLibraries: {
    what: 'Accounts at other libraries',
    why: 'Each library answers for its own accounts. Ask there.',
  },
  internalMarks: {
    what: 'Internal numbers, versions and search words',
    why: 'They only tell programs what belongs together, and are made from what is in this file.',
  },
  storedAnswers: {
    what: 'Answers kept for requests that may come twice',
    why: 'They are copies of what is in this file, kept for a time so that nothing is done twice.',
  },
  backups: {
    what: 'Backups, and the encrypted copies on desks',
    why: 'They are copies of what is in this file, or of what was in it earlier, until newer ones take their place.',
  },
  notInCopy: {
    what: 'Loan history, lifted blocks, payments, notifications, agreements, sources, failed sign-ins, and who looked at the record',
    why: 'A desk made this file from its own copy, which does not hold them. Ask again when the central server can be reached.',
  },
} as const;

export type LeftOutId = keyof typeof REASONS;
export const LEFT_OUT_IDS = Object.keys(REASONS) as [LeftOutId, ...LeftOutId[]];

export const leftOutSchema = z.object({
  id: z.enum(LEFT_OUT_IDS),
  what: z.string().describe('In English.'),
  why: z.string().describe('In English.'),
});
export type LeftOut = z.infer<typeof leftOutSchema>;

const leaveOut = (id: LeftOutId): LeftOut => ({ id, ...REASONS[id] });

/** Of a file that the server compiled. */
export const LEFT_OUT_BY_SERVER: LeftOut[] = LEFT_OUT_IDS.filter((id) => id !== 'notInCopy').map(leaveOut);
/** Of a file that a desk made from its copy: first what only the server has. */
export const LEFT_OUT_OF_COPY: LeftOut[] = [leaveOut('notInCopy'), ...LEFT_OUT_BY_SERVER];
