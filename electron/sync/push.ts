// Sends what waits in the outbox: per patron in the order that staff acted, each act in its author's name. What
// the server says of an act is final; where it says nothing, the same attempt goes out again later.
import type { Clock } from '../../shared/clock.ts';
import { refusalSchema } from '../../shared/ipc/errors.ts';
import type { FieldValues, TaggedValues } from '../../shared/patrons/sections.ts';
import { seenAs, type ActUpdate, type OutboxAct } from '../cache/act.ts';
import type { DeskStore } from '../cache/desk-store.ts';
import { FailsAtIt, type ActOutcome, type ActSender } from '../central/central-server.ts';
import { isReadable } from '../cache/readable.ts';
import { mergeEdit } from '../patrons/merge.ts';
import { isFailure, type Failure } from '../support/failure.ts';

/** How many patrons' acts are on their way at once. */
const AT_ONCE = 4;
/** How often one act is merged with changes that keep coming, in one push. */
const MERGES = 5;
/** What a push may still change of an act. */
const PENDING: readonly OutboxAct['state'][] = ['waiting', 'sent', 'conflict'];

/** Staff let go of the act while this push was under way, since its author wasn't there. */
class Withdrawn extends Error {}

export interface PushParts {
  store: DeskStore;
  clock: Clock;
  newKey: () => string;
  /** Who can send this act now; undefined where its author has to sign in first. */
  senderFor: (act: OutboxAct) => ActSender | undefined;
  /** The sender's session or grant has ended. */
  onSignedOut: (sender: ActSender, said: Failure, staffId: string) => Promise<void>;
  onChanged: (act: OutboxAct) => void;
}

/** `otherEpoch`: the server was restored; pull first, then push again. */
export type PushResult = 'done' | 'otherEpoch';

export class Push {
  readonly #parts: PushParts;

  constructor(parts: PushParts) {
    this.#parts = parts;
  }

