// The second half of the composition root: everything that works on the opened store, in the order of what needs
// what. Nothing here touches Electron but by what is handed in, so that a simulation builds the same parts.
import type { Clock } from '../shared/clock.ts';
import type { SessionState } from '../shared/ipc/contract.ts';
import type { SyncState } from '../shared/ipc/sync.ts';
import type { Random } from '../shared/random.ts';
import { Keeping } from './cache/keeping.ts';
import type { DeskStore } from './cache/desk-store.ts';
import { Barred, whoIs, type CentralServer } from './central/central-server.ts';
import { leftBy } from './central/koha/staff-rights.ts';
import { Acts } from './patrons/acts.ts';
import { Patrons } from './patrons/patrons.ts';
import { RecentPatrons } from './patrons/recent-patrons.ts';
import { ScannedCards } from './patrons/scanned-card.ts';
import { Saving } from './patrons/saving.ts';
import type { Policy } from './policy/policy.ts';
import { Grants, type Hear } from './session/grants.ts';
import { OfflineSignIns } from './session/offline-sign-in.ts';
import { StaffSession, type LastLibrary } from './session/staff-session.ts';
import { SteadyClock } from './session/steady-clock.ts';
import type { Timers } from './support/system.ts';
import { DeskActs } from './sync/desk-acts.ts';
import { USUAL_PAGES, type PageSizes } from './sync/pull.ts';
import { scopeName, scopeOf } from './sync/scope.ts';
import { Sync } from './sync/sync.ts';

export interface OutsideWorld {
  store: DeskStore;
  server: CentralServer;
  policy: Policy;
  clock: Clock;
  /** In ms; counts on whatever the clock is set to. */
  counter: () => number;
  random: Random;
  timers: Timers;
  /** How much is pulled at once, where a world is smaller than a library's. */
  pages?: PageSizes;
  lastLibrary: LastLibrary;
  isOnline: () => boolean;
  /** Patrons who have a window now. */
  openPatrons: () => readonly string[];
  onSession: (state: SessionState) => void;
  onPatrons: (patronIds: string[]) => void;
  onDeleted: (patronIds: string[]) => void;
  onSyncState: () => void;
  onActs: () => void;
  onTrouble: (what: string, thrown: unknown) => void;
}

const HOUSEKEEPING_MS = 10 * 60_000;
const WITHDRAWN_KEPT_MS = 30 * 24 * 3_600_000;

export type DeskParts = Awaited<ReturnType<typeof buildParts>>;

