// The libraries of the network: their rules, branches, categories, and how long each keeps what.
import type { Library, LibraryName } from '../shared/library.ts';
import type { Store } from './store/store.ts';

/** In days. */
export interface Retention {
  audit: number;
  liftedBlocks: number;
  deletions: number;
  /** Longer than any desk may be away: a repeat after that would have its effect twice. */
  attempts: number;
}

export type LibrarySetup = Library & { retention: Retention };

interface LibraryRow {
  id: string;
  name: string;
  country: string;
  currency: string;
  time_zone: string;
  rules: string;
  retention: string;
}

export class Libraries {
  readonly #store: Store;
  /** Libraries don't change while the server runs, and every patron's record asks for one. */
  readonly #known = new Map<string, LibrarySetup>();

  constructor(store: Store) {
    this.#store = store;
  }

  names(): LibraryName[] {
    return this.#store.rows('SELECT id, name FROM library ORDER BY name, id');
  }

  /** The library that a signed-in member of staff or a patron belongs to; it is never missing. */
  get(id: string): LibrarySetup {
    const known = this.#known.get(id) ?? this.#read(id);
    this.#known.set(id, known);
    return known;
  }

  #read(id: string): LibrarySetup {
    const row = this.#store.row<LibraryRow>('SELECT * FROM library WHERE id = ?', id);
    if (!row) throw new Error('A library is missing that something belongs to.');
    const named = (table: 'branch' | 'category') =>
      this.#store.rows<LibraryName>(`SELECT id, name FROM ${table} WHERE library = ? ORDER BY name`, id);
    return {
      id: row.id,
      name: row.name,
      country: row.country,
      currency: row.currency,
      timeZone: row.time_zone,
      branches: named('branch'),
      categories: named('category'),
      rules: JSON.parse(row.rules) as Library['rules'],
      retention: JSON.parse(row.retention) as Retention,
    };
  }

  /** As the contract shows it. */
  shown(id: string): Library {
    const { name, country, currency, timeZone, branches, categories, rules } = this.get(id);
    return { id, name, country, currency, timeZone, branches, categories, rules };
  }

  number(id: string): number {
    return this.#store.row<{ number: number }>('SELECT number FROM library WHERE id = ?', id)?.number ?? 0;
  }

  add(library: LibrarySetup): void {
    this.#store.run(
      `INSERT INTO library (id, name, country, currency, time_zone, rules, retention)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
      library.id,
      library.name,
      library.country,
      library.currency,
      library.timeZone,
      JSON.stringify(library.rules),
      JSON.stringify(library.retention),
    );
    for (const { id, name } of library.branches)
      this.#store.run('INSERT INTO branch (library, id, name) VALUES (?, ?, ?)', library.id, id, name);
    for (const { id, name } of library.categories)
      this.#store.run('INSERT INTO category (library, id, name) VALUES (?, ?, ?)', library.id, id, name);
  }
}
