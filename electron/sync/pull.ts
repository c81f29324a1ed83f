// Brings the copy in step with the server: a fill once, then changes after a position. It writes the copy only,
// never the outbox's acts.
import { z } from 'zod';
import type { Clock } from '../../shared/clock.ts';
import { isFilledFor, rememberFilledFor } from '../cache/copy-view.ts';
import type { DeskStore, FillState } from '../cache/desk-store.ts';
import type {
  CentralServer,
  CentralSession,
  ChangesPage,
  HeldPatrons,
  Marks,
} from '../central/central-server.ts';
import { Failure } from '../support/failure.ts';
import type { Scope } from './scope.ts';

/** How many patrons come at once. */
export interface PageSizes {
  fill: number;
  changes: number;
}

/** Indexing so many changed patrons holds the store's thread for no longer than a search may wait. */
export const USUAL_PAGES: PageSizes = { fill: 500, changes: 50 };

/** How often one pull begins to fill anew: a server whose history changes at every answer would be asked for ever. */
const FILLS_ANEW = 3;

const DAY_MS = 24 * 3_600_000;

export interface PullParts {
  store: DeskStore;
  server: CentralServer;
  clock: Clock;
  pages: PageSizes;
  scope: Scope;
  /** See `scopeName`. */
  scopeName: string;
  /** The copy is to hold everybody whom the server shows. */
  everybody: boolean;
  /** The clock by which time alone takes patrons out of the scope; null where it doesn't. */
  agingClock: Clock | null;
  /** The copy is to hold nobody: nothing is fetched but the server's marks. */
  empty: boolean;
  /** Whom windows show, or showed a moment ago. */
  recent: () => readonly string[];
  /** Staff have put a first fill off; what is here stays as it is. */
  isPaused: () => boolean;
  /** Told before anything of a fill is stored. */
  beforeFill: (library: string) => Promise<void>;
  /** Told after each page of a fill, and with null when it's done. */
  onFill: (fill: FillState | null) => void;
  /** Told with the ids that a page of changes touched. */
  onChanged: (patronIds: string[]) => void;
  /** Told with the ids of patrons who were deleted. */
  onDeleted: (patronIds: string[]) => void;
  /** Told how many patrons the server no longer shows. */
  onUnseen: (count: number) => void;
}

export class Pull {
  readonly #parts: PullParts;
  /** Libraries whose copies are known to have been filled under this policy, and in which view of the patrons. */
  readonly #inScope = new Map<string, string>();

  constructor(parts: PullParts) {
    this.#parts = parts;
  }

  /**
   * A copy that was filled under another policy, or by whom the server shows other patrons, holds some whom it is not to
   * hold, or lacks some. It is erased on the disk before anything says that it is of this policy and view: no power cut
   * brings it back.
   */
  async #keepToScope(central: CentralSession): Promise<void> {
    const { store, scopeName } = this.#parts;
    const { id } = central.library;
    if (this.#inScope.get(id) === central.view) return;
    const name = `scope of ${id}`;
    if ((await store.recall(name)) !== scopeName || !(await isFilledFor(store, central))) {
      await store.erasePatrons(id);
      await store.remember(name, scopeName);
      if (central.view !== '') await rememberFilledFor(store, central);
    }
    this.#inScope.set(id, central.view);
  }

