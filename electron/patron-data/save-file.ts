// Saves a file of a patron's data: whole or not at all, for this user only, never over another file.
import type * as fileSystem from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../support/failure.ts';

/** The file access that saving needs, handed in so that a full disk can be tried. */
export type Files = Pick<typeof fileSystem, 'mkdir' | 'open' | 'link' | 'rename' | 'access' | 'unlink'>;

/**
 * Writes `text` beside its final name, syncs it, then links it there: a crash leaves no half file under the
 * final name, and a name that exists is refused by the link itself.
 */
export async function saveWholeFile(
  files: Files,
  folder: string,
  name: string,
  text: string,
): Promise<string> {
  const path = join(folder, name);
  const beside = join(folder, `.${name}.part`);
  try {
    await files.mkdir(folder, { recursive: true });
    const file = await files.open(beside, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await nameIt(files, beside, path);
    return path;
  } catch (thrown) {
    throw fileFailure(thrown, folder);
  } finally {
    // Nothing there where opening failed; where it stays behind, the next start's clean-up finds it by its name.
    await files.unlink(beside).catch(() => undefined);
  }
}

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

const exists = (files: Files, path: string) =>
  files.access(path).then(
    () => true,
    () => false,
  );

const codeOf = (thrown: unknown) => (thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '');

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
