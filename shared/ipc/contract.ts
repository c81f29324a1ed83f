// The contract between windows and main: each request with its arguments, its result, and the windows that may
// ask. A patron window's requests name no patron: main knows whose window asks.
import { z } from 'zod';
import { staffSchema } from '../central/contract.ts';
import { librarySchema, libraryNameSchema } from '../library.ts';
import {
  agreementSchema,
  commentSchema,
  notificationSchema,
  patronSchema,
  patronSummarySchema,
  pinSchema,
} from '../patrons/patron.ts';
import { fieldValuesSchema, sectionIdSchema, taggedValuesSchema } from '../patrons/sections.ts';
import { requesterSchema } from '../patron-data/requester.ts';
import { permissionSchema } from '../permissions.ts';
import { countSchema, idSchema, timeSchema } from '../primitives.ts';

export const WINDOW_KINDS = ['desk', 'patron'] as const;
export type WindowKind = (typeof WINDOW_KINDS)[number];

export interface RequestContract {
  windows: readonly WindowKind[];
  args: z.ZodType;
  result: z.ZodType;
}

/** `expired`: the server ended the session; who was signed in may sign in again and go on. */
export const sessionStateSchema = z.discriminatedUnion('status', [
  z.object({ status: z.literal('signedOut'), lastLibrary: z.string().nullable() }),
  z.object({
    status: z.enum(['signedIn', 'expired']),
    staff: staffSchema,
    library: librarySchema,
    permissions: z.array(permissionSchema),
  }),
]);
export type SessionState = z.infer<typeof sessionStateSchema>;

/** How main last found the server. */
export const connectionSchema = z.object({ online: z.boolean(), server: z.string() });
export type Connection = z.infer<typeof connectionSchema>;

/** A folder that a cloud service, a server or another volume has: what is saved there leaves this computer. */
export const elsewhereSchema = z.object({
  folder: z.string(),
  kind: z.enum(['cloud', 'network', 'volume']),
  service: z.string(),
});

const nothing = z.object({});
const both = ['desk', 'patron'] as const;

export const requests = {
  'session.state': {
    windows: both,
    args: nothing,
    result: z.object({ session: sessionStateSchema, connection: connectionSchema }),
  },
  'session.libraries': {
    windows: both,
    args: nothing,
    result: z.object({ libraries: z.array(libraryNameSchema) }),
  },
  'session.signIn': {
    windows: both,
    args: z.object({
      library: z.string().min(1).max(60),
      username: z.string().min(1).max(200),
      password: z.string().min(1).max(1000),
    }),
    result: sessionStateSchema,
  },
  /** Closes every patron window; with unsaved changes in one, only after `discard`. */
  'session.signOut': {
    windows: ['desk'],
    args: z.object({ discard: z.boolean() }),
    result: sessionStateSchema,
  },

  'patrons.search': {
    windows: both,
    args: z.object({ query: z.string().max(200), offset: countSchema, limit: z.int().min(1).max(200) }),
    result: z.object({ total: countSchema, patrons: z.array(patronSummarySchema) }),
  },
  /** Opens the patron's own window, or brings it to the front. */
  'patrons.open': { windows: both, args: z.object({ patronId: idSchema }), result: nothing },

  'patron.read': { windows: ['patron'], args: nothing, result: patronSchema },
  'patron.notifications': {
    windows: ['patron'],
    args: nothing,
    result: z.object({ notifications: z.array(notificationSchema) }),
  },
  'patron.agreements': {
    windows: ['patron'],
    args: nothing,
    result: z.object({ agreements: z.array(agreementSchema) }),
  },
  /** `base` is what staff saw when the pen opened the section; a change of another field meanwhile merges by itself. */
  'patron.saveSection': {
    windows: ['patron'],
    args: z.object({ section: sectionIdSchema, base: taggedValuesSchema, changes: fieldValuesSchema }),
    result: taggedValuesSchema,
  },
  'patron.setPin': { windows: ['patron'], args: z.object({ pin: pinSchema }), result: nothing },
  'patron.block': { windows: ['patron'], args: z.object({ comment: commentSchema }), result: nothing },
  /** Names the blocks that staff saw; one that they had not seen stays. */
  'patron.unblock': {
    windows: ['patron'],
    args: z.object({ blocks: z.array(idSchema).min(1).max(100), comment: commentSchema }),
    result: nothing,
  },
  /** `tag` is the whole patron's as staff saw it. Closes nothing: the window shows that the patron is gone. */
  'patron.delete': { windows: ['patron'], args: z.object({ tag: z.string().max(100) }), result: nothing },
  /** What staff are asked before a download, beside what the patron's age asks for. */
  'patron.downloadQuestions': {
    windows: ['patron'],
    args: nothing,
    result: z.object({ whoIsAsking: z.boolean(), elsewhere: elsewhereSchema.nullable() }),
  },
  /** Saves the patron data file where the policy says. `file` names what was saved to the requests below. */
  'patron.download': {
    windows: ['patron'],
    args: z.object({ requester: requesterSchema, saveElsewhere: z.boolean() }),
    result: z.object({
      file: z.string(),
      folder: z.string(),
      names: z.array(z.string()),
      /** When it is deleted from this computer. */
      deleteAt: timeSchema.nullable(),
      madeFrom: z.enum(['server', 'copy']),
    }),
  },
  'patron.cancelDownload': { windows: ['patron'], args: nothing, result: nothing },
  'patron.showFile': { windows: ['patron'], args: z.object({ file: z.string().max(100) }), result: nothing },
  'patron.deleteFile': {
    windows: ['patron'],
    args: z.object({ file: z.string().max(100) }),
    result: nothing,
  },

  /** Tells main whether this window holds text that isn't saved, so that closing asks first. */
  'window.unsaved': { windows: ['patron'], args: z.object({ unsaved: z.boolean() }), result: nothing },
  /** Closes this window, unsaved text or not: staff have been asked. */
  'window.close': { windows: ['patron'], args: nothing, result: nothing },
} as const satisfies Record<string, RequestContract>;

export type RequestName = keyof typeof requests;
export type RequestArgs<N extends RequestName> = z.input<(typeof requests)[N]['args']>;
export type RequestResult<N extends RequestName> = z.output<(typeof requests)[N]['result']>;

/** What main tells windows without being asked. */
export const events = {
  'session.changed': sessionStateSchema,
  'connection.changed': connectionSchema,
  /** This patron changed at this desk: read it again. */
  'patron.changed': z.object({ patronId: idSchema }),
  /** How far a patron's download is, in rows. */
  'download.progress': z.object({
    patronId: idSchema,
    step: z.enum(['reading', 'printing']),
    done: countSchema,
    total: countSchema,
  }),
  /** Somebody wants to close this window while it holds unsaved text. */
  'window.closeRequested': nothing,
} as const;
export type EventName = keyof typeof events;
export type EventPayload<N extends EventName> = z.output<(typeof events)[N]>;