  /**
   * One push of everything that can go out now. Fails where the line does; what was not answered stays. A server that
   * fails at one patron's act is heard of only after the others' have gone out.
   */
  async run(): Promise<PushResult> {
    const { store, onChanged } = this.#parts;
    // What was confirmed in another history may be gone since the server was restored: it goes out again before what waits.
    const outgoing = await store.outgoing();
    outgoing.revived.forEach(onChanged);
    const epochs = new Map(outgoing.epochs.map(({ library, epoch }) => [library, epoch]));
    const queues = [...(await this.#queues(outgoing.acts)).values()];
    const failures: unknown[] = [];
    let result: PushResult = 'done';
    let cut = false;
    const worker = async () => {
      for (let queue = queues.shift(); queue && result === 'done' && !cut; queue = queues.shift()) {
        try {
          const epoch = epochs.get(queue[0]?.library ?? '');
          if (epoch && (await this.#sendQueue(queue, epoch, failures)) === 'otherEpoch')
            result = 'otherEpoch';
        } catch (thrown) {
          failures.push(thrown);
          cut ||= !isFailure(thrown, 'serverFailed', 'serverRubbish');
        }
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    if (failures.length > 0) throw failures[0];
    return result;
  }

  /** What this version can't read stands before staff as it is. */
  async #park(act: OutboxAct): Promise<OutboxAct> {
    if (act.state === 'refused') return act;
    const refusal = { code: 'internal' as const, detail: 'not of this version', fields: [] };
    return this.#update(act, { state: 'refused', refusal });
  }

  async #queues(acts: readonly OutboxAct[]): Promise<Map<string, OutboxAct[]>> {
    const queues = new Map<string, OutboxAct[]>();
    for (const found of acts) {
      const act = isReadable(found) ? found : await this.#park(found);
      const whose = `${act.library}/${act.patronId}`;
      queues.set(whose, [...(queues.get(whose) ?? []), act]);
    }
    return queues;
  }

  /**
   * One patron's acts in their order. A parked edit holds later ones of its section, and nothing else; one that the server
   * fails at holds every later edit, but neither blocks nor unblocks.
   */
  async #sendQueue(queue: OutboxAct[], epoch: string, failures: unknown[]): Promise<PushResult> {
    const held = new Set<string>();
    let failed = false;
    for (const [index, act] of queue.entries()) {
      const parked = act.state === 'conflict' || act.state === 'refused';
      // One that can't be read is parked, and may be about any section.
      if (parked && !isReadable(act)) return 'done';
      const section = act.deed.kind === 'saveSection' ? act.deed.section : undefined;
      if (parked) {
        if (section) held.add(section);
        continue;
      }
      const sender = this.#parts.senderFor(act);
      // An act whose author is away holds everything after it of this patron: their order is staff's order.
      if (!sender) return 'done';
      if (section && (failed || held.has(section))) continue;
      let outcome: ActOutcome | 'later';
      try {
        outcome = await this.#attempt(sender, act, epoch);
      } catch (thrown) {
        if (thrown instanceof Withdrawn) continue;
        if (section && isFailure(thrown, 'serverFailed', 'serverRubbish')) {
          failures.push(thrown);
          // Whether it has arrived is told by a time that a block would change.
          if (sender.blocksInRecord && !(thrown instanceof FailsAtIt)) return 'done';
          failed = true;
          continue;
        }
        if (!isFailure(thrown, 'signedOut')) throw thrown;
        await this.#parts.onSignedOut(sender, thrown, act.staff.id);
        return 'done';
      }
      if (outcome === 'later') return 'done';
      if (outcome.kind === 'otherEpoch') return 'otherEpoch';
      if (outcome.kind !== 'confirmed' && section) held.add(section);
      if (outcome.kind === 'confirmed' && outcome.saved)
        await this.#chain(act, outcome.saved, queue.slice(index + 1));
    }
    return 'done';
  }

  /** Sends an act, merging edits with changes of other fields, until the server has judged it. */
  async #attempt(sender: ActSender, waiting: OutboxAct, epoch: string): Promise<ActOutcome | 'later'> {
    let act = waiting;
    for (let merges = 0; ; merges++) {
      const repeated = act.state === 'sent';
      const sent = { state: 'sent', tries: act.tries + 1 } as const;
      const leaves = async (recordTime?: string) => {
        act = await this.#update(act, { ...sent, recordTime });
      };
      const { id, key, patronId, deed, tag } = act;
      const changes = deed.kind === 'saveSection' ? (act.changes ?? deed.changes) : {};
      const at = serverTime(act);
      const base = baseOf(act);
      const { recordTime, failingSince } = act;
      const outgoing = {
        ...{ id, key, at, patronId, deed, tag, changes, base, epoch, repeated, leaves },
        ...{ recordTime, failingSince, patron: seenAs(act) },
      };
      const outcome = await sender.send(outgoing).catch(async (thrown: unknown) => {
        if (thrown instanceof FailsAtIt) await this.#nothingChanged(act, thrown);
        throw thrown;
      });
      waiting.tag = act.tag;
      if (outcome.kind !== 'stale' || deed.kind !== 'saveSection') return this.#judged(act, outcome, epoch);
      const { current } = outcome;
      const { conflicts } = mergeEdit(baseOf(act), changes, current.values);
      if (conflicts.length > 0) {
        await this.#update(act, { state: 'conflict', conflict: { current, fields: conflicts } });
        return outcome;
      }
      // A 412 ended that attempt, not the act: the same act goes on under a new key, with all that staff changed. So it
      // does where a colleague wrote just so: theirs may be gone after a restore, and only what was answered under a
      // key is known there to have come before what this desk did next.
      act = await this.#update(act, { key: this.#parts.newKey(), tag: current.tag, state: 'waiting' });
      if (merges >= MERGES) return 'later';
    }
  }

  async #nothingChanged(act: OutboxAct, { at }: FailsAtIt): Promise<void> {
    const failingSince = act.failingSince ?? new Date(at).toISOString();
    await this.#update(act, { state: 'waiting', recordTime: undefined, failingSince });
  }

  /**
   * `epoch` is the one that the act went out with: an answer that was stored in an earlier history and is repeated
   * now stands in this one, since the server compares epochs first.
   */
  async #judged(act: OutboxAct, outcome: ActOutcome, epoch: string): Promise<ActOutcome> {
    switch (outcome.kind) {
      case 'confirmed': {
        const at = new Date(this.#parts.clock.now()).toISOString();
        await this.#update(act, { state: 'confirmed', confirmed: { epoch, head: outcome.head, at } });
        break;
      }
      case 'refused': {
        await this.#update(act, { state: 'refused', refusal: refusalSchema.parse(outcome) });
        break;
      }
      case 'stale':
        await this.#update(act, {
          state: 'refused',
          refusal: { code: 'changedMeanwhile', detail: '', fields: [] },
        });
        break;
      case 'otherEpoch':
        await this.#update(act, { state: 'waiting' });
        break;
    }
    return outcome;
  }

  /**
   * Later edits of the section go on from the answer's version, where their author saw what it holds now. Others keep
   * their tag, so that the server says that it has changed.
   */
  async #chain(done: OutboxAct, saved: TaggedValues, later: OutboxAct[]): Promise<void> {
    if (done.deed.kind !== 'saveSection') return;
    for (const act of later) {
      const { deed } = act;
      if (deed.kind !== 'saveSection' || deed.section !== done.deed.section) continue;
      if (act.state !== 'waiting' && act.state !== 'sent') continue;
      if (mergeEdit(baseOf(act), act.changes ?? deed.changes, saved.values).conflicts.length > 0) continue;
      act.tag = saved.tag;
      await this.#parts.store.update(act.id, { tag: saved.tag });
    }
  }

  async #update(act: OutboxAct, update: ActUpdate): Promise<OutboxAct> {
    if (!(await this.#parts.store.update(act.id, update, PENDING))) throw new Withdrawn();
    const updated = { ...act, ...update };
    this.#parts.onChanged(updated);
    return updated;
  }
}

/** What the attempt's changes started from: what staff saw, or, after their decision, what they decided on. */
function baseOf(act: OutboxAct): FieldValues {
  if (act.deed.kind !== 'saveSection') return {};
  return act.conflict ? act.conflict.current.values : act.deed.base.values;
}

/** When staff acted, by the server's clock as this desk knew it then: a computer's wrong clock makes no wrong dates. */
const serverTime = ({ actedAt, clockDistance }: OutboxAct): string =>
  new Date(Date.parse(actedAt) + (clockDistance ?? 0)).toISOString();
