// One edition of a library's patrons in copy.db: whole records apart from the narrow rows that lists are made of,
// card numbers, and the index of words. While an edition is filled it has no indexes but those of ids and cards.
import type { Patron, PatronSummary } from '../../shared/patrons/patron.ts';
import type { EncryptedFile } from './encrypted-file.ts';
import { searchEntry, type SearchEntry } from './search-entry.ts';
import { WordIndex } from './word-index.ts';

export class Edition {
  readonly number: number;
  /** Rows up to this one have their words indexed; every row, once an edition is shown. */
  readonly #wordedTo: number;
  readonly #file: EncryptedFile;
  readonly #words: WordIndex;

  constructor(file: EncryptedFile, number: number, wordedTo: number) {
    this.#file = file;
    this.number = number;
    this.#wordedTo = wordedTo;
    this.#words = new WordIndex(file, number);
  }

  get indexed(): boolean {
    return this.#wordedTo === Infinity;
  }

  static make(file: EncryptedFile, number: number): Edition {
    file.execute(`
      CREATE TABLE patron_${number} (
        number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, family TEXT NOT NULL, given TEXT NOT NULL,
        swedish TEXT NOT NULL, cards TEXT NOT NULL, summary TEXT NOT NULL, words TEXT NOT NULL
      );
      CREATE TABLE record_${number} (number INTEGER PRIMARY KEY, record TEXT NOT NULL);
      CREATE TABLE card_${number} (
        card TEXT NOT NULL, patron INTEGER NOT NULL, PRIMARY KEY (card, patron)
      ) WITHOUT ROWID;
    `);
    return new Edition(file, number, 0);
  }

