// Finds patrons by words. Few hits are sorted; many are taken from the index that stands in the order of the list,
// so that the first page of thousands costs no more than that of ten. What looks at everybody holds nobody up.
import { fold, joined } from '../../shared/patrons/fold.ts';
import { swedishPlace, type ListOrder } from '../../shared/patrons/list-order.ts';
import type { PatronSummary } from '../../shared/patrons/patron.ts';
import { patronWords, searchPlan, wordsMatch, type SearchPlan } from '../../shared/patrons/search.ts';
import { taggedSectionsSchema } from '../../shared/patrons/stored.ts';
import type { Libraries } from '../libraries.ts';
import type { Ports } from '../ports.ts';
import type { Store } from '../store/store.ts';
import { Turns } from '../turns.ts';
import type { PatronRow, Records } from './record.ts';

/** Above so many hits, walking along the ordered index is quicker than sorting. */
const MANY = 2000;
/** Of a search that looks at everybody, so many are looked at before others' requests have their turn. */
const AT_A_TIME = 500;

/** What a list shows of a patron. */
const listedSchema = taggedSectionsSchema.pick({ personal: true, address: true, card: true, library: true });

/** What each order of lists sorts by, and its index. */
const ORDERS: Record<ListOrder, { by: string; index: string }> = {
  plain: { by: 's.family, s.given, s.id', index: 'patron_in_order' },
  sv: { by: 's.swedish', index: 'patron_in_swedish_order' },
};

