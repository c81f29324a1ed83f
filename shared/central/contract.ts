// The central server's contract: every endpoint with its shapes. The reference server registers its routes
// from it, the desk's client takes its types from it, docs/openapi.json is generated from it.
import { z } from 'zod';
import { librarySchema, libraryNameSchema, MOST_PLACES } from '../library.ts';
import { AUDIT_KINDS } from '../audit.ts';
import { longPartSchema, longPartSchemas, patronDataHeadSchema } from '../patron-data/document.ts';
import { requesterSchema } from '../patron-data/requester.ts';
import { LIST_ORDERS } from '../patrons/list-order.ts';
import {
  agreementSchema,
  blockSchema,
  commentSchema,
  notificationSchema,
  patronSchema,
  patronSummarySchema,
  pinSchema,
  standingSchema,
} from '../patrons/patron.ts';
import { fieldValuesSchema, sectionIdSchema, taggedValuesSchema } from '../patrons/sections.ts';
import { permissionSchema, BLOCK_PATRON, DELETE_PATRON, DOWNLOAD_PATRON_DATA } from '../permissions.ts';
import { countSchema, deskMadeIdSchema, hitsSchema, idSchema, timeSchema } from '../primitives.ts';
import { circulationEndpoints } from './circulation.ts';
import {
  ACT_PROBLEMS,
  KEY_PROBLEMS,
  PATRON_PROBLEMS,
  actAnswer,
  pageSize,
  patronPath,
  type Endpoint,
} from './endpoint.ts';

export const staffSchema = z.object({
  id: idSchema,
  username: z.string(),
  name: z.string(),
  /** When they were registered: a desk keeps it where a server may give the id of a deleted one to another. */
  since: timeSchema.optional(),
});

const tokenSchema = z.string().min(1).max(500);
export const sessionSchema = z.object({
  accessToken: tokenSchema,
  /** Seconds until the access token ends. */
  accessExpiresIn: countSchema,
  refreshToken: tokenSchema,
  staff: z.object({ id: idSchema, username: z.string().max(200), name: z.string().max(500) }),
  library: librarySchema,
  permissions: z.array(permissionSchema),
  epoch: z.string().max(100),
  serverTime: timeSchema,
});
export type Session = z.infer<typeof sessionSchema>;
/** A newer server may know more permissions: what this version doesn't know, nobody may do at it. */
const believedSession = sessionSchema.extend({
  permissions: z
    .array(z.string().max(200))
    .max(1000)
    .transform((names) => names.flatMap((name) => permissionSchema.safeParse(name).data ?? [])),
});
export type Staff = z.infer<typeof staffSchema>;

/** An act that waits at a desk: its id, and whom and, if it is an edit, which section it is about. */
const grantedActSchema = z.object({
  id: deskMadeIdSchema,
  patronId: idSchema,
  section: sectionIdSchema.optional(),
});
export type GrantedAct = z.output<typeof grantedActSchema>;

/** What an export begins with; `upTo` is asked with for the pages of its long parts. */
const patronDataExportSchema = z.object({
  exportId: idSchema,
  upTo: timeSchema,
  head: patronDataHeadSchema,
  counts: z.record(longPartSchema, countSchema),
});
const pageOf = <P extends keyof typeof longPartSchemas>(part: P) =>
  z.object({
    part: z.literal(part),
    rows: z.array(longPartSchemas[part]),
    /** Where the next page begins; null after the last one. */
    next: z.string().max(100).nullable(),
  });
const patronDataPageSchema = z.discriminatedUnion('part', [
  pageOf('loanHistory'),
  pageOf('payments'),
  pageOf('notifications'),
  pageOf('processing'),
]);
export type PatronDataPage = z.infer<typeof patronDataPageSchema>;

const changeSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('patron'), position: countSchema, patron: patronSchema }),
  z.object({ kind: z.literal('deleted'), position: countSchema, patronId: idSchema }),
]);
export type Change = z.infer<typeof changeSchema>;

/** Pages as a desk believes them: a record that fails its schema must not hold up the others. */
const snapshotPage = z.object({
  epoch: z.string().min(1),
  position: countSchema,
  total: countSchema,
  patrons: z.array(z.unknown()),
  next: idSchema.nullable(),
});
const changesPage = z.object({
  epoch: z.string().min(1),
  head: countSchema,
  durable: countSchema,
  position: countSchema,
  changes: z.array(z.unknown()),
  more: z.boolean(),
});

