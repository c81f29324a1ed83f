// Whose card was scanned: by its exact number, lost and replaced cards too, from the copy or else the server.
import type { ScannedCard } from '../../shared/ipc/contract.ts';
import type { Card } from '../../shared/patrons/sections.ts';
import { joined } from '../../shared/patrons/fold.ts';
import { fullName, nameOf, type Patron } from '../../shared/patrons/patron.ts';
import { readCopy } from '../cache/copy-view.ts';
import type { DeskStore } from '../cache/desk-store.ts';
import type { Present } from '../session/offline-sign-in.ts';
import type { StaffSession } from '../session/staff-session.ts';
import { Failure } from '../support/failure.ts';

type Owner = { id: string; name: string; state: Card['state'] };

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
    const owner = (await this.#inCopy(card, present)) ?? (await this.#atServer(card, present));
    if (leavings !== this.#leavings) throw new Failure({ code: 'signedOut' });
    if (!owner) return { scan, found: null };
    const { id, name, state } = owner;
    this.#found.set(scan, id);
    return { scan, found: state === 'active' ? { state } : { state, name } };
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

  async #inCopy(card: string, present: Present): Promise<Owner | undefined> {
    const library = present.library.id;
    // The owner of a card stands first among the hits for its number.
    const found = await readCopy(this.#store, present, () => this.#store.search(library, card, 0, 1));
    const [hit] = found?.patrons ?? [];
    const view = hit && (await this.#store.patron(library, hit.id));
    return view && ownerOf(card, view.patron);
  }

  async #atServer(card: string, present: Present): Promise<Owner | undefined> {
    if (!this.#session.central) return undefined;
    return this.#session.use(async (central) => {
      const [hit] = (await central.search(card, 0, 1)).patrons;
      if (!hit) return undefined;
      // The hit says all there is to know of a card in use. Any other takes the whole record, and that is a look.
      if (hit.cardNumber !== null && isSame(card, hit.cardNumber))
        return { id: hit.id, name: nameOf(hit), state: 'active' };
      return ownerOf(card, await central.patron(hit.id, false));
    }, present);
  }
}

const isSame = (scanned: string, number: string): boolean => joined(number) === joined(scanned);

function ownerOf(scanned: string, patron: Patron): Owner | undefined {
  const card = patron.sections.card.values.cards.find(({ number }) => isSame(scanned, number));
  return card && { id: patron.id, name: fullName(patron), state: card.state };
}
