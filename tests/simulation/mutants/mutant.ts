// A plausible mistake in the code, and what brings it out.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Fault } from '../faults.ts';

export interface Replacement {
  /** Seen from the project's folder. */
  file: string;
  from: string;
  to: string;
}

export interface Mutant {
  name: string;
  replacements: Replacement[];
  /** Those that it takes; all, where nothing is said. */
  faults?: readonly Fault[];
  /** Where it takes more of them than most worlds have. */
  desks?: number;
}

const root = join(import.meta.dirname, '..', '..', '..');

/** Replacements that don't fit their file exactly once: the code has moved on, and the mutant with it. */
export function misfits({ replacements }: Mutant): string[] {
  return replacements.flatMap(({ file, from }) => {
    const times = readFileSync(join(root, file), 'utf8').split(from).length - 1;
    return times === 1 ? [] : [`${file} holds this ${times} times: ${from}`];
  });
}
