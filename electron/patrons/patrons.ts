// What staff do with patrons: find, read, edit by sections, block, unblock; and, only with the line, set a PIN and
// delete. It works on the copy; the server is asked for what the copy doesn't hold.
import type { PatronView, Saved } from '../../shared/ipc/sync.ts';
import type { FieldValues, SectionId, TaggedValues } from '../../shared/patrons/sections.ts';
import type { ListOrder } from '../../shared/patrons/list-order.ts';
import { isFoundByName } from '../../shared/patrons/search.ts';
import {
  fullName,
  isSomebodyElse,
  registeredAs,
  type Patron,
  type PatronSummary,
  type Registered,
} from '../../shared/patrons/patron.ts';
import { LOOK_LASTS, type Clock } from '../../shared/clock.ts';
import { isDoneTo, type Deed, type LogEvent, type OutboxAct } from '../cache/act.ts';
import { readCopy } from '../cache/copy-view.ts';
import type { DeskStore } from '../cache/desk-store.ts';
import { isLaidOver, overlay } from '../cache/overlay.ts';
import type { StaffSession } from '../session/staff-session.ts';
import { Failure } from '../support/failure.ts';
import { withinMoment, type Timers } from '../support/system.ts';
import { shownTogether } from '../sync/desk-acts.ts';
import type { Acts } from './acts.ts';
import { oneLine } from './one-line.ts';
import type { RecentPatrons } from './recent-patrons.ts';
import type { Saving } from './saving.ts';

/** So long a window waits for what the server knows now, before it shows what the copy knows. */
const FRESH_WITHIN_MS = 2_000;

/** Of patrons found by anything of theirs, so many are looked at for those whose name it is. */
const FOUND_BY_ALL = 100;

const listed = (hit: PatronSummary): PatronSummary => {
  const cut = (value: unknown) => (typeof value === 'string' ? oneLine(value) : value);
  return Object.fromEntries(Object.entries(hit).map(([name, value]) => [name, cut(value)])) as PatronSummary;
};

/** Which of the hits, in which order, and whom to ask. */
interface HitsPart {
  offset: number;
  limit: number;
  order: ListOrder;
  from: 'copy' | 'server';
}

export interface PatronsParts {
  store: DeskStore;
  session: StaffSession;
  saving: Saving;
  acts: Acts;
  recentPatrons: RecentPatrons;
  clock: Clock;
  timers: Timers;
  /** The copy is to hold every patron of the library. */
  whole: boolean;
  /** Brings the copy in step; fails where the line does. */
  pull: () => Promise<void>;
  waitsForAuthor: (act: OutboxAct) => boolean;
  onChanged: (patronIds: string[]) => void;
}

export class Patrons {
  readonly #parts: PatronsParts;
  /** Looks at whom the copy didn't hold: the server logs them as it's asked, or the desk once the copy has the patron. */
  readonly #toBeLogged = new Map<string, LogEvent>();
  /** Who last looked at whom, and when: a window that stays open is a look again on another day. */
  readonly #looked = new Map<string, { staff: string; at: number }>();
  /** Whom the window of a patron shows: the server may have given their id to somebody else since. */
  readonly #shown = new Map<string, Registered>();

  constructor(parts: PatronsParts) {
    this.#parts = parts;
  }

  async search(
    query: string,
    { offset, limit, order, from }: HitsPart,
    present = this.#parts.session.require(),
  ): Promise<{ total: number; patrons: PatronSummary[]; partial: boolean }> {
    const { store, session, whole } = this.#parts;
    const { library } = present;
    if (from === 'server') {
      const found = await session.use((central) => central.search(query, offset, limit, order), present);
      return { total: found.total, patrons: found.patrons.map(listed), partial: false };
    }
    const found = await readCopy(store, present, () => store.search(library.id, query, offset, limit, order));
    if (!found) {
      if (!session.central) throw new Failure({ code: 'copyOfOthers' });
      return { total: 0, patrons: [], partial: true };
    }
    const { position } = await store.pullState(library.id);
    return { total: found.total, patrons: found.patrons.map(listed), partial: !whole || position === null };
  }

