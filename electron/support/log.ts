// The log for IT: what the desk did and what failed, a line of JSON each. Never a patron's data: callers pass
// names of requests, codes, counts and times, and an error's stack only where the error is ours.
import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../shared/clock.ts';

export type LogFacts = Record<string, string | number | boolean | undefined>;
export interface Log {
  write(what: string, facts?: LogFacts): void;
}

const LARGEST = 1_000_000;

/** Writes `circdesk.log` in `folder`; at 1 MB it becomes `circdesk.1.log` and begins anew. */
export function fileLog(folder: string, clock: Clock): Log {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'circdesk.log');
  return {
    write(what, facts = {}) {
      const line = JSON.stringify({ at: new Date(clock.now()).toISOString(), what, ...facts }) + '\n';
      try {
        if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > LARGEST) {
          renameSync(file, join(folder, 'circdesk.1.log'));
        }
        appendFileSync(file, line, { mode: 0o600 });
      } catch {
        // A full disk must not stop the desk because it can't say so.
        process.stderr.write(line);
      }
    },
  };
}
