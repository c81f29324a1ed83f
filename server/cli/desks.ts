// `desks`: lists the desks that staff worked at, and revokes one, while the server runs. It counts from the next
// request on.
import { z } from 'zod';
import { Desks } from '../sessions/desks.ts';
import { SignInLog } from '../sessions/sign-in-log.ts';
import { needed, readOptions, UsageProblem } from './arguments.ts';
import { openStore } from './data-folder.ts';

const options = {
  data: { type: 'string' },
  revoke: { type: 'string' },
  allow: { type: 'string' },
} as const;

function deskId(value: string): string {
  if (z.uuid().safeParse(value).success) return value;
  throw new UsageProblem(`${value} is no desk's id. Without an option the command lists them.`);
}

export function desks(argv: string[]): Promise<void> {
  const asked = readOptions(argv, options);
  const store = openStore(needed(asked.data, 'data'));
  try {
    const clock = { now: () => Date.now() };
    const known = new Desks(store, clock);
    const log = new SignInLog(store, clock);
    const idOf = (asked?: string) => asked !== undefined && deskId(asked).toLowerCase();
    const [revoked, allowed] = [idOf(asked.revoke), idOf(asked.allow)];
    store.together(() => {
      if (revoked) {
        known.revoke(revoked);
        log.note('desk revoked', { desk: revoked });
      }
      if (allowed) {
        known.allow(allowed);
        log.note('desk allowed', { desk: allowed });
      }
    });
    for (const desk of known.list()) process.stdout.write(`${JSON.stringify(desk)}\n`);
  } finally {
    store.close();
  }
  return Promise.resolve();
}
