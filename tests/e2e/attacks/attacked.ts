// One desk for many attacks: signed in, with a patron's window open, as it ships. An attack must leave it as it was.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base, type Page } from '@playwright/test';
import { findAppHost, type AppHost } from '../../../build/app-host.ts';
import { startServer } from '../../../build/reference-server.ts';
import type { Patron } from '../../../shared/patrons/patron.ts';
import { Central, cardOf, isFree } from '../../drive/central.ts';
import { DeskApp, makeDeskFolders, type DeskFolders } from '../../drive/desk-app.ts';

export interface Attacked {
  host: AppHost;
  folders: DeskFolders;
  desk: DeskApp;
  colleague: Central;
  patron: Patron;
  /** The patron's window, on its tab Patron data. */
  window: Page;
}

interface OfWorker {
  /** Another word, by `test.use`, gives tests a desk that no other file attacked before. */
  apart: string;
  attacked: Attacked;
}

export const test = base.extend<{ intact: void }, OfWorker>({
  apart: ['', { option: true, scope: 'worker' }],
  attacked: [
    async ({}, use) => {
      const host = await findAppHost(console.log);
      const data = await mkdtemp(join(tmpdir(), 'circdesk-server-'));
      const server = await startServer(data, ['--demo', '60', '--seed', '7']);
      const folders = await makeDeskFolders();
      const lead = server.accounts.find(
        ({ username, library }) => username === 'lead' && library === 'north',
      );
      if (!lead) throw new Error('There is no such demo account.');
      const colleague = await Central.signIn(server.url, lead);
      const patron = await colleague.patronWho(isFree);
      const desk = await DeskApp.launch(host, folders, [`--server=${server.url}`]);
      await desk.signIn(lead);
      const window = await desk.openPatronData(cardOf(patron));
      await use({ host, folders, desk, colleague, patron, window });
      await desk.close();
      await server.stop();
      await folders.remove();
      await rm(data, { recursive: true, force: true });
    },
    { scope: 'worker', timeout: 60_000 },
  ],
  /** After each attack both windows are where they were, there are no others, and main answers. */
  intact: [
    async ({ attacked }, use) => {
      const { desk, window } = attacked;
      const before = [desk.desk.url(), window.url()];
      await use();
      base.expect([desk.desk.url(), window.url()]).toEqual(before);
      base.expect(desk.app.windows()).toHaveLength(2);
      const answer = await window.evaluate(() => globalThis.window.circdesk.patron.read({ fresh: false }));
      base.expect(answer).toMatchObject({ ok: true });
    },
    { auto: true },
  ],
});

export { expect } from '@playwright/test';