export const endpoints = {
  describe: {
    method: 'GET',
    path: '/',
    summary: 'What this server is, and the libraries on it.',
    auth: 'none',
    status: 200,
    answer: z.object({
      kind: z.literal('circdesk-reference'),
      version: z.string().max(100),
      epoch: z.string().max(100),
      libraries: z.array(libraryNameSchema).max(MOST_PLACES),
    }),
    problems: [],
  },
  signIn: {
    method: 'POST',
    path: '/sessions',
    summary: 'Sign in a member of staff at one library, at one desk.',
    auth: 'none',
    body: z.object({
      library: z.string().min(1).max(60),
      username: z.string().min(1).max(200),
      password: z.string().min(1).max(1000),
      desk: idSchema,
    }),
    status: 201,
    answer: sessionSchema,
    believed: believedSession,
    problems: ['wrong-credentials', 'account-locked'],
  },
  refresh: {
    method: 'POST',
    path: '/sessions/refresh',
    summary:
      'Trade a refresh token, once, for new tokens. A token used twice ends its whole family, and grants that it left.',
    auth: 'none',
    body: z.object({ refreshToken: tokenSchema }),
    status: 201,
    answer: sessionSchema,
    believed: believedSession,
    problems: ['signed-out', 'account-locked'],
  },
  signOut: {
    method: 'POST',
    path: '/sessions/end',
    summary:
      'End this session. For acts that still wait at the desk a push-only grant stays, for each of them and what it is about alone.',
    auth: 'session',
    body: z.object({ waitingActs: z.array(grantedActSchema).max(2_000) }),
    status: 200,
    answer: z.object({ pushGrant: tokenSchema.nullable() }),
    problems: [],
  },
  search: {
    method: 'GET',
    path: '/patrons',
    summary:
      'Find patrons of this library by words in any order; `*` stands for any letters. ' +
      'They come by family name, given name; with `order` as `sv` å, ä and ö stand after z. ' +
      'With `by` as `card` `query` is a card’s number, and whose it is or was is found, or nobody.',
    auth: 'session',
    query: z.object({
      query: z.string().max(200),
      by: z.enum(['words', 'card']).default('words'),
      offset: z.coerce.number().int().min(0).max(1_000_000).default(0),
      limit: pageSize(200, 100),
      order: z.enum(LIST_ORDERS).default('plain'),
    }),
    status: 200,
    answer: z.object({ total: hitsSchema, patrons: z.array(patronSummarySchema) }),
    problems: [],
  },
  patron: {
    method: 'GET',
    path: '/patrons/{patronId}',
    summary: 'A whole patron. The look is written to the audit log.',
    auth: 'session',
    params: patronPath,
    /** `1`: a window reads again what it shows; logged only where the last look is older than 12 hours. */
    query: z.object({ again: z.enum(['0', '1']).default('0') }),
    status: 200,
    answer: patronSchema,
    problems: ['not-found', 'patron-gone'],
  },
  standing: {
    method: 'GET',
    path: '/patrons/{patronId}/standing',
    summary: 'Which services are refused to a patron at this library, and why.',
    auth: 'session',
    params: patronPath,
    status: 200,
    answer: standingSchema,
    problems: ['not-found', 'patron-gone'],
  },
  notifications: {
    method: 'GET',
    path: '/patrons/{patronId}/notifications',
    summary: 'Notifications sent to a patron, newest first.',
    auth: 'session',
    params: patronPath,
    status: 200,
    answer: z.object({ notifications: z.array(notificationSchema) }),
    problems: ['not-found', 'patron-gone'],
  },
  agreements: {
    method: 'GET',
    path: '/patrons/{patronId}/agreements',
    summary: 'Agreements that a patron accepted, newest first.',
    auth: 'session',
    params: patronPath,
    status: 200,
    answer: z.object({ agreements: z.array(agreementSchema) }),
    problems: ['not-found', 'patron-gone'],
  },
  section: {
    method: 'GET',
    path: '/patrons/{patronId}/sections/{section}',
    summary: 'One section of a patron, with its tag as ETag too.',
    auth: 'session',
    params: patronPath.extend({ section: sectionIdSchema }),
    status: 200,
    answer: taggedValuesSchema,
    problems: ['not-found', 'patron-gone'],
  },
  saveSection: {
    method: 'PATCH',
    path: '/patrons/{patronId}/sections/{section}',
    summary: 'Change fields of one section.',
    auth: 'act',
    byGrant: true,
    ifMatch: 'required',
    params: patronPath.extend({ section: sectionIdSchema }),
    body: z.object({ changes: fieldValuesSchema }),
    status: 200,
    answer: actAnswer(taggedValuesSchema),
    problems: [...ACT_PROBLEMS, 'stale-tag', 'tag-required'],
  },
  createPatron: {
    method: 'POST',
    path: '/patrons',
    summary: 'Register a patron at this library. The id is made at the desk; what is not said stays empty.',
    auth: 'act',
    body: z.object({ id: deskMadeIdSchema, sections: z.partialRecord(sectionIdSchema, fieldValuesSchema) }),
    status: 201,
    answer: actAnswer(patronSchema),
    problems: [...KEY_PROBLEMS, 'patron-gone', 'invalid'],
  },
  setPin: {
    method: 'PUT',
    path: '/patrons/{patronId}/pin',
    summary: 'Give a patron a new PIN.',
    auth: 'act',
    params: patronPath,
    body: z.object({ pin: pinSchema }),
    status: 200,
    answer: actAnswer(z.object({})),
    problems: ACT_PROBLEMS,
  },
  block: {
    method: 'POST',
    path: '/patrons/{patronId}/blocks',
    summary: 'Block a patron at this library. The id is made at the desk.',
    auth: 'act',
    byGrant: true,
    permission: BLOCK_PATRON,
    params: patronPath,
    body: z.object({ id: deskMadeIdSchema, comment: commentSchema }),
    status: 201,
    answer: actAnswer(blockSchema),
    problems: ACT_PROBLEMS,
  },
  unblock: {
    method: 'POST',
    path: '/patrons/{patronId}/blocks/lift',
    summary: 'Lift the blocks that staff saw; one that they had not seen stays.',
    auth: 'act',
    byGrant: true,
    permission: BLOCK_PATRON,
    params: patronPath,
    body: z.object({ blocks: z.array(idSchema).min(1).max(100), comment: commentSchema }),
    status: 200,
    answer: actAnswer(z.object({ lifted: z.array(idSchema) })),
    problems: [...ACT_PROBLEMS, 'not-blocked'],
  },
  deletePatron: {
    method: 'DELETE',
    path: '/patrons/{patronId}',
    summary: 'Delete a patron at this library. Accounts at other libraries stay.',
    auth: 'act',
    permission: DELETE_PATRON,
    ifMatch: 'required',
    params: patronPath,
    status: 200,
    answer: actAnswer(z.object({})),
    problems: [...PATRON_PROBLEMS, 'stale-tag', 'tag-required', 'not-deletable'],
  },
  exportPatronData: {
    method: 'POST',
    path: '/patrons/{patronId}/exports',
    summary:
      'Compile everything that the library keeps about a patron. The export is written to the audit log, with who asked for it. Long parts are asked for by pages.',
    auth: 'act',
    permission: DOWNLOAD_PATRON_DATA,
    params: patronPath,
    body: z.object({ requester: requesterSchema }),
    status: 200,
    answer: patronDataExportSchema,
    problems: ACT_PROBLEMS,
  },
  patronDataPart: {
    method: 'GET',
    path: '/patrons/{patronId}/exports/{exportId}/{part}',
    summary:
      'A page of a long part of an export, newest first, as it was at the time `upTo`. Only for who made the export, for a day.',
    auth: 'session',
    permission: DOWNLOAD_PATRON_DATA,
    params: patronPath.extend({ exportId: idSchema, part: longPartSchema }),
    query: z.object({ upTo: timeSchema, after: z.string().max(100).optional(), limit: pageSize(2000, 1000) }),
    status: 200,
    answer: patronDataPageSchema,
    problems: ['not-found', 'patron-gone'],
  },
  ...circulationEndpoints,
  logEvents: {
    method: 'POST',
    path: '/audit/events',
    summary:
      "Looks and exports that a desk made from its own copy. An event's id makes a repeat harmless. " +
      'Whoever hands over too many in an hour is asked to wait.',
    auth: 'act',
    body: z.object({
      events: z
        .array(
          z.object({
            id: deskMadeIdSchema,
            kind: z.enum(['looked', 'exported']),
            patronId: idSchema,
            at: timeSchema,
            /** With an export: who asked for it. */
            requester: requesterSchema.optional(),
            /** Whose it was, where somebody else's session hands it over: staff who worked at this desk. */
            staff: idSchema.optional(),
          }),
        )
        .min(1)
        .max(500),
    }),
    status: 200,
    answer: z.object({ logged: countSchema }),
    problems: [...KEY_PROBLEMS, 'invalid'],
  },
  audit: {
    method: 'GET',
    path: '/patrons/{patronId}/audit',
    summary: 'Who looked at, changed and exported a patron, and when; by pages, newest first.',
    auth: 'session',
    permission: DOWNLOAD_PATRON_DATA,
    params: patronPath,
    query: z.object({ after: z.string().max(100).optional(), limit: pageSize(1000, 500) }),
    status: 200,
    answer: z.object({
      entries: z.array(
        z.object({
          id: z.string(),
          kind: z.enum(AUDIT_KINDS),
          at: timeSchema,
          staff: z.string(),
          detail: z.string(),
        }),
      ),
      /** Asked for as `after` it brings the next page; null with the last one. */
      next: z.string().max(100).nullable(),
    }),
    problems: ['not-found'],
  },
  act: {
    method: 'GET',
    path: '/acts/{key}',
    summary: 'The stored answer to an act, by the key of its attempt. 404 where the server never took it.',
    auth: 'act',
    byGrant: true,
    params: z.object({ key: deskMadeIdSchema }),
    status: 200,
    answer: z.object({ status: z.int(), body: z.json() }),
    problems: ['not-found'],
  },
  snapshot: {
    method: 'GET',
    path: '/snapshot',
    summary: 'Every patron of this library, by pages in the order of their ids, for a first fill.',
    auth: 'session',
    query: z.object({ after: idSchema.optional(), limit: pageSize(1000, 500) }),
    status: 200,
    answer: z.object({
      epoch: z.string(),
      /** The feed's position when this page was read: changes are asked for after the first page's. */
      position: countSchema,
      total: countSchema,
      patrons: z.array(patronSchema),
      /** Asked for as `after` it brings the next page; null with the last one. */
      next: idSchema.nullable(),
    }),
    believed: snapshotPage,
    problems: [],
  },
  changes: {
    method: 'GET',
    path: '/changes',
    summary: 'Changed and deleted patrons of this library after a position.',
    auth: 'session',
    query: z.object({
      after: z.coerce.number().int().min(0),
      epoch: z.string().max(100),
      limit: pageSize(1000, 200),
    }),
    status: 200,
    answer: z.object({
      epoch: z.string(),
      head: countSchema,
      durable: countSchema,
      /** Ask after this position next time. */
      position: countSchema,
      changes: z.array(changeSchema),
      more: z.boolean(),
    }),
    believed: changesPage,
    problems: ['other-epoch', 'cursor-too-old', 'cursor-unknown'],
  },
} as const satisfies Record<string, Endpoint>;

export type Endpoints = typeof endpoints;
export type EndpointName = keyof Endpoints;
type Part<N extends EndpointName, P extends string> =
  Endpoints[N] extends Record<P, infer S extends z.ZodType> ? z.input<S> : undefined;
/** What an endpoint is asked with, part by part; a part it doesn't have is undefined. */
export type EndpointRequest<N extends EndpointName> = {
  [P in 'params' | 'query' | 'body' as Part<N, P> extends undefined ? never : P]: Part<N, P>;
};
/** What a server answers. */
export type EndpointAnswer<N extends EndpointName> = z.output<Endpoints[N]['answer']>;
/** What a desk takes of it. */
export type BelievedAnswer<N extends EndpointName> = Endpoints[N] extends {
  believed: infer B extends z.ZodType;
}
  ? z.output<B>
  : EndpointAnswer<N>;