  /** Before anybody is stored whom the view didn't say; for whoever is here the copy goes on. */
  async #keepToView(central: CentralSession): Promise<void> {
    const { id } = central.library;
    if (this.#inScope.get(id) === central.view) return;
    await rememberFilledFor(this.#parts.store, central);
    this.#inScope.set(id, central.view);
  }

  /**
   * One pull to the server's newest change; answers the server's marks, or that a first fill is paused. Fails where the
   * line does.
   */
  async run(central: CentralSession): Promise<Marks | 'paused'> {
    const { store, pages, agingClock } = this.#parts;
    const library = central.library.id;
    await this.#keepToScope(central);
    if (this.#parts.empty) return this.#keepEmpty(central);
    if (agingClock) await this.#takeBackIn(library, agingClock);
    let anew = 0;
    const fillAnew = async () => {
      await store.forgetPosition(library);
      if (++anew > FILLS_ANEW) throw new Failure({ code: 'serverRubbish' }, 'ever another history');
    };
    for (;;) {
      const { position, epoch } = await store.pullState(library);
      if (position === null || epoch === null) {
        if ((await this.#fill(central, fillAnew)) === 'paused') return 'paused';
        continue;
      }
      const page = await central.changes(position, epoch, pages.changes, this.#held(library));
      await this.#keepToView(central);
      if (page.kind === 'fillAnew') {
        await fillAnew();
        continue;
      }
      // A server that has more and goes nowhere would be asked for ever.
      if (page.more && page.position <= position) throw new Failure({ code: 'serverRubbish' }, 'no progress');
      // The copy may have been built anew meanwhile, since somebody met damage in it: then it's filled first.
      if (!(await this.#apply(library, page)) || page.more) continue;
      if (agingClock) await this.#leaveOut(library, agingClock, page);
      return page.marks;
    }
  }

  /**
   * Of whom a clock that was ahead took out of the copy no change arrives, either: it is filled anew. Only a day later: a
   * server whose clock is behind until somebody sets it would be asked for everybody by each desk.
   */
  async #takeBackIn(library: string, agingClock: Clock): Promise<void> {
    const { store } = this.#parts;
    const now = agingClock.now();
    const leftOutAt = Number((await store.recall(nameOfLeftOut(library))) ?? 0);
    const backSince = Number((await store.recall(nameOfBack(library))) ?? Infinity);
    if (leftOutAt - now < DAY_MS) {
      if (backSince < Infinity) await store.forget(nameOfBack(library));
      return;
    }
    if (now < backSince) await store.remember(nameOfBack(library), `${now}`);
    if (now - backSince < DAY_MS) return;
    await store.forgetPosition(library);
    await store.remember(nameOfLeftOut(library), '0');
  }

  /** Once a day: of those to whom nothing happens any more, no change arrives that they would be judged by. */
  async #leaveOut(
    library: string,
    agingClock: Clock,
    { position, marks }: ChangesPage & { kind: 'changes' },
  ): Promise<void> {
    const { store, pages, scope, onChanged } = this.#parts;
    const now = agingClock.now();
    if (now - Number((await store.recall(nameOfLeftOut(library))) ?? 0) < DAY_MS) return;
    let after: string | undefined | null = null;
    while (after !== undefined) {
      const ids: string[] = await store.patronIds(library, after, pages.changes);
      const views = await Promise.all(ids.map((id) => store.patron(library, id)));
      const left = views.flatMap((view) =>
        view?.acts.length === 0 && !scope(view.patron) ? view.patron.id : [],
      );
      const changes = left.map((patronId) => ({ kind: 'leftOut', patronId }));
      if (left.length > 0) await store.applyChanges(library, changes, position, marks.epoch, null);
      if (left.length > 0) onChanged(left);
      after = ids.at(-1);
    }
    await store.remember(nameOfLeftOut(library), `${now}`);
  }

  /** Answers whether there was a copy to apply it to. */
  async #apply(library: string, page: ChangesPage & { kind: 'changes' }): Promise<boolean> {
    const { store, clock, scope, onChanged, onDeleted, onUnseen } = this.#parts;
    const syncedAt = page.more ? null : new Date(clock.now()).toISOString();
    const changes = page.changes.map((change) => withinScope(change, scope));
    const touched = await store.applyChanges(library, changes, page.position, page.marks.epoch, syncedAt);
    if (!touched) return false;
    const deleted = changes.flatMap((change) => deletion.safeParse(change).data?.patronId ?? []);
    if (deleted.length > 0) onDeleted(deleted);
    if (touched.length > 0) onChanged(touched);
    if (page.unseen > 0) onUnseen(page.unseen);
    return true;
  }

  #held(library: string): HeldPatrons {
    const { store, recent } = this.#parts;
    return {
      ids: (after, limit) => store.patronIds(library, after, limit),
      laidOver: () => store.laidOver(library),
      blocked: () => store.blocked(library),
      recent,
    };
  }

  /** Fills from the start, or goes on where a fill was interrupted; a server in another history begins it again. */
  async #fill(central: CentralSession, fillAnew: () => Promise<void>): Promise<'done' | 'paused'> {
    const { store, scope, everybody, pages, beforeFill, onFill, isPaused } = this.#parts;
    const library = central.library.id;
    let { fill } = await store.pullState(library);
    const asked = new Set<string | null>();
    while (!fill?.whole) {
      if (fill && isPaused()) {
        onFill(fill);
        return 'paused';
      }
      if (!fill) asked.clear();
      asked.add(fill?.after ?? null);
      const page = await central.snapshot(fill?.after ?? null, pages.fill);
      await this.#keepToView(central);
      if (fill && fill.epoch !== page.epoch) {
        await fillAnew();
        fill = null;
        continue;
      }
      // Pages that lead round to an earlier one would be asked for, for ever.
      if (page.next !== null && asked.has(page.next))
        throw new Failure({ code: 'serverRubbish' }, 'no progress');
      if (!fill) {
        await beforeFill(library);
        await store.beginFill(library, page.epoch, page.position, page.total);
      }
      await store.fillPage(library, page.patrons.filter(scope), page.next, page.patrons.length);
      fill = (await store.pullState(library)).fill;
      onFill(fill);
    }
    // Whom an account at a Koha isn't shown need not be deleted.
    await store.finishFill(library, everybody && central.view === '');
    onFill(null);
    return 'done';
  }

  /** An edition without anybody, at the server's newest position: what is confirmed need not be laid over it. */
  async #keepEmpty(central: CentralSession): Promise<Marks> {
    const { store, server, clock } = this.#parts;
    const library = central.library.id;
    const marks = await server.marks();
    const { position, epoch } = await store.pullState(library);
    // A Koha's clock that was ahead is right again: its positions are times.
    if (position === null || epoch !== marks.epoch || marks.head < position) {
      await store.beginFill(library, marks.epoch, marks.head, 0);
      await store.fillPage(library, [], null, 0);
      await store.finishFill(library);
    }
    await store.applyChanges(library, [], marks.head, marks.epoch, new Date(clock.now()).toISOString());
    return marks;
  }
}

/** When patrons were last left out of the copy, by the clock that they are judged by. */
const nameOfLeftOut = (library: string) => `left out of ${library}`;
/** Since when, by that clock, it has been a day or more before then. */
const nameOfBack = (library: string) => `clock went back at ${library}`;

const deletion = z.object({ kind: z.literal('deleted'), patronId: z.string() });
const patronChange = z.object({ kind: z.literal('patron'), patron: z.looseObject({ id: z.string() }) });

/** A change of somebody whom the copy is not, or no longer, to hold. */
function withinScope(change: unknown, scope: Scope): unknown {
  const read = patronChange.safeParse(change);
  if (!read.success || scope(read.data.patron)) return change;
  return { kind: 'leftOut', patronId: read.data.patron.id };
}
