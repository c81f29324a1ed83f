// The least that stands for a desk's copy in the port's contract suite: everybody by their id, brought in step as
// electron/sync/pull.ts does it.
import type {
  ActOutcome,
  CentralSession,
  HeldPatrons,
  OutgoingAct,
} from '../../electron/central/central-server.ts';
import type { Deed } from '../../electron/cache/act.ts';
import { patronSchema, registeredAs, type Patron } from '../../shared/patrons/patron.ts';
import type { FieldValues, TaggedValues } from '../../shared/patrons/sections.ts';
import { v7 } from 'uuid';

export class DeskCopy {
  readonly session: CentralSession;
  readonly patrons = new Map<string, Patron>();
  readonly recent: string[] = [];
  readonly laidOver: string[] = [];
  epoch = '';
  position = 0;
  unseen = 0;
  /** What left, by its key, as the outbox would keep it. */
  readonly #left = new Map<string, string | undefined>();

  constructor(session: CentralSession) {
    this.session = session;
  }

  async fill(limit = 500): Promise<number> {
    let pages = 0;
    for (let after: string | null = null; ; pages++) {
      const page = await this.session.snapshot(after, limit);
      if (after === null) ({ epoch: this.epoch, position: this.position } = page);
      for (const record of page.patrons) this.#put(record);
      after = page.next;
      if (after === null) return pages + 1;
    }
  }

  /** Answers the ids that changes told of. */
  async pull(limit = 50): Promise<string[]> {
    const told: string[] = [];
    for (;;) {
      const page = await this.session.changes(this.position, this.epoch, limit, this.#held());
      if (page.kind === 'fillAnew') throw new Error('The server wants the copy to be filled anew.');
      for (const change of page.changes as { kind: string; patronId: string; patron: unknown }[]) {
        told.push(change.kind === 'patron' ? this.#put(change.patron) : change.patronId);
        if (change.kind !== 'patron') this.patrons.delete(change.patronId);
      }
      if (page.position < this.position) throw new Error('The position went back.');
      this.position = page.position;
      this.unseen += page.unseen;
      if (!page.more) return told;
    }
  }

  patron(id: string): Patron {
    const patron = this.patrons.get(id);
    if (!patron) throw new Error('The copy has no such patron.');
    return patron;
  }

  /** An act as it comes from the outbox. */
  act(patronId: string, deed: Deed, at: number, further: Partial<OutgoingAct> = {}): OutgoingAct {
    const edit = deed.kind === 'saveSection' ? deed : undefined;
    const seen = this.patrons.get(patronId);
    return this.again({
      ...{ id: v7(), key: v7(), at: new Date(at).toISOString(), patronId, deed, epoch: this.epoch },
      ...{
        patron: seen && registeredAs(seen),
        tag: edit?.base.tag ?? null,
        changes: edit?.changes ?? {},
        base: edit?.base.values ?? {},
        repeated: false,
        leaves: () => Promise.resolve(),
      },
      ...further,
    });
  }

  /** The same attempt once more, with what the outbox would have kept of it. */
  again(act: OutgoingAct): OutgoingAct {
    const { key } = act;
    return {
      ...act,
      ...(this.#left.has(key) && { repeated: true, recordTime: this.#left.get(key) }),
      leaves: async (recordTime) => void this.#left.set(key, recordTime),
    };
  }

  edit(
    patronId: string,
    section: 'personal' | 'address' | 'contact',
    changes: FieldValues,
    at: number,
  ): OutgoingAct {
    const base = this.patron(patronId).sections[section] as unknown as TaggedValues;
    return this.act(patronId, { kind: 'saveSection', section, base, changes }, at);
  }

  send(act: OutgoingAct): Promise<ActOutcome> {
    return this.session.send(act);
  }

  #held(): HeldPatrons {
    const ids = [...this.patrons.keys()].sort();
    return {
      ids: (after, limit) => Promise.resolve(ids.filter((id) => id > (after ?? '')).slice(0, limit)),
      laidOver: () => Promise.resolve([...this.laidOver]),
      blocked: () => Promise.resolve(ids.filter((id) => this.patron(id).blocks.length > 0)),
      recent: () => [...this.recent],
    };
  }

  #put(record: unknown): string {
    const patron = patronSchema.parse(record);
    this.patrons.set(patron.id, patron);
    return patron.id;
  }
}
