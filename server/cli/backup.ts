// `backup`: a copy of the whole database, marked as what it is, while the server goes on.
import { createHash } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, realpathSync, renameSync, rmSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import { markBackup, recordBackup } from '../store/backup.ts';
import { StartProblem } from '../store/store.ts';
import { needed, readOptions } from './arguments.ts';
import { lockBackups, openStore, openUsedFolder } from './data-folder.ts';

const options = { data: { type: 'string' }, out: { type: 'string' } } as const;

export async function backup(argv: string[]): Promise<void> {
  const asked = readOptions(argv, options);
  const data = needed(asked.data, 'data');
  const out = resolve(needed(asked.out, 'out'));
  if (!existsSync(data)) throw new StartProblem(`There is no folder ${data}.`);
  if (!existsSync(dirname(out))) throw new StartProblem(`There is no folder ${dirname(out)}.`);
  // Under the name of one of the database's own files it would be gone at once, and desks told that it is there.
  if (`${realpathSync(dirname(out))}${sep}`.startsWith(`${realpathSync(data)}${sep}`))
    throw new StartProblem(`A backup is kept outside of ${data}.`);
  openUsedFolder(data);
  const unlock = lockBackups(data);
  try {
    if (existsSync(out)) throw new StartProblem(`${out} is there already.`);
    await copyInto(out, data);
  } finally {
    unlock();
  }
}

async function copyInto(out: string, data: string): Promise<void> {
  // One name for all backups of this folder: what one leaves that was killed, the next removes.
  const place = createHash('sha256').update(realpathSync(data)).digest('hex').slice(0, 16);
  const unfinished = join(dirname(out), `circdesk-${place}.unfinished`);
  rmSync(unfinished, { force: true });
  const live = openStore(data);
  try {
    await live.copyTo(unfinished);
    const madeAt = new Date().toISOString();
    const head = markBackup(unfinished, madeAt);
    sync(unfinished);
    renameSync(unfinished, out);
    sync(dirname(out));
    recordBackup(live, head, madeAt);
    process.stdout.write(`${JSON.stringify({ file: out, head })}\n`);
  } catch (error) {
    for (const end of ['', '-wal', '-shm', '-journal']) rmSync(unfinished + end, { force: true });
    throw error;
  } finally {
    live.close();
  }
}

/** On the disk, not only handed to the system: desks forget what a backup covers. */
function sync(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
