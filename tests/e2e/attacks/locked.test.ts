// A desk that is locked, or whose session has ended, whatever was open: nothing of a patron is in sight for the counter.
import { execFileSync } from 'node:child_process';
import type { Locator, Page } from '@playwright/test';
import { cardOf, isFree } from '../../drive/central.ts';
import type { DemoAccount } from '../../../build/reference-server.ts';
import type { DeskApp } from '../../drive/desk-app.ts';
import { press } from '../../drive/person.ts';
import { scan } from '../../drive/scanner.ts';
import { expect, test } from '../fixtures.ts';

/** Texts and fields in sight that hold one of these words. */
const inSight = (page: Page, words: string[]) =>
  page.evaluate((wanted) => {
    const isShown = (element: Element | null) =>
      element?.checkVisibility({ visibilityProperty: true, opacityProperty: true }) ?? false;
    const holds = (text: string) => wanted.some((word) => text.includes(word));
    const seen: string[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode())
      if (holds(node.nodeValue ?? '') && isShown(node.parentElement)) seen.push(node.nodeValue ?? '');
    for (const field of document.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>('input, textarea'))
      if (holds(field.value) && isShown(field)) seen.push(field.value);
    return seen;
  }, words);

const TYPED = 'Typed here';
const DIALOGS = { receipt: 'Control+P', deletion: 'Control+Shift+Delete', block: 'Control+B' };

test('whatever dialog is open, a lock leaves nothing of the patron in sight, and all of it is back after', async ({
  desk,
  account,
  colleague,
}) => {
  const patron = await colleague.patronWho(isFree);
  const lead = account('lead');
  await desk.signIn(lead);
  const window = await desk.openPatronData(cardOf(patron));
  const { givenName, familyName } = patron.sections.personal.values;
  const words = [givenName, familyName, cardOf(patron), TYPED];
  for (const [what, keys] of Object.entries(DIALOGS)) {
    await press(window, keys);
    const dialog = window.locator('[role=dialog], [role=alertdialog]').first();
    await expect(dialog).toBeVisible();
    if (what === 'block') await dialog.locator('textarea').fill(TYPED);
    const before = await inSight(window, words);
    expect(before, what).not.toEqual([]);
    await window.evaluate(() => globalThis.window.circdesk.session.lock({}));
    await expect(window.getByLabel('Password')).toBeVisible();
    for (const page of [window, desk.desk]) expect(await inSight(page, words), what).toEqual([]);
    await window.getByLabel('Password').fill(lead.password);
    await window.getByRole('button', { name: 'Sign in' }).click();
    await expect(window.getByLabel('Password')).toBeHidden();
    expect(await inSight(window, words), what).toEqual(before);
    await press(window, 'Escape');
    await expect(dialog).toBeHidden();
  }
});

test('a session that the server has ended leaves nothing of the patron in sight', async ({
  desk,
  account,
  colleague,
  dataFolder,
}) => {
  const patron = await colleague.patronWho(isFree);
  await desk.signIn(account('desk'));
  const window = await desk.openPatronData(cardOf(patron));
  const { familyName } = patron.sections.personal.values;
  expect(await inSight(window, [familyName])).not.toEqual([]);
  const who = ['--library', 'north', '--username', 'desk', '--end-sessions'];
  execFileSync(process.execPath, ['server/main.ts', 'staff', '--data', dataFolder, ...who]);
  await desk.desk.evaluate(() => globalThis.window.circdesk.sync.now({}));
  await expect(window.getByLabel('Password')).toBeVisible();
  expect(await inSight(window, [familyName])).toEqual([]);
});

test('a computer that sleeps locks its desk, also where it is heard of only as it wakes', async ({
  desk,
  account,
  openPatronData,
}) => {
  const { patron, window } = await openPatronData('lead');
  const { familyName } = patron.sections.personal.values;
  await desk.app.evaluate(({ powerMonitor }) => powerMonitor.emit('suspend'));
  await expect(window.getByLabel('Password')).toBeVisible();
  expect(await inSight(window, [familyName])).toEqual([]);
  await desk.app.evaluate(({ powerMonitor }) => powerMonitor.emit('resume'));
  await window.getByLabel('Password').fill(account('lead').password);
  await window.getByRole('button', { name: 'Sign in' }).click();
  await expect(window.getByLabel('Password')).toBeHidden();
  await desk.app.evaluate(({ powerMonitor }) => {
    const { now } = Date;
    Date.now = () => now() + 11 * 60_000;
    powerMonitor.emit('resume');
    Date.now = now;
  });
  await expect(window.getByLabel('Password')).toBeVisible();
});

