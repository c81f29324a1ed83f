// Which files this desk saved, so that none stays longer than it should: they are deleted when their time is over, or
// at the next start. A file that somebody moved or changed is theirs: it is left alone, and forgotten. One that can't be
// reached or deleted now is tried again.
import { renameSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { z } from 'zod';
import type { Clock } from '../../shared/clock.ts';
import { timeSchema } from '../../shared/primitives.ts';
import { readIfThere, writeDurably } from '../cache/durable-file.ts';
import { Failure } from '../support/failure.ts';
import type { Log } from '../support/log.ts';
import { isGone, remove, type FileMark, type Removing } from './save-file.ts';

/** As the desk names files: whoever can write the list has none deleted but these. */
const OWN_NAME = /^\.?patron-data-\d{4}-\d\d-\d\d-[0-9a-f]{16}\./;
const pathSchema = z.string().refine((path) => OWN_NAME.test(basename(path)));
const markSchema = z.object({ path: pathSchema, size: z.number(), mtimeMs: z.number() });
const entrySchema = z.object({
  id: z.uuid(),
  /** Paths of files that have no name yet, or had before they got it: of no use to anybody once nothing is under way. */
  unfinished: z.array(pathSchema),
  /** Files that are getting their names: of use once all of them have one, and staff are told. */
  naming: z.array(markSchema).default([]),
  files: z.array(markSchema),
  /** Of their folder, when they were begun; earlier versions didn't say. */
  device: z.number().optional(),
  /** Null: they stay until somebody deletes them. */
  deleteAt: timeSchema.nullable(),
  /** In ms, from when they were saved until then; earlier versions didn't say. */
  lasts: z.number().optional(),
});
type Entry = z.infer<typeof entrySchema>;

/** Files that could not be deleted, because a program had them open or a share was away, are tried again so often. */
const AGAIN_MS = 600_000;

export interface SavedFilesParts {
  /** Where they are remembered. */
  file: string;
  files: Removing;
  clock: Clock;
  log: Log;
}

export class SavedFiles {
  readonly #parts: SavedFilesParts;
  #entries: Entry[];
  /** What is in the file could be neither read whole nor set aside: it is not to be overwritten. */
  #isUnread = false;
  readonly #underWay = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: SavedFilesParts) {
    this.#parts = parts;
    this.#entries = this.#read();
  }

  /** Removes what a crash left behind, and what is over its time; from then on at its time. */
  async boot(): Promise<void> {
    // Without a time they were remembered only for staff who might delete them.
    this.#entries = this.#entries.map((entry) => (entry.deleteAt === null ? { ...entry, files: [] } : entry));
    await this.#sweep();
  }

  shutdown(): void {
    clearTimeout(this.#timer);
  }

  /** Remembers files that are about to be written, before the first of their bytes is. */
  begin(id: string, unfinished: string[], device: number): void {
    this.#keep([...this.#entries, { id, unfinished, naming: [], files: [], device, deleteAt: null }]);
    this.#underWay.add(id);
  }

  /** Remembers files that are about to get their names. */
  settle(id: string, naming: FileMark[], deleteAt: string | null): void {
    const lasts = deleteAt === null ? 0 : Date.parse(deleteAt) - this.#parts.clock.now();
    this.#keep(this.#changed(id, { naming, deleteAt, lasts }));
  }

  /** The files have their names; what stayed of their former ones is removed later. */
  finish(id: string, stayed: string[]): void {
    const { naming } = this.#entryOf(id);
    this.#keep(this.#changed(id, { unfinished: stayed, naming: [], files: naming }));
    this.#underWay.delete(id);
    this.#wake();
  }

  /** None are to be there; what stayed of them is removed later. */
  async undo(id: string, stayed: string[]): Promise<void> {
    this.#keepIfCan(this.#changed(id, { unfinished: stayed }));
    this.#underWay.delete(id);
    await this.#clear(id, false);
    this.#wake();
  }

  /** The files that are still as they were saved. Fails where that can't be told. */
  async present(id: string): Promise<string[]> {
    const { files, device } = this.#entryOf(id);
    const there = await Promise.all(files.map((mark) => this.#isAsSaved(mark, device)));
    return files.filter((_, at) => there[at]).map(({ path }) => path);
  }

  /** Deletes what was saved, at staff's wish. Fails where some of it isn't as it was saved. */
  async delete(id: string): Promise<void> {
    const { deleted, theirs, failures } = await this.#clear(id, true);
    this.#wake();
    const [failure] = failures.values();
    if (failure) throw failure;
    if (deleted === 0) throw new Failure({ code: 'fileGone' });
    const [first] = theirs;
    if (first === undefined) return;
    const files = theirs.map((path) => basename(path));
    throw new Failure({ code: 'fileLeft', folder: dirname(first), files });
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
    for (const { id } of this.#entries) {
      if (this.#underWay.has(id)) continue;
      const { deleteAt } = this.#entryOf(id);
      deleted += (await this.#clear(id, deleteAt !== null && deleteAt <= now)).deleted;
    }
    if (deleted > 0) this.#parts.log.write('saved files deleted', { count: deleted });
    this.#wake();
  }

  /** Sets the clock for what is due next. */
  #wake(): void {
    clearTimeout(this.#timer);
    const now = this.#parts.clock.now();
    const due = this.#entries.flatMap(({ id, unfinished, naming, deleteAt }) => {
      if (unfinished.length + naming.length > 0 && !this.#underWay.has(id)) return now;
      return deleteAt === null ? [] : Date.parse(deleteAt);
    });
    if (due.length === 0) return;
    const wait = Math.min(...due) - now;
    // What is over its time and still here could not be deleted; a far day is looked at again before it comes.
    const ms = wait <= 0 ? AGAIN_MS : Math.min(wait + 1, 24 * 3_600_000);
    this.#timer = setTimeout(() => {
      this.#sweep().catch((thrown: unknown) => {
        this.#parts.log.trouble('deleting saved files', thrown);
      });
    }, ms);
  }

  /** Removes what is of no use, and where their time is over, what was saved. What fails is remembered. */
  async #clear(id: string, isOver: boolean) {
    const { unfinished, naming, files, device } = this.#entryOf(id);
    const failures = new Map<string, unknown>();
    const theirs: string[] = [];
    let deleted = 0;
    const attempt = async (path: string, mark?: FileMark) => {
      try {
        if (mark && !(await this.#isAsSaved(mark, device))) {
          theirs.push(path);
          return;
        }
        await this.#remove(path, device);
        deleted++;
      } catch (thrown) {
        failures.set(path, thrown);
      }
    };
    for (const path of unfinished) await attempt(path);
    for (const mark of isOver ? [...naming, ...files] : naming) await attempt(mark.path, mark);
    // Whoever tries again what failed learns then what was left alone.
    const stays = ({ path }: FileMark) => failures.has(path) || (failures.size > 0 && theirs.includes(path));
    this.#leave(id, {
      unfinished: unfinished.filter((path) => failures.has(path)),
      naming: naming.filter(stays),
      files: isOver ? files.filter(stays) : files,
    });
    return { deleted, theirs, failures };
  }

  async #isAsSaved({ path, size, mtimeMs }: FileMark, device?: number): Promise<boolean> {
    try {
      const found = await this.#parts.files.stat(path);
      return found.isFile() && found.size === size && found.mtimeMs === mtimeMs;
    } catch (thrown) {
      if (await isGone(this.#parts.files, path, thrown, device)) return false;
      throw new Failure({ code: 'fileAway', folder: dirname(path) }, thrown);
    }
  }

  async #remove(path: string, device?: number): Promise<void> {
    const thrown = await remove(this.#parts.files, path, device);
    if (thrown) throw new Failure({ code: 'fileNotDeleted', folder: dirname(path) }, thrown);
  }

  #entryOf(id: string): Omit<Entry, 'id'> {
    const nothing = { unfinished: [], naming: [], files: [], deleteAt: null };
    return this.#entries.find((entry) => entry.id === id) ?? nothing;
  }

  /** Remembers what is left of files, if anything. */
  #leave(id: string, left: Pick<Entry, 'unfinished' | 'naming' | 'files'>): void {
    const isLeft = Object.values(left).some(({ length }) => length > 0);
    this.#keepIfCan(isLeft ? this.#changed(id, left) : this.#entries.filter((entry) => entry.id !== id));
  }

  #changed(id: string, change: Partial<Entry>): Entry[] {
    return this.#entries.map((entry) => (entry.id === id ? { ...entry, ...change } : entry));
  }

  #keep(entries: Entry[]): void {
    const all = this.#isUnread ? joined(entries, this.#read()) : entries;
    if (this.#isUnread) throw new Error('What is remembered of saved files would be overwritten.');
    writeDurably(this.#parts.file, Buffer.from(JSON.stringify(all)));
    this.#entries = all;
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

  /**
   * What can't be read, now or at all, is set aside, not overwritten; and looked at again at each start, since a program may
   * only have held it: patrons' files must not stay for ever because of that.
   */
  #read(): Entry[] {
    const { file } = this.#parts;
    const aside = `${file}.damaged`;
    const [now, before] = [this.#entriesIn(file), this.#entriesIn(aside)];
    this.#isUnread = !now.isWhole && !this.#setAside(aside);
    return joined(now.entries, before.entries);
  }

  #entriesIn(file: string): { entries: Entry[]; isWhole: boolean } {
    try {
      const text = readIfThere(file)?.toString('utf8') ?? '[]';
      const found = z.array(z.unknown()).parse(JSON.parse(text));
      const entries = found.flatMap((one) => entrySchema.safeParse(one).data ?? []);
      return { entries, isWhole: entries.length === found.length };
    } catch (thrown) {
      this.#parts.log.trouble('reading which files were saved', thrown);
      return { entries: [], isWhole: false };
    }
  }

  #setAside(aside: string): boolean {
    try {
      renameSync(this.#parts.file, aside);
      return true;
    } catch (thrown) {
      this.#parts.log.trouble('setting aside which files were saved', thrown);
      return false;
    }
  }
}

function joined(entries: Entry[], others: Entry[]): Entry[] {
  const known = new Set(entries.map(({ id }) => id));
  return [...entries, ...others.filter(({ id }) => !known.has(id))];
}
