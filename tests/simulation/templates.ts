// What every world begins with, made once and copied: a server with two libraries, their staff and patrons, and desks
// that are empty or have the copy of one library already.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openStore } from '../../electron/cache/open-store.ts';
import { createCentral, type Central } from '../../server/central.ts';
import { Luck } from '../../server/demo/luck.ts';
import type { LibrarySetup } from '../../server/libraries.ts';
import { hashSecretNow } from '../../server/sessions/secrets.ts';
import { historyFileAt } from '../../server/store/history-file.ts';
import { EMPTY_SECTIONS } from '../../shared/patrons/sections.ts';
import {
  BLOCK_PATRON,
  DELETE_PATRON,
  DOWNLOAD_PATRON_DATA,
  PERMISSIONS,
  type Permission,
} from '../../shared/permissions.ts';
import { DESK_KEY } from './desk-site.ts';
import { DATABASE, HISTORY } from './server-site.ts';

export const START = Date.parse('2026-03-02T07:00:00Z');
export const PASSWORD = 'correct horse';

export interface Staff {
  id: string;
  library: string;
  username: string;
  name: string;
}

export interface Templates {
  server: string;
  emptyDesk: string;
  filledDesk: string;
  staff: Staff[];
  permissions: Map<string, readonly Permission[]>;
}

/** Signs in at no desk of the world: see colleague.ts. */
export const ELSEWHERE = 'elsewhere';
const LIBRARIES = { north: 7, south: 2 } as const;
const STAFF: Record<string, readonly Permission[]> = {
  lead: PERMISSIONS,
  deputy: [BLOCK_PATRON, DELETE_PATRON],
  front: [BLOCK_PATRON, DOWNLOAD_PATRON_DATA],
  trainee: [],
  [ELSEWHERE]: PERMISSIONS,
};

/** Days, in the proportions of a real library's: keys outlive everything that a repeat of an act would do twice. */
export const RETENTION = { audit: 95, liftedBlocks: 90, deletions: 10, attempts: 100 };

const library = (id: string): LibrarySetup => ({
  ...{ id, name: `Library ${id}`, country: 'SE', currency: 'SEK', timeZone: 'Europe/Stockholm' },
  branches: [{ id: 'main', name: 'Main' }],
  categories: [{ id: 'adult', name: 'Adult' }],
  rules: { debtLimit: 10_000, guarantorBelowAge: 15, pinLength: { min: 4, max: 6 } },
  retention: RETENTION,
});

export async function makeTemplates(folder: string): Promise<Templates> {
  const [server, emptyDesk, filledDesk] = ['server', 'empty-desk', 'filled-desk'].map((name) =>
    join(folder, name),
  ) as [string, string, string];
  mkdirSync(server);
  const luck = new Luck('templates');
  const historyFile = historyFileAt(join(server, HISTORY));
  const central = createCentral({
    ...{ database: join(server, DATABASE), historyFile, clock: { now: () => START }, random: luck },
    ...{ pause: () => Promise.resolve(), rest: () => Promise.resolve() },
    ...{ version: 'simulated', secretCost: 2 },
  });
  const { staff, permissions } = addNetwork(central, luck);
  await fillDesk(emptyDesk, undefined);
  await fillDesk(filledDesk, central);
  central.close();
  historyFile.close();
  return { server, emptyDesk, filledDesk, staff, permissions };
}

function addNetwork(central: Central, luck: Luck) {
  const staff: Staff[] = [];
  const permissions = new Map<string, readonly Permission[]>();
  for (const [id, patrons] of Object.entries(LIBRARIES)) {
    central.parts.libraries.add(library(id));
    for (const [username, allowed] of Object.entries(STAFF)) {
      const name = `${username} of ${id}`;
      const password = hashSecretNow(PASSWORD, luck, 2);
      const account = central.staff.add({ library: id, username, name, password }, allowed, luck);
      staff.push({ id: account, library: id, username, name });
      permissions.set(account, allowed);
    }
    for (let n = 0; n < patrons; n++) addPatron(central, luck, id, n);
  }
  central.marks();
  return { staff, permissions };
}

function addPatron({ parts }: Central, luck: Luck, libraryId: string, n: number): void {
  parts.store.together(() =>
    parts.writing.create(libraryId, luck.id(new Date(START).toISOString()), {
      ...EMPTY_SECTIONS,
      personal: { ...EMPTY_SECTIONS.personal, givenName: 'Ada', familyName: `${libraryId} ${n}` },
      card: { cards: [{ number: `${libraryId}-${n}`, state: 'active' }] },
      library: { branch: 'main', category: 'adult' },
    }),
  );
}

async function fillDesk(folder: string, central: Central | undefined): Promise<void> {
  const clock = { now: () => START };
  const opening = openStore({ folder, key: DESK_KEY, clock, giveWay: () => Promise.resolve() });
  if (opening.outcome !== 'open') throw new Error(opening.outcome);
  const { store } = opening;
  if (central) {
    const page = central.parts.feed.snapshot('north', { limit: 500 });
    await store.beginFill('north', page.epoch, page.position, page.total);
    await store.fillPage('north', page.patrons, null, page.patrons.length);
    await store.finishFill('north');
    await store.remember('scope of north', 'library');
  }
  await store.close();
}
