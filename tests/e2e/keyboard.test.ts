// The whole manual page by keyboard alone, counting what staff press. A chord counts each of its keys. What a task costs
// is written down in docs/design-system.md; a task that grows dearer fails here.
import { readdir } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { cardOf, isFree, nameOf } from '../drive/central.ts';
import { PACE_MS, press } from '../drive/person.ts';
import { scan } from '../drive/scanner.ts';
import { expect, test } from './fixtures.ts';

/** Presses keys and counts them; what is typed as text is counted apart. */
class Hands {
  pressed = 0;
  typed = 0;

  async press(window: Page, ...chords: string[]): Promise<void> {
    await press(window, ...chords);
    this.pressed += chords.flatMap((chord) => chord.split('+')).length;
  }

  async type(window: Page, text: string): Promise<void> {
    await window.keyboard.type(text, { delay: PACE_MS });
    this.typed += text.length;
  }
}

let hands: Hands;
test.beforeEach(() => {
  hands = new Hands();
});

/** Signs in without the mouse, and opens the patron who fits by a scan. */
test('sign in, find by name, open: library remembered, Enter, Enter', async ({
  desk,
  account,
  colleague,
}) => {
  const patron = await colleague.patronWho(isFree);
  const { username, password } = account('lead');
  const { desk: page } = desk;
  await expect(page.getByLabel('Library')).toBeFocused();
  await hands.press(page, 'ArrowDown');
  await hands.press(page, 'Tab');
  await hands.type(page, username);
  await hands.press(page, 'Tab');
  await hands.type(page, password);
  await hands.press(page, 'Enter');
  await expect(page.getByRole('searchbox')).toBeFocused();

  hands = new Hands();
  await hands.type(page, cardOf(patron));
  const opened = desk.app.waitForEvent('window');
  await hands.press(page, 'Enter');
  await expect((await opened).getByRole('heading', { name: nameOf(patron) })).toBeVisible();
  expect(hands.pressed).toBe(1);
});

test('find and open by scan: 0 keys beyond the scan', async ({ desk, account, colleague }) => {
  const patron = await colleague.patronWho(isFree);
  await desk.signIn(account('lead'));
  const opened = desk.app.waitForEvent('window');
  await scan(desk.desk, cardOf(patron));
  await expect((await opened).getByRole('heading', { name: nameOf(patron) })).toBeVisible();
  expect(hands.pressed).toBe(0);
});

test('one of several hits: Enter goes into them, arrows walk, Enter opens; Ctrl+K is back from anywhere', async ({
  desk,
  account,
}) => {
  const { desk: page } = desk;
  await desk.signIn(account('lead'));
  await hands.type(page, '*');
  await expect(page.getByRole('row').nth(3)).toBeVisible();
  const opened = desk.app.waitForEvent('window');
  await hands.press(page, 'Enter', 'ArrowDown', 'Enter');
  const window = await opened;
  await window.getByRole('tab', { name: 'Loans' }).waitFor();
  expect(hands.pressed).toBe(3);
  // From the patron's window to the search: what was typed is marked, so that typing replaces it.
  await press(window, 'Control+k');
  await expect(page.getByRole('searchbox')).toBeFocused();
  await page.keyboard.type('x');
  await expect(page.getByRole('searchbox')).toHaveValue('x');
});

test('the tabs by Alt and a digit, and by Ctrl+Tab', async ({ openPatronData }) => {
  const { window } = await openPatronData('lead');
  const current = window.getByRole('tab', { selected: true });
  for (const [digit, name] of [
    ['1', 'Loans'],
    ['2', 'Reservations'],
    ['3', 'Debts'],
    ['4', 'Patron data'],
    ['5', 'Notifications'],
    ['6', 'Agreements'],
  ] as const) {
    await press(window, `Alt+${digit}`);
    await expect(current).toContainText(name);
    await expect(current).toBeFocused();
  }
  await press(window, 'Control+Tab');
  await expect(current).toContainText('Loans');
  await press(window, 'Control+Shift+Tab');
  await expect(current).toContainText('Agreements');
});

test('Downloading patron data: 2 keys from any tab', async ({ folders, openPatronData }) => {
  const { window } = await openPatronData('privacy');
  await press(window, 'Alt+1');
  await hands.press(window, 'Control+d');
  await expect(window.getByRole('button', { name: 'Show in folder' })).toBeVisible();
  expect(await readdir(folders.downloads)).not.toEqual([]);
  expect(hands.pressed).toBeLessThanOrEqual(2);
});

