// Whose card was scanned: by its exact number, lost and replaced cards too, from the copy or else the server.
import type { Card } from '../../shared/patrons/sections.ts';
import { joined } from '../../shared/patrons/fold.ts';
import { fullName, type Patron } from '../../shared/patrons/patron.ts';
import type { DeskStore } from '../cache/desk-store.ts';
import type { StaffSession } from '../session/staff-session.ts';

export interface ScannedCard {
  patron: { id: string; name: string };
  state: Card['state'];
}

export class ScannedCards {
  readonly #store: DeskStore;
  readonly #session: StaffSession;
  #last = 0;

  constructor(store: DeskStore, session: StaffSession) {
    this.#store = store;
    this.#session = session;
  }

  /** `scan` numbers the scan: by the time its answer is here, another card may have been scanned. */
  async find(card: string): Promise<{ scan: number; found: ScannedCard | null }> {
    const scan = ++this.#last;
    const found = (await this.#inCopy(card)) ?? (await this.#atServer(card)) ?? null;
    return { scan, found };
  }

  /** No other card has been scanned since, in whichever window. */
  isLast(scan: number): boolean {
    return scan === this.#last;
  }

  async #inCopy(card: string): Promise<ScannedCard | undefined> {
    const library = this.#session.require().library.id;
    // The owner of a card stands first among the hits for its number.
    const [hit] = (await this.#store.search(library, card, 0, 1)).patrons;
    const view = hit && (await this.#store.patron(library, hit.id));
    return view && ownerOf(card, view.patron);
  }

  async #atServer(card: string): Promise<ScannedCard | undefined> {
    if (!this.#session.central) return undefined;
    return this.#session.use(async (central) => {
      const [hit] = (await central.search(card, 0, 1)).patrons;
      return hit && ownerOf(card, await central.patron(hit.id, true));
    });
  }
}

function ownerOf(scanned: string, patron: Patron): ScannedCard | undefined {
  const { cards } = patron.sections.card.values;
  const card = cards.find(({ number }) => joined(number) === joined(scanned));
  return card && { patron: { id: patron.id, name: fullName(patron) }, state: card.state };
}
