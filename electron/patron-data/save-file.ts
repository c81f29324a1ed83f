// Saves files of a patron's data: each whole or not at all, for this user only, never over another file. Files that
// belong together get their names once all of them are on the disk; `SavedFiles` takes them back where one got none.
import type * as fileSystem from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { codeOf, Failure } from '../support/failure.ts';

/** The file access that saving needs, handed in so that a full disk can be tried. */
export type Files = Pick<
  typeof fileSystem,
  'mkdir' | 'open' | 'link' | 'rename' | 'access' | 'unlink' | 'stat' | 'readdir'
>;

/** A file on the disk, by which it is known again. */
export interface FileMark {
  path: string;
  size: number;
  mtimeMs: number;
}

interface Unfinished {
  path: string;
  beside: string;
  handle: FileHandle;
}

/** Where a file is written before it has its name. */
export const besideOf = (folder: string, name: string) => join(folder, `.${name}.part`);

export class Saving {
  readonly #files: Files;
  readonly #folder: string;
  readonly #unfinished: Unfinished[] = [];
  #device: number | undefined;

  constructor(files: Files, folder: string) {
    this.#files = files;
    this.#folder = folder;
  }

  /** Makes the folder where there's none; answers its device, by which it is known when a share or disk is away. */
  prepare(): Promise<number> {
    return this.#telling(async () => {
      await this.#files.mkdir(this.#folder, { recursive: true });
      return (this.#device = await deviceOf(this.#files, this.#folder));
    });
  }

  /** Begins a file in the folder; answers how it is written to. */
  async begin(name: string): Promise<(piece: string | Uint8Array) => Promise<void>> {
    return this.#telling(async () => {
      const beside = besideOf(this.#folder, name);
      const handle = await this.#files.open(beside, 'wx', 0o600);
      this.#unfinished.push({ path: join(this.#folder, name), beside, handle });
      return (piece) => this.#telling(() => handle.writeFile(piece));
    });
  }

  /** Puts all of every file on the disk; answers what will be there once they are named. */
  settle(): Promise<FileMark[]> {
    return this.#telling(async () => {
      const marks: FileMark[] = [];
      for (const { path, handle } of this.#unfinished) {
        await handle.sync();
        const { size, mtimeMs } = await handle.stat();
        await handle.close();
        marks.push({ path, size, mtimeMs });
      }
      return marks;
    });
  }

  /** Gives the files their names, one after the other. Answers, as `discard` does, what stayed. */
  nameThem(signal: AbortSignal): Promise<string[]> {
    return this.#telling(async () => {
      for (const { path, beside } of this.#unfinished) {
        signal.throwIfAborted();
        await nameIt(this.#files, beside, path);
      }
      const stayed = await this.discard();
      await syncFolder(this.#files, this.#folder);
      return stayed;
    });
  }

  /** Removes whatever has no name; answers the paths of what couldn't be removed. */
  async discard(): Promise<string[]> {
    const stayed: string[] = [];
    for (const { handle, beside } of this.#unfinished) {
      await handle.close().catch(() => undefined);
      if (await remove(this.#files, beside, this.#device)) stayed.push(beside);
    }
    return stayed;
  }

  async #telling<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (thrown) {
      throw fileFailure(thrown, this.#folder);
    }
  }
}

export type Removing = Pick<Files, 'stat' | 'unlink' | 'readdir'>;

/** Answers what went wrong; that it isn't there any more is well. */
export async function remove(files: Removing, path: string, device?: number): Promise<unknown> {
  try {
    await files.unlink(path);
    return undefined;
  } catch (thrown) {
    return (await isGone(files, path, thrown, device)) ? undefined : thrown;
  }
}

/**
 * Whether a file that wasn't found isn't there any more. Where its folder is missing too, or is an empty one on another
 * device, as a share leaves it behind that isn't mounted, the share or disk is away.
 */
export async function isGone(files: Removing, path: string, thrown: unknown, device?: number) {
  if (codeOf(thrown) !== 'ENOENT') return false;
  const folder = dirname(path);
  try {
    const now = await deviceOf(files, folder);
    return device === undefined || now === device || (await files.readdir(folder)).length > 0;
  } catch {
    return false;
  }
}

/** Through it: a share that is mounted as somebody goes there isn't yet where one only looks at its place. */
const deviceOf = async (files: Pick<Files, 'stat'>, folder: string) => (await files.stat(`${folder}/.`)).dev;

/** Gives a finished file its name; where the file system has no links (FAT, some shares), by renaming. */
async function nameIt(files: Files, beside: string, path: string): Promise<void> {
  try {
    await files.link(beside, path);
  } catch (thrown) {
    const noLinks = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(codeOf(thrown));
    if (!noLinks || (await exists(files, path))) throw thrown;
    await files.rename(beside, path);
  }
}

/** The names have to reach the disk too. Windows, and some shares, have no way to ask for it. */
async function syncFolder(files: Files, folder: string): Promise<void> {
  const handle = await files.open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

const exists = (files: Files, path: string) =>
  files.access(path).then(
    () => true,
    () => false,
  );

function fileFailure(thrown: unknown, folder: string): Failure {
  switch (codeOf(thrown)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new Failure({ code: 'diskFull', folder }, thrown);
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new Failure({ code: 'folderReadOnly', folder }, thrown);
    default:
      return new Failure({ code: 'folderUnusable', folder }, thrown);
  }
}
