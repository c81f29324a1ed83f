// What brings a desk's copy in step with Koha: everybody by pages, and then what changed, by the time of the last change.
// Koha's times are whole seconds, in a time zone of its own, and don't move with loans, holds, debts and attributes:
// so each look goes back over the last one's end, goes by the newest first until it is there, and drops what it knows.
import { createHash } from 'node:crypto';
import type { Patron } from '../../../shared/patrons/patron.ts';
import type { KohaPolicy } from '../../policy/koha-policy.ts';
import type { ChangesPage, HeldPatrons, SnapshotPage } from '../central-server.ts';
import { own, type KohaApi, type Query } from './api.ts';
import type { BlockWatch } from './block-watch.ts';
import type { DeletionCheck } from './deletion-check.ts';
import type { KohaIds } from './ids.ts';
import type { KohaReads } from './reads.ts';
import type { KohaPatron } from './records.ts';
import { timeOf } from './values.ts';

const FILL_PAGE = 100;
/** Mostly there is little news: a short page first. */
const FIRST_LOOK = 10;
const LOOK_PAGE = 100;
/** More than this is quicker filled anew. */
const MOST_CHANGED = 20_000;
/** Times in a query may be taken for another time zone's: the query goes back further, the order tells where to stop. */
const ZONES_MS = 15 * 3_600_000;
const LOOKS = 3;

export interface FeedParts {
  epoch: string;
  reads: KohaReads;
  ids: KohaIds;
  policy: KohaPolicy;
  deletions: DeletionCheck;
  blockWatch: BlockWatch;
  api: KohaApi;
  /** Fill with patrons of this branch only. */
  branch: string | undefined;
  /** Told with patrons before the desk is. */
  onTold: (patrons: readonly Patron[]) => void;
}

interface Look {
  /** The position that the copy has by what was told of it so far, and the one that it will have at the end. */
  at: number;
  to: number;
  /** Numbers that are still to be read and told of. */
  left: number[];
  deleted: number[];
  /** To be called once all of it is stored. */
  stored: readonly (() => void)[];
}

/** A page as told. That it was stored is known once the next one is asked for from its position. */
interface Told {
  position: number;
  records: ReadonlyMap<number, Seen>;
  deleted: readonly number[];
  /** Of the last part of a look. */
  stored: readonly (() => void)[];
}

interface Seen {
  at: number;
  hash: string;
}

export class KohaFeed {
  readonly #parts: FeedParts;
  /** Those who changed lately, as the copy has them: the hash of the record. */
  readonly #known = new Map<number, Seen>();
  /** Records that a look found, until they are told of. */
  #found = new Map<number, Seen>();
  /** Deleted by this desk: that's known for sure. */
  readonly #deletedHere = new Set<number>();
  #baseTotal = 0;
  #look: Look | undefined;
  #told: Told | undefined;

  constructor(parts: FeedParts) {
    this.#parts = parts;
  }

  deleted(number: number): void {
    this.#deletedHere.add(number);
  }

  async snapshot(after: string | null, limit: number): Promise<SnapshotPage> {
    const { reads, epoch, branch, onTold } = this.#parts;
    const perPage = Math.min(limit, FILL_PAGE);
    const q = {
      [own('patron_id')]: { '>': Number(after ?? 0) },
      ...(branch !== undefined && { [own('library_id')]: branch }),
    };
    let page = await reads.records(q, [own('patron_id')], perPage);
    // Where all of it was left out, somebody further on says where the next one begins.
    for (let number = 2; page.value.length === 0 && page.leftOut; number++)
      page = await reads.records(q, [own('patron_id')], perPage, number);
    const last = page.value.at(-1);
    const { length } = page.value;
    // The total is of those after `after`. It may have been a smaller page than asked for; untold, the end is an empty one.
    const more = length < (page.total ?? Infinity);
    const patrons = await reads.whole(page.value);
    onTold(patrons);
    return {
      epoch,
      position: page.time.sent,
      total: page.total ?? length,
      patrons,
      next: last && more ? String(last.patron_id) : null,
    };
  }