test('Editing patron data: F2, type, Ctrl+S, and the focus is on the pen again', async ({
  colleague,
  openPatronData,
}) => {
  const { patron, window } = await openPatronData('desk');
  await press(window, 'Alt+1');
  // Contact is the second section.
  await hands.press(window, 'F2');
  await expect(window.getByLabel('National ID', { exact: true })).toBeFocused();
  await hands.press(window, 'F2');
  await expect(window.getByLabel('Phone', { exact: true })).toBeFocused();
  await press(window, 'Control+a');
  await hands.type(window, '+46 70 123 45 67');
  await hands.press(window, 'Control+s');
  await expect(window.getByRole('button', { name: 'Edit Contact' })).toBeFocused();
  expect((await colleague.patron(patron.id)).sections.contact.values.phones[0]).toBe('+46 70 123 45 67');
  expect(hands.pressed).toBe(4);

  // The pen that has the focus is the one that F2 opens; Esc leaves everything as it was.
  await press(window, 'F2');
  await expect(window.getByLabel('Phone', { exact: true })).toBeFocused();
  await press(window, 'Escape');
  await expect(window.getByRole('button', { name: 'Edit Contact' })).toBeFocused();
});

test('Blocking and unblocking a patron: 4 keys beyond the comment', async ({ colleague, openPatronData }) => {
  const { patron, window } = await openPatronData('lead');
  await press(window, 'Alt+1');
  await hands.press(window, 'Control+b');
  await expect(window.getByLabel('Comment')).toBeFocused();
  await hands.type(window, 'Shouted at staff.');
  await hands.press(window, 'Control+Enter');
  await expect(window.getByRole('button', { name: 'Unblock patron' })).toBeFocused();
  expect(hands.pressed).toBeLessThanOrEqual(4);
  expect((await colleague.patron(patron.id)).blocks).toMatchObject([{ comment: 'Shouted at staff.' }]);

  hands = new Hands();
  await hands.press(window, 'Control+b');
  await expect(window.getByLabel('Comment')).toBeFocused();
  await hands.type(window, 'Settled.');
  await hands.press(window, 'Control+Enter');
  await expect(window.getByRole('button', { name: 'Block patron' })).toBeFocused();
  expect(hands.pressed).toBeLessThanOrEqual(4);
  expect((await colleague.patron(patron.id)).blocks).toEqual([]);
});

test('Deleting a patron: the key, then on to the button that confirms', async ({
  colleague,
  openPatronData,
}) => {
  const { patron, window } = await openPatronData('lead');
  await press(window, 'Alt+1');
  await hands.press(window, 'Control+Shift+Delete');
  const confirm = window.getByRole('dialog').getByRole('button', { name: 'Delete patron' });
  await expect(confirm).toBeVisible();
  // The focus is on the harmless answer.
  await expect(window.getByRole('dialog').getByRole('button', { name: 'Cancel' })).toBeFocused();
  await hands.press(window, 'Tab', 'Enter');
  await expect(window.getByRole('button', { name: 'Close' }).first()).toBeFocused();
  expect((await colleague.ask('GET', `/patrons/${patron.id}`)).status).toBe(410);
  expect(hands.pressed).toBe(5);
});

test('printing a status receipt: 3 keys', async ({ openPatronData }) => {
  const { window } = await openPatronData('desk');
  const printed = window.evaluate(
    () => new Promise<void>((resolve) => (globalThis.window.print = () => resolve())),
  );
  await hands.press(window, 'Control+p');
  await expect(window.getByLabel('Paper')).toBeFocused();
  await hands.press(window, 'Enter');
  await printed;
  await expect(window.getByRole('dialog')).toHaveCount(0);
  expect(hands.pressed).toBe(3);
});

