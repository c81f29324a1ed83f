// A page that somebody's text crashes, again and again.
import { readdir } from 'node:fs/promises';
import { cardOf, isFree } from '../../drive/central.ts';
import { expect, test } from '../fixtures.ts';

test('a page that crashes comes back, and is closed where it does nothing else', async ({
  desk,
  account,
  colleague,
}) => {
  await desk.signIn(account('lead'));
  await desk.openPatronData(cardOf(await colleague.patronWho(isFree)));
  const pages = () => desk.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length);
  const crash = () =>
    desk.app.evaluate(async ({ BrowserWindow }) => {
      const contents = BrowserWindow.getAllWindows().at(-1)?.webContents;
      const isBack = new Promise<void>((resolve) => {
        contents?.once('did-finish-load', () => resolve());
        contents?.once('destroyed', () => resolve());
      });
      contents?.forcefullyCrashRenderer();
      await isBack;
    });
  for (let times = 1; times <= 3; times++) {
    await crash();
    expect(await pages()).toBe(2);
  }
  await crash();
  await expect.poll(pages).toBe(1);
  await desk.search('*');
  await expect(desk.desk.getByRole('row').nth(1)).toBeVisible();
});

for (const step of ['executeJavaScript', 'printToPDF'] as const)
  test(`a page that crashes as it is printed (${step}) is no file, and that is said`, async ({
    desk,
    folders,
    openPatronData,
  }) => {
    const { window } = await openPatronData('lead');
    await desk.app.evaluate(({ app }, at) => {
      app.on('web-contents-created', (_event, contents) => {
        const asked = contents[at].bind(contents) as (...args: unknown[]) => Promise<never>;
        contents[at] = (...args: unknown[]) => {
          contents.forcefullyCrashRenderer();
          return asked(...args);
        };
      });
    }, step);
    await window.getByRole('button', { name: 'Download patron data' }).click();
    await expect(window.getByText('No file was saved.')).toBeVisible({ timeout: 15_000 });
    expect(await readdir(folders.downloads)).toEqual([]);
  });
