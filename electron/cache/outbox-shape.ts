// The shape of outbox.db: acts, log events on their way, and small values that outlive a restart.
import type { FileShape } from './migrations.ts';

/** The value that says what a rescue from a damaged file came to, until staff have noted it. */
export const RESCUE = 'rescue';

export const OUTBOX: FileShape = {
  applicationId: 0x43444f42, // "CDOB"
  migrations: [
    {
      version: 1,
      name: 'acts, log events, values, epochs',
      sql: `
        -- A record is the whole act as JSON; its sum tells a whole record from one of a damaged page.
        CREATE TABLE act (
          sequence INTEGER PRIMARY KEY AUTOINCREMENT,
          record TEXT NOT NULL,
          sum TEXT NOT NULL,
          id TEXT NOT NULL UNIQUE AS (record ->> 'id') STORED,
          state TEXT NOT NULL AS (record ->> 'state') STORED,
          library TEXT NOT NULL AS (record ->> 'library') STORED,
          patron TEXT NOT NULL AS (record ->> 'patronId') STORED,
          -- Of confirmed acts: the answer's history and head.
          epoch TEXT AS (record ->> '$.confirmed.epoch') STORED,
          head INTEGER AS (record ->> '$.confirmed.head') STORED
        );
        CREATE INDEX act_state ON act (state, sequence);
        CREATE INDEX act_patron ON act (library, patron);
        CREATE INDEX act_confirmed ON act (library, epoch, head) WHERE state = 'confirmed';
        CREATE TABLE log_event (
          sequence INTEGER PRIMARY KEY AUTOINCREMENT,
          id TEXT NOT NULL UNIQUE,
          record TEXT NOT NULL,
          sum TEXT NOT NULL
        );
        CREATE TABLE value (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
        -- The server's history last seen, apart from the position in the copy: losing the copy must not lose it.
        CREATE TABLE epoch (library TEXT PRIMARY KEY, epoch TEXT NOT NULL) WITHOUT ROWID;
      `,
    },
    {
      version: 2,
      name: 'log events are kept until the server has them safe',
      sql: `
        -- In which history the server took it, and a head of that history from after it did; null before.
        ALTER TABLE log_event ADD COLUMN epoch TEXT;
        ALTER TABLE log_event ADD COLUMN head INTEGER;
      `,
    },
  ],
};
