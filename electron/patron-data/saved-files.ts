// Which files this desk saved, so that none stays longer than it should: they are deleted when their time is over, or
// at the next start. A file that somebody moved or changed is theirs: it is left alone, and forgotten.
import { renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import type { Clock } from '../../shared/clock.ts';
import { timeSchema } from '../../shared/primitives.ts';
import { readIfThere, writeDurably } from '../cache/durable-file.ts';
import { codeOf, Failure } from '../support/failure.ts';
import type { Log } from '../support/log.ts';
import type { FileMark, Files } from './save-file.ts';

const markSchema = z.object({ path: z.string(), size: z.number(), mtimeMs: z.number() });
const entrySchema = z.object({
  id: z.uuid(),
  /** Paths of files that have no name yet: of no use to anybody after a crash. */
  unfinished: z.array(z.string()),
  files: z.array(markSchema),
  /** Null: they stay until somebody deletes them. */
  deleteAt: timeSchema.nullable(),
  /** In ms, from when they were saved until then; earlier versions didn't say. */
  lasts: z.number().optional(),
});
type Entry = z.infer<typeof entrySchema>;

/** Files that could not be deleted, because a program had them open, are tried again so often. */
const AGAIN_MS = 600_000;

export interface SavedFilesParts {
  /** Where they are remembered. */
  file: string;
  files: Pick<Files, 'stat' | 'unlink'>;
  clock: Clock;
  log: Log;
}

export class SavedFiles {
  readonly #parts: SavedFilesParts;
  #entries: Entry[];
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: SavedFilesParts) {
    this.#parts = parts;
    this.#entries = this.#read();
  }

  /** Removes what a crash left behind, and what is over its time; from then on at its time. */
  async boot(): Promise<void> {
    const former = new Set(this.#entries.map(({ id }) => id));
    for (const { id, unfinished } of this.#entries) {
      for (const path of unfinished) await this.#unlink(path);
      this.#keepIfCan(this.#changed(id, { unfinished: [] }));
    }
    // Without a time they were remembered only for staff who might delete them. One that began meanwhile is another matter.
    this.#keepIfCan(this.#entries.filter(({ id, deleteAt }) => deleteAt !== null || !former.has(id)));
    await this.#sweep();
  }

  shutdown(): void {
    clearTimeout(this.#timer);
  }

  /** Remembers files that are about to be written, before the first of their bytes is. */
  begin(id: string, unfinished: string[]): void {
    this.#keep([...this.#entries, { id, unfinished, files: [], deleteAt: null }]);
  }

  /** Remembers files that are about to get their names. */
  settle(id: string, files: FileMark[], deleteAt: string | null): void {
    const lasts = deleteAt === null ? 0 : Date.parse(deleteAt) - this.#parts.clock.now();
    this.#keep(this.#changed(id, { files, deleteAt, lasts }));
  }

  /** The files have their names. */
  finish(id: string): void {
    this.#keepIfCan(this.#changed(id, { unfinished: [] }));
    this.#wake();
  }

  forget(id: string): void {
    this.#keepIfCan(this.#entries.filter((entry) => entry.id !== id));
  }

  /** The files that are still as they were saved. */
  async present(id: string): Promise<string[]> {
    const files = this.#entries.find((entry) => entry.id === id)?.files ?? [];
    const there = await Promise.all(files.map((mark) => this.#isAsSaved(mark)));
    return files.filter((_, at) => there[at]).map(({ path }) => path);
  }

  /** Deletes what was saved, at staff's wish. */
  async delete(id: string): Promise<void> {
    const paths = await this.present(id);
    if (paths.length === 0) {
      this.forget(id);
      throw new Failure({ code: 'fileGone' });
    }
    for (const path of paths) {
      const thrown = await this.#unlink(path);
      if (thrown) throw new Failure({ code: 'fileNotDeleted', folder: dirname(path) }, thrown);
    }
    this.forget(id);
  }

  /** Where the clock was ahead when files were saved, and was set right since, their time begins now. */
  #keepInTime(): void {
    const now = this.#parts.clock.now();
    for (const { id, deleteAt, lasts } of this.#entries)
      if (deleteAt !== null && lasts !== undefined && Date.parse(deleteAt) - now > lasts)
        this.#keepIfCan(this.#changed(id, { deleteAt: new Date(now + lasts).toISOString() }));
  }

  async #sweep(): Promise<void> {
    this.#keepInTime();
    const now = new Date(this.#parts.clock.now()).toISOString();
    let deleted = 0;
    for (const { id, deleteAt } of this.#entries) {
      if (deleteAt === null || deleteAt > now) continue;
      const failures: unknown[] = [];
      for (const path of await this.present(id)) {
        const thrown = await this.#unlink(path);
        if (thrown) failures.push(thrown);
        else deleted++;
      }
      if (failures.length === 0) this.forget(id);
    }
    if (deleted > 0) this.#parts.log.write('saved files deleted', { count: deleted });
    this.#wake();
  }

  /** Sets the clock for what is due next. */
  #wake(): void {
    clearTimeout(this.#timer);
    const due = this.#entries.flatMap(({ deleteAt }) => (deleteAt === null ? [] : Date.parse(deleteAt)));
    if (due.length === 0) return;
    const wait = Math.min(...due) - this.#parts.clock.now();
    // What is over its time and still here could not be deleted; a far day is looked at again before it comes.
    const ms = wait <= 0 ? AGAIN_MS : Math.min(wait + 1, 24 * 3_600_000);
    this.#timer = setTimeout(() => {
      this.#sweep().catch((thrown: unknown) => {
        this.#parts.log.trouble('deleting saved files', thrown);
      });
    }, ms);
  }

  async #isAsSaved({ path, size, mtimeMs }: FileMark): Promise<boolean> {
    const found = await this.#parts.files.stat(path).catch(() => undefined);
    return found?.isFile() === true && found.size === size && found.mtimeMs === mtimeMs;
  }

  /** Answers what went wrong; that it isn't there any more is well. */
  async #unlink(path: string): Promise<unknown> {
    try {
      await this.#parts.files.unlink(path);
      return undefined;
    } catch (thrown) {
      return codeOf(thrown) === 'ENOENT' ? undefined : thrown;
    }
  }

  #changed(id: string, change: Partial<Entry>): Entry[] {
    return this.#entries.map((entry) => (entry.id === id ? { ...entry, ...change } : entry));
  }

  #keep(entries: Entry[]): void {
    writeDurably(this.#parts.file, Buffer.from(JSON.stringify(entries)));
    this.#entries = entries;
  }

  /** What is done with can be found again at the next start: a full disk keeps no file from being deleted. */
  #keepIfCan(entries: Entry[]): void {
    try {
      this.#keep(entries);
    } catch (thrown) {
      this.#entries = entries;
      this.#parts.log.trouble('remembering saved files', thrown);
    }
  }

  /** A damaged memory is set aside under another name, not overwritten. */
  #read(): Entry[] {
    try {
      const text = readIfThere(this.#parts.file)?.toString('utf8');
      if (text === undefined) return [];
      return z.array(entrySchema).parse(JSON.parse(text));
    } catch {
      renameSync(this.#parts.file, `${this.#parts.file}.damaged`);
      return [];
    }
  }
}