  async changes(position: number, epoch: string, limit: number, held: HeldPatrons): Promise<ChangesPage> {
    const { reads, onTold } = this.#parts;
    if (epoch !== this.#parts.epoch) return { kind: 'fillAnew' };
    this.#hear(position);
    this.#look ??= await this.#lookFrom(position, held);
    if (!this.#look) return { kind: 'fillAnew' };
    const look = this.#look;
    const numbers = look.left.slice(0, limit);
    const patrons = await reads.byNumbers(numbers);
    const unseen = await this.#unseen(numbers, patrons, held);
    onTold(patrons);
    const changes = [
      ...look.deleted.map((number) => this.#gone('deleted', number)),
      ...unseen.map((number) => this.#gone('leftOut', number)),
      ...patrons.map((patron) => ({ kind: 'patron', patron })),
    ];
    const marks = { epoch, head: look.to, durable: look.to };
    return { kind: 'changes', marks, changes, unseen: unseen.length, ...this.#tell(look, numbers) };
  }

  /** What was told is stored if the desk asks from there on; otherwise it's all to be told once more. */
  #hear(position: number): void {
    const told = this.#told;
    this.#told = undefined;
    if (told?.position === position) {
      for (const [number, seen] of told.records) this.#known.set(number, seen);
      for (const number of told.deleted) this.#deletedHere.delete(number);
      for (const stored of told.stored) stored();
    } else this.#look = undefined;
  }

  /** Each part of a look moves the position on a little, the last one to where the look began at the server. */
  #tell(look: Look, numbers: readonly number[]): { position: number; more: boolean } {
    const records = new Map(numbers.flatMap((number) => seenOf(number, this.#found)));
    const left = look.left.slice(numbers.length);
    const more = left.length > 0;
    const position = more ? look.at + 1 : Math.max(look.to, look.at + 1);
    this.#told = { position, records, deleted: look.deleted, stored: more ? [] : look.stored };
    this.#look = more ? { ...look, at: position, left, deleted: [] } : undefined;
    return { position, more };
  }

  /** Undefined where the copy is to be filled anew. */
  async #lookFrom(position: number, held: HeldPatrons): Promise<Look | undefined> {
    const { ids, deletions, blockWatch, api, reads } = this.#parts;
    const changed = await this.#changed(position);
    if (!changed) return undefined;
    const found = [
      await blockWatch.step(api, reads.library.id, held, ids),
      await deletions.step(reads, held, ids),
    ];
    const deleted = [...this.#deletedHere];
    const numberOf = (id: string) => ids.number('patron', id) ?? [];
    const numbers = [
      ...held.recent().flatMap(numberOf),
      ...(await held.laidOver()).flatMap(numberOf),
      ...changed.numbers,
      ...found.flatMap(({ numbers }) => numbers),
    ];
    const left = [...new Set(numbers)].filter((number) => !this.#deletedHere.has(number));
    const stored = found.map((one) => one.stored);
    return { at: position, to: changed.to, left, deleted, stored };
  }

  async #changed(position: number): Promise<{ numbers: number[]; to: number } | undefined> {
    const overlap = this.#parts.policy.overlapSeconds * 1000;
    const since = position - overlap;
    for (let looks = 1; ; looks++) {
      const read = await this.#newestFirst(since);
      if (!read) return undefined;
      // Koha's clock was ahead when the position was told, nobody knows how far: what came since may lie before it.
      if (position > read.answered + overlap) return undefined;
      // Somebody was deleted between two pages, and somebody else slipped past: once more.
      if (read.shrunk && looks < LOOKS) continue;
      for (const [number, { at }] of this.#known) if (at < since) this.#known.delete(number);
      this.#found = new Map(read.records.map((record) => [record.patron_id, seen(record)]));
      const news = [...this.#found].filter(([number, { hash }]) => this.#known.get(number)?.hash !== hash);
      return { numbers: news.map(([number]) => number), to: read.to };
    }
  }

  /** Undefined where so much has changed that filling anew is quicker. */
  async #newestFirst(since: number) {
    const q = { [own('updated_on')]: { '>=': `${new Date(since - ZONES_MS).toISOString().slice(0, 19)}Z` } };
    const first = await this.#page(q, FIRST_LOOK, 1);
    const { sent: to, answered } = first.time;
    if (first.reaches(since)) return { records: first.recent(since), to, answered, shrunk: false };
    const records: KohaPatron[] = [];
    let shrunk = false;
    let perPage = LOOK_PAGE;
    for (let number = 1; records.length <= MOST_CHANGED; number++) {
      const page = await this.#page(q, perPage, number);
      shrunk ||= page.shrunk && number > 1;
      records.push(...page.recent(since));
      if (page.reaches(since)) return { records, to, answered, shrunk };
      // It may give fewer at a time than asked for.
      if (number === 1) perPage = page.length;
    }
    return undefined;
  }

  async #page(q: Query, perPage: number, number: number) {
    const { reads, deletions } = this.#parts;
    const order = [`-${own('updated_on')}`, `-${own('patron_id')}`];
    const answer = await reads.bare(q, order, perPage, number);
    const { value, total = Infinity, baseTotal = this.#baseTotal, leftOut, time } = answer;
    const length = value.length + leftOut;
    const shrunk = baseTotal < this.#baseTotal;
    if (shrunk) deletions.hasten();
    this.#baseTotal = baseTotal;
    const recent = (since: number) => value.filter((record) => changedAt(record) >= since);
    const isLast = length === 0 || (number - 1) * perPage + length >= total;
    const reaches = (since: number) => isLast || recent(since).length < value.length;
    return { time, shrunk, length, recent, reaches };
  }

  /** Those of the copy whom Koha no longer shows: deleted, or not for this account to see. Which, it doesn't tell. */
  async #unseen(numbers: readonly number[], found: readonly Patron[], held: HeldPatrons): Promise<number[]> {
    const { ids } = this.#parts;
    const there = new Set(found.map(({ id }) => id));
    const unseen: number[] = [];
    for (const number of numbers) {
      const id = ids.id('patron', number);
      if (there.has(id)) continue;
      const [next] = await held.ids(ids.id('patron', number - 1), 1);
      if (next === id) unseen.push(number);
    }
    return unseen;
  }

  #gone(kind: 'deleted' | 'leftOut', number: number) {
    return { kind, patronId: this.#parts.ids.id('patron', number) };
  }
}

const seenOf = (number: number, found: ReadonlyMap<number, Seen>): [number, Seen][] => {
  const seen = found.get(number);
  return seen ? [[number, seen]] : [];
};

/** Two changes in one second have the same time: the record itself tells them apart. */
const seen = (record: KohaPatron): Seen => ({
  at: changedAt(record),
  hash: createHash('sha256').update(JSON.stringify(record)).digest('base64'),
});

/** When a record last changed, in ms; one that doesn't tell may have changed just now. */
function changedAt({ updated_on }: KohaPatron): number {
  const at = Date.parse(timeOf(updated_on) ?? '');
  return Number.isNaN(at) ? Infinity : at;
}
