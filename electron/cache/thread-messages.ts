// What the main thread and the store's thread say to each other. Everything is cloned on the way.
import type { DeskError } from '../../shared/ipc/errors.ts';
import { Failure } from '../support/failure.ts';
import type { DeskStore } from './desk-store.ts';
import type { Opening, StoreReport } from './open-store.ts';

export type Method = keyof DeskStore;

/** Every method, so that neither side calls anything else. */
export const METHODS: { readonly [M in Method]: M } = {
  search: 'search',
  patron: 'patron',
  unsettledOn: 'unsettledOn',
  patronIds: 'patronIds',
  blocked: 'blocked',
  laidOver: 'laidOver',
  libraries: 'libraries',
  pullState: 'pullState',
  beginFill: 'beginFill',
  fillPage: 'fillPage',
  finishFill: 'finishFill',
  applyChanges: 'applyChanges',
  setAside: 'setAside',
  seeEpoch: 'seeEpoch',
  forgetPosition: 'forgetPosition',
  erasePatrons: 'erasePatrons',
  append: 'append',
  acts: 'acts',
  act: 'act',
  recentActs: 'recentActs',
  update: 'update',
  outgoing: 'outgoing',
  replace: 'replace',
  counts: 'counts',
  forgetWithdrawn: 'forgetWithdrawn',
  forgetDurable: 'forgetDurable',
  appendLogEvent: 'appendLogEvent',
  logEvents: 'logEvents',
  logEventsTaken: 'logEventsTaken',
  remember: 'remember',
  recall: 'recall',
  forget: 'forget',
  close: 'close',
};

export interface WorkerInput {
  folder: string;
  key: Uint8Array;
}

export interface Call {
  number: number;
  method: Method;
  args: unknown[];
}

export type ThreadFailure = { failure: Omit<DeskError, 'reference'> } | { name: string; message: string };

export type FromWorker =
  | {
      kind: 'opened';
      opening: { outcome: 'open'; report: StoreReport } | Exclude<Opening, { outcome: 'open' }>;
    }
  | { kind: 'notOpened'; error: ThreadFailure }
  | { kind: 'answer'; number: number; value: unknown }
  | { kind: 'failed'; number: number; error: ThreadFailure }
  /** By name only: arguments are patrons' data. */
  | { kind: 'slow'; method: Method; milliseconds: number }
  | { kind: 'damaged' };

const codeOf = (error: Error) => ('code' in error && typeof error.code === 'string' ? error.code : undefined);

/** Only messages known to hold no patron's data pass: SQLite's and our own. */
export function describe(error: unknown): ThreadFailure {
  if (error instanceof Failure) return { failure: error.error };
  if (!(error instanceof Error)) return { name: 'Error', message: 'unknown' };
  const code = codeOf(error);
  // The last one: no room for the log's index, which is made when a file is opened.
  if (code !== undefined && ['ENOSPC', 'SQLITE_FULL', 'SQLITE_IOERR_SHMSIZE'].includes(code))
    return { failure: { code: 'diskFull' } };
  if (code !== undefined) return { name: error.name, message: code };
  return { name: error.name, message: error.name === 'Error' ? error.message : '' };
}

export function revived(error: ThreadFailure): Error {
  if ('failure' in error) return new Failure(error.failure);
  return Object.assign(new Error(error.message), { name: error.name });
}
