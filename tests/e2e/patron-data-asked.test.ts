// What is asked before a patron data file is saved, and what becomes of it once it is.
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Patron } from '../../shared/patrons/patron.ts';
import { cardOf } from '../drive/central.ts';
import { DeskApp } from '../drive/desk-app.ts';
import { axeFindings } from '../scenes/checks.ts';
import { download, expect, isSaved, test } from './patron-data-fixtures.ts';

test.describe('Asked before it is saved', () => {
  const isYoung = (group: Patron['ageGroup']) => (patron: Patron) => patron.ageGroup === group;

  test('for a child: whether the adult is its legal guardian; the answer is logged', async ({
    colleague,
    folders,
    openPatronData,
  }) => {
    const { patron, window } = await openPatronData('privacy', isYoung('child'));
    await download(window);
    const dialog = window.getByRole('dialog');
    const { givenName, birthDate } = patron.sections.personal.values;
    await expect(dialog).toContainText(givenName);
    await expect(dialog).toContainText(cardOf(patron));
    await expect(dialog).toContainText(birthDate?.slice(0, 4) ?? '');
    await expect(dialog).toContainText("Being the guarantor isn't enough.");
    expect(await axeFindings(window)).toEqual([]);

    await dialog.getByRole('button', { name: 'Save file' }).click();
    await expect(dialog.getByText('Check who is asking, then confirm it here.')).toBeVisible();
    expect(await readdir(folders.downloads)).toEqual([]);
    await dialog.getByRole('checkbox').check();
    await dialog.getByRole('button', { name: 'Save file' }).click();
    await isSaved(window);
    const log = await colleague.get<{ entries: { kind: string; detail: string }[] }>(
      `/patrons/${patron.id}/audit`,
    );
    expect(log.entries.filter(({ kind }) => kind === 'exported')).toMatchObject([
      { detail: 'server: guardian' },
    ]);
  });

  test('of a child nobody else gets it: gate and server refuse', async ({ openPatronData, folders }) => {
    const { window } = await openPatronData('privacy', isYoung('child'));
    const answer = await window.evaluate(() =>
      globalThis.window.circdesk.patron.download({ requester: 'patron', saveElsewhere: true }),
    );
    expect(answer).toMatchObject({ ok: false, error: { code: 'requesterMissing' } });
    expect(await readdir(folders.downloads)).toEqual([]);
  });

  test('for a youth: the patron or a legal guardian', async ({ openPatronData }) => {
    const { window } = await openPatronData('privacy', isYoung('youth'));
    await download(window);
    await expect(window.getByRole('dialog').getByRole('radio')).toHaveCount(2);
    await window.getByRole('radio', { name: /this patron/ }).check();
    await window.getByRole('button', { name: 'Save file' }).click();
    await isSaved(window);
  });

  test.describe('where the policy says so', () => {
    test.use({ policy: { askWhoIsAsking: true } });

    test('of everybody; cancelling saves nothing', async ({ folders, openPatronData }) => {
      const { window } = await openPatronData('privacy');
      await download(window);
      await window.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
      await expect(window.getByRole('dialog')).toHaveCount(0);
      expect(await readdir(folders.downloads)).toEqual([]);
      await download(window);
      await window.getByRole('checkbox').check();
      await window.getByRole('button', { name: 'Save file' }).click();
      await isSaved(window);
    });
  });

  test.describe('a folder that isn’t only on this computer', () => {
    test.use({ policy: { folder: '{home}/Documents/Patrons' } });

    test('is named, by a link too, and used only if staff say so', async ({ folders, openPatronData }) => {
      const { window } = await openPatronData('privacy');
      await mkdir(join(folders.home, 'Dropbox'));
      await symlink(join(folders.home, 'Dropbox'), join(folders.home, 'Documents'));
      const folder = join(folders.home, 'Documents', 'Patrons');
      await download(window);
      await expect(window.getByRole('dialog')).toContainText(folder);
      await expect(window.getByRole('dialog')).toContainText('synchronised with');
      await expect(window.getByRole('dialog')).toContainText('Dropbox');
      await window.getByRole('button', { name: 'Save file' }).click();
      await isSaved(window);
      expect(await readdir(folder)).toHaveLength(2);
    });
  });
});

test.describe('Once it is saved', () => {
  test('staff delete it from this computer when it is handed over', async ({ folders, openPatronData }) => {
    const { window } = await openPatronData('privacy');
    await download(window);
    await isSaved(window);
    await window.getByRole('button', { name: 'Delete from this computer' }).click();
    await expect(window.getByText('The file is deleted from this computer.')).toBeVisible();
    expect(await readdir(folders.downloads)).toEqual([]);
    await expect(window.getByRole('button', { name: 'Download patron data' })).toBeFocused();
  });

  test('it goes when its time is over, at the next start if the app was off', async ({
    desk,
    host,
    folders,
    server,
    openPatronData,
  }) => {
    const { window } = await openPatronData('privacy');
    await download(window);
    await isSaved(window);
    await desk.close();
    const remembered = join(folders.userData, 'saved-files.json');
    const files = await readFile(remembered, 'utf8');
    expect(files).toMatch(/"deleteAt":"\d{4}-/);
    await writeFile(remembered, files.replace(/"deleteAt":"[^"]+"/, '"deleteAt":"2020-01-01T00:00:00.000Z"'));
    const next = await DeskApp.launch(host, folders, [`--server=${server.url}`]);
    await expect.poll(() => readdir(folders.downloads)).toEqual([]);
    await next.close();
  });
});
