// A page that was taken over and would stay: into the next one's session, at an address of its own, or on the screen.
import type { Page } from '@playwright/test';
import type { DeskApp } from '../../drive/desk-app.ts';
import { expect, test } from '../fixtures.ts';

const windows = (desk: DeskApp) =>
  desk.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length);
/** What is typed in this page is caught, for as long as it lasts. */
const listen = (page: Page) =>
  page.evaluate(() => {
    const caught: string[] = [];
    Object.assign(globalThis, { caught });
    addEventListener('input', ({ target }) => caught.push((target as HTMLInputElement).value), true);
  });
const caught = (page: Page) =>
  page.evaluate(() => (globalThis as { caught?: string[] }).caught ?? 'nothing is left of it');

test('a page that listens hears nothing of the next one’s password', async ({ desk, account }) => {
  const page = desk.desk;
  await desk.signIn(account('lead'));
  await listen(page);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByLabel('Password').waitFor();
  expect(await caught(page)).toBe('nothing is left of it');
  await desk.signIn(account('desk'));
  expect(await caught(page)).toBe('nothing is left of it');
});

test('nor does it act in the name of who takes over a desk that was locked', async ({ desk, account }) => {
  const page = desk.desk;
  const other = account('desk');
  await desk.signIn(account('lead'));
  await listen(page);
  await page.evaluate(() => globalThis.window.circdesk.session.lock({}));
  await page.getByLabel('Username').fill(other.username);
  await page.getByLabel('Password').fill(other.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForFunction(() => !('caught' in globalThis));
  await expect(page.getByRole('searchbox')).toBeVisible();
});

for (const [how, going] of [
  ['loads itself again', 'location.reload()'],
  ['goes elsewhere', `location.href = '/patron/index.html'`],
])
  test(`nor does a page that ${how} as somebody signs out hold up the one that takes its place`, async ({
    desk,
    account,
  }) => {
    await desk.signIn(account('lead'));
    await desk.desk.evaluate(
      `addEventListener('pointerdown', () => {
        const going = setInterval(() => { ${going} }, 3);
        setTimeout(() => clearInterval(going), 2_000);
      }, { capture: true, once: true })`,
    );
    await desk.desk.getByRole('button', { name: 'Sign out' }).click({ noWaitAfter: true });
    // A page whose process was ended is nobody's to Playwright: main has to look.
    const shown = () =>
      desk.app.evaluate(({ BrowserWindow }) =>
        BrowserWindow.getAllWindows()[0]
          ?.webContents.executeJavaScript('document.body.innerText')
          // Between two pages there is none.
          .catch(() => ''),
      ) as Promise<string>;
    // After a process was ended, the host may hear of the new page only after that has asked, which is refused then.
    await expect.poll(shown, { timeout: 40_000 }).toMatch(/^Circdesk\s+(Sign in|made a mistake)/);
    expect(await windows(desk)).toBe(1);
  });

test('a page that gave itself another address is asked nothing, and is back at its own when it crashes', async ({
  desk,
  openPatronData,
}) => {
  const { window } = await openPatronData('lead');
  for (const page of [window, desk.desk]) {
    const asks = () => page.evaluate(() => globalThis.window.circdesk.window.hide({ hidden: false }));
    expect(await asks()).toMatchObject({ ok: true });
    await page.evaluate(() => history.replaceState(null, '', '/no/such'));
    expect(await asks()).toMatchObject({ ok: false, error: { code: 'requestRefused' } });
  }
  // A page that crashed is nobody's to Playwright: main has to look.
  const shown = await desk.app.evaluate(async ({ BrowserWindow }) => {
    const texts: string[] = [];
    for (const { webContents } of BrowserWindow.getAllWindows()) {
      const isBack = new Promise<void>((resolve) => webContents.once('did-finish-load', () => resolve()));
      webContents.forcefullyCrashRenderer();
      await isBack;
      texts.push((await webContents.executeJavaScript('location.pathname')) as string);
    }
    return texts;
  });
  expect(shown).toEqual(['/desk/index.html', '/patron/index.html']);
});

test('a page that would not go keeps no window open', async ({ desk, openPatronData }) => {
  const { window } = await openPatronData('lead');
  await window.getByRole('tab', { name: 'Patron data' }).click();
  await window.evaluate(() => {
    addEventListener('beforeunload', (event) => {
      event.preventDefault();
    });
  });
  await desk.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().at(-1)?.close());
  await expect.poll(() => windows(desk)).toBe(1);
});

test('a page that says it holds unsaved text and hangs keeps no window open', async ({
  desk,
  openPatronData,
}) => {
  const { window } = await openPatronData('lead');
  void window
    .evaluate(async () => {
      await globalThis.window.circdesk.window.unsaved({ unsaved: true });
      for (;;);
    })
    .catch(() => undefined);
  await desk.desk.waitForTimeout(500);
  const close = () => desk.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().at(-1)?.close());
  await close();
  expect(await windows(desk)).toBe(2);
  // The host's Chromium tells nobody that a page hangs.
  await desk.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().at(-1)?.emit('unresponsive'));
  await close();
  await expect.poll(() => windows(desk)).toBe(1);
});
