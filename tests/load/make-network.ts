// The network of a load: libraries with patrons as the demo's, and as many members of staff as there are desks, since a
// server that sees hundreds sign in under one name takes them for guesses. A process of its own, so that the hash is as
// slow as any: folder, seed, libraries, patrons of each, desks; prints the staff's accounts and the patrons' ids.
import { mkdirSync } from 'node:fs';
import type { DemoAccount } from '../../build/reference-server.ts';
import { createCentral } from '../../server/central.ts';
import { openDataFolder } from '../../server/cli/data-folder.ts';
import { demoLibraries } from '../../server/demo/libraries.ts';
import { Luck } from '../../server/demo/luck.ts';
import { makeDemoNetwork } from '../../server/demo/network.ts';
import { hashSecretNow } from '../../server/sessions/secrets.ts';
import { historyFileAt } from '../../server/store/history-file.ts';
import { PERMISSIONS } from '../../shared/permissions.ts';

export interface LoadNetwork {
  staff: DemoAccount[];
  /** Of each library. */
  patronIds: Record<string, string[]>;
}

const PASSWORD = 'opening time';

function makeNetwork(
  folder: string,
  seed: string,
  count: number,
  patrons: number,
  desks: number,
): LoadNetwork {
  const random = new Luck('staff');
  mkdirSync(folder, { recursive: true });
  const { database, history } = openDataFolder(folder);
  const historyFile = historyFileAt(history);
  const central = createCentral({
    ...{ database, historyFile, random, version: 'load' },
    ...{ clock: { now: () => Date.now() }, pause: () => Promise.resolve(), rest: () => Promise.resolve() },
  });
  const libraries = Array.from({ length: count }, (_, n) => ({
    ...demoLibraries[0],
    id: `library-${n}`,
    name: `Library ${n}`,
  }));
  makeDemoNetwork(central, { patrons, seed, libraries, now: Date.now() });
  // One hash for all: making it anew would tell nothing, checking it costs the server as much.
  const password = hashSecretNow(PASSWORD, random);
  const staff = Array.from({ length: desks }, (_, n): DemoAccount => {
    const library = `library-${n % count}`;
    const username = `staff${n}`;
    central.staff.add({ library, username, name: `Staff ${n}`, password }, PERMISSIONS, random);
    return { username, password: PASSWORD, library, permissions: [...PERMISSIONS] };
  });
  const idsOf = (library: string) =>
    central.parts.feed.snapshot(library, { limit: patrons }).patrons.map(({ id }) => id);
  const patronIds = Object.fromEntries(libraries.map(({ id }) => [id, idsOf(id)]));
  central.close();
  historyFile.close();
  return { staff, patronIds };
}

const [folder = '', seed = '', ...numbers] = process.argv.slice(2);
const [libraries = 1, patrons = 1, desks = 1] = numbers.map(Number);
process.stdout.write(JSON.stringify(makeNetwork(folder, seed, libraries, patrons, desks)));
