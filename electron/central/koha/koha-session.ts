// A member of staff signed in at Koha: the port's session. There is none at Koha itself, so nothing has to be ended, and
// nothing can be gone on with after a restart: the password is held here alone.
import type { Capabilities } from '../../../shared/capabilities.ts';
import type { Staff } from '../../../shared/central/contract.ts';
import type { Library } from '../../../shared/library.ts';
import { joined } from '../../../shared/patrons/fold.ts';
import type { Patron } from '../../../shared/patrons/patron.ts';
import type { Requester } from '../../../shared/patron-data/requester.ts';
import { MOST_HITS } from '../../../shared/primitives.ts';
import { DELETE_PATRON, DOWNLOAD_PATRON_DATA, type Permission } from '../../../shared/permissions.ts';
import type { Clock } from '../../../shared/clock.ts';
import { Failure } from '../../support/failure.ts';
import type { PatronDataExport } from '../../patron-data/export.ts';
import type {
  Act,
  ActOutcome,
  CentralSession,
  HeldPatrons,
  Marks,
  OutgoingAct,
  StaffAccount,
} from '../central-server.ts';
import { KohaSender } from './act-sender.ts';
import { own, type KohaApi } from './api.ts';
import type { BlockWatch } from './block-watch.ts';
import type { DeletionCheck } from './deletion-check.ts';
import { Deletions } from './deletion.ts';
import type { KohaDescription } from './description.ts';
import { KohaFeed } from './feed.ts';
import { summaryOf, type Surroundings } from './patron.ts';
import { compilePatronData } from './patron-data.ts';
import { checkPin, pinIssue } from './pin.ts';
import type { KohaReads } from './reads.ts';
import type { KohaPatron } from './records.ts';
import { isRefusal } from './refusals.ts';
import { mayBeCard, searchQuery } from './search.ts';
import { hasRights } from './staff-rights.ts';
import { Standing } from './standing.ts';
import { textOf } from './values.ts';
import { goBeyond, type View } from './view.ts';

export interface KohaSessionParts {
  staff: Staff;
  account: StaffAccount;
  permissions: readonly Permission[];
  capabilities: Capabilities;
  view: View;
  clockDistance: number;
  clock: Clock;
  api: KohaApi;
  reads: KohaReads;
  description: KohaDescription;
  around: Surroundings;
  epoch: string;
  deletions: DeletionCheck;
  blockWatch: BlockWatch;
  branch: string | undefined;
  withKey: boolean;
  /** Whether the librarian's record still says what it said when they signed in. */
  isAsBefore: (record: KohaPatron) => boolean;
}

const ORDER = ['surname', 'firstname', 'patron_id'].map(own);

export class KohaSession implements CentralSession {
  readonly staff: Staff;
  readonly account: StaffAccount;
  readonly library: Library;
  readonly permissions: readonly Permission[];
  readonly capabilities: Capabilities;
  view: string;
  readonly resumeToken = null;
  readonly blocksInRecord: boolean;
  readonly clockDistance: number;
  onRenewed: CentralSession['onRenewed'] = () => undefined;
  readonly #parts: KohaSessionParts;
  readonly #sender: KohaSender;
  readonly #feed: KohaFeed;
  readonly #deletions: Deletions;
  readonly #standing: Standing;

