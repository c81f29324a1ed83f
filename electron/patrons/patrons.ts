// What staff do with patrons: find, read, edit by sections, set a PIN, block, unblock, delete.
import type { FieldValues, SectionId, TaggedValues } from '../../shared/patrons/sections.ts';
import type { Act, CentralSession } from '../central/central-server.ts';
import type { StaffSession } from '../session/staff-session.ts';
import { Failure } from '../support/failure.ts';
import type { Acts } from './acts.ts';
import { mergeEdit } from './merge.ts';

/** How often an edit is merged with changes that keep coming before staff are told to look again. */
const MERGES = 5;

export class Patrons {
  readonly #session: StaffSession;
  readonly #acts: Acts;
  readonly #onChanged: (patronId: string) => void;

  constructor(session: StaffSession, acts: Acts, onChanged: (patronId: string) => void) {
    this.#session = session;
    this.#acts = acts;
    this.#onChanged = onChanged;
  }

  search(query: string, offset: number, limit: number) {
    return this.#session.use((central) => central.search(query, offset, limit));
  }

  read(patronId: string) {
    return this.#session.use((central) => central.patron(patronId));
  }

  notifications(patronId: string) {
    return this.#session.use((central) => central.notifications(patronId));
  }

  agreements(patronId: string) {
    return this.#session.use((central) => central.agreements(patronId));
  }

  /** Saves the changed fields, merging them with changes of other fields; `conflict` where both changed the same. */
  saveSection(
    patronId: string,
    section: SectionId,
    base: TaggedValues,
    changes: FieldValues,
  ): Promise<TaggedValues> {
    return this.#perform(patronId, ['saveSection', section, base.tag, changes], (central, act) =>
      this.#merging(central, act, patronId, section, base, changes),
    );
  }

  async #merging(
    central: CentralSession,
    act: Act,
    patronId: string,
    section: SectionId,
    base: TaggedValues,
    changes: FieldValues,
  ): Promise<TaggedValues> {
    let [attempt, tag, sent] = [act, base.tag, changes];
    for (let merges = 0; merges <= MERGES; merges++) {
      const outcome = await central.saveSection(attempt, patronId, section, tag, sent);
      if ('saved' in outcome) return outcome.saved;
      const { current } = outcome;
      const merge = mergeEdit(base.values, changes, current.values);
      if (merge.conflicts.length > 0)
        throw new Failure({ code: 'conflict', current, conflicts: merge.conflicts });
      if (Object.keys(merge.changes).length === 0) return current;
      [attempt, tag, sent] = [this.#acts.nextAttempt(act), current.tag, merge.changes];
    }
    throw new Failure({ code: 'changedMeanwhile' });
  }

  setPin(patronId: string, pin: string) {
    return this.#perform(patronId, ['setPin', pin], (central, act) => central.setPin(act, patronId, pin));
  }

  block(patronId: string, comment: string) {
    return this.#perform(patronId, ['block', comment], (central, act) =>
      // The act's id is the block's too: a repeat after a lost answer makes no second block.
      central.block(act, patronId, { id: act.id, comment }),
    );
  }

  unblock(patronId: string, blocks: string[], comment: string) {
    return this.#perform(patronId, ['unblock', blocks, comment], (central, act) =>
      central.unblock(act, patronId, blocks, comment),
    );
  }

  delete(patronId: string, tag: string) {
    return this.#perform(patronId, ['delete', tag], (central, act) =>
      central.deletePatron(act, patronId, tag),
    );
  }

  #perform<T>(patronId: string, content: unknown[], send: (central: CentralSession, act: Act) => Promise<T>) {
    return this.#session.use(async (central) => {
      const answer = await this.#acts.perform([central.staff.id, patronId, ...content], (act) =>
        send(central, act),
      );
      this.#onChanged(patronId);
      return answer;
    });
  }
}
