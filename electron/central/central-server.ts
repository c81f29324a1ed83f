// The port to a central server. Everything the desk asks of one is here; implementations translate.
// Every method fails with a `Failure` only; `serverAway` and `serverSlow` where nobody knows what became of it.
import type { GrantedAct, Staff } from '../../shared/central/contract.ts';
import type { Capabilities } from '../../shared/capabilities.ts';
import type { Refusal } from '../../shared/ipc/errors.ts';
import type { Library, LibraryName } from '../../shared/library.ts';
import type { Requester } from '../../shared/patron-data/requester.ts';
import type { ListOrder } from '../../shared/patrons/list-order.ts';
import {
  isSomebodyElse,
  type Agreement,
  type Notification,
  type Patron,
  type PatronSummary,
  type Registered,
} from '../../shared/patrons/patron.ts';
import type { FieldValues, TaggedValues } from '../../shared/patrons/sections.ts';
import type { Permission } from '../../shared/permissions.ts';
import type { Deed, LogEvent } from '../cache/act.ts';
import type { PatronDataExport } from '../patron-data/export.ts';
import { Failure } from '../support/failure.ts';

/** One act of staff: `id` for life, `key` for this attempt and its retries, `at` by the server's clock as known here. */
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

/** Which history the server is in, its newest change, and the newest one that a restorable backup holds. */
export interface Marks {
  epoch: string;
  head: number;
  durable: number;
}

/** An act from the outbox, as it goes out. `changes` are this attempt's, judged against `tag`. */
export interface OutgoingAct extends Act {
  patronId: string;
  /** As whom staff saw that patron; unknown of an act from before the desk kept it. */
  patron?: Registered | undefined;
  deed: Deed;
  tag: string | null;
  changes: FieldValues;
  /** What those fields held where the changes started from. */
  base: FieldValues;
  /** The server's history as this desk last knew it. */
  epoch: string;
  /** This attempt went out before, and nobody knows what became of it. */
  repeated: boolean;
  /** As `leaves` was told when it did. */
  recordTime?: string | undefined;
  /** When the server first failed at this act, by its clock. */
  failingSince?: string | undefined;
  /**
   * Waited for before what changes something goes out: from then on nobody knows what became of it. A server without
   * keys tells when the record had last changed before.
   */
  leaves: (recordTime?: string) => Promise<void>;
}

/** The server's last word on an attempt. `head` is a position that the copy has to pass to show it. */
export type ActOutcome =
  | { kind: 'confirmed'; head: number; saved: TaggedValues | null }
  /** The section has changed since `tag`. */
  | { kind: 'stale'; current: TaggedValues }
  | ({ kind: 'refused' } & Refusal)
  /** The server is in another history than the act says; it said nothing of the act itself. */
  | { kind: 'otherEpoch' };

/** A session has ended with its member of staff's right to work here: they aren't let in without the line, either. */
export class Barred extends Failure {
  constructor(because: unknown) {
    super({ code: 'signedOut' }, because);
  }
}

/** The server itself failed at an act, and has changed nothing: it goes out again as if it never had. */
export class FailsAtIt extends Failure {
  /** By the server's clock. */
  readonly at: number;

  constructor(because: Failure, at: number) {
    super(because.error, because);
    this.at = at;
  }
}

/** Sends acts in one member of staff's name. Fails with `signedOut` once that has ended. */
export interface ActSender {
  /** Blocks stand in the patron's record itself: one that is set there changes its `recordTime`. */
  readonly blocksInRecord?: boolean;
  send(act: OutgoingAct): Promise<ActOutcome>;
}

/** A part of a first fill. `position` is where changes go on from, if this is the first page. */
export interface SnapshotPage {
  epoch: string;
  position: number;
  total: number;
  patrons: unknown[];
  /** Where the next page begins; null after the last one. */
  next: string | null;
}

export type ChangesPage =
  | {
      kind: 'changes';
      marks: Marks;
      position: number;
      changes: unknown[];
      more: boolean;
      /** How many of the changes take out patrons whom the server no longer shows: deleted, or hidden from this account. */
      unseen: number;
    }
  /** The server is in another history, or knows no more what changed since. */
  | { kind: 'fillAnew' };

