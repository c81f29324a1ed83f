// What main answers when a request fails: a code that the window turns into words for staff, and details.
import { z } from 'zod';
import { missingRightSchema } from '../capabilities.ts';
import { obstaclesSchema } from '../patrons/patron.ts';
import { fieldIssueSchema, taggedValuesSchema } from '../patrons/sections.ts';
import { permissionSchema } from '../permissions.ts';
import { timeSchema } from '../primitives.ts';

export const ERROR_CODES = [
  'wrongCredentials',
  'passwordExpired',
  'accountLocked',
  'tooManyRequests',
  'signedOut',
  'noServer',
  'deskRevoked',
  'locked',
  'notKnownOffline',
  'offlineTooLong',
  'copyOfOthers',
  'needsServer',
  'actsWaiting',
  'notPermitted',
  'missingRight',
  'notOffered',
  'serverUnknown',
  'addressUnsafe',
  'otherServer',
  'serverTakesNoPassword',
  'apiKeyRefused',
  'notStaff',
  'nameOfTwo',
  'serverAway',
  'serverSlow',
  'serverCertificate',
  'serverRubbish',
  'serverFailed',
  'serverCannot',
  'serverRestored',
  'patronGone',
  'patronUnknown',
  'patronUnseen',
  'patronProtected',
  'conflict',
  'invalid',
  'notDeletable',
  'changedMeanwhile',
  'outcomeUnknown',
  'blockTypeMissing',
  'notUndecided',
  'notBlocked',
  'unsavedChanges',
  'tooManyWindows',
  'folderReadOnly',
  'folderUnusable',
  'diskFull',
  'requesterMissing',
  'folderElsewhere',
  'fileGone',
  'fileAway',
  'fileLeft',
  'fileNotDeleted',
  'cancelled',
  'noCardInUse',
  'notOpened',
  'requestRefused',
  'internal',
] as const;

/** A field that was changed here and at the server since it was read. */
export const fieldConflictSchema = z.object({
  field: z.string(),
  base: z.json(),
  mine: z.json(),
  theirs: z.json(),
});
export type FieldConflict = z.infer<typeof fieldConflictSchema>;

/** Why the server refused an act that waited; `detail` is for IT, or names the permission that is missing. */
export const refusalSchema = z.object({
  code: z.enum(ERROR_CODES),
  detail: z.string(),
  fields: z.array(fieldIssueSchema),
  /** As in `deskErrorSchema`. */
  missing: missingRightSchema.optional(),
  wanted: z.string().max(100).optional(),
});
export type Refusal = z.infer<typeof refusalSchema>;

export const deskErrorSchema = z.object({
  code: z.enum(ERROR_CODES),
  /** Finds this occurrence in the log. */
  reference: z.string(),
  /** With `invalid`. */
  fields: z.array(fieldIssueSchema).optional(),
  /** With `conflict`: what the section holds now, and the fields changed on both sides. */
  current: taggedValuesSchema.optional(),
  conflicts: z.array(fieldConflictSchema).optional(),
  /** With `conflict`, where a decision is in conflict again: the act that is to be decided now. */
  act: z.string().optional(),
  /** With `notDeletable`. */
  obstacles: obstaclesSchema.optional(),
  /** With `notPermitted`. */
  permission: permissionSchema.optional(),
  /** With `missingRight`. */
  missing: missingRightSchema.optional(),
  /** With `blockTypeMissing`: what the server's administrator has to create, by its name there. */
  wanted: z.string().max(100).optional(),
  /** With `otherServer`: the one that this desk works with. */
  address: z.string().optional(),
  /** With `accountLocked` and `tooManyRequests`. */
  retryAt: timeSchema.optional(),
  /** With the errors of files: the folder. */
  folder: z.string().optional(),
  /** With `fileLeft`: names of the files that somebody changed or moved. */
  files: z.array(z.string()).optional(),
  /** With `unsavedChanges`: in how many windows. */
  windows: z.int().optional(),
});

export type DeskError = z.infer<typeof deskErrorSchema>;
export type ErrorCode = DeskError['code'];

export type Result<T> = { ok: true; value: T } | { ok: false; error: DeskError };
