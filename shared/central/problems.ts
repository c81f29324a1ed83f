// Problem details (RFC 9457) of the central server's contract: their types, and what each carries.
import { z } from 'zod';
import { timeSchema } from '../primitives.ts';
import { obstaclesSchema, refusalReasonSchema } from '../patrons/patron.ts';
import { fieldIssueSchema, taggedValuesSchema } from '../patrons/sections.ts';
import { permissionSchema } from '../permissions.ts';

/** Each type's URN is `urn:circdesk:problem:` and its name here. */
export const PROBLEMS = {
  'wrong-credentials': { status: 401, title: 'Username or password is wrong.' },
  'signed-out': { status: 401, title: 'The session has ended.' },
  'account-locked': { status: 423, title: 'This staff account is locked for a while.' },
  'desk-revoked': { status: 403, title: 'This desk may no longer use this server.' },
  'not-permitted': { status: 403, title: 'The permission for this is missing.' },
  'not-found': { status: 404, title: 'There is nothing at this address.' },
  'patron-gone': { status: 410, title: 'The patron has been deleted at this library.' },
  'not-deletable': { status: 409, title: 'Something stands in the way of deleting the patron.' },
  'not-blocked': { status: 409, title: 'None of the named blocks is in force.' },
  refused: { status: 409, title: 'A block refuses this service to the patron.' },
  'stale-tag': { status: 412, title: 'The section or patron has changed since it was read.' },
  'tag-required': { status: 428, title: 'This act needs If-Match.' },
  'key-required': { status: 428, title: 'This act needs an Idempotency-Key.' },
  'key-reused': { status: 422, title: 'This Idempotency-Key was used for another act.' },
  'already-done': { status: 409, title: 'This act was done so long ago that its answer is no longer kept.' },
  'other-epoch': { status: 409, title: 'The server was restored from a backup since this desk last asked.' },
  'cursor-too-old': { status: 410, title: 'Deletions after this cursor are no longer known; fill anew.' },
  'cursor-unknown': { status: 409, title: 'This cursor is beyond the newest change.' },
  invalid: { status: 422, title: 'Some values are not allowed.' },
  'bad-request': { status: 400, title: 'The request has not the expected shape.' },
  'too-large': { status: 413, title: 'The request is too large.' },
  'too-many': { status: 429, title: 'Too many requests.' },
  internal: { status: 500, title: 'The server failed.' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemName = keyof typeof PROBLEMS;
export const PROBLEM_NAMES = Object.keys(PROBLEMS) as [ProblemName, ...ProblemName[]];

const URN = 'urn:circdesk:problem:';
export const problemType = (name: ProblemName) => `${URN}${name}` as const;

export const problemSchema = z.object({
  type: z.enum(PROBLEM_NAMES.map(problemType) as [string, ...string[]]),
  title: z.string(),
  status: z.int().min(400).max(599),
  /** Words for IT about this one occurrence. */
  detail: z.string().optional(),
  /** With `invalid`: which fields, and what is wrong with each. */
  fields: z.array(fieldIssueSchema).optional(),
  /** With `not-deletable`: how many of each stand in the way. */
  obstacles: obstaclesSchema.optional(),
  /** With `refused`: which blocks. */
  reasons: z.array(refusalReasonSchema).optional(),
  /** With `stale-tag` on a section: what the section holds now. */
  current: taggedValuesSchema.optional(),
  /** With `already-done`; and with `patron-gone`, where the act had been done before the patron was deleted. */
  applied: z.boolean().optional(),
  /** With `not-permitted`: the permission that is missing. */
  permission: permissionSchema.optional(),
  /** With `account-locked` and `too-many`. */
  retryAt: timeSchema.optional(),
});
export type Problem = z.infer<typeof problemSchema>;

/** The name of a problem's type, or undefined where it is none of ours. */
export function problemName(type: string): ProblemName | undefined {
  const name = type.startsWith(URN) ? type.slice(URN.length) : '';
  return PROBLEM_NAMES.find((known) => known === name);
}
