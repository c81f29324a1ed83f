// The note of the server's history beside its database: one short record, rewritten in place.
import { closeSync, existsSync, fdatasyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { z } from 'zod';
import type { HistoryFile, HistoryNote } from './history.ts';

const noteSchema = z.object({
  epoch: z.string(),
  head: z.int(),
  durable: z.int(),
  durableEpoch: z.string().optional(),
});
/** Less than a sector: it is written whole or not at all. */
const LENGTH = 200;

function parse(text: string): HistoryNote | undefined {
  try {
    return noteSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

export function historyFileAt(path: string): HistoryFile & { close(): void } {
  const read = () => (existsSync(path) ? parse(readFileSync(path, 'utf8')) : undefined);
  let file: number | undefined;
  return {
    read,
    write(note) {
      const first = file === undefined;
      file ??= openSync(path, existsSync(path) ? 'r+' : 'w+', 0o600);
      writeSync(file, `${JSON.stringify(note).padEnd(LENGTH - 1)}\n`, 0);
      if (first) fdatasyncSync(file);
    },
    close() {
      if (file !== undefined) closeSync(file);
      file = undefined;
    },
  };
}

/** For servers that live in memory only. */
export function historyInMemory(): HistoryFile {
  let kept: HistoryNote | undefined;
  return { read: () => kept, write: (note) => (kept = note) };
}