  /** A window of theirs is opened anew, for whoever has the id now. */
  opened(patronId: string): Promise<void> {
    this.#shown.delete(patronId);
    return this.logLook(patronId);
  }

  /** Opening a patron's window is a look, from the copy too. */
  async logLook(patronId: string): Promise<void> {
    const { store, session, acts, clock } = this.#parts;
    const present = session.require();
    const { library, staff } = present;
    const view = await readCopy(store, present, () => store.patron(library.id, patronId));
    const at = new Date(clock.now() + session.clockDistance).toISOString();
    const look = { id: acts.newId(), kind: 'looked' as const, library: library.id, patronId, staff, at };
    this.#toBeLogged.delete(patronId);
    this.#looked.set(patronId, { staff: staff.id, at: clock.now() });
    if (view) await store.appendLogEvent(look);
    else this.#toBeLogged.set(patronId, look);
  }

  /** Of a patron whose window is open: the last look counts for so long as at the server. */
  async lookAgain(patronId: string): Promise<void> {
    const { session, clock } = this.#parts;
    const last = this.#looked.get(patronId);
    if (last?.staff !== session.require().staff.id || clock.now() - last.at < LOOK_LASTS) return;
    await this.logLook(patronId);
  }

  /** For their window, which is about nobody else from then on. */
  async show(patronId: string, fresh: boolean): Promise<PatronView> {
    const view = await this.read(patronId, fresh);
    this.#shown.set(patronId, registeredAs(view.patron));
    return view;
  }

  /**
   * The patron with what waits here laid over it. `fresh`: with what the server knows now, if it says so soon. Fails where
   * it is another patron than the window shows.
   */
  async read(patronId: string, fresh: boolean): Promise<PatronView> {
    // As whom they are meant by now: the window may be closed, and opened anew, meanwhile.
    const shown = this.#shown.get(patronId);
    const view = await this.#read(patronId, fresh);
    requireSame(shown, view.patron);
    return view;
  }

