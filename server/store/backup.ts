// Backups know that they are backups: a server that starts from one begins a new epoch.
import Database from 'better-sqlite3';
import { BACKUP_ID, type Store } from './store.ts';

/** Marks a copy, makes it one file without a log beside it, and answers the position that it reaches to. */
export function markBackup(file: string, madeAt: string): number {
  const copy = new Database(file);
  try {
    copy.pragma('journal_mode = DELETE');
    copy.pragma('synchronous = FULL');
    const mark = copy.transaction(() => {
      copy.pragma(`application_id = ${BACKUP_ID}`);
      copy.prepare('UPDATE history SET is_backup = 1').run();
      copy.prepare('INSERT INTO backup (head, made_at) SELECT head, ? FROM history').run(madeAt);
      return Number(copy.prepare('SELECT head FROM history').pluck().get());
    });
    return mark.immediate();
  } finally {
    copy.close();
  }
}

/** Tells the live database of a backup that is safely on the disk: `durable` follows. */
export function recordBackup(live: Store, head: number, madeAt: string): void {
  live.run('INSERT INTO backup (head, made_at) VALUES (?, ?)', head, madeAt);
}
