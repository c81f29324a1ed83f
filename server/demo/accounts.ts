// The demo network's staff accounts. Their passwords follow from the seed, so that each start can print them.
import { createHmac } from 'node:crypto';
import { DOWNLOAD_PATRON_DATA, PERMISSIONS, type Permission } from '../../shared/permissions.ts';
import type { Central } from '../central.ts';
import { nameOf } from '../../shared/patrons/patron.ts';
import { hashSecretNow } from '../sessions/secrets.ts';
import { demoLibraries } from './libraries.ts';
import type { Names } from './names.ts';

export interface DemoAccount {
  username: string;
  password: string;
  library: string;
  permissions: Permission[];
}

const roles: { username: string; permissions: readonly Permission[] }[] = [
  { username: 'lead', permissions: PERMISSIONS },
  { username: 'desk', permissions: [] },
  { username: 'privacy', permissions: [DOWNLOAD_PATRON_DATA] },
];

function passwordOf(seed: string, library: string, username: string): string {
  const digest = createHmac('sha256', `circdesk demo ${seed}`).update(`${library}/${username}`).digest('hex');
  return `${username}-${digest.slice(0, 4)}-${digest.slice(4, 8)}-${digest.slice(8, 12)}`;
}

/** Answers the name of one of them, for what was done before today. */
export function addDemoStaff(central: Central, library: string, seed: string, names: Names): string {
  const { random } = central.parts.ports;
  const added = roles.map(({ username, permissions }) => {
    const name = nameOf(names.person());
    const password = hashSecretNow(passwordOf(seed, library, username), random);
    central.staff.add({ library, username, name, password }, permissions, random);
    return name;
  });
  return added[1] ?? '';
}

/** With the permissions that each has now; none where this is no demo network. */
export function demoAccounts(central: Central): DemoAccount[] {
  const { store } = central.parts;
  const seed = store.row<{ value: string }>("SELECT value FROM setting WHERE name = 'demo_seed'")?.value;
  if (seed === undefined) return [];
  return demoLibraries.flatMap(({ id: library }) =>
    roles.flatMap(({ username }) => {
      const account = central.staff.byUsername(library, username);
      if (!account) return [];
      const permissions = central.staff.permissions(account.id);
      return [{ username, password: passwordOf(seed, library, username), library, permissions }];
    }),
  );
}
