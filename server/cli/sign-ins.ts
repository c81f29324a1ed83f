// `sign-ins`: who signed in and out, where and when, and what was refused, the newest first.
import { SignInLog } from '../sessions/sign-in-log.ts';
import { StaffAccounts } from '../sessions/staff.ts';
import { StartProblem } from '../store/store.ts';
import { needed, readOptions } from './arguments.ts';
import { openStore } from './data-folder.ts';

const options = {
  data: { type: 'string' },
  library: { type: 'string' },
  username: { type: 'string' },
} as const;

export function signIns(argv: string[]): Promise<void> {
  const asked = readOptions(argv, options);
  const library = needed(asked.library, 'library');
  const store = openStore(needed(asked.data, 'data'));
  try {
    const { username } = asked;
    const account =
      username === undefined ? undefined : new StaffAccounts(store).byUsername(library, username);
    if (username !== undefined && !account)
      throw new StartProblem(`There is no account ${username} at ${library}.`);
    const log = new SignInLog(store, { now: () => Date.now() });
    for (const event of log.list(library, account?.id ?? null))
      process.stdout.write(`${JSON.stringify(event)}\n`);
  } finally {
    store.close();
  }
  return Promise.resolve();
}
