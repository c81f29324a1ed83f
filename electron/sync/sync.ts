// Keeps desk and server in step: when to push and to pull, and what came of it. What is sent and what is stored are
// push.ts and pull.ts.
import type { Clock } from '../../shared/clock.ts';
import type { ErrorCode } from '../../shared/ipc/errors.ts';
import type { Random } from '../../shared/random.ts';
import type { OutboxAct } from '../cache/act.ts';
import type { DeskStore, FillState } from '../cache/desk-store.ts';
import {
  isSamePerson,
  type ActSender,
  type CentralServer,
  type CentralSession,
} from '../central/central-server.ts';
import type { Grants, Hear } from '../session/grants.ts';
import type { StaffSession } from '../session/staff-session.ts';
import { Failure, isFailure, unlessCut } from '../support/failure.ts';
import type { Timers } from '../support/system.ts';
import { nextPoll, soon } from './manners.ts';
import { Pull, type PageSizes } from './pull.ts';
import { Push } from './push.ts';
import type { Scope } from './scope.ts';
import { singleFlight } from './single-flight.ts';

const LOG_EVENTS_AT_ONCE = 200;
/** In ms: however late a server says that it takes looks again. */
const LONGEST_LOG_WAIT = 3_600_000;
const PAUSED = 'fill paused';
/** How often a push goes on in another history: a server that has one more at every act would be asked for ever. */
const RESTORES = 3;

export interface SyncParts {
  store: DeskStore;
  server: CentralServer;
  session: StaffSession;
  grants: Grants;
  hear: Hear;
  clock: Clock;
  random: Random;
  timers: Timers;
  newId: () => string;
  pages: PageSizes;
  scope: Scope;
  scopeName: string;
  /** The copy is to hold everybody. */
  everybody: boolean;
  /** See `PullParts`. */
  agingClock: Clock | null;
  /** The copy is to hold nobody. */
  empty: boolean;
  /** Whom windows show, or showed a moment ago. */
  recent: () => readonly string[];
  /** Patrons whose rows or acts have changed here. */
  onPatrons: (patronIds: string[]) => void;
  /** The server has told that these patrons were deleted. */
  onDeleted: (patronIds: string[]) => void;
  onAct: (act: OutboxAct) => void;
  /** What `state` answers has changed. */
  onState: () => void;
  /** A fill of the library's copy begins: nothing of it is stored yet. */
  beforeFill: (library: string) => Promise<void>;
  /** The library's copy equals the server now. */
  onSynced: (library: string) => Promise<void>;
  /** This desk was revoked at the server. */
  onRevoked: () => Promise<void>;
  /** Something failed that nobody waits for. */
  onTrouble: (what: string, thrown: unknown) => void;
}

export interface SyncState {
  fill: { arrived: number; total: number; secondsLeft: number | null; paused: boolean } | null;
  /** Patrons whom the server no longer shows, until staff have noted it. */
  unseen: number;
  /** Why the last attempt failed, where the server was there. */
  problem: ErrorCode | null;
}

export class Sync {
  readonly #parts: SyncParts;
  readonly #push: Push;
  readonly #pull: Pull;
  #failures = 0;
  #cancelTimer: () => void = () => undefined;
  #dueAt = Infinity;
  #ended = false;
  #fillBegan: { at: number; arrived: number } | undefined;
  /** Whether staff have put a first fill off; not known before it was recalled. */
  #paused: boolean | undefined;
  /** What the server doesn't take into its audit log; it's tried again once the desk has started anew. */
  readonly #refusedEvents = new Set<string>();
  /** Whose looks the server takes no more of here, since when and for how many ms. */
  #logWait: { staff: string; since: number; wait: number } | undefined;
  #state: SyncState = { fill: null, problem: null, unseen: 0 };