/** What this desk holds, for servers that don't tell of every change by themselves. */
export interface HeldPatrons {
  /** Ids in the copy, in their order, from the one after `after`. */
  ids(after: string | null, limit: number): Promise<string[]>;
  /** On whom acts of this desk are laid over the copy: what came of those has to be read. */
  laidOver(): Promise<string[]>;
  /** Whom the copy shows as blocked. */
  blocked(): Promise<string[]>;
  /** Whom windows show, or showed a moment ago. */
  recent(): readonly string[];
}

export interface CentralServer {
  readonly address: string;
  libraries(): Promise<LibraryName[]>;
  /** Asked without a session, too. */
  marks(): Promise<Marks>;
  signIn(credentials: Credentials): Promise<CentralSession>;
  /** Goes on with a session by its resume token. */
  resume(token: string): Promise<CentralSession>;
  /** Sends acts by the grant that a session left when it ended. */
  pushWith(grant: string): ActSender;
}

/** Unknown of who signed in, or acted, before the desk kept it, and at a server that gives no id twice. */
const registeredAs = ({ name, since }: Staff): Registered | undefined =>
  since === undefined ? undefined : { name, createdAt: since };

/** The same member of staff, not one to whom the server gave a former one's id. */
export function isSamePerson(a: Staff, b: Staff): boolean {
  const [before, now] = [registeredAs(a), registeredAs(b)];
  return a.id === b.id && !(before && now && isSomebodyElse(before, now));
}

/** Tells one member of staff at a library from the next, also from whoever has their id later. */
export const whoIs = ({ id, since = '' }: Staff): string => `${id} ${since}`;

/** What a Koha knows a member of staff by: one account at all its libraries, which policy may judge by its category. */
export interface StaffAccount {
  username: string;
  cardNumber: string;
  category: string;
}

type WhoAndWhere = Pick<CentralSession, 'staff' | 'library'>;

/** The same member of staff at the same library: nothing that one person began at one library goes on in another's name, or at another library. */
export const isSameStaff = (a: WhoAndWhere, b: WhoAndWhere): boolean =>
  isSamePerson(a.staff, b.staff) && a.library.id === b.library.id;

/** A member of staff signed in at one library. Fails with `signedOut` once the server has ended it. */
export interface CentralSession extends ActSender {
  readonly staff: Staff;
  readonly account?: StaffAccount;
  readonly library: Library;
  readonly permissions: readonly Permission[];
  readonly capabilities: Capabilities;
  /**
   * Which patrons, and what of them, the server shows: alike to sessions of the same view. '' where it is alike to all. It is
   * another before a page is told that holds more.
   */
  readonly view: string;
  /** With which the session can be gone on with after a restart of the desk, if it can. It changes; see `onRenewed`. */
  readonly resumeToken: string | null;
  /** The server's clock minus this desk's, in ms, when last heard. */
  readonly clockDistance: number;
  /** Told when token, permissions and clock have come anew, or the view alone. */
  onRenewed: (what?: 'view') => void;

  /** In that order if the server can; another has its own. */
  search(
    query: string,
    offset: number,
    limit: number,
    order?: ListOrder,
  ): Promise<{ total: number; patrons: PatronSummary[] }>;
  /** Whose card that is or was; undefined for nobody's. */
  ownerOf(card: string): Promise<PatronSummary | undefined>;
  /** `again`: for a window that shows the patron already, so that it's no new look. */
  patron(patronId: string, again: boolean): Promise<Patron>;
  notifications(patronId: string): Promise<Notification[]>;
  agreements(patronId: string): Promise<Agreement[]>;

  setPin(act: Act, epoch: string, patronId: string, pin: string): Promise<void>;
  deletePatron(act: Act, epoch: string, patronId: string, tag: string): Promise<void>;
  /** Begins an export, which the server logs with who asked for it. */
  exportPatronData(
    act: Act,
    epoch: string,
    patronId: string,
    requester: Requester,
  ): Promise<PatronDataExport>;

  /** Patrons by pages in an order of the server's; `after` is where the page before ended. */
  snapshot(after: string | null, limit: number): Promise<SnapshotPage>;
  changes(position: number, epoch: string, limit: number, held: HeldPatrons): Promise<ChangesPage>;
  /**
   * Looks and exports, for the audit log; an event's id makes a repeat harmless. Answers the server's marks from after it
   * took them.
   */
  logEvents(act: Act, epoch: string, events: readonly LogEvent[]): Promise<Marks>;

  /** Ends the session; answers a grant for these acts, where there are any and the server gives one. */
  end(waitingActs: readonly GrantedAct[]): Promise<string | null>;
}
