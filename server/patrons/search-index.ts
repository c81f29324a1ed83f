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

export class SearchIndex {
  readonly #store: Store;
  readonly #libraries: Libraries;
  readonly #records: Records;

  constructor(store: Store, libraries: Libraries, records: Records) {
    this.#store = store;
    this.#libraries = libraries;
    this.#records = records;
    store.define('words_match', (words, pattern) => (wordsMatch(words, pattern) ? 1 : 0));
  }

  remove(number: number): void {
    const old = this.#store.row<{ words: string }>(
      'SELECT words FROM patron_search WHERE number = ?',
      number,
    );
    if (!old) return;
    const sql = "INSERT INTO patron_words (patron_words, rowid, words) VALUES ('delete', ?, ?)";
    this.#store.run(sql, number, old.words);
    this.#store.run('DELETE FROM patron_search WHERE number = ?', number);
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
  #hits(library: number, plan: SearchPlan, first: number | undefined, offset: number, limit: number) {
    const match = matchOf(library, plan);
    const patterns = plan.patterns.flatMap((pattern) => [`%${pattern.replaceAll('*', '%')}%`, pattern]);
    const tests = plan.patterns.map(() => 'AND s.words LIKE ? AND words_match(s.words, ?)').join(' ');
    const matching = `SELECT rowid FROM patron_words WHERE patron_words MATCH ?`;
    const counting = tests
      ? `SELECT count(*) AS n FROM patron_search s WHERE s.number IN (${matching}) ${tests}`
      : `SELECT count(*) AS n FROM patron_words WHERE patron_words MATCH ?`;
    const total = this.#store.row<{ n: number }>(counting, match, ...patterns)?.n ?? 0;
    // A plus sign keeps SQLite from an index: few hits are fetched and sorted, many are walked to in order.
    const [order, by] = total > MANY ? ['INDEXED BY patron_in_order', 's.library'] : ['', '+s.library'];
    const rows = this.#store.rows<{ number: number }>(
      `SELECT s.number FROM patron_search s ${order} WHERE ${by} = ? AND s.number IN (${matching}) ${tests}
         AND s.number <> ? ORDER BY s.family, s.given, s.id LIMIT ? OFFSET ?`,
      library,
      match,
      ...patterns,
      first ?? -1,
      limit,
      first === undefined ? offset : Math.max(offset - 1, 0),
    );
    return { total, numbers: rows.map(({ number }) => number) };
  }

  #summary(number: number): PatronSummary {
    const patron = this.#records.byNumber(number);
    if (!patron) throw new Error('The search index names a patron who is not there.');
    const { personal, address, card, library } = this.#records.sections(patron);
    const { givenName, familyName, birthDate } = personal.values;
    return {
      id: patron.id,
      givenName,
      familyName,
      birthDate,
      cardNumber: card.values.cards.find(({ state }) => state === 'active')?.number ?? null,
      addressLine: address.values.line1,
      postcode: address.values.postcode,
      town: address.values.town,
      category: library.values.category,
      branch: library.values.branch,
      blocked: this.#records.blocks(patron).length > 0,
      debtBlocked: this.#records.debtBlock(patron) !== null,
    };
  }
}

/** How a card number is compared. */
export const cardKey = joined;

/** A word that stands in every patron of one library, so that a search never crosses to another. */
const libraryWord = (library: number) => `libraryno${library}`;

/** Words are letters and digits only, so quoting them is enough. */
function matchOf(library: number, plan: SearchPlan): string {
  const own = `"${libraryWord(library)}"`;
  const ways = plan.alternatives
    .filter((words) => words.length > 0)
    .map((words) => `(${words.map((word) => `"${word}" *`).join(' AND ')})`);
  return ways.length === 0 ? own : `${own} AND (${ways.join(' OR ')})`;
}
