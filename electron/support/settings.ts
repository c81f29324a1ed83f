// The few things that a desk remembers between starts, in one small file: its own id, the last library used, what its
// server is, and how staff want its windows.
import { randomUUID } from 'node:crypto';
import { mkdirSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { choicesSchema, type Choices } from '../../shared/ipc/desk.ts';
import type { DeskStore } from '../cache/desk-store.ts';
import { readIfThere, writeDurably } from '../cache/durable-file.ts';
import { recallOrRemember } from '../cache/remembered.ts';

const serverSchema = z.object({ address: z.string(), kind: z.enum(['circdesk', 'koha']) });
const settingsSchema = z.object({
  desk: z.uuid(),
  lastLibrary: z.string().nullable(),
  server: serverSchema.nullable().default(null),
  /** What staff chose; the rest is policy's. A choice that another version made and this one doesn't know is none. */
  chosen: choicesSchema.catch({}).prefault({}),
});
type SettingsValues = z.infer<typeof settingsSchema>;

export class Settings {
  readonly #file: string;
  #values: SettingsValues;

  /** Reads `file`. One that is damaged or can't be read is set aside under another name, not overwritten. */
  constructor(file: string) {
    this.#file = file;
    const read = this.#read();
    this.#values = read ?? { desk: randomUUID(), lastLibrary: null, server: null, chosen: {} };
    // What is there already has no need of room on a full disk.
    if (!read) this.#write();
  }

  get desk(): string {
    return this.#values.desk;
  }

  /**
   * The id stands in the desk's encrypted files, too, and theirs is the one: a desk that was revoked is so still where this
   * file was lost.
   */
  async bindTo(
    store: Pick<DeskStore, 'recall' | 'remember'>,
    onTrouble: (what: string, thrown: unknown) => void,
  ): Promise<void> {
    const desk = await recallOrRemember(store, 'desk id', this.desk, onTrouble);
    this.#values = { ...this.#values, desk };
  }

  get lastLibrary(): string | null {
    return this.#values.lastLibrary;
  }

  set lastLibrary(library: string | null) {
    this.#values = { ...this.#values, lastLibrary: library };
    this.#write();
  }

  get chosen(): Choices {
    return this.#values.chosen;
  }

  choose(chosen: Choices): void {
    this.#values = { ...this.#values, chosen: { ...this.#values.chosen, ...chosen } };
    this.#write();
  }

  get server(): SettingsValues['server'] {
    return this.#values.server;
  }

  set server(server: SettingsValues['server']) {
    this.#values = { ...this.#values, server };
    this.#write();
  }

  #read(): SettingsValues | undefined {
    try {
      const text = readIfThere(this.#file)?.toString();
      return text === undefined ? undefined : settingsSchema.parse(JSON.parse(text));
    } catch {
      renameSync(this.#file, `${this.#file}.damaged`);
      return undefined;
    }
  }

  #write(): void {
    mkdirSync(dirname(this.#file), { recursive: true, mode: 0o700 });
    writeDurably(this.#file, Buffer.from(JSON.stringify(this.#values)));
  }
}
