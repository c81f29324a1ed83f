// The desk's store on its two open files. Nothing here knows of threads: the worker runs it, and so does a
// simulation with many desks in one process.
import type { Clock } from '../../shared/clock.ts';
import type { ListOrder } from '../../shared/patrons/list-order.ts';
import { registeredAs, type Patron } from '../../shared/patrons/patron.ts';
import { isDoneTo, type ActUpdate, type LogEvent, type NewAct, type OutboxAct } from './act.ts';
import type { DeskStore } from './desk-store.ts';
import type { EncryptedFile } from './encrypted-file.ts';
import { Outbox } from './outbox.ts';
import { isLaidOver, overlay } from './overlay.ts';
import { PatronSearch } from './patron-search.ts';
import { Shadow } from './shadow.ts';

export interface StoreParts {
  copy: EncryptedFile;
  outbox: EncryptedFile;
  clock: Clock;
  /** Lets others have their turn between two parts of long work. */
  giveWay: () => Promise<void>;
  /** A copy that was set aside holds patrons, too. */
  removeDamagedCopy: () => void;
}

const UNSETTLED: readonly OutboxAct['state'][] = ['waiting', 'sent', 'conflict', 'refused'];
const isUnsettled = ({ state, wiped }: OutboxAct) => !wiped && UNSETTLED.includes(state);

export class SqliteStore implements DeskStore {
  readonly #parts: StoreParts;
  readonly #shadow: Shadow;
  readonly #outbox: Outbox;
  readonly #search: PatronSearch;
  /** Patrons as windows show them, of those with acts laid over; let go of whenever either side changes. */
  readonly #overlaid = new Map<string, Map<string, Patron | null>>();

  constructor(parts: StoreParts) {
    this.#parts = parts;
    this.#shadow = new Shadow(parts.copy, parts.clock);
    this.#outbox = new Outbox(parts.outbox);
    this.#search = new PatronSearch(parts.copy);
  }

  async search(library: string, query: string, offset: number, limit: number, order: ListOrder = 'plain') {
    for (;;) {
      const edition = this.#shadow.shown(library);
      if (!edition) return { total: 0, patrons: [] };
      const goOn = async () => {
        await this.#parts.giveWay();
        return this.#shadow.shown(library)?.number === edition.number;
      };
      const laidOver = () => this.#patronsLaidOver(library);
      const found = await this.#search.find(edition, laidOver, query, { offset, limit, order }, goOn);
      if (found) return found;
    }
  }

  async patron(library: string, patronId: string) {
    const patron = this.#shadow.patron(library, patronId);
    if (!patron) return undefined;
    const acts = this.#actsOn(library, patron);
    const shownAt = this.#shadow.shownAt(library);
    return {
      patron: overlay(
        patron,
        acts.filter((act) => isLaidOver(act, shownAt)),
      ),
      acts: acts.filter(isUnsettled),
    };
  }

  async unsettledOn(library: string, patronId: string) {
    return this.#outbox.actsOn(library, patronId).filter(isUnsettled);
  }

  async patronIds(library: string, after: string | null, limit: number) {
    return this.#shadow.shown(library)?.ids(after, limit) ?? [];
  }

  async blocked(library: string) {
    return this.#shadow.shown(library)?.blocked() ?? [];
  }

  async laidOver(library: string) {
    return this.#outbox.patronsLaidOver(library, this.#shadow.shownAt(library));
  }

  async libraries() {
    return this.#shadow.libraries();
  }

  async pullState(library: string) {
    const state = this.#shadow.pullState(library);
    const epoch = this.#outbox.epoch(library);
    // A position counts only in the history that it is of.
    const position = this.#shadow.shownAt(library)?.epoch === epoch ? state.position : null;
    return { ...state, position, epoch };
  }

  async beginFill(library: string, epoch: string, position: number, total: number) {
    // First the epoch, on the file that is never rebuilt: a crash in between costs a fill, not the knowledge.
    this.#outbox.seeEpoch(library, epoch);
    this.#shadow.beginFill(library, epoch, position, total);
    this.#overlaid.delete(library);
  }

  async fillPage(library: string, patrons: readonly unknown[], next: string | null, arrived: number) {
    const page = this.#shadow.fillPage(library, patrons, next, arrived);
    this.#overlaid.delete(library);
    return page;
  }

  async finishFill(library: string, everybody = false) {
    // As with a page of changes: the outbox first.
    const beforeCommit = () => {
      if (everybody) this.#wipeAbsent(library);
    };
    while (this.#shadow.finishFill(library, beforeCommit).left > 0) await this.#parts.giveWay();
    this.#overlaid.delete(library);
    this.#parts.removeDamagedCopy();
  }

  async applyChanges(
    library: string,
    changes: readonly unknown[],
    position: number,
    epoch: string,
    syncedAt: string | null,
  ) {
    // No transaction spans both files: the outbox is wiped before the page is committed, and again where that page
    // has to be repeated.
    const touched = this.#shadow.applyChanges(library, changes, position, epoch, syncedAt, (deleted) =>
      this.#outbox.wipe(library, deleted),
    );
    this.#overlaid.delete(library);
    return touched;
  }