test('where the system does not count how long nobody was there, a desk stays open while its windows are touched, and locks then', async ({
  account,
  underPolicy,
}) => {
  const desk = await underPolicy({ lock: { afterMinutes: 1 } });
  await desk.signIn(account('desk'));
  // A minute goes by in six seconds.
  await desk.app.evaluate(({ powerMonitor }) => {
    powerMonitor.getSystemIdleTime = () => 0;
    for (const clock of [Date, performance]) {
      const now = clock.now.bind(clock);
      const began = now();
      clock.now = () => began + (now() - began) * 10;
    }
  });
  const search = desk.desk.getByRole('searchbox');
  for (let n = 0; n < 10; n++) {
    await search.press('a');
    await desk.desk.waitForTimeout(1_500);
  }
  await expect(desk.desk.getByLabel('Password')).toBeHidden();
  await expect(desk.desk.getByLabel('Password')).toBeVisible();
});

test('where policy says that desks don’t lock by themselves, they don’t as the computer sleeps, either', async ({
  underPolicy,
  account,
}) => {
  const desk = await underPolicy({ lock: { afterMinutes: 0 } });
  await desk.signIn(account('lead'));
  await desk.app.evaluate(({ powerMonitor }) => powerMonitor.emit('suspend'));
  const state = await desk.desk.evaluate(() => globalThis.window.circdesk.session.state({}));
  expect(state).toMatchObject({ ok: true, value: { session: { status: 'signedIn' } } });
});

test('what a colleague changes while the desk is locked is shown to who is back, not that the desk is locked', async ({
  desk,
  account,
  colleague,
}) => {
  const patron = await colleague.patronWho(isFree);
  const lead = account('lead');
  await desk.signIn(lead);
  const window = await desk.openPatronData(cardOf(patron));
  await expect(desk.hit(cardOf(patron))).toBeVisible();
  await desk.desk.evaluate(() => globalThis.window.circdesk.session.lock({}));
  await colleague.saveSection(patron.id, 'contact', { emails: ['changed.meanwhile@example.org'] });
  await desk.desk.evaluate(() => globalThis.window.circdesk.sync.now({}));
  await desk.desk.getByLabel('Password').fill(lead.password);
  await desk.desk.getByRole('button', { name: 'Sign in' }).click();
  await expect(desk.desk.getByLabel('Password')).toBeHidden();
  await expect(window.getByText('changed.meanwhile@example.org')).toBeVisible();
  await expect(desk.hit(cardOf(patron))).toBeVisible();
  for (const page of [window, desk.desk]) await expect(page.getByRole('alert')).toHaveCount(0);
});

test('who takes over a locked desk, also for another library, sees nothing that the one before searched or scanned', async ({
  desk,
  account,
  colleague,
}) => {
  const UNKNOWN = '99988877766';
  const patron = await colleague.patronWho(isFree);
  const { familyName } = patron.sections.personal.values;
  const words = [familyName, cardOf(patron), UNKNOWN];
  await desk.signIn(account('lead'));
  await desk.search(cardOf(patron));
  await expect(desk.hit(familyName)).toBeVisible();
  await scan(desk.desk, UNKNOWN);
  await expect(desk.desk.getByText(UNKNOWN)).toBeVisible();
  await desk.desk.evaluate(() => globalThis.window.circdesk.session.lock({}));
  const again = desk.desk.getByRole('dialog');
  const other = account('lead', 'south');
  await again.getByLabel('Library').selectOption(other.library);
  await again.getByLabel('Username').fill(other.username);
  await again.getByLabel('Password').fill(other.password);
  await again.getByRole('button', { name: 'Sign in' }).click();
  await expect(again).toBeHidden();
  expect(await inSight(desk.desk, words)).toEqual([]);
  // Nor does it lie out of sight in the page.
  const page = await desk.desk.content();
  expect(words.filter((word) => page.includes(word))).toEqual([]);
});

