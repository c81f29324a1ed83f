// Files that can't be used any more, under other names: kept for IT and for what may still be told from them, and
// removed once that is accounted for.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../shared/clock.ts';
import { renameDurably } from './durable-file.ts';

/** A database and its logs. */
export const PARTS = ['', '-wal', '-shm'];
const DAMAGED = '.damaged-';
const FORGOTTEN = '.forgotten-';

const timeOf = (clock: Clock) => new Date(clock.now()).toISOString().replace(/[:.]/g, '-');

export function setDamagedAside(folder: string, name: string, clock: Clock): void {
  rename(folder, [name], DAMAGED + timeOf(clock));
}

/**
 * After a forgotten keyring, once staff were told that what waited can't be read here any more: the outbox and its
 * sealed key are set aside, so that IT may still bring the keyring back. The copy can always be filled again, so it goes.
 */
export function setForgottenAside(folder: string, clock: Clock): void {
  rename(folder, ['outbox.db', 'key-check', 'key.sealed'], FORGOTTEN + timeOf(clock));
  for (const part of PARTS) rmSync(join(folder, `copy.db${part}`), { force: true });
}

/** Names of what stands aside, for the report that IT reads. */
export function namesSetAside(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.includes(DAMAGED) || name.includes(FORGOTTEN))
    .sort();
}

/** `copy.db` may go as soon as there is another, or is to be none; `outbox.db` when somebody has dealt with what was lost. */
export function removeDamaged(folder: string, name: 'copy.db' | 'outbox.db'): void {
  for (const aside of namesSetAside(folder)) {
    if (aside.startsWith(name + DAMAGED)) rmSync(join(folder, aside), { recursive: true, force: true });
  }
}

function rename(folder: string, names: readonly string[], suffix: string): void {
  for (const name of names) {
    for (const part of PARTS) {
      const path = join(folder, name + part);
      if (existsSync(path)) renameDurably(path, join(folder, name + suffix + part));
    }
  }
}
