// Makes a database as a server before later versions wrote it.
import type { Connection } from 'better-sqlite3';

/** What each migration made, taken away again; the newest first. */
const UNDONE: readonly [made: number, sql: string][] = [
  [13, 'DROP INDEX push_grant_of_session; ALTER TABLE push_grant DROP COLUMN session'],
  [12, 'DROP TRIGGER audit_is_not_replaced; DROP TRIGGER sign_in_event_is_not_replaced'],
  [11, 'ALTER TABLE push_grant_act DROP COLUMN patron; ALTER TABLE push_grant_act DROP COLUMN section'],
  [10, 'DROP TABLE lineage'],
  [9, 'DROP INDEX applied_act_by_key'],
  [8, 'DROP TABLE sign_in_event'],
  [7, 'DROP INDEX attempt_of_guarantor'],
  [6, 'DROP INDEX patron_in_swedish_order; ALTER TABLE patron_search DROP COLUMN swedish'],
];

export function undoMigrations(database: Connection, version: number): void {
  for (const [made, sql] of UNDONE) if (made > version) database.exec(sql);
  database.pragma(`user_version = ${version}`);
}
