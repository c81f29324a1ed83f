// Whose card was scanned: lost and replaced cards too, from the copy or else the server. By its number as it is, or else
// by letters and digits alone, where these are one patron's.
import type { ScannedCard } from '../../shared/ipc/contract.ts';
import type { Card } from '../../shared/patrons/sections.ts';
import { joined } from '../../shared/patrons/fold.ts';
import { fullName, nameOf, type Patron } from '../../shared/patrons/patron.ts';
import { readCopy } from '../cache/copy-view.ts';
import { isSameStaff } from '../central/central-server.ts';
import type { DeskStore } from '../cache/desk-store.ts';
import type { Present } from '../session/offline-sign-in.ts';
import { isLineFailure, type StaffSession } from '../session/staff-session.ts';
import { Failure } from '../support/failure.ts';
import { oneLine } from './one-line.ts';

type Owner = { id: string; name: string; number: string; state: Card['state'] };

/** A window's newest scan, and whom each of its last ones found. */
interface Scans {
  newest: number;
  readonly found: Map<number, { patronId: string; by: Present }>;
}

/** So many scans of a window are remembered, for staff who open one that was offered. */
const REMEMBERED = 20;
/** Of patrons with a number that begins with a scanned one's letters and digits, so many are looked at. */
const ALIKE = 100;

export class ScannedCards {
  readonly #store: DeskStore;
  readonly #session: StaffSession;
  #last = 0;
  /** How often somebody has left: a scan that was on its way then finds nobody for the next one. */
  #leavings = 0;
  /** Each window's own: it names a scan, never a patron, and none of another window's. */
  #scans = new WeakMap<object, Scans>();

  constructor(store: DeskStore, session: StaffSession) {
    this.#store = store;
    this.#session = session;
  }

  /** `scan` numbers the scan: by the time its answer is here, another card may have been scanned. */
  async find(card: string, window: object): Promise<{ scan: number; found: ScannedCard | null }> {
    const scan = ++this.#last;
    const scans = this.#scans.get(window) ?? { newest: scan, found: new Map() };
    this.#scans.set(window, scans);
    scans.newest = scan;
    const present = this.#session.require();
    const leavings = this.#leavings;
    const owner = await this.#owner(card, present);
    // The next one may be in already, and windows not told so yet.
    const here = this.#session.state;
    const isHere = here.status !== 'signedOut' && isSameStaff(here, present);
    if (!isHere || leavings !== this.#leavings) throw new Failure({ code: 'signedOut' });
    if (!owner) return { scan, found: null };
    const { id, name, state } = owner;
    scans.found.set(scan, { patronId: id, by: present });
    const [oldest = scan] = scans.found.keys();
    if (scans.found.size > REMEMBERED) scans.found.delete(oldest);
    return { scan, found: state === 'active' ? { state } : { state, name: oneLine(name) } };
  }

  /** Whom a scan of this window found; nobody once it scanned another card, unless staff said that they want it. */
  patronOf(scan: number, wanted: boolean, window: object): string | undefined {
    const here = this.#session.require();
    const scans = this.#scans.get(window);
    const found = scans?.found.get(scan);
    if (!found || !isSameStaff(here, found.by)) return undefined;
    return wanted || scan === scans?.newest ? found.patronId : undefined;
  }

  /** For whoever signs in next. */
  forget(): void {
    this.#leavings++;
    this.#scans = new WeakMap();
  }

  async #owner(card: string, present: Present): Promise<Owner | undefined> {
    const inCopy = await this.#inCopy(card, present);
    // A Koha keeps numbers apart that differ by a sign: there, it may be somebody's whom the copy doesn't hold.
    if (inCopy && (inCopy.number === card || present.capabilities.system !== 'Koha')) return inCopy;
    try {
      return (await this.#atServer(card, present)) ?? inCopy;
    } catch (thrown) {
      if (inCopy && isLineFailure(thrown)) return inCopy;
      throw thrown;
    }
  }

  async #inCopy(card: string, present: Present): Promise<Owner | undefined> {
    // The owner of a card stands first among the hits for its number.
    const [first] = await this.#ownersInCopy(card, present, card, 1);
    if (!first || first.number === card) return first;
    const owners = await this.#ownersInCopy(card, present, joined(card), ALIKE);
    return owners.find(({ number }) => number === card) ?? (owners.length === 1 ? owners[0] : undefined);
  }

  async #ownersInCopy(card: string, present: Present, query: string, limit: number): Promise<Owner[]> {
    const library = present.library.id;
    const found = await readCopy(this.#store, present, () => this.#store.search(library, query, 0, limit));
    const views = await Promise.all((found?.patrons ?? []).map(({ id }) => this.#store.patron(library, id)));
    return views.flatMap((view) => (view && ownerOf(card, view.patron)) ?? []);
  }

  async #atServer(card: string, present: Present): Promise<Owner | undefined> {
    if (!this.#session.central) return undefined;
    return this.#session.use(async (central) => {
      // Never by a search: what is no card may be part of somebody's name, and a barcode is anybody's to print.
      const owner = await central.ownerOf(card);
      if (!owner) return undefined;
      // All there is to know of a card in use. Any other takes the whole record, and that is a look.
      if (owner.cardNumber !== null && isSame(card, owner.cardNumber))
        return { id: owner.id, name: nameOf(owner), number: owner.cardNumber, state: 'active' };
      return ownerOf(card, await central.patron(owner.id, false));
    }, present);
  }
}

const isSame = (scanned: string, number: string): boolean => joined(number) === joined(scanned);

function ownerOf(scanned: string, patron: Patron): Owner | undefined {
  const { cards } = patron.sections.card.values;
  const card =
    cards.find(({ number }) => number === scanned) ?? cards.find(({ number }) => isSame(scanned, number));
  return card && { ...card, id: patron.id, name: fullName(patron) };
}
