// What an endpoint of the central server's contract is: who may ask, with what, and what it answers. The parts that
// several endpoints share stand here too.
import { z } from 'zod';
import type { Permission } from '../permissions.ts';
import { countSchema, deskMadeIdSchema, idSchema, timeSchema } from '../primitives.ts';
import type { ProblemName } from './problems.ts';

/** Headers that every answer carries: which history the server is in, its newest change, its newest backed-up one. */
export const ANSWER_HEADERS = {
  epoch: 'circdesk-epoch',
  head: 'circdesk-head',
  durable: 'circdesk-durable',
} as const;

/** Headers that every act carries. `key` is one attempt's; `act` is the act's for life. */
export const ACT_HEADERS = {
  key: 'idempotency-key',
  act: 'circdesk-act',
  actedAt: 'circdesk-acted-at',
  epoch: 'circdesk-epoch',
  /** Of the body's shape, for acts that waited through an upgrade of their desk. */
  version: 'circdesk-act-version',
} as const;
/** The newest shape of acts; a server takes the one before too. */
export const ACT_VERSION = 1;

/** Which desk asks. On every request of a desk, so that one that was revoked hears of it at its next contact. */
export const DESK_HEADER = 'circdesk-desk';

export const actHeadersSchema = z.object({
  [ACT_HEADERS.key]: deskMadeIdSchema,
  [ACT_HEADERS.act]: deskMadeIdSchema,
  [ACT_HEADERS.actedAt]: timeSchema,
  [ACT_HEADERS.epoch]: z.string().min(1).max(100),
  [ACT_HEADERS.version]: z.coerce.number().int().min(1).max(ACT_VERSION).default(ACT_VERSION),
});

/** An answer to an act: the history's marks beside the act's own value, stored and repeated with its key. */
export const actAnswer = <T extends z.ZodType>(value: T) =>
  z.object({ epoch: z.string(), head: countSchema, durable: countSchema, value });

export const patronPath = z.object({ patronId: idSchema });
export const pageSize = (max: number, standard: number) =>
  z.coerce.number().int().min(1).max(max).default(standard);

export interface Endpoint {
  method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  path: string;
  summary: string;
  /** Who may ask: anybody, or a session. An act carries keys. */
  auth: 'none' | 'session' | 'act';
  /** May wait at a desk while its author is signed out: a push-only grant will do, for the acts that it names. */
  byGrant?: true;
  permission?: Permission;
  /** `required` where an act is judged against the tag in If-Match. */
  ifMatch?: 'required';
  params?: z.ZodObject;
  query?: z.ZodObject;
  body?: z.ZodObject;
  status: 200 | 201;
  answer: z.ZodType;
  /** What a desk takes for an answer where it judges what is inside one by one. */
  believed?: z.ZodType;
  problems: readonly ProblemName[];
}

export const KEY_PROBLEMS = ['key-required', 'key-reused', 'already-done', 'other-epoch'] as const;
/** Of an act on a patron. */
export const PATRON_PROBLEMS = [...KEY_PROBLEMS, 'patron-gone', 'not-found'] as const;
/** Of an act on a patron that brings something to be judged. */
export const ACT_PROBLEMS = [...PATRON_PROBLEMS, 'invalid'] as const;
