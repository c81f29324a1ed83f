// A page that somebody's text crashes, again and again.
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
