// A small file written whole or not at all: beside, pressed onto the disk, renamed.
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { codeOf, Failure } from '../support/failure.ts';
import { readPlainFile } from '../support/plain-file.ts';

export function writeDurably(file: string, content: Uint8Array): void {
  const beside = `${file}.new`;
  // One that is there is a crash's, or somebody else's: a pipe would be waited for, a link written through.
  rmSync(beside, { force: true });
  const handle = openSync(beside, 'wx', 0o600);
  try {
    // All of it, or an error: a single write takes what a disk that fills up has room for.
    writeFileSync(handle, content);
    fsyncSync(handle);
  } catch (error) {
    rmSync(beside, { force: true });
    throw codeOf(error) === 'ENOSPC' ? new Failure({ code: 'diskFull' }, error) : error;
  } finally {
    closeSync(handle);
  }
  renameDurably(beside, file);
}

/** The rename itself has to reach the disk too; Windows has no way to ask for it, and does it by itself. */
export function renameDurably(from: string, to: string): void {
  renameSync(from, to);
  if (process.platform === 'win32') return;
  const folder = openSync(dirname(to), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/** Undefined where there is none. Throws where it is no file. */
export function readIfThere(file: string): Buffer | undefined {
  try {
    return readPlainFile(file);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
