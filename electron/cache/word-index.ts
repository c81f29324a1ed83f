// The full-text index of one edition's words. Changes are gathered and written in the order of rows: the index takes
// them in one go then, and ten times as long otherwise.
import type { EncryptedFile } from './encrypted-file.ts';

interface WordChange {
  before: string | undefined;
  after: string | undefined;
}

export class WordIndex {
  readonly table: string;
  readonly #file: EncryptedFile;
  readonly #changes = new Map<number, WordChange>();

  constructor(file: EncryptedFile, edition: number) {
    this.#file = file;
    this.table = `word_${edition}`;
  }

  /** `patrons` is the table whose words it indexes. */
  make(patrons: string): void {
    // Words are folded and told apart by blanks already: the ASCII tokenizer takes them as they are.
    this.#file.execute(`
      CREATE VIRTUAL TABLE ${this.table} USING fts5 (
        words, content = '${patrons}', content_rowid = 'number', detail = none, columnsize = 0,
        prefix = '1 2 3 4', tokenize = 'ascii'
      );
      INSERT INTO ${this.table} (${this.table}, rank) VALUES ('secure-delete', 1);
    `);
  }

  /** To be settled before the transaction ends. */
  change(row: number, before: string | undefined, after: string | undefined): void {
    const earlier = this.#changes.get(row);
    this.#changes.set(row, { before: earlier ? earlier.before : before, after });
  }

  settle(): void {
    const changes = [...this.#changes].sort(([a], [b]) => a - b);
    this.#changes.clear();
    const [remove, put] = [
      `INSERT INTO ${this.table} (${this.table}, rowid, words) VALUES ('delete', ?, ?)`,
      `INSERT INTO ${this.table} (rowid, words) VALUES (?, ?)`,
    ];
    for (const [row, { before, after }] of changes) {
      // Words that stayed the same are left alone: writing them costs more than all the rest.
      if (before === after) continue;
      if (before !== undefined) this.#file.run(remove, row, before);
      if (after !== undefined) this.#file.run(put, row, after);
    }
  }
}
