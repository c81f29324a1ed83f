// `staff`: what an administrator may do to a staff account while the server runs. It counts from the next request on.
import { permissionSchema, PERMISSIONS, type Permission } from '../../shared/permissions.ts';
import { FailedSignIns, whoseAccount } from '../sessions/failed-sign-ins.ts';
import { SignInLog, type SignInEvent } from '../sessions/sign-in-log.ts';
import { StaffAccounts } from '../sessions/staff.ts';
import { StartProblem } from '../store/store.ts';
import { needed, readOptions, UsageProblem } from './arguments.ts';
import { openStore } from './data-folder.ts';

const options = {
  data: { type: 'string' },
  library: { type: 'string' },
  username: { type: 'string' },
  lock: { type: 'boolean' },
  unlock: { type: 'boolean' },
  'end-sessions': { type: 'boolean' },
  grant: { type: 'string', multiple: true },
  revoke: { type: 'string', multiple: true },
} as const;

function permissionOf(name: string): Permission {
  const permission = permissionSchema.safeParse(name).data;
  if (permission) return permission;
  throw new UsageProblem(`There is no permission "${name}". There are: ${PERMISSIONS.join('; ')}.`);
}

export function staff(argv: string[]): Promise<void> {
  const asked = readOptions(argv, options);
  const library = needed(asked.library, 'library');
  const username = needed(asked.username, 'username');
  if (asked.lock && asked.unlock)
    throw new UsageProblem('--lock and --unlock say the opposite of each other.');
  const grants = (asked.grant ?? []).map(permissionOf);
  const revokes = (asked.revoke ?? []).map(permissionOf);
  const store = openStore(needed(asked.data, 'data'));
  try {
    const accounts = new StaffAccounts(store);
    const account = accounts.byUsername(library, username);
    if (!account) throw new StartProblem(`There is no account ${username} at ${library}.`);
    const clock = { now: () => Date.now() };
    const log = new SignInLog(store, clock);
    const change = (event: SignInEvent, make: () => void) => {
      make();
      log.note(event, { staff: account.id });
    };
    store.together(() => {
      for (const permission of grants)
        change(`permission granted: ${permission}`, () => accounts.grant(account.id, permission));
      for (const permission of revokes)
        change(`permission withdrawn: ${permission}`, () => accounts.revoke(account.id, permission));
      if (asked.lock) change('account locked', () => accounts.setLocked(account.id, true));
      if (asked.unlock)
        change('account unlocked', () => {
          accounts.setLocked(account.id, false);
          new FailedSignIns(store, clock).clearAll(whoseAccount(library, username));
        });
      if (asked['end-sessions'])
        change('sessions ended by an administrator', () => accounts.endSessions(account.id));
    });
    const now = accounts.byId(account.id);
    const shown = {
      username,
      library,
      locked: now?.locked === 1,
      permissions: accounts.permissions(account.id),
    };
    process.stdout.write(`${JSON.stringify(shown)}\n`);
  } finally {
    store.close();
  }
  return Promise.resolve();
}
