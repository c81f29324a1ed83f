// Finds patrons in the copy as the server would: the same words, the same order, the same total. What waits in the
// outbox counts: a patron renamed here is found under the new name.
import type { ListOrder } from '../../shared/patrons/list-order.ts';
import type { Patron, PatronSummary } from '../../shared/patrons/patron.ts';
import { searchPlan, type SearchPlan } from '../../shared/patrons/search.ts';
import type { Edition } from './edition.ts';
import type { EncryptedFile } from './encrypted-file.ts';
import { comparePlaces, matches, placeIn, searchEntry } from './search-entry.ts';

/** Up to so many hits are fetched and sorted; of more, the index in the order of lists is walked. */
const FEW = 2000;
/** One patron in so many: hits as frequent as that are met soon on the walk, without knowing them all. */
const FREQUENT = 20;

/** What each order of lists sorts by, the end of its index's name, and `placeIn` of a row. */
const ORDERS: Record<ListOrder, { by: string; index: string; place: string }> = {
  plain: {
    by: 'p.family, p.given, p.id',
    index: 'in_order',
    place: 'p.family || char(0) || p.given || char(0) || p.id',
  },
  sv: { by: 'p.swedish', index: 'in_swedish_order', place: 'p.swedish' },
};

/** `skip` hits in that order are left out, and `limit` answered. */
interface Part {
  skip: number;
  limit: number;
  order: ListOrder;
}

/** Of a search that looks at everybody, so many are looked at before others have their turn. */
const AT_A_TIME = 2000;

interface Hit {
  summary: () => PatronSummary;
}

interface Found {
  total: number;
  rows: { number: number; place: string }[];
}

export class PatronSearch {
  readonly #file: EncryptedFile;
  #plan: SearchPlan = searchPlan('');

