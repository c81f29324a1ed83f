// Somebody holds out a code that holds keys: a scanner types them into whatever has the focus, in the name of staff.
import type { Page } from '@playwright/test';
import { isFree } from '../../drive/central.ts';
import { scanKeys } from '../../drive/scanner.ts';
import { expect, test } from '../fixtures.ts';

/** As often as it takes to come to a button from where a click on the page's tab has left the focus. */
async function tabsTo(window: Page, button: string): Promise<string[]> {
  const has = () => window.evaluate(() => document.activeElement?.textContent?.trim());
  await window.getByRole('tab', { name: 'Patron data' }).focus();
  let tabs = 0;
  for (; (await has()) !== button; tabs++) await window.keyboard.press('Tab');
  await window.getByRole('tab', { name: 'Patron data' }).focus();
  return Array<string>(tabs).fill('Tab');
}

test('deletes nobody', async ({ colleague, openPatronData }) => {
  const { patron, window } = await openPatronData('lead', isFree);
  await scanKeys(window, [...(await tabsTo(window, 'Delete patron')), 'Enter']);
  const dialog = window.getByRole('dialog');
  await expect(dialog).toBeVisible();
  for (const answer of ['Enter', ' ']) {
    await window.waitForTimeout(200);
    await scanKeys(window, ['Tab', answer]);
    await expect(dialog.getByRole('button', { name: 'Delete patron' })).toBeFocused();
    await window.waitForTimeout(500);
    expect((await colleague.patron(patron.id)).id).toBe(patron.id);
    await window.keyboard.press('Shift+Tab');
  }
  // A hand does.
  await window.keyboard.press('Tab');
  await window.waitForTimeout(200);
  await window.keyboard.press('Enter');
  await expect(window.getByRole('heading', { name: 'Patron deleted' })).toBeVisible();
});

test('blocks nobody', async ({ colleague, openPatronData }) => {
  const { patron, window } = await openPatronData('lead', isFree);
  await window.getByRole('button', { name: 'Block patron' }).click();
  await expect(window.getByRole('dialog').getByRole('textbox')).toBeFocused();
  for (const end of [['Tab', 'Enter'], ['Tab', 'Tab', 'Enter'], ['Enter']]) {
    await scanKeys(window, [...'thief', ...end]);
    await window.waitForTimeout(500);
    expect((await colleague.patron(patron.id)).blocks).toEqual([]);
    await window.getByRole('dialog').getByRole('textbox').focus();
  }
});
