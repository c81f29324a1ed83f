// The page Sync: what was done at this desk, what became of it, and what staff decide where the server or a colleague
// disagreed. Nothing leaves it but knowingly.
import type { DeskAct, Saved } from '../../shared/ipc/sync.ts';
import { BLOCK_PATRON } from '../../shared/permissions.ts';
import { registeredAs } from '../../shared/patrons/patron.ts';
import { checkChanges, type FieldValues } from '../../shared/patrons/sections.ts';
import { isDoneTo, UNDECIDED, type ActUpdate, type OutboxAct } from '../cache/act.ts';
import { readCopy } from '../cache/copy-view.ts';
import { isReadable } from '../cache/readable.ts';
import type { DeskStore } from '../cache/desk-store.ts';
import { isSamePerson } from '../central/central-server.ts';
import type { Acts } from '../patrons/acts.ts';
import { mergeEdit } from '../patrons/merge.ts';
import type { Saving } from '../patrons/saving.ts';
import type { Present } from '../session/offline-sign-in.ts';
import type { StaffSession } from '../session/staff-session.ts';
import { Failure, isFailure } from '../support/failure.ts';

const SHOWN = 500;

export interface DeskActsParts {
  store: DeskStore;
  session: StaffSession;
  saving: Saving;
  acts: Acts;
  /** It can't go out before its author signs in again. */
  waitsForAuthor: (act: OutboxAct) => boolean;
  onChanged: (patronIds: string[]) => void;
}

export class DeskActs {
  readonly #parts: DeskActsParts;

  constructor(parts: DeskActsParts) {
    this.#parts = parts;
  }

