// What the desk keeps on disk: the copy of its library's patrons, which can always be rebuilt, and the outbox,
// which never can. Two encrypted files; every call runs in the worker that alone opens them.
// The copy is a shadow of the server, written by pulling only; what windows are shown is the shadow with the
// outbox's acts laid over it.
import type { ListOrder } from '../../shared/patrons/list-order.ts';
import type { Patron, PatronSummary } from '../../shared/patrons/patron.ts';
import type { ActUpdate, LogEvent, NewAct, OutboxAct } from './act.ts';

/** Where pulling stands. `epoch` is kept apart from the position: losing the one must not lose the other. */
export interface PullState {
  epoch: string | null;
  /** Changes are asked for after it; null before the first fill is done. */
  position: number | null;
  /** A fill under way. */
  fill: FillState | null;
  /** When the copy last equalled the server; while it is filled for the first time, when that began. */
  syncedAt: string | null;
}

/** Where a fill began, where its next page begins, how many of how many have arrived. */
export interface FillState {
  epoch: string;
  position: number;
  after: string | null;
  /** The last page is here. */
  whole: boolean;
  arrived: number;
  total: number;
}

/** A record that failed the schema: where and by which rule, never with which value. */
export interface SetAside {
  patronId: string | null;
  reason: string;
  at: string;
}

export interface PatronView {
  patron: Patron;
  /** Acts on this patron that the server has not yet confirmed, or that need a decision. */
  acts: OutboxAct[];
}

/** What a push begins with. */
export interface Outgoing {
  /** The history of each library's server, as last seen. */
  epochs: { library: string; epoch: string }[];
  /** What waits again. */
  revived: OutboxAct[];
  /** What is to be sent, and what is undecided, in their order. */
  acts: OutboxAct[];
}

export interface OutboxCounts {
  waiting: number;
  /** Conflicts and refusals. */
  undecided: number;
}

export interface DeskStore {
  // Reading, for windows
  search(
    library: string,
    query: string,
    offset: number,
    limit: number,
    order?: ListOrder,
  ): Promise<{ total: number; patrons: PatronSummary[] }>;
  patron(library: string, patronId: string): Promise<PatronView | undefined>;
  /** What this desk did on a patron, also on one whom the copy doesn't hold, and that is neither confirmed nor withdrawn. */
  unsettledOn(library: string, patronId: string): Promise<OutboxAct[]>;
  /** Ids of the patrons shown, in their order, from the one after `after`. */
  patronIds(library: string, after: string | null, limit: number): Promise<string[]>;
  /** Patrons whom the copy has as blocked, without what is laid over it. */
  blocked(library: string): Promise<string[]>;
  /** Patrons on whom acts are laid over the copy. */
  laidOver(library: string): Promise<string[]>;

  // The copy, for pulling
  /** Those that the copy holds patrons of, filled or being filled. */
  libraries(): Promise<string[]>;
  pullState(library: string): Promise<PullState>;
  /**
   * Begins a fill beside what is there and remembers the epoch as the last one seen. From now on the position is
   * null until the fill is done; a fill that was under way is let go of.
   */
  beginFill(library: string, epoch: string, position: number, total: number): Promise<void>;
  /**
   * Stores a page of a fill and where the next one begins in one transaction; answers how many were set aside.
   * `arrived` counts those of the page that the copy is not to hold, too. Undefined where no fill is under way: the
   * copy was built anew meanwhile, since somebody met damage in it.
   */
  fillPage(
    library: string,
    patrons: readonly unknown[],
    next: string | null,
    arrived: number,
  ): Promise<{ setAside: number } | undefined>;
  /**
   * Builds the indexes, in parts, so that searches get their turn; then what was filled is shown at once. Where it holds
   * everybody, whoever isn't in it was deleted, and what is settled about them is emptied.
   */
  finishFill(library: string, everybody?: boolean): Promise<void>;
  /**
   * Applies a page of changes and its position in one transaction. Records that fail the schema are set aside.
   * Answers the ids of the patrons that it touched. Fails on a page of another epoch (`serverRestored`), or from
   * before what is here (`serverRubbish`), and then changes nothing. Undefined where the copy is not filled.
   */
  applyChanges(
    library: string,
    changes: readonly unknown[],
    position: number,
    epoch: string,
    /** When the copy then equals the server; null where more changes are to come. */
    syncedAt: string | null,
  ): Promise<string[] | undefined>;
  /** Records that failed the schema, of what is shown and what is being filled. */
  setAside(library: string): Promise<SetAside[]>;
  /** Remembers the server's history as last seen, for every library; a position of another one is forgotten. */
  seeEpoch(epoch: string): Promise<void>;
  /** Forgets position and fill, not the epoch, the shadow or the outbox: the next pull fills anew. */
  forgetPosition(library: string): Promise<void>;
  /** Erases every patron of the copy, of one library or of all; the outbox stays. */
  erasePatrons(library?: string): Promise<void>;

  // The outbox
  /** Durable when it resolves: on disk, through a power cut. Gives the act its sequence. */
  append(act: NewAct): Promise<OutboxAct>;
  /** Acts in these states in the order of their sequence; wiped ones, which nobody has to do with, left out. */
  acts(states: readonly OutboxAct['state'][]): Promise<OutboxAct[]>;
  act(id: string): Promise<OutboxAct | undefined>;
  /** What happened at this library and this desk, the latest first: everything that isn't settled, and what was lately. */
  recentActs(library: string, limit: number): Promise<OutboxAct[]>;
  /** With `onlyIn`, changes nothing where the act is in another state by now; answers whether it changed. */
  update(id: string, update: ActUpdate, onlyIn?: readonly OutboxAct['state'][]): Promise<boolean>;
  /**
   * First, what was confirmed in another history than its server's waits again, under its old key; so does what is
   * undecided, since this history may hold it, or not what it clashed with. Wiped acts don't.
   */
  outgoing(): Promise<Outgoing>;
  /** Withdraws an undecided act for one that takes its place, in one transaction; undefined where it is decided by now. */
  replace(id: string, act: NewAct): Promise<OutboxAct | undefined>;
  counts(library: string): Promise<OutboxCounts>;
  /** Lets go of acts that staff withdrew before this time. */
  forgetWithdrawn(before: string): Promise<number>;
  /**
   * Lets go of confirmed acts that the server declared durable, and whose head the copy has passed; and of log events
   * that it took before what it declared durable.
   */
  forgetDurable(library: string, epoch: string, durable: number): Promise<number>;
  appendLogEvent(event: LogEvent): Promise<void>;
  /** Those that the server has yet to take, or has lost since. */
  logEvents(library: string, limit: number): Promise<LogEvent[]>;
  /** `head` is one that the server told after it had taken them. */
  logEventsTaken(ids: readonly string[], epoch: string, head: number): Promise<void>;

  // Small values that outlive a restart: push grants, offline sign-in, clock marks. Encrypted with the outbox.
  remember(name: string, value: string): Promise<void>;
  recall(name: string): Promise<string | undefined>;
  forget(name: string): Promise<void>;

  close(): Promise<void>;
}