/** Builds and boots. */
export async function buildParts(world: OutsideWorld) {
  const { store, server, policy, clock, random, timers, onTrouble } = world;
  const steadyClock = new SteadyClock(store, clock, world.counter);
  const offline = new OfflineSignIns(
    ...([store, steadyClock, world.counter, policy.offline.signInHours] as const),
    ({ capabilities, account, permissions }) =>
      capabilities.system === 'Koha' ? leftBy(policy.koha, account, permissions) : permissions,
  );
  /** Whom the server bars isn't let in without the line, either. */
  const hear: Hear = async (said, staffId) => {
    if (!(said instanceof Barred)) return;
    await offline.forgetStaff(staffId).catch((thrown: unknown) => {
      onTrouble('forgetting a sign-in', thrown);
    });
  };
  const grants = new Grants(store, server, hear, (central) => offline.renew(central));
  const keeping = new Keeping(store, steadyClock, policy.copy);
  const session: StaffSession = new StaffSession({
    ...{ server, grants, offline, steadyClock, hear, onTrouble },
    lastLibrary: world.lastLibrary,
    onChanged: (state) => {
      const staff = state.status === 'signedOut' ? undefined : whoIs(state.staff);
      recentPatrons.belongTo(staff);
      acts.belongTo(staff);
      world.onSession(state);
    },
    onReady: () => void sync.now(),
  });
  const acts = new Acts(clock, random, timers);
  const recentPatrons = new RecentPatrons(clock, world.openPatrons);
  const onPatrons = (patronIds: string[]) => {
    world.onPatrons(patronIds);
    world.onActs();
  };
  const sync: Sync = new Sync({
    ...{ store, server, session, grants, hear, clock, random, timers, onPatrons, onTrouble },
    newId: () => acts.newId(),
    pages: world.pages ?? USUAL_PAGES,
    scope: scopeOf(policy.copy, steadyClock),
    scopeName: scopeName(policy),
    everybody: policy.copy.scope === 'library',
    agingClock: policy.copy.scope === 'active' ? steadyClock : null,
    empty: policy.copy.scope === 'none',
    recent: () => recentPatrons.ids(),
    onAct: (act) => {
      saving.heard(act);
    },
    onDeleted: world.onDeleted,
    onState: world.onSyncState,
    beforeFill: (library) => keeping.begin(library),
    onSynced: (library) => keeping.touch(library),
    onRevoked: async () => {
      session.revoke();
      // Each is tried: an outbox that can't be written must not keep the copy from being erased.
      const tried = [store.erasePatrons(), grants.forgetAll(), offline.forgetAll()];
      const failed = (await Promise.allSettled(tried)).find((one) => one.status === 'rejected');
      if (failed) throw failed.reason;
    },
  });
  const saving: Saving = new Saving({
    ...{ store, acts, clock, timers },
    clockDistance: () => steadyClock.distance,
    isOnline: () => world.isOnline() && session.central !== undefined,
    push: () => sync.send(),
    pull: () => {
      sync.pull().catch(() => undefined);
    },
    onChanged: onPatrons,
  });
  const deskActs = new DeskActs({
    ...{ store, session, saving, acts },
    waitsForAuthor: (act) => sync.waitsForAuthor(act),
    onChanged: onPatrons,
  });
  const patrons = new Patrons({
    ...{ store, session, saving, acts, clock, timers, recentPatrons },
    whole: policy.copy.scope === 'library',
    pull: () => sync.pull(),
    waitsForAuthor: (act) => sync.waitsForAuthor(act),
    onChanged: onPatrons,
  });

  let cancelHousekeeping = timers.after(HOUSEKEEPING_MS, keepHouse);
  function keepHouse(): void {
    cancelHousekeeping = timers.after(HOUSEKEEPING_MS, keepHouse);
    void tryHousekeeping();
  }
  /** A full disk, or a damaged copy that is about to be built anew, must not keep the desk from starting. */
  async function tryHousekeeping(): Promise<void> {
    await housekeep().catch((thrown: unknown) => {
      onTrouble('housekeeping', thrown);
    });
  }
  async function housekeep(): Promise<void> {
    await steadyClock.keep();
    await offline.keep();
    await keeping.check();
    const before = new Date(clock.now() - WITHDRAWN_KEPT_MS).toISOString();
    await store.forgetWithdrawn(before);
  }

  await steadyClock.boot();
  await grants.boot();
  await offline.boot();
  await tryHousekeeping();
  sync.boot();

  return {
    ...{ store, session, acts, patrons, deskActs, sync },
    scannedCards: new ScannedCards(store, session),
    /** What is done every ten minutes. */
    housekeep,
    /** What windows are told of copy and outbox, but for what the shell around these parts knows. */
    async syncState(): Promise<Omit<SyncState, 'online' | 'rescue' | 'memoryOnly'>> {
      const { state } = session;
      if (state.status === 'signedOut') {
        const { lastLibrary } = state;
        const waitingFor = lastLibrary === null ? [] : await deskActs.waitingFor(lastLibrary);
        return { ...sync.state, asOf: null, waiting: 0, undecided: 0, waitingFor, setAside: 0 };
      }
      const library = state.library.id;
      const [{ syncedAt }, counts, setAside, waitingFor] = await Promise.all([
        store.pullState(library),
        store.counts(library),
        store.setAside(library),
        deskActs.waitingFor(library),
      ]);
      return { ...sync.state, asOf: syncedAt, ...counts, waitingFor, setAside: setAside.length };
    },
    async shutdown(): Promise<void> {
      sync.shutdown();
      cancelHousekeeping();
      await session.end();
      await steadyClock.keep();
      await offline.keep();
      await store.close();
    },
  };
}