test('Tab walks Patron data as it is read: tools, tabs, actions, then each section', async ({
  openPatronData,
}) => {
  const { window } = await openPatronData('lead');
  await press(window, 'Alt+4');
  await window.getByRole('button', { name: 'Print' }).focus();
  const names: string[] = [];
  while (names.length < 20 && names.at(-1) !== 'Edit Staff note') {
    const focused = window.locator(':focus');
    names.push(
      await focused.evaluate((it) =>
        it.role === 'tabpanel' ? 'panel' : (it.ariaLabel ?? it.textContent ?? ''),
      ),
    );
    await press(window, 'Tab');
  }
  const sections = ['Contact', 'Address', 'Card', 'Guarantor', 'Library', 'Preferences', 'Staff note'];
  expect(names.map((name) => name.trim()).filter((name) => !name.includes('national ID'))).toEqual([
    // The panel can be scrolled by keyboard.
    ...['Print', 'Patron data', 'panel'],
    ...['Download patron data', 'Block patron', 'Delete patron'],
    ...['Personal details', ...sections].map((section) => `Edit ${section}`),
  ]);
});

test('what has the focus is never behind a notice', async ({ colleague, openPatronData }) => {
  const { patron, window } = await openPatronData('lead');
  const other = await colleague.patronWho((p) => isFree(p) && p.id !== patron.id);
  await window.setViewportSize({ width: 1366, height: 600 });
  await window.getByRole('button', { name: 'Edit Personal details' }).click();
  await window.getByLabel('Given name').fill('Zoë Ana');
  await scan(window, cardOf(other));
  await expect(window.getByText('Open scanned card?')).toBeVisible();
  for (const section of ['Contact', 'Address', 'Staff note']) {
    const pen = window.getByRole('button', { name: `Edit ${section}` });
    await pen.focus();
    const inFront = await pen.evaluate((it) => {
      const { left, top, width, height } = it.getBoundingClientRect();
      return it.contains(document.elementFromPoint(left + width / 2, top + height / 2));
    });
    expect(inFront, section).toBe(true);
  }
});

test('without the permission its shortcut does nothing', async ({ openPatronData }) => {
  const { window } = await openPatronData('desk');
  for (const keys of ['Control+b', 'Control+d', 'Control+Shift+Delete']) await press(window, keys);
  await expect(window.getByRole('dialog')).toHaveCount(0);
});

test('characters alone do nothing until that is switched on in the settings', async ({ desk, account }) => {
  const { desk: page } = desk;
  await desk.signIn(account('desk'));
  await press(page, 'Alt+3');
  await page.getByLabel('Language').focus();
  await page.getByRole('heading', { name: 'Settings' }).click();
  await press(page, '/');
  await page.waitForTimeout(150);
  await expect(page.getByRole('heading', { name: 'Settings' })).toBeVisible();
  await page.getByLabel('Shortcuts of one character').check();
  await page.getByLabel('Shortcuts of one character').press('/');
  await expect(page.getByRole('searchbox')).toBeFocused();
  await expect(page.getByRole('searchbox')).toHaveValue('');
  // In a text it is a character.
  await press(page, '/');
  await expect(page.getByRole('searchbox')).toHaveValue('/');
});

test('F1 lists the shortcuts of this window, and gives the focus back', async ({ desk, account }) => {
  const { desk: page } = desk;
  await desk.signIn(account('desk'));
  await press(page, 'F1');
  const sheet = page.getByRole('dialog', { name: 'Help' });
  await expect(sheet).toContainText('Search patrons, from anywhere');
  await expect(sheet).not.toContainText('Block or unblock patron');
  await press(page, 'Escape');
  await expect(page.getByRole('searchbox')).toBeFocused();
});

test('recent patrons: Down goes to them, Enter opens; signed out, they are gone', async ({
  desk,
  account,
  colleague,
}) => {
  const patron = await colleague.patronWho(isFree);
  const { desk: page } = desk;
  await desk.signIn(account('lead'));
  await (await desk.openPatron(cardOf(patron))).close();
  await desk.search('');
  const recent = page.getByRole('region', { name: 'Recent patrons' });
  await expect(recent).toContainText(nameOf(patron));
  const opened = desk.app.waitForEvent('window');
  await press(page, 'ArrowDown');
  await press(page, 'Enter');
  await expect((await opened).getByRole('heading', { name: nameOf(patron) })).toBeVisible();
  await press(page, 'Control+l');
  await expect(page.getByRole('dialog')).toBeVisible();
  await expect(page.getByText(nameOf(patron))).toBeHidden();
  await page.getByLabel('Password').fill(account('lead').password);
  await press(page, 'Enter');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await desk.signIn(account('desk'));
  await expect(page.getByText('Find a patron')).toBeVisible();
  await expect(recent).toHaveCount(0);
});
