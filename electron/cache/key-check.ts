// Tells a wrong key from a damaged file, which SQLite doesn't: a mark that only the right key makes, and that says
// nothing about it.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { join } from 'node:path';
import { readIfThere, writeDurably } from './durable-file.ts';

const fileIn = (folder: string) => join(folder, 'key-check');
const markOf = (key: Uint8Array) => createHmac('sha256', key).update('circdesk key check 1').digest();

export function keyMatches(folder: string, key: Uint8Array): boolean {
  const kept = readIfThere(fileIn(folder));
  const mark = markOf(key);
  return kept?.length === mark.length && timingSafeEqual(kept, mark);
}

export function markKey(folder: string, key: Uint8Array): void {
  if (!keyMatches(folder, key)) writeDurably(fileIn(folder), markOf(key));
}