  /** Those of this library, the latest first; what staff let go of is not among them. */
  async list(): Promise<DeskAct[]> {
    const { store, session, waitsForAuthor } = this.#parts;
    const present = session.require();
    const recent = await store.recentActs(present.library.id, SHOWN);
    const acts = recent.filter(({ state }) => state !== 'withdrawn');
    const seen = await Promise.all(acts.map((act) => this.#isSeen(act, present)));
    return shownTogether(acts, waitsForAuthor).map((act, n) => (seen[n] ? act : untold(act)));
  }

  /** Whose acts wait until they sign in again, and how many. */
  async waitingFor(library: string): Promise<{ name: string; acts: number }[]> {
    const { store, waitsForAuthor } = this.#parts;
    const counts = new Map<string, number>();
    for (const act of await store.acts(['waiting', 'sent']))
      if (act.library === library && waitsForAuthor(act))
        counts.set(act.staff.name, (counts.get(act.staff.name) ?? 0) + 1);
    return [...counts].map(([name, acts]) => ({ name, acts }));
  }

  /**
   * Staff have seen both values of each field and decided. The author goes on with the same act; somebody else's
   * decision is an act of their own, in their name.
   */
  async decide(patronId: string, id: string, changes: FieldValues): Promise<Saved> {
    const { store, session, saving, acts } = this.#parts;
    const present = session.require();
    const act = await this.#undecided(id);
    const { deed, conflict } = act;
    if (act.patronId !== patronId || deed.kind !== 'saveSection' || !conflict)
      throw new Failure({ code: 'notUndecided' });
    const fields = checkChanges(deed.section, changes);
    if (fields.length > 0) throw new Failure({ code: 'invalid', fields });
    const { current } = conflict;
    const { changes: differing } = mergeEdit(current.values, changes, current.values);
    // Theirs, in every field: there is nothing left to send.
    if (Object.keys(differing).length === 0) {
      await this.withdraw(id);
      return 'confirmed';
    }
    if (!isSamePerson(present.staff, act.staff)) {
      const about = { id: act.patronId, name: act.patronName, since: act.patronSince };
      const own = { ...deed, base: current, changes: differing };
      const theirs = await store.replace(id, saving.newAct(about, own, present));
      if (!theirs) throw new Failure({ code: 'notUndecided' });
      return await saving.send(theirs).catch((thrown: unknown) => {
        throw isFailure(thrown, 'conflict') ? new Failure({ ...thrown.error, act: theirs.id }) : thrown;
      });
    }
    const next = { ...anew(acts.newId()), tag: current.tag, changes: differing };
    await this.#decided(id, next);
    return saving.send({ ...act, state: 'waiting' });
  }

  /** A refused act once more, as it is: the reason may be gone. Only its author can. */
  async retry(id: string): Promise<Saved> {
    const { session, saving, acts } = this.#parts;
    const act = await this.#undecided(id);
    const { staff } = session.require();
    if (act.state !== 'refused' || !isSamePerson(act.staff, staff))
      throw new Failure({ code: 'notUndecided' });
    // Laid over the patron at once, it would block or unblock at this desk until the server refuses it again.
    this.#requirePermission(act);
    await this.#decided(id, anew(acts.newId()));
    return saving.send({ ...act, state: 'waiting' });
  }

  /** Lets go of what needs a decision; of what waits for its author, too, who may never come back. */
  async withdraw(id: string): Promise<void> {
    const { waitsForAuthor, onChanged } = this.#parts;
    const act = await this.#here(id);
    if (neverLeft(act) && waitsForAuthor(act)) {
      this.#requirePermission(act);
      await this.#decided(id, { state: 'withdrawn' }, ['waiting']);
    } else await this.#decided(id, { state: 'withdrawn' });
    onChanged([act.patronId]);
  }

  #requirePermission({ deed }: OutboxAct): void {
    const { permissions } = this.#parts.session.require();
    if (deed.kind !== 'saveSection' && !permissions.includes(BLOCK_PATRON))
      throw new Failure({ code: 'notPermitted', permission: BLOCK_PATRON });
  }

  /** Two windows may show what is undecided: who decides first decides. */
  async #decided(id: string, update: ActUpdate, onlyIn = UNDECIDED): Promise<void> {
    if (!(await this.#parts.store.update(id, update, onlyIn))) throw new Failure({ code: 'notUndecided' });
  }

  async #undecided(id: string): Promise<OutboxAct> {
    const act = await this.#here(id);
    if (!UNDECIDED.includes(act.state)) throw new Failure({ code: 'notUndecided' });
    return act;
  }

  async #here(id: string): Promise<OutboxAct> {
    const { store, session } = this.#parts;
    const present = session.require();
    const act = await store.act(id);
    if (act?.library !== present.library.id) throw new Failure({ code: 'notUndecided' });
    if (!(await this.#isSeen(act, present))) throw new Failure({ code: 'patronUnseen' });
    return act;
  }

  /** Accounts at a Koha may see different patrons. A colleague's act is shown to who sees them as its author, or has them here. */
  async #isSeen(act: OutboxAct, present: Present): Promise<boolean> {
    const { store } = this.#parts;
    if (present.view === '' || present.view === act.view || isSamePerson(present.staff, act.staff))
      return true;
    const found = await readCopy(store, present, () => store.patron(present.library.id, act.patronId));
    return !!found && isDoneTo(registeredAs(found.patron))(act);
  }
}

const anew = (key: string) => ({ state: 'waiting', key, refusal: null, failingSince: undefined }) as const;

/** Of what was sent nobody knows whether the server did it. */
const neverLeft = (act: OutboxAct): boolean => act.state === 'waiting' && act.tries === 0 && isReadable(act);

const untold = (act: DeskAct): DeskAct => ({
  ...act,
  ...{ unseen: true, patronName: '', base: {}, changes: {}, comment: '', conflict: null, refusal: null },
});

const waits = ({ state }: OutboxAct): boolean => state === 'waiting' || state === 'sent';

/** Acts, those of each patron all together, in the shape that windows are told of them. What holds what: see push.ts. */
export function shownTogether(
  acts: readonly OutboxAct[],
  waitsForAuthor: (act: OutboxAct) => boolean,
): DeskAct[] {
  const holders = new Map<string, NonNullable<DeskAct['heldBy']>>();
  const heldBy = new Map<string, DeskAct['heldBy']>();
  for (const act of acts.toSorted((a, b) => a.sequence - b.sequence)) {
    const { id, patronId, deed, staff } = act;
    const section =
      isReadable(act) && deed.kind === 'saveSection' ? `${patronId}/${deed.section}` : undefined;
    const holder = holders.get(patronId) ?? (section === undefined ? undefined : holders.get(section));
    if (waits(act)) {
      if (holder) heldBy.set(id, holder);
      else if (waitsForAuthor(act)) holders.set(patronId, { name: staff.name, state: 'needsAuthor' });
    } else if (UNDECIDED.includes(act.state)) {
      const held = isReadable(act) ? section : patronId;
      if (held !== undefined) holders.set(held, { name: staff.name, state: 'undecided' });
    }
  }
  return acts.map((act) => shown(act, waitsForAuthor(act), heldBy.get(act.id) ?? null));
}

const shown = (act: OutboxAct, waitsForAuthor: boolean, heldBy: DeskAct['heldBy']): DeskAct => {
  if (!isReadable(act)) return asItStands(act);
  const { id, actedAt, staff, state, deed, patronId, patronName, conflict, refusal } = act;
  const edit = deed.kind === 'saveSection' ? deed : undefined;
  return {
    ...{ id, actedAt, state, patronId, patronName, conflict, refusal, kind: deed.kind, unseen: false },
    staff: { id: staff.id, name: staff.name },
    section: edit?.section ?? null,
    base: edit?.base.values ?? {},
    changes: edit ? (act.changes ?? edit.changes) : {},
    comment: deed.kind === 'saveSection' ? '' : deed.comment,
    needsAuthor: waits(act) && waitsForAuthor,
    heldBy,
    neverLeft: neverLeft(act),
    confirmedAt: act.confirmed?.at ?? null,
  };
};

/** Of another version: everything that it holds, as it stands there. */
const asItStands = (act: OutboxAct): DeskAct => {
  const refusal = { code: 'internal' as const, detail: 'not of this version', fields: [] };
  return {
    ...{ id: act.id, actedAt: new Date(0).toISOString(), patronId: act.patronId, state: act.state },
    ...{ staff: { id: act.staff.id, name: act.staff.name }, patronName: '', kind: 'block', section: null },
    unseen: false,
    ...{ base: {}, changes: {}, comment: JSON.stringify(act.deed ?? null), needsAuthor: false },
    ...{ heldBy: null, neverLeft: false, confirmedAt: null, conflict: null, refusal },
  };
};