  async #read(patronId: string, fresh: boolean): Promise<PatronView> {
    const { store, session, pull, timers, waitsForAuthor, recentPatrons } = this.#parts;
    const present = session.require();
    const { library } = present;
    recentPatrons.looked(patronId);
    await this.lookAgain(patronId);
    if (fresh && session.central)
      await withinMoment(
        timers,
        FRESH_WITHIN_MS,
        pull().catch(() => undefined),
      );
    const view = await readCopy(store, present, () => store.patron(library.id, patronId));
    const { syncedAt } = await store.pullState(library.id);
    if (view) {
      const look = this.#toBeLogged.get(patronId);
      if (look) await store.appendLogEvent(look);
      this.#toBeLogged.delete(patronId);
      return {
        patron: view.patron,
        acts: shownTogether(view.acts, waitsForAuthor),
        asOf: syncedAt,
      };
    }
    const again = !this.#toBeLogged.has(patronId);
    const patron = await session.use((central) => central.patron(patronId, again), present);
    this.#toBeLogged.delete(patronId);
    // Whom the copy doesn't hold may have acts waiting here all the same: they are shown, and decided, as with the others.
    const acts = (await store.unsettledOn(library.id, patronId)).filter(isDoneTo(registeredAs(patron)));
    return {
      patron: overlay(
        patron,
        acts.filter((act) => isLaidOver(act, undefined)),
      ),
      acts: shownTogether(acts, waitsForAuthor),
      asOf: null,
    };
  }

  /** Whom this patron's record names: the guarantor, as it is and as staff changed it here, and those in its care. */
  async linkedTo(patronId: string): Promise<string[]> {
    const { patron } = await this.read(patronId, false);
    const { guarantor } = patron.sections.guarantor.values;
    return [
      ...(guarantor?.kind === 'patron' ? [guarantor.patronId] : []),
      ...patron.guarantorFor.map(({ id }) => id),
    ];
  }

  /** Patrons by a name that is being typed, for whoever is nobody's own guarantor. */
  async guarantors(
    patronId: string,
    { name, order }: { name: string; order: ListOrder },
    most: number,
  ): Promise<PatronSummary[]> {
    const present = this.#parts.session.require();
    // `*` would find everybody.
    const query = name.replaceAll('*', ' ').trim();
    if (query.length < 2) return [];
    // Others are found by their numbers and addresses, of which this window is told nothing.
    const part = { offset: 0, limit: FOUND_BY_ALL, order };
    const fromCopy = await this.search(query, { ...part, from: 'copy' }, present);
    const found =
      fromCopy.partial && this.#parts.session.central
        ? await this.search(query, { ...part, from: 'server' }, present).catch(() => fromCopy)
        : fromCopy;
    return found.patrons.filter((one) => one.id !== patronId && isFoundByName(query, one)).slice(0, most);
  }

  notifications(patronId: string) {
    return this.#parts.session.use((central) => central.notifications(patronId));
  }

  agreements(patronId: string) {
    return this.#parts.session.use((central) => central.agreements(patronId));
  }

  saveSection(
    patronId: string,
    section: SectionId,
    base: TaggedValues,
    changes: FieldValues,
  ): Promise<Saved> {
    return this.#save(patronId, { kind: 'saveSection', section, base, changes });
  }

  block(patronId: string, comment: string): Promise<Saved> {
    return this.#save(patronId, { kind: 'block', comment });
  }

  unblock(patronId: string, blocks: string[], comment: string): Promise<Saved> {
    return this.#save(patronId, { kind: 'unblock', blocks, comment });
  }

  async setPin(patronId: string, pin: string): Promise<void> {
    const { session, acts } = this.#parts;
    const present = session.require();
    const shown = this.#shown.get(patronId);
    const epoch = await this.#epoch();
    await session.use(async (central) => {
      // The server knows a patron by the id alone, and the copy may still hold a former one.
      requireSame(shown, await central.patron(patronId, true));
      await acts.perform(`setPin ${patronId}`, [central.staff.id, pin], (act) =>
        central.setPin(act, epoch, patronId, pin),
      );
    }, present);
  }

  /** `tag` is the whole patron's, as staff saw it. */
  async delete(patronId: string, tag: string): Promise<void> {
    const { store, session, acts, pull, onChanged } = this.#parts;
    const present = session.require();
    const waiting = await store.unsettledOn(present.library.id, patronId);
    if (waiting.length > 0) throw new Failure({ code: 'actsWaiting' });
    const epoch = await this.#epoch();
    await session.use(
      (central) =>
        acts.perform(`delete ${patronId}`, [central.staff.id, tag], (act) =>
          central.deletePatron(act, epoch, patronId, tag),
        ),
      present,
    );
    // The answer is here: what the copy still holds goes with the next pull, now or as soon as there is one.
    await pull().catch(() => undefined);
    onChanged([patronId]);
  }

  /** The server's history as last seen; acts say in which one they were meant. */
  async #epoch(): Promise<string> {
    const { store, session } = this.#parts;
    const { epoch } = await store.pullState(session.require().library.id);
    if (epoch === null) throw new Failure({ code: 'needsServer' });
    return epoch;
  }

  async #save(patronId: string, deed: Deed): Promise<Saved> {
    const { session, saving } = this.#parts;
    const present = session.require();
    const { patron } = await this.read(patronId, false);
    const about = { id: patronId, name: fullName(patron), since: patron.createdAt };
    return saving.save(about, deed, present);
  }
}

/** Fails where the server has given the id to somebody else than the window shows. */
function requireSame(shown: Registered | undefined, patron: Patron): void {
  if (shown && isSomebodyElse(shown, registeredAs(patron)))
    throw new Failure({ code: 'patronGone' }, 'registered at another time');
}
