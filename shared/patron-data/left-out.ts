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
    why: 'They are copies of what is in this file, or of what was in it earlier, kept for a time so that nothing is done twice.',
  },
  backups: {
    what: 'Backups, and the encrypted copies on desks',
    why: 'They are copies of what is in this file, or of what was in it earlier, until newer ones take their place.',
  },
  notInCopy: {
    what: 'Loan history, lifted blocks, payments, notifications, agreements, sources, failed sign-ins, and who looked at the record',
    why: 'A desk made this file from its own copy, which does not hold them. Ask again when the central server can be reached.',
  },
  staff: {
    what: 'Staff: their names, and what they did',
    why: "Names are data of other people. Who looked at, changed and exported the record is not told by the library's own system; ask the library.",
  },
  relatedPatrons: {
    what: 'Guarantors, and those whose guarantor this patron is',
    why: "They are data of other people, and the library's own system does not tell who they are. Ask the library.",
  },
  sentMessages: {
    what: 'Notifications that were sent, and which are to be sent how',
    why: "The library's own system keeps them, but does not tell them. Ask the library.",
  },
  acceptedAgreements: {
    what: 'Agreements accepted, and where data came from that the patron did not give',
    why: "The library's own system does not tell them. Ask the library.",
  },
  restrictions: {
    what: "Comments of restrictions set in the library's own system, and restrictions of before",
    why: "The library's own system keeps them, but does not tell them. Ask the library.",
  },
  liftedBlocks: {
    what: 'Blocks that were lifted',
    why: 'They are not kept.',
  },
  activity: {
    what: 'Reservations of before, lists, suggestions, reviews, searches',
    why: "The library's own system may keep them, but they are not fetched from it for this file. Ask the library.",
  },
  blocksElsewhere: {
    what: 'Blocks of other libraries on the same server',
    why: 'Each library answers for its own. Ask there.',
  },
  serviceKeys: {
    what: 'Keys to services of others, such as e-books',
    why: 'They are secret, like a PIN.',
  },
  unseenLoans: {
    what: 'Loans, and loans of before',
    why: "Who made this file has no right to see them in the library's own system. Ask the library.",
  },
  unseenDebts: {
    what: 'Debts and payments',
    why: "Who made this file has no right to see them in the library's own system. Ask the library.",
  },
} as const;

export type LeftOutId = keyof typeof REASONS;
export const LEFT_OUT_IDS = Object.keys(REASONS) as [LeftOutId, ...LeftOutId[]];

/** Of every file that our own server compiles. */
const OURS = [
  'pin',
  'staffNames',
  'otherPatrons',
  'otherLibraries',
  'internalMarks',
  'storedAnswers',
  'backups',
] as const satisfies LeftOutId[];

export const leftOutIdSchema = z.enum(LEFT_OUT_IDS);
export const leftOutSchema = z.object({
  id: leftOutIdSchema,
  what: z.string().describe('In English.'),
  why: z.string().describe('In English.'),
});
export type LeftOut = z.infer<typeof leftOutSchema>;

export const leaveOut = (id: LeftOutId): LeftOut => ({ id, ...REASONS[id] });

/** Of a file that the server compiled. */
export const LEFT_OUT_BY_SERVER: LeftOut[] = OURS.map(leaveOut);
/** Of a file that a desk made from its copy of such a server: first what only the server has. */
export const leftOutOfCopy = (byServer: readonly LeftOutId[]): LeftOut[] =>
  (['notInCopy', ...byServer] as const).map(leaveOut);
