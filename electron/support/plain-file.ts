// Reads a file that somebody else may have put there, such as one that IT names in a policy: whole, or not at all.
import { readFileSync, statSync } from 'node:fs';

/** Throws where there is none, and where it is no file: a pipe would be waited for, and a device read, for ever. */
export function readPlainFile(file: string): Buffer {
  if (!statSync(file).isFile()) throw new Error('It is no file.');
  return readFileSync(file);
}