  /**
   * Does a part of building what a search needs, and answers how many patrons are still to do. At the end of a fill
   * this is much quicker than while it goes on; in parts, so that searches get their turn between them.
   */
  buildIndexes(part: number): number {
    const n = this.number;
    if (!this.#has(this.#words.table)) {
      this.#file.execute(ordersOf(n));
      this.#words.make(`patron_${n}`);
    }
    const last = this.#file.row<{ n: number | null }>(`SELECT max(number) AS n FROM patron_${n}`)?.n ?? 0;
    const to = Math.min(this.#wordedTo + part, last);
    this.#file.run(
      `INSERT INTO word_${n} (rowid, words) SELECT number, words FROM patron_${n} WHERE number > ? AND number <= ?`,
      ...[this.#wordedTo, to],
    );
    this.#file.run('UPDATE edition SET worded = ? WHERE number = ?', to, n);
    return last - to;
  }

  /** Deletes a part of the rows; with the last of them the tables go too. */
  sweep(part: number): void {
    const n = this.number;
    if (this.#has(`word_${n}`)) {
      // The index's own pages first: dropping a large one at once would hold everybody up.
      const gone = this.#file.insideIndexes(() => this.#file.run(`DELETE FROM word_${n}_data LIMIT ?`, part));
      if (gone < part) this.#drop(`word_${n}`);
      return;
    }
    this.#file.execute(
      `DROP INDEX IF EXISTS patron_${n}_in_order; DROP INDEX IF EXISTS patron_${n}_in_swedish_order`,
    );
    const gone = ['card', 'record', 'patron'].map((table) =>
      this.#file.run(`DELETE FROM ${table}_${n} LIMIT ?`, part),
    );
    this.#file.run(
      'DELETE FROM set_aside WHERE number IN (SELECT number FROM set_aside WHERE edition = ? LIMIT ?)',
      n,
      part,
    );
    if (gone.some((rows) => rows === part)) return;
    this.#drop(`patron_${n}`, `record_${n}`, `card_${n}`);
    this.#file.run('DELETE FROM set_aside WHERE edition = ?', n);
    this.#file.run('DELETE FROM edition WHERE number = ?', n);
  }

  #has(table: string): boolean {
    return this.#file.row('SELECT 1 FROM sqlite_schema WHERE name = ?', table) !== undefined;
  }

  #drop(...tables: string[]): void {
    this.#file.forgetStatements();
    for (const table of tables) this.#file.execute(`DROP TABLE ${table}`);
  }

  /** `settle` writes what this changed of the index. */
  put(patron: Patron): void {
    const n = this.number;
    const entry = searchEntry(patron);
    const record = JSON.stringify(patron);
    const old = this.#entry(patron.id);
    if (!old) {
      const { number } = this.#file.row<{ number: number }>(
        `INSERT INTO patron_${n} (id, family, given, swedish, cards, summary, words)
           VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING number`,
        ...columns(entry),
      ) ?? { number: 0 };
      this.#file.run(`INSERT INTO record_${n} VALUES (?, ?)`, number, record);
      this.#changeWords(number, undefined, entry.words);
      this.#changeCards(number, '', entry.cards);
      return;
    }
    this.#file.run(`UPDATE record_${n} SET record = ? WHERE number = ?`, record, old.number);
    this.#file.run(
      `UPDATE patron_${n} SET id = ?, family = ?, given = ?, swedish = ?, cards = ?, summary = ?, words = ?
         WHERE number = ?`,
      ...columns(entry),
      old.number,
    );
    this.#changeWords(old.number, old.words, entry.words);
    this.#changeCards(old.number, old.cards, entry.cards);
  }

  /** `settle` writes what this changed of the index. */
  remove(id: string): void {
    const old = this.#entry(id);
    if (!old) return;
    this.#changeWords(old.number, old.words, undefined);
    this.#changeCards(old.number, old.cards, '');
    this.#file.run(`DELETE FROM record_${this.number} WHERE number = ?`, old.number);
    this.#file.run(`DELETE FROM patron_${this.number} WHERE number = ?`, old.number);
  }

  settle(): void {
    this.#words.settle();
  }

  /** The record as the server gave it. */
  patron(id: string): Patron | undefined {
    const row = this.#file.row<{ record: string }>(
      `SELECT record FROM patron_${this.number} JOIN record_${this.number} USING (number) WHERE id = ?`,
      id,
    );
    return row && (JSON.parse(row.record) as Patron);
  }

  numberOf(id: string): number | undefined {
    const sql = `SELECT number FROM patron_${this.number} WHERE id = ?`;
    return this.#file.row<{ number: number }>(sql, id)?.number;
  }

  ids(after: string | null, limit: number): string[] {
    return this.#file
      .rows<{ id: string }>(
        `SELECT id FROM patron_${this.number} WHERE id > ? ORDER BY id LIMIT ?`,
        ...[after ?? '', limit],
      )
      .map(({ id }) => id);
  }

  blocked(): string[] {
    const sql = `SELECT id FROM patron_${this.number} WHERE summary ->> 'blocked'`;
    return this.#file.rows<{ id: string }>(sql).map(({ id }) => id);
  }

  summary(number: number): PatronSummary {
    const sql = `SELECT summary FROM patron_${this.number} WHERE number = ?`;
    const row = this.#file.row<{ summary: string }>(sql, number);
    if (!row) throw new Error('The index names a patron who is not there.');
    return JSON.parse(row.summary) as PatronSummary;
  }

  byCard(card: string): number | undefined {
    return this.#file.row<{ number: number }>(
      `SELECT p.number FROM card_${this.number} c JOIN patron_${this.number} p ON p.number = c.patron
         WHERE c.card = ? ORDER BY p.family, p.given, p.id LIMIT 1`,
      card,
    )?.number;
  }

  /** About how many patrons there are; counting them would read them all. */
  size(): number {
    return this.#file.row<{ n: number | null }>(`SELECT max(number) AS n FROM patron_${this.number}`)?.n ?? 0;
  }

  #entry(id: string): { number: number; words: string; cards: string } | undefined {
    return this.#file.row(`SELECT number, words, cards FROM patron_${this.number} WHERE id = ?`, id);
  }

  #changeWords(row: number, before: string | undefined, after: string | undefined): void {
    if (row <= this.#wordedTo) this.#words.change(row, before, after);
  }

  #changeCards(row: number, before: string, after: string): void {
    if (before === after) return;
    const numbers = (cards: string) => cards.split(' ').filter(Boolean);
    for (const card of numbers(before))
      this.#file.run(`DELETE FROM card_${this.number} WHERE card = ? AND patron = ?`, card, row);
    for (const card of numbers(after))
      this.#file.run(`INSERT INTO card_${this.number} (card, patron) VALUES (?, ?)`, card, row);
  }
}

const columns = ({ id, family, given, swedish, cards, summary, words }: SearchEntry) =>
  [id, family, given, swedish, cards, JSON.stringify(summary), words] as const;

/** One index for each order of lists. */
const ordersOf = (edition: number): string => `
  CREATE INDEX patron_${edition}_in_order ON patron_${edition} (family, given, id);
  CREATE INDEX patron_${edition}_in_swedish_order ON patron_${edition} (swedish);
`;
