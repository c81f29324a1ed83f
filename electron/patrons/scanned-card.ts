// Whose card was scanned: by its exact number, lost and replaced cards too, from the copy or else the server.
import type { Card } from '../../shared/patrons/sections.ts';
import { joined } from '../../shared/patrons/fold.ts';
import { fullName, type Patron } from '../../shared/patrons/patron.ts';
import type { DeskStore } from '../cache/desk-store.ts';
import type { Present } from '../session/offline-sign-in.ts';
import type { StaffSession } from '../session/staff-session.ts';
import { Failure } from '../support/failure.ts';

export interface ScannedCard {
  name: string;
  state: Card['state'];
}

/** So many scans are remembered, for staff who open one that was offered. */
const REMEMBERED = 20;

export class ScannedCards {
  readonly #store: DeskStore;
  readonly #session: StaffSession;
  #last = 0;
  /** How often somebody has left: a scan that was on its way then finds nobody for the next one. */
  #leavings = 0;
  /** Whom each of the last scans found: a window names a scan, never a patron. */
  readonly #found = new Map<number, string>();

  constructor(store: DeskStore, session: StaffSession) {
    this.#store = store;
    this.#session = session;
  }

  /** `scan` numbers the scan: by the time its answer is here, another card may have been scanned. */
  async find(card: string): Promise<{ scan: number; found: ScannedCard | null }> {
    const scan = ++this.#last;
    this.#found.delete(scan - REMEMBERED);
    const present = this.#session.require();
    const leavings = this.#leavings;
    const patron = (await this.#inCopy(card)) ?? (await this.#atServer(card, present));
    if (leavings !== this.#leavings) throw new Failure({ code: 'signedOut' });
    const owned = patron && cardOf(card, patron);
    if (!patron || !owned) return { scan, found: null };
    this.#found.set(scan, patron.id);
    return { scan, found: { name: fullName(patron), state: owned.state } };
  }

  /** Whom a scan found; nobody once another card has been scanned, unless staff said that they want it. */
  patronOf(scan: number, wanted: boolean): string | undefined {
    this.#session.require();
    return wanted || scan === this.#last ? this.#found.get(scan) : undefined;
  }

  /** For whoever signs in next. */
  forget(): void {
    this.#leavings++;
    this.#found.clear();
  }

  async #inCopy(card: string): Promise<Patron | undefined> {
    const library = this.#session.require().library.id;
    // The owner of a card stands first among the hits for its number.
    const [hit] = (await this.#store.search(library, card, 0, 1)).patrons;
    const view = hit && (await this.#store.patron(library, hit.id));
    return view && cardOf(card, view.patron) && view.patron;
  }

  async #atServer(card: string, present: Present): Promise<Patron | undefined> {
    if (!this.#session.central) return undefined;
    return this.#session.use(async (central) => {
      const [hit] = (await central.search(card, 0, 1)).patrons;
      const patron = hit && (await central.patron(hit.id, true));
      return patron && cardOf(card, patron) && patron;
    }, present);
  }
}

function cardOf(scanned: string, { sections }: Patron): Card | undefined {
  return sections.card.values.cards.find(({ number }) => joined(number) === joined(scanned));
}