test('a password that a colleague began to type at a locked desk is not there at the next lock', async ({
  desk,
  account,
  openPatronData,
}) => {
  const { window } = await openPatronData('lead');
  const lock = () => window.evaluate(() => globalThis.window.circdesk.session.lock({}));
  await lock();
  await window.getByLabel('Username').fill(account('privacy').username);
  await window.getByLabel('Password').fill(TYPED);
  await desk.desk.getByLabel('Password').fill(account('lead').password);
  await desk.desk.getByRole('button', { name: 'Sign in' }).click();
  await expect(window.getByLabel('Password')).toHaveCount(0);
  await lock();
  await expect(window.getByLabel('Password')).toHaveValue('');
  await expect(window.getByLabel('Username')).toHaveValue('lead');
});

test('no key opens, prints or copies anything at a locked desk, nor on the paper of a browser', async ({
  desk,
  openPatronData,
}) => {
  const { patron, window } = await openPatronData('lead');
  const words = [patron.sections.personal.values.familyName, cardOf(patron)];
  await window.evaluate(() => globalThis.window.circdesk.session.lock({}));
  await expect(window.getByLabel('Password')).toBeVisible();
  await window.evaluate(() => {
    globalThis.window.print = () => (document.documentElement.dataset['printed'] = 'yes');
  });
  const keys = [
    'Control+P',
    'Control+B',
    'Control+Shift+Delete',
    'Control+E',
    'Control+K',
    'Control+1',
    'F1',
  ];
  for (const key of keys) await press(window, key);
  expect(await inSight(window, words)).toEqual([]);
  expect(desk.app.windows()).toHaveLength(2);
  await expect(window.locator('html')).not.toHaveAttribute('data-printed');
  await press(window, 'Control+a');
  expect(await window.evaluate(() => String(getSelection()))).toBe('');
  await window.emulateMedia({ media: 'print' });
  expect(await inSight(window, words)).toEqual([]);
});

test('a locked window with unsaved text that somebody closes can be signed in to by the mouse, and asks then', async ({
  desk,
  account,
  openPatronData,
}) => {
  const { window } = await openPatronData('lead');
  await window.getByRole('button', { name: 'Edit Staff note' }).click();
  const note = window.getByRole('textbox', { name: 'Staff note' });
  await note.fill(TYPED);
  await window.evaluate(() => globalThis.window.circdesk.session.lock({}));
  await window.getByLabel('Password').fill(account('lead').password);
  await desk.app.evaluate(({ BrowserWindow }) => {
    for (const one of BrowserWindow.getAllWindows())
      if (one.webContents.getURL().includes('/patron/')) one.close();
  });
  const leave = window.getByRole('alertdialog');
  await window.waitForTimeout(300);
  await expect(leave).toHaveCount(0);
  await window.getByRole('button', { name: 'Sign in' }).click();
  await leave.getByRole('button').first().click();
  await expect(leave).toBeHidden();
  await expect(note).toHaveValue(TYPED);
});

test('what was only selected is not there to be pasted at a locked desk, nor after a sign-out', async ({
  desk,
  account,
  openPatronData,
}) => {
  test.skip(process.platform !== 'linux', 'Elsewhere what is selected is pasted nowhere.');
  const { window } = await openPatronData('lead');
  // Headless, a page selects for itself alone.
  const select = () => desk.app.evaluate(({ clipboard }) => clipboard.selection.writeText('Selected'));
  const selected = () => desk.app.evaluate(({ clipboard }) => clipboard.selection.readText());
  await select();
  await window.evaluate(() => globalThis.window.circdesk.session.lock({}));
  expect(await selected()).toBe('');
  await window.getByLabel('Password').fill(account('lead').password);
  await window.getByRole('button', { name: 'Sign in' }).click();
  await expect(window.getByLabel('Password')).toBeHidden();
  await select();
  await desk.signOut();
  expect(await selected()).toBe('');
});

test('what was typed into a search or a sign-in does not come back to the next one by taking back', async ({
  desk,
  account,
}) => {
  const page = desk.desk;
  const lead = account('lead');
  const search = page.getByRole('searchbox');
  const takeBack = async (fields: Locator[]) => {
    for (const field of fields) {
      await field.focus();
      for (let time = 0; time < 5; time++) await press(page, 'Control+z');
      expect(await field.inputValue()).not.toContain(TYPED);
    }
  };
  await page.getByLabel('Library').selectOption(lead.library);
  await page.getByLabel('Username').pressSequentially(lead.username);
  await page.getByLabel('Password').pressSequentially(TYPED);
  await press(page, 'Enter');
  await expect(page.getByRole('alert')).toBeVisible();
  await takeBack([page.getByLabel('Password')]);
  await desk.signIn(lead);
  await search.pressSequentially(TYPED);
  await desk.signOut();
  await takeBack([page.getByLabel('Username'), page.getByLabel('Password')]);
  await desk.signIn(account('privacy'));
  await takeBack([search]);
});

