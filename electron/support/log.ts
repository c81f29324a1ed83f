// The log for IT: what the desk did and what failed, a line of JSON each. Never a patron's data: callers pass
// names of requests, codes, counts and times, and an error's stack only where the error is ours.
import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../shared/clock.ts';
import { Failure } from './failure.ts';

export type LogFacts = Record<string, string | number | boolean | undefined>;
export interface Log {
  write(what: string, facts?: LogFacts): void;
  /** Something failed that nobody waited for. */
  trouble(what: string, thrown: unknown): void;
}

/** A page that tries again and again must not push what IT looks for out of the log. */
export const SAY_AGAIN_MS = 10_000;
const LARGEST = 1_000_000;

/** Writes `circdesk.log` in `folder`; at 1 MB it becomes `circdesk.1.log` and begins anew. */
export function fileLog(folder: string, clock: Clock): Log {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, 'circdesk.log');
  const log: Log = {
    trouble(what, thrown) {
      const code = thrown instanceof Failure ? thrown.error.code : 'internal';
      const because = whereFrom(thrown instanceof Failure ? thrown.cause : thrown);
      log.write('trouble', { of: what, code, because });
    },
    write(what, facts = {}) {
      const line = JSON.stringify({ at: new Date(clock.now()).toISOString(), what, ...facts }) + '\n';
      try {
        const found = statSync(file, { throwIfNoEntry: false });
        // A pipe in its place would be waited for, and whoever holds its other end read along.
        if (found && (found.size > LARGEST || !found.isFile()))
          renameSync(file, join(folder, 'circdesk.1.log'));
        appendFileSync(file, line, { mode: 0o600 });
      } catch {
        // A full disk must not stop the desk because it can't say so.
        process.stderr.write(line);
      }
    },
  };
  return log;
}

/** Names of ours, such as a problem's. What a server says of a problem may quote what was sent. */
const A_NAME = /^[a-zA-Z-]{1,60}$/;
const A_CODE = /^[A-Z0-9_]{1,60}$/;
/** A line of a stack that names a file: a message may have lines that begin with "at", too. */
const A_PLACE = /^\s+at .*:\d+:\d+\)?$/;

/** An error's name, code and places. Its message may quote what staff typed. */
export function whereFrom(because: unknown): string | undefined {
  if (typeof because === 'string') return A_NAME.test(because) ? because : 'words of others';
  if (!(because instanceof Error)) return undefined;
  const code = 'code' in because ? String(because.code) : '';
  const places = (because.stack ?? '')
    .replace(because.message, '')
    .split('\n')
    .filter((line) => A_PLACE.test(line));
  const name = A_NAME.test(because.name) ? because.name : 'Error';
  const parts = [name, A_CODE.test(code) ? code : '', ...places.slice(0, 6).map((line) => line.trim())];
  return parts.filter(Boolean).join(' | ');
}