  constructor(file: EncryptedFile) {
    this.#file = file;
    file.define('asked_for', (words) => matches(words, this.#plan));
  }

  /**
   * `overlaidNow` are the patrons whose acts are laid over, as windows show them. `goOn` lets others have their turn, and
   * says whether the edition is still the one that is shown; undefined where it isn't.
   */
  async find(
    edition: Edition,
    overlaidNow: () => readonly Patron[],
    query: string,
    { offset, limit, order }: { offset: number; limit: number; order: ListOrder },
    goOn: () => Promise<boolean>,
  ): Promise<{ total: number; patrons: PatronSummary[] } | undefined> {
    const plan = searchPlan(query);
    if (plan.empty) return { total: 0, patrons: [] };
    const byIndex = edition.indexed && plan.patterns.length === 0;
    const fitting = byIndex ? [] : await this.#fitting(edition, plan, goOn);
    if (!fitting) return undefined;
    this.#plan = plan;
    const overlaid = overlaidNow();
    const inCopy = overlaid.flatMap(({ id }) => edition.numberOf(id) ?? []);
    const laidOver = overlaid.map((patron) => {
      const entry = searchEntry(patron);
      return { ...entry, place: placeIn[order](entry), summary: () => entry.summary };
    });
    const scanned = laidOver.find(
      ({ cards }) => plan.cardNumber !== '' && cards.split(' ').includes(plan.cardNumber),
    );
    const owner = scanned ? undefined : this.#byCard(edition, plan.cardNumber, inCopy);
    // Told apart by their numbers in the copy: those that are laid over are found by what they are now.
    const besides = owner === undefined ? inCopy : [...inCopy, owner];
    const others = laidOver
      .filter((patron) => patron !== scanned && matches(patron.words, plan))
      .sort(comparePlaces);
    const first: Hit[] = scanned ? [scanned] : owner === undefined ? [] : [hitOf(edition, owner)];
    const start = Math.max(0, offset - first.length);
    const skip = Math.max(0, start - others.length);
    const part = { skip, order, limit: limit + others.length };
    const { total, rows } = byIndex
      ? this.#byIndex(edition, plan, besides, part)
      : this.#ofThese(edition, fitting, besides, part);
    const found = rows.map(({ number, place }) => ({ place, ...hitOf(edition, number) }));
    // Whoever is laid over and stands before the first of `found` can't be among those asked for: see `skip`.
    const merged = [...found, ...others].sort(comparePlaces).slice(start - skip);
    const hits = offset < first.length ? [...first, ...merged] : merged;
    return {
      total: total + others.length + first.length,
      patrons: hits.slice(0, limit).map(({ summary }) => summary()),
    };
  }

  #byCard(edition: Edition, card: string, besides: readonly number[]): number | undefined {
    const number = card === '' ? undefined : edition.byCard(card);
    return number === undefined || besides.includes(number) ? undefined : number;
  }

  /**
   * The numbers of those who fit what the index knows nothing of: a `*` inside a word, or anything while there is no index.
   * All whom the rest of the query leaves are looked at, a part at a time.
   */
  async #fitting(edition: Edition, plan: SearchPlan, goOn: () => Promise<boolean>) {
    const n = edition.number;
    const match = edition.indexed ? matchOf(plan) : undefined;
    const from = match === undefined ? `patron_${n}` : `word_${n}(?)`;
    const left = this.#file
      .rows<{ number: number }>(
        `SELECT rowid AS number FROM ${from}`,
        ...(match === undefined ? [] : [match]),
      )
      .map(({ number }) => number);
    // SQLite's own comparison first, which most rows fail: ours costs ten times as much.
    const likes = plan.patterns.map((pattern) => `%${pattern.replaceAll('*', '%')}%`);
    const test = `SELECT number FROM patron_${n} WHERE number IN (SELECT value FROM json_each(?))
      ${likes.map(() => 'AND words LIKE ?').join(' ')} AND asked_for(words)`;
    const fitting: number[] = [];
    for (let at = 0; at < left.length; at += AT_A_TIME) {
      if (at > 0 && !(await goOn())) return undefined;
      this.#plan = plan;
      const some = JSON.stringify(left.slice(at, at + AT_A_TIME));
      for (const { number } of this.#file.rows<{ number: number }>(test, some, ...likes))
        fitting.push(number);
    }
    return fitting;
  }

  #ofThese(edition: Edition, fitting: readonly number[], besides: readonly number[], part: Part): Found {
    const left = fitting.filter((number) => !besides.includes(number));
    const inOrder = edition.indexed && left.length > FEW;
    const from = inOrder ? this.#inOrder(edition, part) : `patron_${edition.number} p`;
    const these = `${from} WHERE p.number IN (SELECT value FROM json_each(?))`;
    return { total: left.length, rows: this.#rows(these, [JSON.stringify(left)], [], part) };
  }

  /** Those with words that begin so, or everybody. */
  #byIndex(edition: Edition, plan: SearchPlan, besides: readonly number[], part: Part): Found {
    const n = edition.number;
    const match = matchOf(plan);
    const values = match === undefined ? [] : [match];
    const counting = `SELECT count(*) AS n FROM ${match === undefined ? `patron_${n}` : `word_${n}(?)`}`;
    const all = this.#file.row<{ n: number }>(counting, ...values)?.n ?? 0;
    const total = besides.length === 0 ? all : all - this.#countAmong(edition, besides);
    if (total === 0) return { total, rows: [] };
    const walk = this.#inOrder(edition, part);
    // So frequent that they are met soon on a walk through everybody, where each is looked at.
    const soon = all > FEW && part.skip <= FEW && all > edition.size() / FREQUENT;
    if (match === undefined) return { total, rows: this.#rows(`${walk} WHERE true`, [], besides, part) };
    if (soon) return { total, rows: this.#rows(`${walk} WHERE asked_for(p.words)`, [], besides, part) };
    const hits = `${all > FEW ? walk : `patron_${n} p`} WHERE p.number IN (SELECT rowid FROM word_${n}(?))`;
    return { total, rows: this.#rows(hits, values, besides, part) };
  }

  /** How many of the patrons with these numbers are hits. */
  #countAmong(edition: Edition, numbers: readonly number[]): number {
    const sql = `SELECT count(*) AS n FROM patron_${edition.number}
      WHERE number IN (SELECT value FROM json_each(?)) AND asked_for(words)`;
    return this.#file.row<{ n: number }>(sql, JSON.stringify(numbers))?.n ?? 0;
  }

  #inOrder({ number }: Edition, { order }: Part): string {
    return `patron_${number} p INDEXED BY patron_${number}_${ORDERS[order].index}`;
  }

  #rows(from: string, values: readonly string[], besides: readonly number[], part: Part): Found['rows'] {
    const { by, place } = ORDERS[part.order];
    const sql = `SELECT p.number, ${place} AS place FROM ${from}
      AND p.number NOT IN (SELECT value FROM json_each(?)) ORDER BY ${by} LIMIT ? OFFSET ?`;
    return this.#file.rows(sql, ...values, JSON.stringify(besides), part.limit, part.skip);
  }
}

const hitOf = (edition: Edition, number: number): Hit => ({ summary: () => edition.summary(number) });

/** Words are letters and digits only, so quoting them is enough. Undefined where every patron has to be looked at. */
function matchOf({ alternatives, patterns }: SearchPlan): string | undefined {
  const starts = patterns.flatMap((pattern) => pattern.split('*', 1)).filter(Boolean);
  const ways = alternatives.map((words) => [...words, ...starts]);
  if (ways.some((words) => words.length === 0)) return undefined;
  return ways.map((words) => `(${words.map((word) => `"${word}" *`).join(' AND ')})`).join(' OR ');
}
