// Finds patrons by words. Few hits are sorted; many are taken from the index that stands in the order of the list,
// so that the first page of thousands costs no more than that of ten.
import { fold, joined } from '../../shared/patrons/fold.ts';
import type { PatronSummary } from '../../shared/patrons/patron.ts';
import { patronWords, searchPlan, wordsMatch, type SearchPlan } from '../../shared/patrons/search.ts';
import type { Libraries } from '../libraries.ts';
import type { Store } from '../store/store.ts';
import type { PatronRow, Records } from './record.ts';

/** Above so many hits, walking along the ordered index is quicker than sorting. */
const MANY = 2000;

interface Found {
  total: number;
  patrons: PatronSummary[];
}

interface Hits {
  total: number;
  numbers: number[];
}

const MATCHING = 'SELECT rowid FROM patron_words WHERE patron_words MATCH ?';

export class SearchIndex {
  readonly #store: Store;
  readonly #libraries: Libraries;
  readonly #records: Records;
  #live = true;

  constructor(store: Store, libraries: Libraries, records: Records) {
    this.#store = store;
    this.#libraries = libraries;
    this.#records = records;
    store.define('words_match', wordsMatch);
  }

  remove(number: number): void {
    const old = this.#store.row<{ words: string }>(
      'SELECT words FROM patron_search WHERE number = ?',
      number,
    );
    if (!old) return;
    const sql = "INSERT INTO patron_words (patron_words, rowid, words) VALUES ('delete', ?, ?)";
    if (this.#live) this.#store.run(sql, number, old.words);
    this.#store.run('DELETE FROM patron_search WHERE number = ?', number);
  }

  /** Makes the index of everybody at once, after patrons were written without it. */
  rebuild(): void {
    this.#store.run("INSERT INTO patron_words (patron_words) VALUES ('rebuild')");
    this.#live = true;
  }

  /** From here to `rebuild` patrons are written without the index: many of them are quicker so. */
  pause(): void {
    this.#live = false;
  }

  /** Writes a patron's words anew; leaves them alone where they are the same. */
  put(patron: PatronRow): void {
    const { personal, contact, address, card } = this.#records.sections(patron);
    const library = this.#libraries.number(patron.library);
    const words = patronWords({
      personal: personal.values,
      contact: contact.values,
      address: address.values,
      card: card.values,
    });
    const text = [libraryWord(library), ...words].join(' ');
    const order = [fold(personal.values.familyName), fold(personal.values.givenName)] as const;
    const old = this.#store.row<{ words: string; family: string; given: string }>(
      'SELECT words, family, given FROM patron_search WHERE number = ?',
      patron.number,
    );
    if (old?.words === text && old.family === order[0] && old.given === order[1]) return;
    this.remove(patron.number);
    this.#store.run(
      'INSERT INTO patron_search (number, library, family, given, id, words) VALUES (?, ?, ?, ?, ?, ?)',
      patron.number,
      library,
      ...order,
      patron.id,
      text,
    );
    if (this.#live)
      this.#store.run('INSERT INTO patron_words (rowid, words) VALUES (?, ?)', patron.number, text);
  }

  find(library: string, query: string, offset: number, limit: number): Found {
    const plan = searchPlan(query);
    if (plan.empty) return { total: 0, patrons: [] };
    const first = this.#byCard(library, plan.cardNumber);
    const hits = this.#hits(this.#libraries.number(library), plan, first, offset, limit);
    const numbers =
      first !== undefined && offset === 0 ? [first, ...hits.numbers].slice(0, limit) : hits.numbers;
    return { total: hits.total, patrons: numbers.map((number) => this.#summary(number)) };
  }

  #byCard(library: string, number: string): number | undefined {
    const sql = 'SELECT patron FROM card WHERE library = ? AND number = ?';
    return this.#store.row<{ patron: number }>(sql, library, number)?.patron;
  }

  /** The hits without `first`, which stands before them and counts as one. */
  #hits(library: number, plan: SearchPlan, first: number | undefined, offset: number, limit: number): Hits {
    if (plan.patterns.length > 0) return this.#hitsByPattern(library, plan, offset, limit);
    const match = matchOf(library, plan);
    const counting = 'SELECT count(*) AS n FROM patron_words WHERE patron_words MATCH ?';
    const total = this.#store.row<{ n: number }>(counting, match)?.n ?? 0;
    // A plus sign keeps SQLite from an index: few hits are fetched and sorted, many are walked to in order.
    const [order, by] = total > MANY ? ['INDEXED BY patron_in_order', 's.library'] : ['', '+s.library'];
    const rows = this.#store.rows<{ number: number }>(
      `SELECT s.number FROM patron_search s ${order} WHERE ${by} = ? AND s.number IN (${MATCHING})
         AND s.number <> ? ORDER BY s.family, s.given, s.id LIMIT ? OFFSET ?`,
      library,
      match,
      first ?? -1,
      limit,
      first === undefined ? offset : Math.max(offset - 1, 0),
    );
    return { total, numbers: rows.map(({ number }) => number) };
  }

  /** A `*` inside a word: everybody that the rest of the query leaves is looked at, once. */
  #hitsByPattern(library: number, plan: SearchPlan, offset: number, limit: number): Hits {
    const tests = plan.patterns.map(() => 'AND s.words GLOB ? AND words_match(s.words, ?)').join(' ');
    const rows = this.#store.rows<{ number: number }>(
      `SELECT s.number FROM patron_search s WHERE +s.library = ? AND s.number IN (${MATCHING}) ${tests}
         ORDER BY s.family, s.given, s.id`,
      library,
      matchOf(library, plan),
      ...plan.patterns.flatMap((pattern) => [`*${pattern}*`, pattern]),
    );
    const page = rows.slice(offset, offset + limit);
    return { total: rows.length, numbers: page.map(({ number }) => number) };
  }

  #summary(number: number): PatronSummary {
    const patron = this.#records.byNumber(number);
    if (!patron) throw new Error('The search index names a patron who is not there.');
    const { givenName, familyName, birthDate } = this.#records.section(patron, 'personal').values;
    const { line1, postcode, town } = this.#records.section(patron, 'address').values;
    const { cards } = this.#records.section(patron, 'card').values;
    return {
      id: patron.id,
      givenName,
      familyName,
      birthDate,
      cardNumber: cards.find(({ state }) => state === 'active')?.number ?? null,
      addressLine: line1,
      postcode,
      town,
      ...this.#records.section(patron, 'library').values,
      blocked: this.#records.blocks(patron).length > 0,
      debtBlocked: this.#records.debtBlock(patron) !== null,
    };
  }
}

/** How a card number is compared. */
export const cardKey = joined;

/** A word that stands in every patron of one library, so that a search never crosses to another. */
const libraryWord = (library: number) => `libraryno${library}`;

/** Words are letters and digits only, so quoting them is enough. A pattern's beginning narrows the search too. */
function matchOf(library: number, plan: SearchPlan): string {
  const beginning = (word: string) => `"${word}" *`;
  const starts = plan.patterns.flatMap((pattern) => pattern.split('*')[0] ?? []).filter(Boolean);
  const ways = plan.alternatives
    .filter((words) => words.length > 0)
    .map((words) => `(${words.map(beginning).join(' AND ')})`);
  return [
    `"${libraryWord(library)}"`,
    ...starts.map(beginning),
    ...(ways.length > 0 ? [`(${ways.join(' OR ')})`] : []),
  ].join(' AND ');
}