  constructor(parts: KohaSessionParts) {
    const { staff, account, permissions, capabilities, view, clockDistance, around, api, reads } = parts;
    this.#parts = parts;
    this.staff = staff;
    this.account = account;
    this.library = around.library;
    this.permissions = permissions;
    this.capabilities = capabilities;
    this.view = view.name;
    this.clockDistance = clockDistance;
    this.blocksInRecord = around.policy.block.keptAs === 'cardLost';
    const staffNumber = around.ids.number('patron', staff.id) ?? 0;
    this.#sender = new KohaSender({ ...parts, staffName: staff.name, staffNumber });
    const onTold = (patrons: readonly Patron[]) => {
      if (goBeyond(patrons, view)) this.#widen();
    };
    this.#feed = new KohaFeed({ ...parts, ids: around.ids, policy: around.policy, onTold });
    this.#standing = new Standing({ ...parts, staffNumber });
    this.#deletions = new Deletions(
      api,
      reads,
      (record) => record.patron_id === staffNumber || hasRights(record, around.policy),
    );
  }

  /** The owner of a card stands first among the hits for its number. */
  async search(query: string, offset: number, limit: number) {
    const q = searchQuery(query);
    if (!q) return { total: 0, patrons: [] };
    await this.#standing.check();
    const { reads } = this.#parts;
    const owner = mayBeCard(query) ? await this.#byCard(query) : undefined;
    const others = owner ? { '-and': [q, { [own('patron_id')]: { '!=': owner.patron_id } }] } : q;
    const from = owner ? Math.max(0, offset - 1) : offset;
    const first = Math.floor(from / limit);
    const last = Math.floor((from + limit - 1) / limit);
    const pages = [];
    for (let page = first; page <= last; page++)
      pages.push(await reads.records(others, ORDER, limit, page + 1));
    const records = pages.flatMap(({ value }) => value).slice(from - first * limit);
    const listed = owner && offset === 0 ? [owner, ...records] : records;
    const total = (pages[0]?.total ?? from + records.length) + (owner ? 1 : 0);
    if (total > MOST_HITS) throw new Failure({ code: 'serverRubbish' }, 'too many hits');
    return { total, patrons: reads.asListed(listed.slice(0, limit)).map(summaryOf) };
  }

  async ownerOf(card: string) {
    await this.#standing.check();
    const owner = await this.#byCard(card);
    return owner && this.#parts.reads.asListed([owner]).map(summaryOf)[0];
  }

  async #byCard(card: string): Promise<KohaPatron | undefined> {
    const number = card.trim();
    const [owner] = (await this.#parts.reads.records({ [own('cardnumber')]: number }, ORDER, 1)).value;
    // Another's: the condition got lost on the way, and everybody would be among the hits.
    if (owner && joined(textOf(owner.cardnumber)) !== joined(number))
      throw new Failure({ code: 'serverRubbish' }, 'another card');
    return owner;
  }

  async patron(patronId: string): Promise<Patron> {
    await this.#standing.check();
    return (await this.#parts.reads.one(this.#number(patronId))).patron;
  }

  notifications(): Promise<never> {
    return Promise.reject(new Failure({ code: 'notOffered' }));
  }

  agreements(): Promise<never> {
    return Promise.reject(new Failure({ code: 'notOffered' }));
  }

  async send(act: OutgoingAct): Promise<ActOutcome> {
    await this.#standing.check();
    return this.#sender.send(act);
  }

  async setPin(_act: Act, _epoch: string, patronId: string, pin: string): Promise<void> {
    await this.#standing.check();
    const { api, reads, around } = this.#parts;
    const number = this.#number(patronId);
    const { value: record } = await reads.record(number);
    // It is the password that they sign in with: whoever set it could work in their name.
    if (hasRights(record, around.policy)) throw new Failure({ code: 'patronProtected' }, 'staff');
    checkPin(pin, record, this.library);
    try {
      const body = { password: pin, password_2: pin };
      const { value } = await api.send('POST', `/patrons/${number}/password`, body);
      // Koha's own answer is an empty text. Nobody can look whether a PIN was set.
      if (value !== '') throw new Failure({ code: 'serverRubbish' }, 'no PIN');
    } catch (thrown) {
      if (!isRefusal(thrown, 400)) throw thrown;
      const issue = pinIssue(thrown.refused.words);
      throw new Failure(issue ? { code: 'invalid', fields: [issue] } : { code: 'serverRubbish' }, thrown);
    }
  }

  async deletePatron(act: Act, _epoch: string, patronId: string, tag: string): Promise<void> {
    this.#permitted(DELETE_PATRON);
    await this.#standing.check();
    const number = this.#number(patronId);
    await this.#deletions.delete(act.id, number, tag);
    this.#feed.deleted(number);
  }

  async exportPatronData(
    act: Act,
    _epoch: string,
    patronId: string,
    requester: Requester,
  ): Promise<PatronDataExport> {
    this.#permitted(DOWNLOAD_PATRON_DATA);
    await this.#standing.check();
    return compilePatronData(this.#number(patronId), requester, { ...this.#parts, madeAt: act.at });
  }

  async snapshot(after: string | null, limit: number) {
    await this.#standing.check();
    return this.#feed.snapshot(after, limit);
  }

  async changes(position: number, epoch: string, limit: number, held: HeldPatrons) {
    await this.#standing.check();
    return this.#feed.changes(position, epoch, limit, held);
  }

  /** Koha has no place for them: `auditLog` is among what's missing. */
  logEvents(): Promise<Marks> {
    return Promise.resolve({ epoch: this.#parts.epoch, head: 0, durable: 0 });
  }

  end(): Promise<null> {
    return Promise.resolve(null);
  }

  /** The copy is about to hold more than colleagues of the same view are shown. */
  #widen(): void {
    const { wider } = this.#parts.view;
    if (this.view === wider) return;
    this.view = wider;
    this.onRenewed('view');
  }

  /** Koha knows none of policy's permissions: who stands before it holds them, as our own server does. */
  #permitted(permission: Permission): void {
    if (!this.permissions.includes(permission)) throw new Failure({ code: 'notPermitted', permission });
  }

  #number(patronId: string): number {
    const number = this.#parts.around.ids.number('patron', patronId);
    if (number === undefined) throw new Failure({ code: 'patronUnknown' });
    return number;
  }
}
