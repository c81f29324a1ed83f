// Reads what can be read of a damaged outbox, row by row, its write-ahead log included. A row counts only where its
// sum proves it whole. It reads the damaged file, never writes it.
import { statSync } from 'node:fs';
import { outboxActSchema, logEventSchema, type OutboxAct } from './act.ts';
import { EncryptedFile } from './encrypted-file.ts';
import { sumOf } from './outbox.ts';

interface Row {
  sequence: number;
  record: string;
  sum: string;
}

export interface Rescued {
  acts: Row[];
  logEvents: Row[];
  values: { name: string; value: string }[];
  epochs: { library: string; epoch: string }[];
  /** How many acts and log events could not be read; null where the file doesn't say. */
  lost: number | null;
  looksLost: number | null;
}

/** So many sequence numbers are tried one by one between two readable rows, and after the last readable one. */
const TRIED = { between: 100_000, after: 2000 };

export function rescueOutbox(file: string, key: Uint8Array): Rescued {
  const reader = new DamagedFile(file, key);
  try {
    const acts = reader
      .rowsOf('act')
      .filter(({ record }) => outboxActSchema.partial().safeParse(JSON.parse(record)).success);
    const logEvents = reader
      .rowsOf('log_event')
      .filter(({ record }) => logEventSchema.safeParse(JSON.parse(record)).success);
    return {
      acts,
      logEvents,
      values: reader.all('SELECT name, value FROM value'),
      epochs: reader.all('SELECT library, epoch FROM epoch'),
      lost: reader.lostOf('act INDEXED BY act_state', acts.length),
      // SQLite's own name for the index that keeps the ids unique.
      looksLost: reader.lostOf('log_event INDEXED BY sqlite_autoindex_log_event_1', logEvents.length),
    };
  } finally {
    reader.close();
  }
}

/** What several readings of one outbox hold together; each is newer than those before it. */
export function joinReadings(
  readings: readonly Rescued[],
): Pick<Rescued, 'acts' | 'logEvents' | 'values' | 'epochs'> {
  const newest = new Set(readings.at(-1)?.acts.map(idOf));
  const acts = joinRows(readings.flatMap((reading) => reading.acts));
  return {
    acts: acts.map((row) => (newest.has(idOf(row)) ? row : asSent(row))),
    logEvents: joinRows(readings.flatMap(({ logEvents }) => logEvents)),
    values: [...new Map(readings.flatMap(({ values }) => values).map((row) => [row.name, row])).values()],
    epochs: [...new Map(readings.flatMap(({ epochs }) => epochs).map((row) => [row.library, row])).values()],
  };
}

/** What has become of it since can't be read: it may have been done, and forgotten. */
function asSent(row: Row): Row {
  const act = JSON.parse(row.record) as OutboxAct;
  if (act.state !== 'waiting') return row;
  const record = JSON.stringify({ ...act, state: 'sent', recordTime: undefined });
  return { ...row, record, sum: sumOf(record) };
}

function joinRows(rows: readonly Row[]): Row[] {
  const found = new Map<number, Row>();
  for (const row of rows) {
    const older = found.get(row.sequence);
    // What a power cut tore was never saved: its number was given again, and its pages may be read in a newer log.
    if (!older || idOf(older) === idOf(row)) found.set(row.sequence, row);
  }
  return [...found.values()].sort((a, b) => a.sequence - b.sequence);
}

const idOf = ({ record }: Row) => (JSON.parse(record) as { id: string }).id;

class DamagedFile {
  readonly #open: EncryptedFile | undefined;

  constructor(file: string, key: Uint8Array) {
    // SQLite would delete the log beside an empty file.
    if (statSync(file, { throwIfNoEntry: false })?.size === 0) return;
    try {
      this.#open = EncryptedFile.openDamaged(file, key);
    } catch {
      // Its first page is gone, and with it the way to all others.
    }
  }

  /** Undefined where the rows can't be reached. */
  try<T>(sql: string, ...values: number[]): T[] | undefined {
    try {
      return this.#open?.rows<T>(sql, ...values);
    } catch {
      return undefined;
    }
  }

  all<T>(sql: string): T[] {
    return this.try<T>(sql) ?? [];
  }

  /** An index stands on pages of its own: it may know of rows that can't be read. */
  lostOf(index: string, found: number): number | null {
    const count = this.try<{ n: number }>(`SELECT count(*) AS n FROM ${index}`);
    return count?.[0] ? Math.max(0, count[0].n - found) : null;
  }

  /** From both ends towards the damage, then one by one through it. */
  rowsOf(table: 'act' | 'log_event'): Row[] {
    const found = new Map<number, Row>();
    const columns = `SELECT sequence, record, sum FROM ${table}`;
    const walk = (sql: string, from: number) => {
      let at = from;
      for (;;) {
        const rows = this.try<Row>(sql, at);
        const [row] = rows ?? [];
        if (!row || !Number.isSafeInteger(row.sequence) || found.has(row.sequence))
          return { at, ended: rows?.length === 0 };
        found.set(row.sequence, row);
        at = row.sequence;
      }
    };
    const up = walk(`${columns} WHERE sequence > ? ORDER BY sequence LIMIT 1`, 0);
    if (!up.ended && this.#open) {
      const down = walk(
        `${columns} WHERE sequence < ? ORDER BY sequence DESC LIMIT 1`,
        Number.MAX_SAFE_INTEGER,
      );
      const end =
        down.at < Number.MAX_SAFE_INTEGER
          ? Math.min(down.at, up.at + TRIED.between)
          : up.at + (this.try(`${columns} LIMIT 0`) ? TRIED.after : 0);
      for (let sequence = up.at + 1; sequence < end; sequence++) {
        const [row] = this.try<Row>(`${columns} WHERE sequence = ?`, sequence) ?? [];
        if (row) found.set(sequence, row);
      }
    }
    return [...found.values()]
      .filter(({ record, sum }) => typeof record === 'string' && sumOf(record) === sum)
      .sort((a, b) => a.sequence - b.sequence);
  }

  close(): void {
    this.#open?.close();
  }
}
