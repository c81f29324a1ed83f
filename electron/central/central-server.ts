// The port to a central server. Everything the desk asks of one is here; implementations translate.
// Every method fails with a `Failure` only.
import type { Staff } from '../../shared/central/contract.ts';
import type { Library, LibraryName } from '../../shared/library.ts';
import type { Requester } from '../../shared/patron-data/requester.ts';
import type { Agreement, Notification, Patron, PatronSummary } from '../../shared/patrons/patron.ts';
import type { FieldValues, SectionId, TaggedValues } from '../../shared/patrons/sections.ts';
import type { Permission } from '../../shared/permissions.ts';
import type { PatronDataExport } from '../patron-data/export.ts';

/** One act of staff: `id` for life, `key` for this attempt and its retries, `at` by this desk's clock. */
export interface Act {
  readonly id: string;
  readonly key: string;
  readonly at: string;
}

export interface Credentials {
  library: string;
  username: string;
  password: string;
}

/** What an edit came to: saved, or the section has changed since `tag` and holds `current` now. */
export type SaveOutcome = { saved: TaggedValues } | { current: TaggedValues };

export interface CentralServer {
  readonly address: string;
  libraries(): Promise<LibraryName[]>;
  signIn(credentials: Credentials): Promise<CentralSession>;
}

/** A member of staff signed in at one library. Fails with `signedOut` once the server has ended it. */
export interface CentralSession {
  readonly staff: Staff;
  readonly library: Library;
  readonly permissions: readonly Permission[];

  search(query: string, offset: number, limit: number): Promise<{ total: number; patrons: PatronSummary[] }>;
  patron(patronId: string): Promise<Patron>;
  notifications(patronId: string): Promise<Notification[]>;
  agreements(patronId: string): Promise<Agreement[]>;

  saveSection(
    act: Act,
    patronId: string,
    section: SectionId,
    tag: string,
    changes: FieldValues,
  ): Promise<SaveOutcome>;
  setPin(act: Act, patronId: string, pin: string): Promise<void>;
  block(act: Act, patronId: string, block: { id: string; comment: string }): Promise<void>;
  unblock(act: Act, patronId: string, blocks: string[], comment: string): Promise<void>;
  deletePatron(act: Act, patronId: string, tag: string): Promise<void>;
  /** Begins an export, which the server logs with who asked for it. */
  exportPatronData(act: Act, patronId: string, requester: Requester): Promise<PatronDataExport>;

  /** Ends the session at the server; done even where the server can't be reached. */
  end(): Promise<void>;
}
