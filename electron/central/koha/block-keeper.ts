// Sets and lifts this library's blocks at Koha: each a patron attribute of its own, or, where policy says so, a line in the
// circulation note with Koha's card-lost mark.
import { BLOCK_PATRON, type Permission } from '../../../shared/permissions.ts';
import { Failure } from '../../support/failure.ts';
import type { Act } from '../central-server.ts';
import type { KohaApi } from './api.ts';
import { blockText, LONGEST_ATTRIBUTE, LONGEST_COMMENT, type KeptBlock } from './block-text.ts';
import type { KohaFields } from './changes.ts';
import { failedAt } from './failed-change.ts';
import { noteBlocks, noteWithBlock, noteWithoutBlock, wasLostBefore } from './note-blocks.ts';
import { foundBlocks, type FoundBlock, type Surroundings } from './patron.ts';
import type { KohaReads } from './reads.ts';
import { attributeSchema, type KohaPatron } from './records.ts';
import { isRefusal } from './refusals.ts';
import { textOf } from './values.ts';

const RUBBISH: Failure['error'] = { code: 'serverRubbish' };

export interface BlockParts {
  api: KohaApi;
  reads: Pick<KohaReads, 'record'>;
  around: Surroundings;
  staffName: string;
  permissions: readonly Permission[];
}

/** Sends fields of a patron's record; answers a position that has passed it. */
type Put = (record: KohaPatron, fields: KohaFields, restsOn: number | undefined) => Promise<number>;

export class BlockKeeper {
  readonly #parts: BlockParts;
  readonly #put: Put;

  constructor(parts: BlockParts, put: Put) {
    this.#parts = parts;
    this.#put = put;
  }

  /** `record` was just read: a block with the act's id in it is this one, and isn't set again: then undefined. */
  async block(act: Act, comment: string, record: KohaPatron, restsOn?: number): Promise<number | undefined> {
    const { api, reads, around, staffName } = this.#parts;
    const { keptAs, attribute } = around.policy.block;
    if (foundBlocks(record, around).some(({ id }) => id === act.id)) return undefined;
    this.#permitted();
    if (!comment.isWellFormed())
      throw new Failure({ code: 'invalid', fields: [{ field: 'comment', code: 'invalid' }] });
    const block: KeptBlock = {
      ...{ id: act.id, comment, blockedAt: act.at, blockedBy: staffName },
      library: around.library.id,
    };
    if (keptAs === 'cardLost') {
      const note = textOf(record.staff_notes);
      const lostBefore = record.patron_card_lost && noteBlocks(note).length === 0;
      const staff_notes = noteWithBlock(note, block, lostBefore);
      return this.#put(record, { staff_notes, patron_card_lost: true }, restsOn);
    }
    if (comment.length > LONGEST_COMMENT)
      throw new Failure({ code: 'invalid', fields: [{ field: 'comment', code: 'tooLong' }] });
    const body = { type: attribute, value: blockText(block, LONGEST_ATTRIBUTE) };
    const path = `/patrons/${record.patron_id}/extended_attributes`;
    const { value, time } = await api.send('POST', path, body).catch(failedAt(record, reads));
    // Else it's not Koha that has answered, or another block.
    const kept = attributeSchema.safeParse(value).data;
    if (kept?.type !== attribute || kept.value !== body.value)
      await this.#see(
        record,
        (now) => now.some(({ id }) => id === act.id),
        // Kept as another text, it would be kept once more at each repeat.
        kept ? { code: 'invalid', fields: [{ field: 'comment', code: 'invalid' }] } : RUBBISH,
      );
    return time.answered;
  }

  /** Lifts those of `blocks` that are in force; undefined where none is. */
  async unblock(
    blocks: readonly string[],
    record: KohaPatron,
    restsOn?: number,
  ): Promise<number | undefined> {
    const lifted = foundBlocks(record, this.#parts.around).filter(({ blockId }) => blocks.includes(blockId));
    if (lifted.length > 0) this.#permitted();
    let head: number | undefined;
    for (const block of lifted)
      if (block.attribute !== undefined) head = (await this.#remove(record, block)) ?? head;
    const inNote = lifted.flatMap(({ attribute, id }) => (attribute === undefined ? (id ?? []) : []));
    if (inNote.length === 0) return head;
    const old = textOf(record.staff_notes);
    const note = noteWithoutBlock(old, inNote);
    // The mark goes with the last block: another library's holds as long as that stands in the note. A card that was
    // lost already stays lost.
    const free = noteBlocks(note).length === 0 && !wasLostBefore(old);
    return this.#put(
      record,
      { staff_notes: note || null, ...(free && { patron_card_lost: false }) },
      restsOn,
    );
  }

  /** Fails where the patron's blocks, read once more, aren't as they would be if Koha had done it. */
  async #see(
    record: KohaPatron,
    isDone: (now: FoundBlock[]) => boolean,
    error: Failure['error'] = RUBBISH,
  ): Promise<void> {
    if (!isDone(await this.#now(record))) throw new Failure(error, 'said to be done, and not done');
  }

  async #now({ patron_id }: KohaPatron): Promise<FoundBlock[]> {
    const { reads, around } = this.#parts;
    return foundBlocks((await reads.record(patron_id)).value, around);
  }

  /** Koha has no permission for blocks: policy's is judged here, as the act goes out, not only as it was pressed. */
  #permitted(): void {
    if (!this.#parts.permissions.includes(BLOCK_PATRON))
      throw new Failure({ code: 'notPermitted', permission: BLOCK_PATRON });
  }

  async #remove(record: KohaPatron, block: FoundBlock): Promise<number | undefined> {
    const removed = await this.#delete(record, block);
    if (removed?.status === 204) return removed.time.answered;
    const before = foundBlocks(record, this.#parts.around);
    const left = (await this.#now(record)).find((one) => isSame(one, block, before));
    // A colleague was quicker.
    if (!left) return removed?.time.answered;
    // Koha numbers a patron's attributes anew whenever its staff save the patron.
    const again = left.attribute === block.attribute ? undefined : await this.#delete(record, left);
    if (again?.status !== 204)
      await this.#see(record, (now) => !now.some((one) => isSame(one, block, before)));
    return again?.time.answered;
  }

  /** Undefined where it isn't there. */
  async #delete(record: KohaPatron, { attribute }: FoundBlock) {
    const { api, reads } = this.#parts;
    const path = `/patrons/${record.patron_id}/extended_attributes/${attribute}`;
    return api.send('DELETE', path).catch((thrown: unknown) => {
      if (isRefusal(thrown, 404)) return undefined;
      return failedAt(record, reads)(thrown);
    });
  }
}

/** By hand it has no id of its own: then it's one that says the same, and wasn't there `before`. */
const isSame = (one: FoundBlock, block: FoundBlock, before: readonly FoundBlock[]): boolean =>
  one.blockId === block.blockId ||
  (blockText(one, Infinity) === blockText(block, Infinity) &&
    !before.some(({ blockId }) => blockId === one.blockId));
