// For the tests of the manual page: the same desk on either kind of server, and what is true there.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { startServer, type RunningServer } from '../../build/reference-server.ts';
import type { ServerKind } from '../../electron/central/recognise.ts';
import type { Patron } from '../../shared/patrons/patron.ts';
import { atKoha } from '../drive/at-koha.ts';
import { atReferenceServer } from '../drive/at-reference-server.ts';
import type { AtServer } from '../drive/at-server.ts';
import { cardOf, isFree } from '../drive/central.ts';
import { DeskApp } from '../drive/desk-app.ts';
import { demoKoha } from '../koha/fake/demo.ts';
import type { FakeKoha } from '../koha/fake/koha.ts';
import { listen } from '../koha/fake/listen.ts';
import { test as base } from './fixtures.ts';

export interface ManualOptions {
  kind: ServerKind;
  /** Whom the desk keeps a copy of. */
  scope: 'active' | 'none';
}

interface ManualFixtures {
  /** The made-up Koha itself, where that is the server. */
  koha: (RunningServer & { koha: FakeKoha }) | undefined;
  atServer: AtServer;
  /** Signs in as `username`, and opens the tab Patron data of the first patron who `fits`. */
  openPatron: (
    username: string,
    fits?: (patron: Patron) => boolean,
  ) => Promise<{ patron: Patron; window: Page }>;
}

/** Who may do what at the made-up Koha, as the demo accounts of our own server may. */
const POLICY = {
  koha: {
    currency: 'SEK',
    debtLimit: 30,
    permissions: {
      'Patrons - Download patron data': { users: ['lead', 'privacy'] },
      'Patrons - Block/unblock patron': { users: ['lead'] },
      'Patrons - Delete patron': { users: ['lead'] },
    },
  },
};

export const test = base.extend<ManualFixtures & ManualOptions>({
  kind: ['circdesk', { option: true }],
  scope: ['active', { option: true }],
  koha: async ({ kind }, use) => {
    if (kind !== 'koha') return use(undefined);
    const { koha, accounts } = demoKoha(36, 7);
    const { url, close } = await listen(koha);
    await use({ koha, url, accounts, kill: () => undefined, stop: close });
    await close();
  },
  server: async ({ koha, dataFolder }, use) => {
    if (koha) return use(koha);
    const server = await startServer(dataFolder);
    await use(server);
    await server.stop();
  },
  desk: async ({ host, folders, server, scope }, use) => {
    const policy = join(folders.home, 'policy.json');
    await writeFile(policy, JSON.stringify({ ...POLICY, copy: { scope } }));
    const desk = await DeskApp.launch(host, folders, [`--server=${server.url}`, `--policy=${policy}`]);
    await use(desk);
    await desk.close();
  },
  atServer: async ({ koha, server, account }, use) => {
    await use(koha ? await atKoha(koha.koha, server.url, account('lead')) : await atReferenceServer(server));
  },
  openPatron: async ({ desk, account, atServer }, use) => {
    await use(async (username, fits = isFree) => {
      const patron = await atServer.patronWho((one) => cardOf(one) !== '' && fits(one));
      await desk.signIn(account(username));
      return { patron, window: await desk.openPatronData(cardOf(patron)) };
    });
  },
});

export { expect } from '@playwright/test';
