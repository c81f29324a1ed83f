// Each test gets a server, a home and a user data folder of its own; all go when it ends.
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base, type Page } from '@playwright/test';
import { findAppHost, type AppHost } from '../../build/app-host.ts';
import { startServer, type DemoAccount, type RunningServer } from '../../build/reference-server.ts';
import type { Patron } from '../../shared/patrons/patron.ts';
import { openLine, type BadLine } from '../drive/bad-line.ts';
import { Central, cardOf, isFree } from '../drive/central.ts';
import { DeskApp, makeDeskFolders, type DeskFolders } from '../drive/desk-app.ts';

interface Fixtures {
  dataFolder: string;
  server: RunningServer;
  /** To the server; it can be cut. */
  line: BadLine;
  folders: DeskFolders;
  /** A demo account by its username, at `north` unless said otherwise. */
  account: (username: string, library?: string) => DemoAccount;
  desk: DeskApp;
  /** Starts a desk with the server's address and more in its policy. */
  underPolicy: (policy: object) => Promise<DeskApp>;
  /** Attaches the app's own log, and what its windows say at the end, to a test that failed. */
  tracesOfFailure: void;
  /** A colleague with all permissions at another desk of `north`. */
  colleague: Central;
  /** Signs in as `username`, and opens the tab Patron data of the first patron who `fits`. */
  openPatronData: (
    username: string,
    fits?: (patron: Patron) => boolean,
  ) => Promise<{ patron: Patron; window: Page }>;
}

interface OfWorker {
  host: AppHost;
  /** A server's folder that has its patrons already: to make them anew for each test would take longer than most. */
  network: string;
}

export const test = base.extend<Fixtures, OfWorker>({
  host: [
    async ({}, use) => {
      await use(await findAppHost(console.log));
    },
    { scope: 'worker' },
  ],
  network: [
    async ({}, use) => {
      const folder = await mkdtemp(join(tmpdir(), 'circdesk-server-'));
      await (await startServer(folder, ['--demo', '120', '--seed', '7'])).stop();
      await use(folder);
      await rm(folder, { recursive: true, force: true });
    },
    { scope: 'worker' },
  ],
  dataFolder: async ({ network }, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'circdesk-server-'));
    await cp(network, folder, { recursive: true });
    await use(folder);
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  },
  server: async ({ dataFolder }, use) => {
    const server = await startServer(dataFolder);
    await use(server);
    await server.stop();
  },
  line: async ({ server }, use) => {
    const line = await openLine(server.url);
    await use(line);
    await line.close();
  },
  folders: async ({}, use) => {
    const folders = await makeDeskFolders();
    await use(folders);
    await folders.remove();
  },
  account: async ({ server }, use) => {
    await use((username, library = 'north') => {
      const account = server.accounts.find((a) => a.username === username && a.library === library);
      if (!account) throw new Error(`There is no demo account ${username} at ${library}.`);
      return account;
    });
  },
  desk: async ({ host, folders, server }, use) => {
    const desk = await DeskApp.launch(host, folders, [`--server=${server.url}`]);
    await use(desk);
    await desk.close();
  },
  underPolicy: async ({ host, folders, server }, use) => {
    const started: DeskApp[] = [];
    await use(async (policy) => {
      const file = join(folders.home, 'policy.json');
      await writeFile(file, JSON.stringify({ server: { url: server.url }, ...policy }));
      const desk = await DeskApp.launch(host, folders, [`--policy=${file}`]);
      started.push(desk);
      return desk;
    });
    for (const desk of started) await desk.close();
  },
  tracesOfFailure: [
    async ({ folders }, use, testInfo) => {
      const failed = () => testInfo.status !== testInfo.expectedStatus;
      DeskApp.beforeClose = async (desk) => {
        if (failed())
          await testInfo.attach('windows', { body: await desk.said(), contentType: 'text/plain' });
      };
      await use();
      if (!failed()) return;
      const log = await readFile(join(folders.userData, 'logs', 'circdesk.log'), 'utf8').catch(() => '');
      await testInfo.attach('circdesk.log', { body: log, contentType: 'text/plain' });
    },
    { auto: true },
  ],
  colleague: async ({ server, account }, use) => {
    await use(await Central.signIn(server.url, account('lead')));
  },
  openPatronData: async ({ desk, account, colleague }, use) => {
    await use(async (username, fits = isFree) => {
      const patron = await colleague.patronWho((one) => cardOf(one) !== '' && fits(one));
      await desk.signIn(account(username));
      return { patron, window: await desk.openPatronData(cardOf(patron)) };
    });
  },
});

/** The desk's only way to its server is the line. */
export const testOnLine = test.extend({
  desk: async ({ host, folders, line }, use) => {
    const desk = await DeskApp.launch(host, folders, [`--server=${line.url}`]);
    await use(desk);
    await desk.close();
  },
});

export { expect } from '@playwright/test';
