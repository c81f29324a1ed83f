// The shape of copy.db. Patrons stand in editions: each fill writes one of its own beside the one in use, so that
// the old one is searched until the new one is whole. An edition's tables are in edition.ts.
import { swedishPlace } from '../../shared/patrons/list-order.ts';
import type { PatronSummary } from '../../shared/patrons/patron.ts';
import type { EncryptedFile } from './encrypted-file.ts';
import type { FileShape } from './migrations.ts';

/** Editions from when lists had one order; the names are in the rows of lists. */
function addSwedishOrder(file: EncryptedFile): string {
  file.define('swedish_place', (summary) => {
    try {
      const { familyName, givenName, id } = JSON.parse(summary) as PatronSummary;
      return swedishPlace(familyName, givenName, id);
    } catch (cause) {
      // Told as the damage that it is: the copy is filled anew, and the desk starts all the same.
      throw Object.assign(new Error('A row makes no sense.', { cause }), { code: 'SQLITE_CORRUPT' });
    }
  });
  const tables = file.rows<{ name: string }>(
    "SELECT name FROM sqlite_schema WHERE name GLOB 'patron_*_in_order'",
  );
  const indexed = tables.map(({ name }) => name);
  return file
    .rows<{ number: number }>('SELECT number FROM edition')
    .map(({ number: n }) => {
      const index = `CREATE INDEX patron_${n}_in_swedish_order ON patron_${n} (swedish);`;
      return `
        ALTER TABLE patron_${n} ADD COLUMN swedish TEXT NOT NULL DEFAULT '';
        UPDATE patron_${n} SET swedish = swedish_place(summary);
        ${indexed.includes(`patron_${n}_in_order`) ? index : ''}
      `;
    })
    .join('');
}

export const COPY: FileShape = {
  applicationId: 0x43444350, // "CDCP"
  migrations: [
    {
      version: 1,
      name: 'editions of patrons, and where pulling stands',
      sql: `
        CREATE TABLE edition (
          number INTEGER PRIMARY KEY AUTOINCREMENT,
          library TEXT NOT NULL,
          -- Up to which row its words are indexed; null before that has begun.
          worded INTEGER
        );
        CREATE TABLE library (
          code TEXT PRIMARY KEY,
          -- What is shown: an edition, the history and the position that it equals.
          live INTEGER REFERENCES edition,
          live_epoch TEXT,
          live_position INTEGER,
          -- Whether pulling may go on from there, or must fill anew.
          resumable INTEGER NOT NULL DEFAULT 0,
          synced_at TEXT,
          filling INTEGER REFERENCES edition,
          fill_epoch TEXT,
          fill_position INTEGER,
          fill_after TEXT,
          -- Whether the last page has arrived.
          fill_whole INTEGER,
          fill_arrived INTEGER,
          fill_total INTEGER
        ) WITHOUT ROWID;
        CREATE TABLE set_aside (
          number INTEGER PRIMARY KEY,
          edition INTEGER NOT NULL REFERENCES edition,
          patron TEXT,
          reason TEXT NOT NULL,
          record TEXT NOT NULL,
          at TEXT NOT NULL
        );
        CREATE INDEX set_aside_patron ON set_aside (edition, patron);
      `,
    },
    { version: 2, name: 'a Swedish order of lists', sql: addSwedishOrder },
  ],
};
