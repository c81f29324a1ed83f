// The contract between windows and main: each request with its arguments, its result, and the windows that may
// ask. A patron window's requests name no patron: main knows whose window asks.
import { z } from 'zod';
import { capabilitiesSchema } from '../capabilities.ts';
import { staffSchema } from '../central/contract.ts';
import { librarySchema, libraryNameSchema } from '../library.ts';
import { LIST_ORDERS } from '../patrons/list-order.ts';
import {
  agreementSchema,
  commentSchema,
  notificationSchema,
  patronSummarySchema,
  pinSchema,
} from '../patrons/patron.ts';
import { requesterSchema } from '../patron-data/requester.ts';
import { cardSchema, fieldValuesSchema, sectionIdSchema, taggedValuesSchema } from '../patrons/sections.ts';
import { permissionSchema } from '../permissions.ts';
import { countSchema, hitsSchema, idSchema, timeSchema } from '../primitives.ts';
import { choicesSchema, deskLookSchema, LONGEST_SCAN, preferencesSchema } from './desk.ts';
import { deskActSchema, patronViewSchema, savedSchema, startTroubleSchema, syncStateSchema } from './sync.ts';

export const WINDOW_KINDS = ['desk', 'patron'] as const;
export type WindowKind = (typeof WINDOW_KINDS)[number];

export interface RequestContract {
  windows: readonly WindowKind[];
  args: z.ZodType;
  result: z.ZodType;
}

/**
 * `expired`: the server ended the session; `locked`: nobody has touched the desk for a while. Who was signed in may sign
 * in again and go on. `withLine`: there is a session at the server, not only this desk's own word.
 */
export const sessionStateSchema = z.discriminatedUnion('status', [
  z.object({ status: z.literal('signedOut'), lastLibrary: z.string().nullable() }),
  z.object({
    status: z.enum(['signedIn', 'expired', 'locked']),
    withLine: z.boolean(),
    staff: staffSchema,
    library: librarySchema,
    permissions: z.array(permissionSchema),
    capabilities: capabilitiesSchema,
  }),
]);
export type SessionState = z.infer<typeof sessionStateSchema>;

/** A folder that a cloud service, a server or another volume has: what is saved there leaves this computer. */
export const elsewhereSchema = z.object({
  folder: z.string(),
  kind: z.enum(['cloud', 'network', 'volume']),
  service: z.string(),
});

const nothing = z.object({});
/** So many are offered, and no more of each than tells them apart. */
export const MOST_GUARANTORS = 8;
const guarantorChoiceSchema = patronSummarySchema.pick({
  id: true,
  givenName: true,
  familyName: true,
  birthDate: true,
  town: true,
});
export type GuarantorChoice = z.infer<typeof guarantorChoiceSchema>;
/** A line of a window, or a list of lines, shows so much of a text: one without end would push all else out of sight. */
export const LINE = 300;
const lineSchema = z.string().max(LINE);
/** The patron of a card in use opens; one that isn't is asked about by its patron's name. */
const scannedCardSchema = z.discriminatedUnion('state', [
  z.object({ state: cardSchema.shape.state.extract(['active']) }),
  z.object({ state: cardSchema.shape.state.exclude(['active']), name: lineSchema }),
]);
export type ScannedCard = z.infer<typeof scannedCardSchema>;
const both = ['desk', 'patron'] as const;

