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

interface Hit {
  summary: () => PatronSummary;
}

export class PatronSearch {
  readonly #file: EncryptedFile;
  #plan: SearchPlan = searchPlan('');

  constructor(file: EncryptedFile) {
    this.#file = file;
    file.define('asked_for', (words) => matches(words, this.#plan));
  }

  /** `overlaid` are the patrons whose acts are laid over, as windows show them. */
  find(
    edition: Edition,
    overlaid: readonly Patron[],
    query: string,
    { offset, limit, order }: { offset: number; limit: number; order: ListOrder },
  ): { total: number; patrons: PatronSummary[] } {
    const plan = (this.#plan = searchPlan(query));
    if (plan.empty) return { total: 0, patrons: [] };
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
    const { total, rows } = this.#inCopy(edition, plan, besides, {
      ...{ skip, order },
      limit: limit + others.length,
    });
    // Whoever is laid over and stands before the first of `rows` can't be among those asked for: see `skip`.
    const merged = [...rows, ...others].sort(comparePlaces).slice(start - skip);
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

  #inCopy(edition: Edition, plan: SearchPlan, besides: readonly number[], part: Part) {
    const all = this.#count(edition, plan);
    const without = JSON.stringify(besides);
    const total = besides.length === 0 ? all : all - this.#countAmong(edition, without);
    const rows = total === 0 ? [] : this.#page(edition, plan, all, without, part);
    return { total, rows: rows.map(({ number, place }) => ({ place, ...hitOf(edition, number) })) };
  }

  #count(edition: Edition, plan: SearchPlan): number {
    const n = edition.number;
    const { from, values, match } = this.#source(edition, plan);
    const words = match !== undefined && plan.patterns.length === 0;
    const sql = words ? `word_${n} WHERE word_${n} MATCH ?` : from;
    return this.#file.row<{ n: number }>(`SELECT count(*) AS n FROM ${sql}`, ...values)?.n ?? 0;
  }

  /** How many of the patrons with these numbers are hits. */
  #countAmong(edition: Edition, numbers: string): number {
    const sql = `SELECT count(*) AS n FROM patron_${edition.number}
      WHERE number IN (SELECT value FROM json_each(?)) AND asked_for(words)`;
    return this.#file.row<{ n: number }>(sql, numbers)?.n ?? 0;
  }

  #page(edition: Edition, plan: SearchPlan, all: number, without: string, { skip, limit, order }: Part) {
    const n = edition.number;
    const { by, index, place } = ORDERS[order];
    const tail = `AND p.number NOT IN (SELECT value FROM json_each(?))
      ORDER BY ${by} LIMIT ? OFFSET ?`;
    const { from, values, match, test } = this.#source(edition, plan);
    const rows = (sql: string, given: readonly string[]) =>
      this.#file.rows<{ number: number; place: string }>(
        `SELECT p.number, ${place} AS place FROM ${sql} ${tail}`,
        ...[...given, without, limit, skip],
      );
    if (!edition.indexed || all <= FEW) return rows(from, values);
    const walk = `patron_${n} p INDEXED BY patron_${n}_${index} WHERE`;
    const soon = skip <= FEW && all > edition.size() / FREQUENT;
    if (match === undefined || soon) {
      const { sql, patterns } = testOf(plan, true);
      return rows(`${walk} ${sql}`, patterns);
    }
    const hits = `p.number IN (SELECT rowid FROM word_${n} WHERE word_${n} MATCH ?)`;
    return rows(`${walk} ${hits} AND ${test}`, values);
  }

  /** Where hits come from: the index of words, narrowed by patterns, or, while an edition fills, all its rows. */
  #source(edition: Edition, plan: SearchPlan) {
    const n = edition.number;
    const match = edition.indexed ? matchOf(plan) : undefined;
    const { sql: test, patterns } = testOf(plan, match === undefined);
    if (match === undefined) return { from: `patron_${n} p WHERE ${test}`, values: patterns, match, test };
    const from = `word_${n} JOIN patron_${n} p ON p.number = word_${n}.rowid WHERE word_${n} MATCH ? AND ${test}`;
    return { from, values: [match, ...patterns], match, test };
  }
}

/** What is left to look at in each row: all of the query, or only the patterns, of which the index knows nothing. */
function testOf(plan: SearchPlan, everything: boolean): { sql: string; patterns: string[] } {
  const { alternatives, patterns } = plan;
  const anybody = patterns.length === 0 && (!everything || alternatives.some((words) => words.length === 0));
  if (anybody) return { sql: 'true', patterns: [] };
  // SQLite's own comparison first, which most rows fail: ours costs ten times as much.
  const like = patterns.map(() => 'p.words LIKE ? AND ').join('');
  return {
    sql: `${like} asked_for(p.words)`,
    patterns: patterns.map((pattern) => `%${pattern.replaceAll('*', '%')}%`),
  };
}

const hitOf = (edition: Edition, number: number): Hit => ({ summary: () => edition.summary(number) });

/** Words are letters and digits only, so quoting them is enough. Undefined where every patron has to be looked at. */
function matchOf({ alternatives, patterns }: SearchPlan): string | undefined {
  const starts = patterns.flatMap((pattern) => pattern.split('*', 1)).filter(Boolean);
  const ways = alternatives.map((words) => [...words, ...starts]);
  if (ways.some((words) => words.length === 0)) return undefined;
  return ways.map((words) => `(${words.map((word) => `"${word}" *`).join(' AND ')})`).join(' OR ');
}
