// Staff accounts and their permissions, read from the database each time: what an administrator withdraws counts
// from the next request on.
import { permissionSchema, type Permission } from '../../shared/permissions.ts';
import { newId, type Random } from '../ports.ts';
import type { Store } from '../store/store.ts';

export interface StaffAccount {
  id: string;
  library: string;
  username: string;
  name: string;
  password: string;
  locked: number;
}

/** How usernames are compared: capitals make no difference. */
export const usernameKey = (username: string) => username.normalize('NFC').trim().toLowerCase();

export class StaffAccounts {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  byUsername(library: string, username: string): StaffAccount | undefined {
    return this.#store.row(
      'SELECT * FROM staff WHERE library = ? AND username = ?',
      library,
      usernameKey(username),
    );
  }

  byId(id: string): StaffAccount | undefined {
    return this.#store.row('SELECT * FROM staff WHERE id = ?', id);
  }

  permissions(staff: string): Permission[] {
    return this.#store
      .rows<{ permission: string }>(
        'SELECT permission FROM staff_permission WHERE staff = ? ORDER BY permission',
        staff,
      )
      .flatMap(({ permission }) => permissionSchema.safeParse(permission).data ?? []);
  }

  /** `password` is a hash. */
  add(
    account: Omit<StaffAccount, 'id' | 'locked'>,
    permissions: readonly Permission[],
    random: Random,
  ): string {
    const id = newId(random);
    this.#store.run(
      'INSERT INTO staff (id, library, username, name, password) VALUES (?, ?, ?, ?, ?)',
      id,
      account.library,
      usernameKey(account.username),
      account.name,
      account.password,
    );
    for (const permission of permissions) this.grant(id, permission);
    return id;
  }

  grant(staff: string, permission: Permission): void {
    this.#store.run(
      'INSERT OR IGNORE INTO staff_permission (staff, permission) VALUES (?, ?)',
      staff,
      permission,
    );
  }

  revoke(staff: string, permission: Permission): void {
    this.#store.run('DELETE FROM staff_permission WHERE staff = ? AND permission = ?', staff, permission);
  }

  /** Sessions of before don't come back as it is unlocked; grants for what waits at desks do. */
  setLocked(staff: string, locked: boolean): void {
    this.#store.run('UPDATE staff SET locked = ? WHERE id = ?', locked ? 1 : 0, staff);
    if (locked) this.#endSessions(staff);
  }

  endSessions(staff: string): void {
    this.#endSessions(staff);
    this.#store.run('DELETE FROM push_grant WHERE staff = ?', staff);
  }

  #endSessions(staff: string): void {
    this.#store.run('UPDATE session SET ended = 1 WHERE staff = ?', staff);
  }
}
