// Sends an act from the outbox to a server that knows no keys and no versions: reads first, finds out whether the act has
// already happened, compares with what staff saw, and sends only what then still has to change.
import { z } from 'zod';
import {
  checkChanges,
  type FieldIssue,
  type FieldValues,
  type SectionId,
  type TaggedValues,
} from '../../../shared/patrons/sections.ts';
import { isSomebodyElse } from '../../../shared/patrons/patron.ts';
import type { Permission } from '../../../shared/permissions.ts';
import { Failure } from '../../support/failure.ts';
import { mergeEdit } from '../../patrons/merge.ts';
import { FailsAtIt, type ActOutcome, type OutgoingAct } from '../central-server.ts';
import { own, type KohaApi } from './api.ts';
import { BlockKeeper } from './block-keeper.ts';
import { kohaChange, notTaken, type KohaFields } from './changes.ts';
import type { KohaDescription } from './description.ts';
import { failedAt } from './failed-change.ts';
import { HadToWait, type KohaAnswer } from './http.ts';
import { registrationOf, type Surroundings } from './patron.ts';
import type { KohaReads } from './reads.ts';
import { kohaPatronSchema, type KohaPatron } from './records.ts';
import { refusalOf } from './refused-acts.ts';
import { isRefusal } from './refusals.ts';
import { sectionsOf, shown, tagOf } from './sections.ts';
import { hasRights } from './staff-rights.ts';
import { textOf } from './values.ts';

/** How long an act that Koha fails at goes out again: what ails it may pass. */
const FAILING_MS = 10 * 60_000;

const shownOfUnseenSchema = kohaPatronSchema.pick({ library_id: true });

export interface SenderParts {
  api: KohaApi;
  reads: KohaReads;
  description: KohaDescription;
  around: Surroundings;
  epoch: string;
  staffName: string;
  staffNumber: number;
  permissions: readonly Permission[];
}

export class KohaSender {
  readonly #parts: SenderParts;
  readonly #blocks: BlockKeeper;

  constructor(parts: SenderParts) {
    this.#parts = parts;
    this.#blocks = new BlockKeeper(parts, async (...change) => (await this.#put(...change)).head);
  }

  /** Fails where the answer is not known, or is not for good. */
  async send(act: OutgoingAct): Promise<ActOutcome> {
    const { around, epoch } = this.#parts;
    if (act.epoch !== epoch) return { kind: 'otherEpoch' };
    const number = around.ids.number('patron', act.patronId);
    if (number === undefined) return refused('patronUnknown', 'another server');
    try {
      return await this.#readAndJudge(act, number);
    } catch (thrown) {
      const { failingSince } = act;
      if (thrown instanceof FailsAtIt && failingSince && thrown.at - Date.parse(failingSince) > FAILING_MS)
        return refused('serverCannot', 'koha 500');
      // It may have moved the patron out of the account's sight itself.
      if (act.repeated && 'branch' in act.changes && isRefusal(thrown, 404))
        return refused('outcomeUnknown', 'koha 404');
      const refusal = refusalOf(thrown, around.policy.block.attribute);
      if (!refusal) throw thrown;
      return { kind: 'refused', ...refusal };
    }
  }