  async setAside(library: string) {
    return this.#shadow.setAside(library);
  }

  async seeEpoch(epoch: string) {
    this.#outbox.seeEpochEverywhere(epoch);
  }

  async forgetPosition(library: string) {
    this.#shadow.forgetPosition(library);
    this.#overlaid.delete(library);
  }

  async erasePatrons(library?: string) {
    this.#shadow.erase(library);
    this.#overlaid.clear();
    while (this.#shadow.sweep()) await this.#parts.giveWay();
    this.#shadow.shrink();
    this.#parts.removeDamagedCopy();
  }

  async append(act: NewAct) {
    const appended = this.#outbox.append(act);
    this.#forgetOverlaid(act.library, [act.patronId]);
    return appended;
  }

  async acts(states: readonly OutboxAct['state'][]) {
    return this.#outbox.acts(states);
  }

  async act(id: string) {
    return this.#outbox.act(id);
  }

  async recentActs(library: string, limit: number) {
    return this.#outbox.recent(library, limit);
  }

  async outgoing() {
    const outgoing = this.#outbox.outgoing();
    for (const { library, patronId } of outgoing.revived) this.#forgetOverlaid(library, [patronId]);
    return outgoing;
  }

  async replace(id: string, act: NewAct) {
    const appended = this.#outbox.replace(id, act);
    if (appended) this.#forgetOverlaid(act.library, [act.patronId]);
    return appended;
  }

  async update(id: string, update: ActUpdate, onlyIn?: readonly OutboxAct['state'][]) {
    const updated = this.#outbox.update(id, update, onlyIn);
    if (updated) this.#forgetOverlaid(updated.library, [updated.patronId]);
    return updated !== undefined;
  }

  async counts(library: string) {
    return this.#outbox.counts(library);
  }

  async forgetDurable(library: string, epoch: string, durable: number) {
    this.#outbox.forgetDurableLogEvents(library, epoch, durable);
    const acts = this.#outbox.forgetDurable(library, epoch, durable, this.#shadow.shownAt(library));
    this.#forgetOverlaid(
      library,
      acts.map(({ patronId }) => patronId),
    );
    return acts.length;
  }

  async forgetWithdrawn(before: string) {
    return this.#outbox.forgetWithdrawn(before);
  }

  async appendLogEvent(event: LogEvent) {
    this.#outbox.appendLogEvent(event);
  }

  async logEvents(library: string, limit: number) {
    return this.#outbox.logEvents(library, limit);
  }

  async logEventsTaken(ids: readonly string[], epoch: string, head: number) {
    this.#outbox.logEventsTaken(ids, epoch, head);
  }

  async remember(name: string, value: string) {
    this.#outbox.remember(name, value);
  }

  async recall(name: string) {
    return this.#outbox.recall(name);
  }

  async forget(name: string) {
    this.#outbox.forget(name);
  }

  async close() {
    this.#parts.copy.close();
    this.#parts.outbox.close();
  }

  /** A little housekeeping that nobody waits for; answers whether there is more of it. */
  tidy(): boolean {
    return this.#shadow.sweep();
  }

  #patronsLaidOver(library: string): Patron[] {
    let patrons = this.#overlaid.get(library);
    if (!patrons) this.#overlaid.set(library, (patrons = new Map()));
    const shownAt = this.#shadow.shownAt(library);
    const ids = this.#outbox.patronsLaidOver(library, shownAt);
    for (const id of ids) {
      if (patrons.has(id)) continue;
      const patron = this.#shadow.patron(library, id);
      const acts = patron ? this.#actsOn(library, patron).filter((act) => isLaidOver(act, shownAt)) : [];
      patrons.set(id, patron && acts.length > 0 ? overlay(patron, acts) : null);
    }
    return ids.flatMap((id) => patrons.get(id) ?? []);
  }

  #actsOn(library: string, patron: Patron): OutboxAct[] {
    return this.#outbox.actsOn(library, patron.id).filter(isDoneTo(registeredAs(patron)));
  }

  #wipeAbsent(library: string): void {
    const shownAt = this.#shadow.shownAt(library);
    const setAside = this.#shadow.setAside(library).map(({ patronId }) => patronId);
    // A record without an id may be anybody's.
    if (!shownAt || setAside.includes(null)) return;
    this.#outbox.wipeAbsent(
      library,
      shownAt,
      (id) => setAside.includes(id) || this.#shadow.patron(library, id) !== undefined,
    );
  }

  #forgetOverlaid(library: string, patronIds: readonly string[]): void {
    for (const id of patronIds) this.#overlaid.get(library)?.delete(id);
  }
}
