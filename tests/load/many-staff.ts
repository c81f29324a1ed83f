// As many members of staff as there are desks: a server that sees hundreds sign in under one name takes them for guesses.
// A process of its own, so that the hash is as slow as any: folder, number, libraries; prints the accounts.
import { join } from 'node:path';
import type { DemoAccount } from '../../build/reference-server.ts';
import { createCentral } from '../../server/central.ts';
import { Luck } from '../../server/demo/luck.ts';
import { hashSecretNow } from '../../server/sessions/secrets.ts';
import { historyFileAt } from '../../server/store/history-file.ts';
import { PERMISSIONS } from '../../shared/permissions.ts';

const PASSWORD = 'opening time';

/** While no server runs on the folder. */
function addStaff(folder: string, libraries: readonly string[], count: number): DemoAccount[] {
  const random = new Luck('staff');
  const historyFile = historyFileAt(join(folder, 'history.json'));
  const central = createCentral({
    ...{ database: join(folder, 'circdesk.sqlite'), historyFile, random, version: 'load' },
    ...{ clock: { now: () => Date.now() }, pause: () => Promise.resolve() },
  });
  // One hash for all: making it anew would tell nothing, checking it costs the server as much.
  const password = hashSecretNow(PASSWORD, random);
  const accounts = Array.from({ length: count }, (_, n): DemoAccount => {
    const library = libraries[n % libraries.length] ?? '';
    const username = `staff${n}`;
    central.staff.add({ library, username, name: `Staff ${n}`, password }, PERMISSIONS, random);
    return { username, password: PASSWORD, library, permissions: [...PERMISSIONS] };
  });
  central.close();
  historyFile.close();
  return accounts;
}

const [folder = '', count = '', ...libraries] = process.argv.slice(2);
process.stdout.write(JSON.stringify(addStaff(folder, libraries, Number(count))));