  /**
   * Once more where it had to wait: a colleague may have changed meanwhile what would be sent as it was read. Then it goes
   * out however long it has to wait: on a slow line it would never.
   */
  async #readAndJudge(act: OutgoingAct, number: number): Promise<ActOutcome> {
    const { reads } = this.#parts;
    try {
      const read = await reads.record(number);
      return await this.#judge(act, read, read.began);
    } catch (thrown) {
      if (!(thrown instanceof HadToWait)) throw thrown;
      return this.#judge(act, await reads.record(number));
    }
  }

  async #judge(act: OutgoingAct, read: KohaAnswer<KohaPatron>, restsOn?: number): Promise<ActOutcome> {
    const { deed } = act;
    const { value: record, time } = read;
    if (act.patron && isSomebodyElse(act.patron, registrationOf(record)))
      return refused('patronUnknown', 'another name, registered on another day');
    switch (deed.kind) {
      case 'saveSection':
        return this.#save(act, deed.section, read, restsOn);
      case 'block': {
        await act.leaves();
        // A desk's clock may have been set ahead since it was measured; staff didn't act later than now.
        const at = new Date(Math.min(Date.parse(act.at), time.answered)).toISOString();
        const head = await this.#blocks.block({ ...act, at }, deed.comment, record, restsOn);
        return { kind: 'confirmed', head: head ?? time.answered, saved: null };
      }
      case 'unblock': {
        await act.leaves();
        const head = await this.#blocks.unblock(deed.blocks, record, restsOn);
        if (head === undefined && !act.repeated) return refused('notBlocked', '');
        return { kind: 'confirmed', head: head ?? time.answered, saved: null };
      }
    }
  }

  async #save(
    act: OutgoingAct,
    section: SectionId,
    { value: record, time }: KohaAnswer<KohaPatron>,
    restsOn: number | undefined,
  ): Promise<ActOutcome> {
    const { around, description, reads } = this.#parts;
    const issues = checkChanges(section, act.changes);
    if (issues.length > 0) return refused('invalid', '', issues);
    const kept = this.#kept(record, act.changes);
    if (kept.length > 0) return refused('invalid', 'staff', kept);
    const current = this.#section(section, record);
    const change = kohaChange(section, act.changes, record, around, reads.today);
    if (change.issues.length > 0) return refused('invalid', '', change.issues);
    const unknown = Object.keys(change.fields).filter((field) => !description.maySend(field));
    if (unknown.length > 0) return refused('notOffered', unknown.join(', '));
    // It has happened already, by this act or by a colleague's: there is nothing to send.
    if (Object.keys(change.fields).length === 0)
      return { kind: 'confirmed', head: time.answered, saved: current };
    // What else has changed in the section doesn't matter: Koha merges. The values that staff saw do.
    const asSeen = mergeEdit(act.base, act.changes, current.values).conflicts.length === 0;
    if (!asSeen) return { kind: 'stale', current };
    const { cardnumber } = change.fields;
    if (typeof cardnumber === 'string' && (await this.#isUsername(cardnumber, record)))
      return refused('invalid', '', [{ field: 'cards.0.number', code: 'cardNumberIsUsername' }]);
    // They are there, or there again: the attempt either never arrived, or somebody has undone it.
    const recordTime = textOf(record.updated_on);
    if (act.repeated && act.recordTime !== recordTime) return refused('outcomeUnknown', '');
    const put = await this.#put(record, change.fields, restsOn, () => act.leaves(recordTime));
    return { kind: 'confirmed', head: put.head, saved: this.#section(section, put.record) };
  }

  /** What stays as it is here of an account that has rights. */
  #kept(record: KohaPatron, changes: FieldValues): FieldIssue[] {
    const { around, staffNumber } = this.#parts;
    if (!hasRights(record, around.policy)) return [];
    // Blocks stand under the name: whoever took a colleague's would set them in theirs.
    const kept = ['givenName', 'familyName'].filter((field) => field in changes);
    // Whoever has forgotten a password is sent a new one there.
    if (record.patron_id !== staffNumber && 'emails' in changes) kept.push('emails.0');
    return kept.map((field) => ({ field, code: 'invalid' }));
  }

  /** Somebody else's, who couldn't be told from the card's owner when they sign in: Koha takes card numbers, too. */
  async #isUsername(number: string, record: KohaPatron): Promise<boolean> {
    const { value, leftOut } = await this.#parts.reads.bare(
      { [own('userid')]: number },
      [own('patron_id')],
      1,
    );
    return leftOut > 0 || value.some(({ patron_id }) => patron_id !== record.patron_id);
  }

  /** A stranger's text without end would go into a conflict, and from there into windows. */
  #section(section: SectionId, record: KohaPatron): TaggedValues {
    const values = sectionsOf(record, this.#parts.around.countries)[section];
    const cut = (_name: string, value: unknown) => (typeof value === 'string' ? shown(value) : value);
    return { values: JSON.parse(JSON.stringify(values, cut)) as FieldValues, tag: tagOf(values) };
  }

  /** Sends fields with the three that Koha asks for, and none of its own. Answers a position that has passed it. */
  async #put(
    record: KohaPatron,
    fields: KohaFields,
    restsOn: number | undefined,
    leaves?: () => Promise<void>,
  ): Promise<{ record: KohaPatron; head: number }> {
    const { api, reads } = this.#parts;
    const { surname, library_id, category_id, patron_id } = record;
    // As read: a patron may have no surname, which isn't an empty one.
    const body = { surname: surname ?? null, library_id, category_id, ...fields };
    const request = { method: 'PUT', path: `/patrons/${patron_id}`, body, restsOn, leaves } as const;
    const { value, time } = await api.ask(request, z.unknown()).catch(failedAt(record, reads));
    const answered = kohaPatronSchema.safeParse(value).data;
    // Another's would be shown in this patron's window, and be saved with the next edit there.
    const own = answered?.patron_id === patron_id ? answered : undefined;
    const now = own ?? (await this.#now(record, fields, value));
    const left = notTaken(fields, record, now);
    // A Koha may leave out what it doesn't like, and a gateway answer in its place: both without a word.
    if (left.length > 0)
      throw new Failure(own ? { code: 'invalid', fields: left } : { code: 'serverRubbish' }, 'not taken');
    return { record: now, head: time.answered };
  }

  /** Whom the edit moved to a library that the account doesn't see is answered with that library alone, and shown no more. */
  async #now(before: KohaPatron, fields: KohaFields, answered: unknown): Promise<KohaPatron> {
    try {
      return (await this.#parts.reads.record(before.patron_id)).value;
    } catch (thrown) {
      const library = shownOfUnseenSchema.safeParse(answered).data?.library_id;
      if (!isRefusal(thrown, 404) || library === undefined || library !== fields['library_id']) throw thrown;
      return { ...before, ...fields } as KohaPatron;
    }
  }
}

const refused = (
  code: (ActOutcome & { kind: 'refused' })['code'],
  detail: string,
  fields: (ActOutcome & { kind: 'refused' })['fields'] = [],
): ActOutcome => ({ kind: 'refused', code, detail, fields });
