// What tests of the patron data file share: a desk under a policy, behind a line that can be cut, and the file's buttons.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { Store } from '../../server/store/store.ts';
import type { Patron } from '../../shared/patrons/patron.ts';
import { isFree } from '../drive/central.ts';
import { DeskApp } from '../drive/desk-app.ts';
import { expect, test as base } from './fixtures.ts';

export const test = base.extend<{
  /** The policy's section patronData; `{home}` stands for the desk's home. */
  policy: object;
}>({
  policy: [{}, { option: true }],
  desk: async ({ host, folders, line, policy }, use) => {
    const file = join(folders.home, 'policy.json');
    const text = JSON.stringify({ patronData: policy });
    await writeFile(file, text.replaceAll('{home}', folders.home));
    const desk = await DeskApp.launch(host, folders, [`--server=${line.url}`, `--policy=${file}`]);
    await use(desk);
    await desk.close();
  },
});

export const download = (window: Page) =>
  window.getByRole('button', { name: 'Download patron data' }).click();
export const isSaved = (window: Page) =>
  expect(window.getByRole('button', { name: 'Show in folder' })).toBeVisible({ timeout: 30_000 });
export const saved = async (folder: string, ending: string) => {
  const name = (await readdir(folder)).find((one) => one.endsWith(ending));
  if (!name) throw new Error(`There is no ${ending} in ${folder}.`);
  return readFile(join(folder, name));
};
export const isSwedish = (patron: Patron) =>
  isFree(patron) && patron.sections.personal.values.language === 'sv';

/** Loans returned over the years, straight into the server's database. */
export function addLoans(dataFolder: string, patronId: string, count: number): void {
  const store = new Store(join(dataFolder, 'circdesk.sqlite'));
  store.together(() => {
    for (let n = 0; n < count; n++) {
      const at = new Date(Date.UTC(2026, 0, 1) - n * 3_600_000).toISOString();
      store.run(
        `INSERT INTO past_loan (patron, title, author, loaned_at, returned_at)
         SELECT number, ?, 'Lindqvist, Åsa', ?, ? FROM patron WHERE id = ?`,
        ...[`Bok ${n}`, at, at, patronId],
      );
    }
  });
  store.close();
}

export { expect } from './fixtures.ts';