/** Locks the desk, and scans a queue of cards where its password is asked for; then what holds a password types that. */
async function scanWhileLocked(desk: DeskApp, account: DemoAccount, card: string): Promise<void> {
  await desk.signIn(account);
  await desk.desk.evaluate(() => globalThis.window.circdesk.session.lock({}));
  const again = desk.desk.getByRole('dialog');
  const password = again.getByLabel('Password');
  await expect(password).toBeFocused();
  for (let scanned = 0; scanned < 6; scanned++) {
    await scan(desk.desk, card);
    await expect(password).toHaveValue('');
  }
  await expect(again.getByRole('alert')).toHaveCount(0);
  // A key that holds a password types as quickly as a scanner.
  await scan(desk.desk, account.password);
  await expect(again).toBeHidden();
}

test('cards that are scanned at a locked desk are no passwords: nobody’s account is locked by a queue', async ({
  desk,
  account,
}) => {
  await scanWhileLocked(desk, account('lead'), '21100002027');
});

test('nor are cards with letters in them, where policy names what stands before every card', async ({
  underPolicy,
  account,
}) => {
  const desk = await underPolicy({ scanner: { prefix: '~' } });
  await scanWhileLocked(desk, account('lead'), '~NB21100002');
});

test('a patron who is opened in the instant of a lock or of a sign-out is in nobody’s sight', async ({
  desk,
  account,
  colleague,
}) => {
  const patron = await colleague.patronWho(isFree);
  const lead = account('lead');
  const words = [patron.sections.personal.values.familyName, cardOf(patron)];
  const patronWindows = () => desk.app.windows().filter((page) => page.url().includes('/patron/'));
  await desk.signIn(lead);
  await desk.desk.evaluate(async (patronId) => {
    const { patrons, session } = globalThis.window.circdesk;
    // The window is there, and has asked for nothing yet.
    await patrons.open({ patronId });
    await session.lock({});
  }, patron.id);
  await expect.poll(() => patronWindows().length).toBe(1);
  const [window] = patronWindows();
  if (!window) throw new Error('There is no such window.');
  await expect(window.getByLabel('Password')).toBeVisible();
  expect(await inSight(window, words)).toEqual([]);
  const read = await window.evaluate(() => globalThis.window.circdesk.patron.read({ fresh: true }));
  expect(read).toMatchObject({ ok: false, error: { code: 'locked' } });

  await window.getByLabel('Password').fill(lead.password);
  await window.getByRole('button', { name: 'Sign in' }).click();
  await expect(window.getByLabel('Password')).toBeHidden();
  await window.evaluate(() => void setTimeout(() => void globalThis.window.circdesk.window.close({})));
  await expect.poll(() => patronWindows().length).toBe(0);
  const lockedAtOnce = await desk.desk.evaluate(async (patronId) => {
    const { patrons, session } = globalThis.window.circdesk;
    return Promise.all([patrons.open({ patronId }), session.lock({}), patrons.open({ patronId })]);
  }, patron.id);
  expect(lockedAtOnce.map(({ ok }) => ok)).toEqual([false, true, false]);
  expect(patronWindows()).toEqual([]);
  await desk.desk.getByLabel('Password').fill(lead.password);
  await desk.desk.getByRole('button', { name: 'Sign in' }).click();
  await expect(desk.desk.getByLabel('Password')).toBeHidden();
  await desk.desk.evaluate((patronId) => {
    const { patrons, session } = globalThis.window.circdesk;
    void patrons.open({ patronId });
    void session.signOut({ discard: true });
    void patrons.open({ patronId });
  }, patron.id);
  await desk.desk.getByLabel('Library').waitFor();
  const recent = await desk.desk.evaluate(() => globalThis.window.circdesk.patrons.recent({}));
  expect(recent).toMatchObject({ ok: false, error: { code: 'signedOut' } });
  await desk.desk.waitForTimeout(1_000);
  expect(desk.app.windows().length).toBe(1);
});