  constructor(parts: SyncParts) {
    this.#parts = parts;
    const { store, clock, newId, session, grants, hear, onAct, onPatrons } = parts;
    this.#push = new Push({
      store,
      clock,
      newKey: newId,
      senderFor: (act) => this.#senderFor(act),
      onSignedOut: async (sender, said, staffId) => {
        if (sender === session.central) {
          await session.expire(session.central, said);
          return;
        }
        await hear(said, staffId);
        await grants.drop(sender);
      },
      onChanged: (act) => {
        onAct(act);
        onPatrons([act.patronId]);
      },
    });
    this.#pull = new Pull({
      ...{ store, clock, server: parts.server, empty: parts.empty, onChanged: onPatrons },
      ...{ pages: parts.pages, scope: parts.scope, scopeName: parts.scopeName, everybody: parts.everybody },
      agingClock: parts.agingClock,
      ...{ recent: parts.recent, beforeFill: parts.beforeFill, onDeleted: parts.onDeleted },
      isPaused: () => this.#paused ?? false,
      onFill: (fill) => {
        this.#tellFill(fill);
      },
      onUnseen: (count) => {
        this.#tell({ unseen: this.#state.unseen + count });
      },
    });
  }

  get state(): SyncState {
    return this.#state;
  }

  /** Sends what waits. Fails where the line does. */
  readonly push: () => Promise<void> = singleFlight(async () => {
    for (let restored = 0; (await this.#push.run()) === 'otherEpoch'; restored++) {
      if (restored >= RESTORES) throw new Failure({ code: 'serverRubbish' }, 'ever another history');
      await this.#parts.store.seeEpoch((await this.#parts.server.marks()).epoch);
    }
  });

  /** Sends what staff just did; where the line fails, tries again before the next poll. */
  readonly send = async (): Promise<void> => {
    try {
      await this.push();
    } catch (thrown) {
      this.#schedule(nextPoll(Math.max(1, this.#failures), this.#parts.random));
      throw thrown;
    }
  };

  /** Brings the copy in step, and hands over what was looked at. Does nothing while nobody is signed in at the server. */
  readonly pull: () => Promise<void> = singleFlight(async () => {
    const { store, session, onSynced } = this.#parts;
    const { central } = session;
    if (!central) return;
    try {
      this.#paused ??= (await store.recall(PAUSED)) !== undefined;
      const marks = await this.#pull.run(central);
      if (marks !== 'paused') {
        await store.seeEpoch(marks.epoch);
        await store.forgetDurable(central.library.id, marks.epoch, marks.durable);
        await onSynced(central.library.id);
      }
      await this.#handOverLog(central);
    } catch (thrown) {
      if (isFailure(thrown, 'signedOut')) await session.expire(central, thrown);
      // The right to read is gone: so is what was read. What waits stays, encrypted.
      if (isFailure(thrown, 'notPermitted')) await store.erasePatrons(central.library.id);
      throw thrown;
    }
  });

  /** Everything there is to do, now; never fails. */
  readonly now: () => Promise<void> = singleFlight(async () => {
    if (this.#ended) return;
    const { store, session, grants, server, onTrouble, onRevoked } = this.#parts;
    const failed: unknown[] = [];
    try {
      await session.resume();
      const present = session.state.status === 'signedOut' ? undefined : session.state.staff.id;
      await grants.settle(present).catch(unlessCut(failed));
      if (!session.central) {
        // Nobody to pull for: only whether the server is there. Who works here is asked to prove it, now that they can.
        await store.seeEpoch((await server.marks()).epoch);
        session.askAgain();
      }
      // What was revived in another history, or came in while the copy was filled, goes out at the end.
      for (const step of [this.push, this.pull, this.push]) await step().catch(unlessCut(failed));
      if (failed.length > 0) throw failed[0];
      await grants.tidy();
      this.#failures = 0;
      this.#tell({ problem: null });
    } catch (thrown) {
      this.#failures++;
      // As the app ends, the store is closed under it.
      if (!isFailure(thrown) && !this.#ended) onTrouble('sync', thrown);
      // Where erasing fails now, the next contact says it again.
      if (isFailure(thrown, 'deskRevoked'))
        await onRevoked().catch((failed: unknown) => {
          onTrouble('a revoked desk', failed);
        });
      const away = isFailure(thrown, 'serverAway', 'serverSlow', 'signedOut', 'deskRevoked');
      this.#tell({ problem: away ? null : isFailure(thrown) ? thrown.error.code : 'internal', fill: null });
    }
    this.#schedule(nextPoll(this.#failures, this.#parts.random));
  });

  /** Something says that asking may be worth it: the line's return, focus, sleep's end. Not all desks at once. */
  wake(): void {
    this.#schedule(soon(this.#parts.random));
  }

  /** Staff put a first fill off, or let it go on; a restart keeps that. */
  async pauseFill(paused: boolean): Promise<void> {
    const { store } = this.#parts;
    this.#paused = paused;
    if (paused) await store.remember(PAUSED, '1');
    else await store.forget(PAUSED);
    const { fill } = this.#state;
    if (fill) this.#tell({ fill: { ...fill, paused, secondsLeft: null } });
    if (!paused) this.#schedule(0);
  }

  /** Staff have read that the server no longer shows some patrons. */
  noteUnseen(): void {
    this.#tell({ unseen: 0 });
  }

  /** Whether it's not the line that this act waits for, but its author's next sign-in. */
  waitsForAuthor(act: OutboxAct): boolean {
    const { session, grants } = this.#parts;
    // Without the line it waits for that, not for anybody.
    if (!session.central && session.state.status !== 'signedOut') return false;
    // A session that is still to be traded for a grant.
    const settling =
      session.central?.staff.id !== act.staff.id && grants.sessionOf(act.staff.id) !== undefined;
    return this.#senderFor(act) === undefined && !settling;
  }

  /** Starts polling. */
  boot(): void {
    this.#schedule(0);
  }

  shutdown(): void {
    this.#ended = true;
    this.#cancelTimer();
  }

  #schedule(wait: number): void {
    const { clock, timers, onTrouble } = this.#parts;
    const dueAt = clock.now() + wait;
    if (this.#ended) return;
    // A clock that was set back must not put the next poll off for a year.
    if (this.#dueAt <= dueAt && this.#dueAt - clock.now() >= 0) return;
    this.#cancelTimer();
    this.#dueAt = dueAt;
    this.#cancelTimer = timers.after(wait, () => {
      this.#dueAt = Infinity;
      this.now().catch((thrown: unknown) => {
        onTrouble('sync', thrown);
      });
    });
  }

  #senderFor(act: OutboxAct): ActSender | undefined {
    const { session, grants } = this.#parts;
    const { central } = session;
    const own = central && isSamePerson(central.staff, act.staff) && central.library.id === act.library;
    return own ? central : grants.senderFor(act);
  }

  async #handOverLog(central: CentralSession): Promise<void> {
    const { store, session, newId, clock, onTrouble } = this.#parts;
    const library = central.library.id;
    const asked = this.#logWait;
    // A clock that was set back must not make it longer.
    if (asked?.staff === central.staff.id && Math.abs(clock.now() - asked.since) < asked.wait) return;
    let atOnce = LOG_EVENTS_AT_ONCE;
    while (session.central === central) {
      const found = await store.logEvents(library, atOnce + this.#refusedEvents.size);
      const events = found.filter(({ id }) => !this.#refusedEvents.has(id)).slice(0, atOnce);
      const ids = events.map((event) => event.id);
      if (events.length === 0) return;
      const { epoch } = await store.pullState(library);
      if (epoch === null) return;
      const act = {
        id: newId(),
        key: newId(),
        at: new Date(clock.now() + central.clockDistance).toISOString(),
      };
      try {
        const marks = await central.logEvents(act, epoch, events);
        await store.logEventsTaken(ids, marks.epoch, marks.head);
        // Taken in another history than the copy's: what is to be handed over there, the next pull knows.
        if (marks.epoch !== epoch) return;
      } catch (thrown) {
        // The server takes so many in an hour. The rest waits until then, and is nothing that staff could mend.
        if (isFailure(thrown, 'tooManyRequests')) {
          const wait = Date.parse(thrown.error.retryAt ?? act.at) - Date.parse(act.at);
          const since = clock.now();
          this.#logWait = { staff: central.staff.id, since, wait: Math.min(wait, LONGEST_LOG_WAIT) };
          onTrouble('looks for the audit log', thrown);
          return;
        }
        if (!isFailure(thrown, 'invalid')) throw thrown;
        // One that the server can't take keeps none of the others from it.
        if (atOnce === 1) {
          ids.forEach((id) => this.#refusedEvents.add(id));
          onTrouble('a look or export for the audit log', thrown);
        }
        atOnce = 1;
      }
    }
  }

  #tellFill(fill: FillState | null): void {
    const now = this.#parts.clock.now();
    if (!fill) {
      this.#fillBegan = undefined;
      this.#tell({ fill: null });
      return;
    }
    const { arrived, total } = fill;
    const paused = this.#paused ?? false;
    if (paused) this.#fillBegan = undefined;
    else this.#fillBegan ??= { at: now, arrived };
    const began = this.#fillBegan;
    const perMs = began ? (arrived - began.arrived) / Math.max(1, now - began.at) : 0;
    const secondsLeft = perMs > 0 ? Math.ceil(Math.max(0, total - arrived) / perMs / 1000) : null;
    this.#tell({ fill: { arrived, total, secondsLeft, paused } });
  }

  #tell(changed: Partial<SyncState>): void {
    this.#state = { ...this.#state, ...changed };
    this.#parts.onState();
  }
}
