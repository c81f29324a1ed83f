// Brings the copy in step with the server: a fill once, then changes after a position. It writes the copy only,
// never the outbox's acts.
import { z } from 'zod';
import type { Clock } from '../../shared/clock.ts';
import type { DeskStore, FillState } from '../cache/desk-store.ts';
import type { CentralServer, CentralSession, ChangesPage, Marks } from '../central/central-server.ts';
import { Failure } from '../support/failure.ts';
import type { Scope } from './scope.ts';

const FILL_PAGE = 500;
/** Indexing so many changed patrons holds the store's thread for no longer than a search may wait. */
const CHANGES_PAGE = 50;

export interface PullParts {
  store: DeskStore;
  server: CentralServer;
  clock: Clock;
  scope: Scope;
  /** See `scopeName`. */
  scopeName: string;
  /** The copy is to hold nobody: nothing is fetched but the server's marks. */
  empty: boolean;
  /** Told after each page of a fill, and with null when it's done. */
  onFill: (fill: FillState | null) => void;
  /** Told with the ids that a page of changes touched. */
  onChanged: (patronIds: string[]) => void;
}

export class Pull {
  readonly #parts: PullParts;

  constructor(parts: PullParts) {
    this.#parts = parts;
  }

  /**
   * A copy that was filled under another policy holds patrons whom it is not to hold, or lacks some. It is erased on the
   * disk before anything says that it is of this policy: no power cut brings it back.
   */
  async #keepToScope(library: string): Promise<void> {
    const { store, scopeName } = this.#parts;
    const name = `scope of ${library}`;
    if ((await store.recall(name)) === scopeName) return;
    await store.erasePatrons(library);
    await store.remember(name, scopeName);
  }

  /** One pull to the server's newest change; answers the server's marks. Fails where the line does. */
  async run(central: CentralSession): Promise<Marks> {
    const { store } = this.#parts;
    const library = central.library.id;
    await this.#keepToScope(library);
    if (this.#parts.empty) return this.#keepEmpty(central);
    for (;;) {
      const { position, epoch } = await store.pullState(library);
      if (position === null || epoch === null) {
        await this.#fill(central);
        continue;
      }
      const page = await central.changes(position, epoch, CHANGES_PAGE);
      if (page.kind === 'fillAnew') {
        await store.forgetPosition(library);
        continue;
      }
      // A server that has more and goes nowhere would be asked for ever.
      if (page.more && page.position <= position) throw new Failure({ code: 'serverRubbish' }, 'no progress');
      await this.#apply(library, page);
      if (!page.more) return page.marks;
    }
  }

  async #apply(library: string, page: ChangesPage & { kind: 'changes' }): Promise<void> {
    const { store, clock, scope, onChanged } = this.#parts;
    const syncedAt = page.more ? null : new Date(clock.now()).toISOString();
    const changes = page.changes.map((change) => withinScope(change, scope));
    const touched = await store.applyChanges(library, changes, page.position, page.marks.epoch, syncedAt);
    if (touched.length > 0) onChanged(touched);
  }

  /** Fills from the start, or goes on where a fill was interrupted; a server in another history begins it again. */
  async #fill(central: CentralSession): Promise<void> {
    const { store, scope, onFill } = this.#parts;
    const library = central.library.id;
    let { fill } = await store.pullState(library);
    while (!fill?.whole) {
      const page = await central.snapshot(fill?.after ?? null, FILL_PAGE);
      if (fill && fill.epoch !== page.epoch) {
        await store.forgetPosition(library);
        fill = null;
        continue;
      }
      if (fill && page.next !== null && page.next === fill.after)
        throw new Failure({ code: 'serverRubbish' }, 'no progress');
      if (!fill) await store.beginFill(library, page.epoch, page.position, page.total);
      await store.fillPage(library, page.patrons.filter(scope), page.next, page.patrons.length);
      fill = (await store.pullState(library)).fill;
      onFill(fill);
    }
    await store.finishFill(library);
    onFill(null);
  }

  /** An edition without anybody, at the server's newest position: what is confirmed need not be laid over it. */
  async #keepEmpty(central: CentralSession): Promise<Marks> {
    const { store, server, clock } = this.#parts;
    const library = central.library.id;
    const marks = await server.marks();
    const { position, epoch } = await store.pullState(library);
    if (position === null || epoch !== marks.epoch) {
      await store.beginFill(library, marks.epoch, marks.head, 0);
      await store.fillPage(library, [], null, 0);
      await store.finishFill(library);
    }
    await store.applyChanges(library, [], marks.head, marks.epoch, new Date(clock.now()).toISOString());
    return marks;
  }
}

const patronChange = z.object({ kind: z.literal('patron'), patron: z.looseObject({ id: z.string() }) });

/** A change of somebody whom the copy is not, or no longer, to hold. */
function withinScope(change: unknown, scope: Scope): unknown {
  const read = patronChange.safeParse(change);
  if (!read.success || scope(read.data.patron)) return change;
  return { kind: 'leftOut', patronId: read.data.patron.id };
}
