// Finds patrons in the copy as the server would: the same words, the same order, the same total. What waits in the
// outbox counts: a patron renamed here is found under the new name.
import type { Patron, PatronSummary } from '../../shared/patrons/patron.ts';
import { searchPlan, type SearchPlan } from '../../shared/patrons/search.ts';
import type { Edition, EditionRow } from './edition.ts';
import type { EncryptedFile } from './encrypted-file.ts';
import { compareEntries, matches, searchEntry } from './search-entry.ts';

/** Up to so many hits are fetched and sorted; of more, the index in the order of lists is walked. */
const FEW = 2000;
/** One patron in so many: hits as frequent as that are met soon on the walk, without knowing them all. */
const FREQUENT = 20;

interface Hit {
  family: string;
  given: string;
  id: string;
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
    offset: number,
    limit: number,
  ): { total: number; patrons: PatronSummary[] } {
    const plan = (this.#plan = searchPlan(query));
    if (plan.empty) return { total: 0, patrons: [] };
    const inCopy = overlaid.flatMap(({ id }) => edition.row(id)?.number ?? []);
    const laidOver = overlaid.map((patron) => {
      const entry = searchEntry(patron);
      return { ...entry, summary: () => entry.summary };
    });
    const scanned = laidOver.filter(
      ({ cards }) => plan.cardNumber !== '' && cards.split(' ').includes(plan.cardNumber),
    );
    const byCard = scanned[0] ?? this.#byCard(edition, plan.cardNumber, inCopy);
    // Told apart by their numbers in the copy: those that are laid over are found by what they are now.
    const number = byCard && edition.row(byCard.id)?.number;
    const besides = number === undefined ? inCopy : [...new Set([...inCopy, number])];
    const others = laidOver
      .filter(({ id, words }) => id !== byCard?.id && matches(words, plan))
      .sort(compareEntries);
    const first = byCard ? [byCard] : [];
    const start = Math.max(0, offset - first.length);
    const skip = Math.max(0, start - others.length);
    const { total, rows } = this.#inCopy(edition, plan, besides, skip, limit + others.length);
    // Whoever is laid over and stands before the first of `rows` can't be among those asked for: see `skip`.
    const merged = [...rows, ...others].sort(compareEntries).slice(start - skip);
    const hits = offset < first.length ? [...first, ...merged] : merged;
    return {
      total: total + others.length + first.length,
      patrons: hits.slice(0, limit).map(({ summary }) => summary()),
    };
  }

  #byCard(edition: Edition, card: string, besides: readonly number[]): Hit | undefined {
    const row = card === '' ? undefined : edition.byCard(card);
    return row && !besides.includes(row.number) ? hitOf(edition, row) : undefined;
  }

  #inCopy(edition: Edition, plan: SearchPlan, besides: readonly number[], skip: number, limit: number) {
    const all = this.#count(edition, plan);
    const without = JSON.stringify(besides);
    const total = besides.length === 0 ? all : all - this.#countAmong(edition, without);
    const rows = total === 0 ? [] : this.#page(edition, plan, all, without, skip, limit);
    return { total, rows: rows.map((row) => hitOf(edition, row)) };
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

  #page(edition: Edition, plan: SearchPlan, all: number, without: string, skip: number, limit: number) {
    const n = edition.number;
    const columns = 'p.number, p.family, p.given, p.id';
    const tail = `AND p.number NOT IN (SELECT value FROM json_each(?))
      ORDER BY p.family, p.given, p.id LIMIT ? OFFSET ?`;
    const { from, values, match, test } = this.#source(edition, plan);
    const rows = (sql: string, given: readonly string[]) =>
      this.#file.rows<EditionRow>(`SELECT ${columns} FROM ${sql} ${tail}`, ...given, without, limit, skip);
    if (!edition.indexed || all <= FEW) return rows(from, values);
    const walk = `patron_${n} p INDEXED BY patron_${n}_in_order WHERE`;
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

const hitOf = (edition: Edition, row: EditionRow): Hit => ({
  ...row,
  summary: () => edition.summary(row.number),
});

/** Words are letters and digits only, so quoting them is enough. Undefined where every patron has to be looked at. */
function matchOf({ alternatives, patterns }: SearchPlan): string | undefined {
  const starts = patterns.flatMap((pattern) => pattern.split('*', 1)).filter(Boolean);
  const ways = alternatives.map((words) => [...words, ...starts]);
  if (ways.some((words) => words.length === 0)) return undefined;
  return ways.map((words) => `(${words.map((word) => `"${word}" *`).join(' AND ')})`).join(' OR ');
}