/** Which of the hits, in which order. */
interface Part {
  offset: number;
  limit: number;
  order: ListOrder;
}

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
  readonly #ports: Ports;
  readonly #ofAll = new Turns();
  readonly #ofWords: Turns;
  #live = true;

  /** `ofWords`: the turns of searches that are soon over, but many at once hold up whoever comes. */
  constructor(store: Store, ports: Ports, libraries: Libraries, records: Records, ofWords: Turns) {
    this.#store = store;
    this.#ports = ports;
    this.#libraries = libraries;
    this.#records = records;
    this.#ofWords = ofWords;
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
    const { familyName, givenName } = personal.values;
    const [family, given] = [fold(familyName), fold(givenName)];
    const swedish = swedishPlace(familyName, givenName, patron.id);
    const old = this.#store.row<{ words: string; family: string; given: string; swedish: string }>(
      'SELECT words, family, given, swedish FROM patron_search WHERE number = ?',
      patron.number,
    );
    if (old?.words === text && old.family === family && old.given === given && old.swedish === swedish)
      return;
    this.remove(patron.number);
    this.#store.run(
      `INSERT INTO patron_search (number, library, family, given, swedish, id, words)
         VALUES (?, ?, ?, ?, ?, ?, ?)`,
      ...[patron.number, library, family, given, swedish, patron.id, text],
    );
    if (this.#live)
      this.#store.run('INSERT INTO patron_words (rowid, words) VALUES (?, ?)', patron.number, text);
  }

  /** Undefined where too many searches of this asker's wait already. */
  async find(
    asker: string,
    library: string,
    { query, by, ...part }: Part & { query: string; by: 'words' | 'card' },
  ): Promise<Found | undefined> {
    if (by === 'card') {
      const find = async () => {
        await this.#ports.pause(0);
        const owner = this.#byCard(library, cardKey(query));
        return this.#found(owner === undefined ? 0 : 1, owner === undefined ? [] : [owner]);
      };
      return this.#ofWords.take(`${asker} search`, find, asker);
    }
    const plan = searchPlan(query);
    if (plan.empty) return { total: 0, patrons: [] };
    const number = this.#libraries.number(library);
    const { offset, limit } = part;
    if (plan.patterns.length > 0)
      return this.#ofAll.take(asker, async () => {
        const fitting = await this.#fitting(number, plan, part.order);
        return this.#found(fitting.length, fitting.slice(offset, offset + limit));
      });
    const find = async () => {
      await this.#ports.pause(0);
      const first = this.#byCard(library, plan.cardNumber);
      const hits = this.#hits(number, plan, first, part);
      const numbers =
        first !== undefined && offset === 0 ? [first, ...hits.numbers].slice(0, limit) : hits.numbers;
      return this.#found(hits.total, numbers);
    };
    return this.#ofWords.take(`${asker} search`, find, asker);
  }

  /** Whoever was deleted while others were looked at is left out. */
  #found(total: number, numbers: readonly number[]): Found {
    return { total, patrons: numbers.flatMap((number) => this.#summary(number) ?? []) };
  }

  #byCard(library: string, number: string): number | undefined {
    const sql = 'SELECT patron FROM card WHERE library = ? AND number = ?';
    return this.#store.row<{ patron: number }>(sql, library, number)?.patron;
  }

  /** The hits without `first`, which stands before them and counts as one. */
  #hits(library: number, plan: SearchPlan, first: number | undefined, part: Part): Hits {
    const { offset, limit, order } = part;
    const match = matchOf(library, plan);
    const counting = 'SELECT count(*) AS n FROM patron_words WHERE patron_words MATCH ?';
    const total = this.#store.row<{ n: number }>(counting, match)?.n ?? 0;
    // A plus sign keeps SQLite from an index: few hits are fetched and sorted, many are walked to in order.
    const { by, index } = ORDERS[order];
    const [walk, inLibrary] = total > MANY ? [`INDEXED BY ${index}`, 's.library'] : ['', '+s.library'];
    const rows = this.#store.rows<{ number: number }>(
      `SELECT s.number FROM patron_search s ${walk} WHERE ${inLibrary} = ? AND s.number IN (${MATCHING})
         AND s.number <> ? ORDER BY ${by} LIMIT ? OFFSET ?`,
      library,
      match,
      first ?? -1,
      limit,
      first === undefined ? offset : Math.max(offset - 1, 0),
    );
    return { total, numbers: rows.map(({ number }) => number) };
  }

  /** A `*` inside a word: everybody that the rest of the query leaves is looked at, in the order of the list. */
  async #fitting(library: number, plan: SearchPlan, order: ListOrder): Promise<number[]> {
    const { by, index } = ORDERS[order];
    const left = this.#store.rows<{ number: number }>(
      `SELECT s.number FROM patron_search s INDEXED BY ${index}
       WHERE s.library = ? AND s.number IN (${MATCHING}) ORDER BY ${by}`,
      library,
      matchOf(library, plan),
    );
    const tests = plan.patterns.map(() => 'AND words GLOB ? AND words_match(words, ?)').join(' ');
    const values = plan.patterns.flatMap((pattern) => [`*${pattern}*`, pattern]);
    const sql = `SELECT number FROM patron_search WHERE number IN (SELECT value FROM json_each(?)) ${tests}`;
    const fitting: number[] = [];
    for (let at = 0; at < left.length; at += AT_A_TIME) {
      if (at > 0) await this.#ports.pause(0);
      const some = left.slice(at, at + AT_A_TIME).map(({ number }) => number);
      const fit = new Set(
        this.#store.rows<{ number: number }>(sql, JSON.stringify(some), ...values).map((row) => row.number),
      );
      fitting.push(...some.filter((number) => fit.has(number)));
    }
    return fitting;
  }

  #summary(number: number): PatronSummary | undefined {
    const patron = this.#records.byNumber(number);
    if (!patron) return undefined;
    const read = listedSchema.safeParse(this.#records.sections(patron));
    // Whoever can't be read is left out of the list, which others stand in too.
    if (!read.success) return undefined;
    const { personal, address, card, library } = read.data;
    const { givenName, familyName, birthDate } = personal.values;
    const { line1, postcode, town } = address.values;
    return {
      id: patron.id,
      givenName,
      familyName,
      birthDate,
      cardNumber: card.values.cards.find(({ state }) => state === 'active')?.number ?? null,
      addressLine: line1,
      postcode,
      town,
      ...library.values,
      blocked: this.#records.blocks(patron).length > 0,
      debtBlocked: this.#records.debtBlock(patron) !== null,
    };
  }
}

/** How a card number is compared. */
export const cardKey = joined;

/**
 * A word that stands in every patron of one library, so that a search never crosses to another. It begins with a sign
 * for private use, which the index takes for a letter: in no name and no query is it left, whatever is typed.
 */
const libraryWord = (library: number) => `\ue000${library}`;

/** New Tai Lue's vowels and two Vedic signs are letters to us, and to the index's SQLite where a word ends. */
const PARTS = /[^\u19B0-\u19C0\u19C8\u19C9\u1CF2\u1CF3]+/gu;

/** Words are letters and digits only, so quoting them is enough. A pattern's beginning narrows the search too. */
function matchOf(library: number, plan: SearchPlan): string {
  // A word of such letters alone finds nobody.
  const beginning = (word: string) => (word.match(PARTS) ?? ['']).map((part) => `"${part}" *`).join(' AND ');
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
