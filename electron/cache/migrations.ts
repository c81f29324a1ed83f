// Brings a file up to date: numbered migrations, each in a transaction of its own. A file of a newer version of
// the program is refused before anything is written to it.
import type { EncryptedFile } from './encrypted-file.ts';

export interface Migration {
  version: number;
  name: string;
  /** What only the file itself can tell is asked of it. */
  sql: string | ((file: EncryptedFile) => string);
}

/** What a file is for, and every step that its shape has taken. */
export interface FileShape {
  /** SQLite's application id: tells the copy from the outbox, and both from any other file. */
  applicationId: number;
  migrations: readonly Migration[];
}

export class NewerFile extends Error {}
export class OtherFile extends Error {}

/** Throws `NewerFile` or `OtherFile`. Reads only. */
export function checkVersion(file: EncryptedFile, shape: FileShape): void {
  const version = Number(file.setting('user_version'));
  if (version > shape.migrations.length) throw new NewerFile(`version ${version}`);
  const application = Number(file.setting('application_id'));
  const tables = file.row<{ n: number }>('SELECT count(*) AS n FROM sqlite_schema')?.n ?? 0;
  if (application !== shape.applicationId && tables > 0) throw new OtherFile(`application ${application}`);
}

export function bringUpToDate(file: EncryptedFile, shape: FileShape): void {
  shape.migrations.forEach(({ version, name }, index) => {
    if (version !== index + 1) throw new Error(`The migration '${name}' is out of order.`);
  });
  checkVersion(file, shape);
  const version = Number(file.setting('user_version'));
  for (const migration of shape.migrations.slice(version)) {
    file.together(() => {
      const { sql } = migration;
      file.execute(typeof sql === 'string' ? sql : sql(file));
      file.set('user_version', migration.version);
      file.set('application_id', shape.applicationId);
    });
  }
}