export const requests = {
  'session.state': {
    windows: both,
    args: nothing,
    result: z.discriminatedUnion('started', [
      z.object({
        started: z.literal(true),
        look: deskLookSchema,
        session: sessionStateSchema,
        sync: syncStateSchema,
        /** First start: nobody has said yet where the server is. */
        chooseServer: z.boolean(),
      }),
      z.object({ started: z.literal(false), look: deskLookSchema, trouble: startTroubleSchema }),
    ]),
  },
  /** The keyring has forgotten the key of this desk's files: they are set aside, and the desk begins anew. */
  'session.beginAnew': { windows: ['desk'], args: nothing, result: nothing },
  /** At first start, where policy names no server: its address as staff type it. */
  'session.chooseServer': {
    windows: ['desk'],
    args: z.object({ address: z.string().min(1).max(500) }),
    result: z.object({ kind: z.enum(['circdesk', 'koha']) }),
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
      /** Another one's patron windows close, with unsaved changes too. */
      discard: z.boolean(),
    }),
    result: sessionStateSchema,
  },
  /** Closes every patron window; with unsaved changes in one, only after `discard`. */
  'session.signOut': {
    windows: ['desk'],
    args: z.object({ discard: z.boolean() }),
    result: sessionStateSchema,
  },

  /** Hides patrons until whoever works here signs in again. */
  'session.lock': { windows: both, args: nothing, result: nothing },

  /** How staff want the windows; all of them follow at once. */
  'preferences.choose': { windows: both, args: choicesSchema, result: preferencesSchema },

  /** From the copy, or from the server, which knows patrons whom the copy doesn't hold. */
  'patrons.search': {
    windows: ['desk'],
    args: z.object({
      query: z.string().max(200),
      /** No further than the server counts. */
      offset: countSchema.max(1_000_000),
      limit: z.int().min(1).max(200),
      order: z.enum(LIST_ORDERS),
      from: z.enum(['copy', 'server']),
    }),
    result: z.object({
      total: hitsSchema,
      patrons: z.array(patronSummarySchema),
      /** The server may know of more. */
      partial: z.boolean(),
    }),
  },
  /** Opens the patron's own window, or brings it to the front. */
  'patrons.open': { windows: ['desk'], args: z.object({ patronId: idSchema }), result: nothing },
  /** Whose card this is, in use or not. A patron's window, too, learns of nobody whose card it can't show. */
  'scan.find': {
    windows: both,
    args: z.object({ card: z.string().min(1).max(LONGEST_SCAN) }),
    result: z.object({ scan: countSchema, found: scannedCardSchema.nullable() }),
  },
  /**
   * Opens whom this scan found. Unless staff said that they want it, only as long as no other card has been scanned
   * since, in whichever window: a late answer never comes before the patron scanned last.
   */
  'scan.open': {
    windows: both,
    args: z.object({ scan: countSchema, wanted: z.boolean() }),
    result: z.object({ opened: z.boolean() }),
  },
  /** Opened lately by whoever is signed in, the last one first. */
  'patrons.recent': {
    windows: ['desk'],
    args: nothing,
    result: z.object({ patrons: z.array(z.object({ id: idSchema, name: lineSchema })) }),
  },

  /** `fresh`: with what the server knows now, as far as it can be asked. */
  'patron.read': { windows: ['patron'], args: z.object({ fresh: z.boolean() }), result: patronViewSchema },
  /** Opens the window of a patron whom this one's record names: the guarantor, or whose guarantor this one is. */
  'patron.openLinked': { windows: ['patron'], args: z.object({ patronId: idSchema }), result: nothing },
  /** Patrons to choose a guarantor from, by a name that is being typed: no more of them than that takes. */
  'patron.guarantors': {
    windows: ['patron'],
    args: z.object({ name: z.string().max(200), order: z.enum(LIST_ORDERS) }),
    result: z.object({ patrons: z.array(guarantorChoiceSchema).max(MOST_GUARANTORS) }),
  },
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
    result: savedSchema,
  },
  /** What staff decided on an edit in conflict; goes out in the name of whoever decides. */
  'patron.decide': {
    windows: ['patron'],
    args: z.object({ act: idSchema, changes: fieldValuesSchema }),
    result: savedSchema,
  },
  'patron.setPin': { windows: ['patron'], args: z.object({ pin: pinSchema }), result: nothing },
  'patron.block': { windows: ['patron'], args: z.object({ comment: commentSchema }), result: savedSchema },
  /** Names the blocks that staff saw; one that they had not seen stays. */
  'patron.unblock': {
    windows: ['patron'],
    args: z.object({ blocks: z.array(idSchema).min(1).max(100), comment: commentSchema }),
    result: savedSchema,
  },
  /** `tag` is the whole patron's as staff saw it. Closes nothing: the window shows that the patron is gone. */
  'patron.delete': { windows: ['patron'], args: z.object({ tag: z.string().max(100) }), result: nothing },
  /** What staff are asked before a download, beside what the patron's age asks for. */
  'patron.downloadQuestions': {
    windows: ['patron'],
    args: nothing,
    result: z.object({ whoIsAsking: z.boolean(), elsewhere: elsewhereSchema.nullable() }),
  },
  /** In the library's other system, at the address that policy gives. */
  'patron.openOutside': { windows: ['patron'], args: nothing, result: nothing },
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

  'sync.acts': { windows: ['desk'], args: nothing, result: z.object({ acts: z.array(deskActSchema) }) },
  /** Sends a refused act once more, as it is. */
  'sync.retry': { windows: ['desk'], args: z.object({ act: idSchema }), result: savedSchema },
  /** Lets go of a conflict or a refusal, knowingly. */
  'sync.withdraw': { windows: ['desk'], args: z.object({ act: idSchema }), result: nothing },
  /** Puts a first fill off, or lets it go on. */
  'sync.pauseFill': { windows: ['desk'], args: z.object({ paused: z.boolean() }), result: nothing },
  /** Staff have read that the server no longer shows some patrons. */
  'sync.noteUnseen': { windows: ['desk'], args: nothing, result: nothing },
  'sync.now': { windows: ['desk'], args: nothing, result: nothing },
  /** What could not be rescued from a damaged file was noted; the file goes. */
  'sync.acceptLoss': { windows: ['desk'], args: nothing, result: nothing },

  /** Brings the desk window to the front, with the focus in its search. */
  'window.toSearch': { windows: ['patron'], args: nothing, result: nothing },
  /** Hides what all windows show, or shows it again. */
  'window.hide': { windows: both, args: z.object({ hidden: z.boolean() }), result: nothing },
  /** Somebody is at this window: told now and then, as some systems don't count how long nobody was. */
  'window.touched': { windows: both, args: nothing, result: nothing },
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
  'preferences.changed': preferencesSchema,
  /** Somebody pressed the privacy key. */
  'privacy.changed': z.object({ hidden: z.boolean() }),
  /** The search is wanted; only the desk window hears it. */
  'search.wanted': nothing,
  'recent.changed': nothing,
  'sync.changed': syncStateSchema,
  /** The list of acts is another now. */
  'acts.changed': nothing,
  /** This patron changed: read it again. Only the patron's own window hears it. */
  'patron.changed': z.object({ patronId: idSchema }),
  /** How far the patron's download is, in rows. Only the patron's own window hears it. */
  'download.progress': z.object({
    patronId: idSchema,
    step: z.enum(['reading', 'printing']),
    done: countSchema,
    total: countSchema,
  }),
  /** Some patrons changed: a list of hits may be another now. */
  'patrons.changed': nothing,
  /** Somebody wants to close this window while it holds unsaved text. */
  'window.closeRequested': nothing,
} as const;
export type EventName = keyof typeof events;
export type EventPayload<N extends EventName> = z.output<(typeof events)[N]>;
