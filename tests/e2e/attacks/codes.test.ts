// Somebody holds out a code that holds keys: a scanner types them into whatever has the focus, in the name of staff.
import type { Page } from '@playwright/test';
import { cardOf, isFree } from '../../drive/central.ts';
import { DeskApp } from '../../drive/desk-app.ts';
import { press } from '../../drive/person.ts';
import { SCANNER_MS, scanKeys } from '../../drive/scanner.ts';
import { expect, test } from '../fixtures.ts';

/** As often as it takes to come to a button from where a click on the page's tab has left the focus. */
async function tabsTo(window: Page, button: string): Promise<string[]> {
  const has = () =>
    window.evaluate(() => {
      const { activeElement } = document;
      return activeElement?.ariaLabel ?? activeElement?.textContent?.trim();
    });
  await window.getByRole('tab', { name: 'Patron data' }).focus();
  let tabs = 0;
  for (; (await has()) !== button; tabs++) await window.keyboard.press('Tab');
  await window.getByRole('tab', { name: 'Patron data' }).focus();
  return Array<string>(tabs).fill('Tab');
}

test('deletes nobody', async ({ colleague, openPatronData }) => {
  const { patron, window } = await openPatronData('lead', isFree);
  const dialog = window.getByRole('dialog');
  await scanKeys(window, [...(await tabsTo(window, 'Delete patron')), 'Enter']);
  await window.waitForTimeout(200);
  await expect(dialog).toBeHidden();
  await press(window, 'Enter');
  await expect(dialog).toBeVisible();
  // Keys that nothing comes of make no pause.
  const nothing = (key: string) => Array<string>(40).fill(key);
  for (const answer of [
    ['Tab', 'Enter'],
    ['Tab', ' '],
    ['Tab', ...nothing('Shift'), 'Enter'],
    [...nothing('Control'), 'Tab', ...nothing('CapsLock'), 'Enter'],
  ]) {
    await window.waitForTimeout(200);
    await scanKeys(window, answer);
    await expect(dialog.getByRole('button', { name: 'Delete patron' })).toBeFocused();
    await window.waitForTimeout(500);
    expect((await colleague.patron(patron.id)).id).toBe(patron.id);
    await press(window, 'Shift+Tab');
  }
  // A hand does.
  await press(window, 'Tab', 'Enter');
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

test('sets no PIN', async ({ openPatronData }) => {
  const { window } = await openPatronData('lead', isFree);
  const pin = window.getByLabel('New PIN');
  const toPen = await tabsTo(window, 'Edit Card');
  await scanKeys(window, [...toPen, 'Enter']);
  await window.waitForTimeout(200);
  await expect(pin).toBeHidden();
  await window.getByRole('button', { name: 'Edit Card' }).click();
  await pin.focus();
  await scanKeys(window, [...'3917', 'Tab', ...'3917', 'Enter']);
  await expect(window.getByLabel('Repeat PIN')).toHaveValue('3917');
  await window.waitForTimeout(500);
  await expect(pin).toHaveValue('3917');
});

test('makes no pause by a card that brings another window to the front', async ({
  desk,
  colleague,
  openPatronData,
}) => {
  const { patron, window } = await openPatronData('lead', isFree);
  const other = await colleague.patronWho((one) => isFree(one) && one.id !== patron.id && cardOf(one) !== '');
  const another = await desk.openPatron(cardOf(other));
  const rest = Array<string>(20).fill('CapsLock');
  /** What is in a code behind a card comes to the window of that card. */
  const goOn = async (from: Page, card: string, to: Page, ...keys: string[]) => {
    await scanKeys(from, [...card, 'Enter', ...rest]);
    // Playwright tells every page that it is in front: this one is told of it as by the system.
    const since = await to.evaluate(() => {
      const came = new FocusEvent('focus');
      dispatchEvent(came);
      return performance.timeOrigin + came.timeStamp;
    });
    await scanKeys(to, [...rest, ...keys], { from: since + SCANNER_MS });
  };
  await window.getByRole('button', { name: 'Delete patron' }).focus();
  await goOn(window, cardOf(other), another);
  await goOn(another, cardOf(patron), window, 'Enter');
  await window.waitForTimeout(500);
  await expect(window.getByRole('dialog')).toBeHidden();
  await expect(window.getByRole('button', { name: 'Delete patron' })).toBeFocused();
  await press(window, 'Enter');
  await expect(window.getByRole('dialog')).toBeVisible();
});

test('makes no pause in an open list of choices, whose keys no page sees', async ({ openPatronData }) => {
  const { window } = await openPatronData('lead', isFree);
  await window.getByRole('button', { name: 'Edit Contact' }).click();
  await window.getByLabel('Preferred channel').focus();
  await scanKeys(window, [' ', ...Array<string>(40).fill('e'), 'Enter', 'F1']);
  await window.waitForTimeout(500);
  await expect(window.getByRole('dialog')).toBeHidden();
  await press(window, 'F1');
  await expect(window.getByRole('dialog')).toBeVisible();
});

for (const { gapMs, gap } of [
  { gapMs: 50, gap: SCANNER_MS },
  { gapMs: 200, gap: 150 },
])
  test(`shows no screen that is hidden, nor presses what is below: a key each ${gap} ms`, async ({
    underPolicy,
    account,
    colleague,
  }) => {
    const patron = await colleague.patronWho(isFree);
    const desk = await underPolicy({ scanner: { gapMs } });
    await desk.signIn(account('lead'));
    const window = await desk.openPatronData(cardOf(patron));
    const cover = window.getByRole('heading', { name: 'The screen is hidden' });
    await window.getByRole('button', { name: 'Delete patron' }).focus();
    await window.waitForTimeout(500);
    // Held a moment too long.
    await window.keyboard.down('F9');
    await window.keyboard.down('F9');
    await window.keyboard.up('F9');
    await expect(cover).toBeVisible();
    for (const shows of ['Escape', 'F9', 'Enter']) {
      await window.waitForTimeout(500);
      await scanKeys(window, ['1', shows, 'CapsLock', 'Enter'], { gap });
      await window.waitForTimeout(500);
      await expect(cover).toBeVisible();
    }
    await window.waitForTimeout(500);
    await press(window, 'Escape');
    await expect(cover).toBeHidden();
    await expect(window.getByRole('dialog')).toBeHidden();
  });

test('takes no shortcut of one character, where others follow or were before', async ({ openPatronData }) => {
  const { window } = await openPatronData('lead', isFree);
  await window.evaluate(() => globalThis.window.circdesk.preferences.choose({ singleKeys: true }));
  await window.waitForTimeout(200);
  const many = (key: string) => Array<string>(60).fill(key);
  for (const code of [
    ['b', ...many('F3')],
    ['b', ...many('Tab')],
    ['b', ...many('x')],
    ['Tab', 'b'],
  ]) {
    await scanKeys(window, code);
    await window.waitForTimeout(500);
    await expect(window.getByRole('dialog')).toBeHidden();
  }
  await press(window, 'b');
  await expect(window.getByRole('dialog')).toBeVisible();
});

test('presses nothing by a key that the system repeats, since its end was lost', async ({
  openPatronData,
}) => {
  const { window } = await openPatronData('lead', isFree);
  await window.getByRole('button', { name: 'Delete patron' }).focus();
  const from = Date.now();
  await scanKeys(window, ['F3'], { from });
  const held = {
    type: 'keyDown',
    key: 'Enter',
    code: 'Enter',
    windowsVirtualKeyCode: 13,
    text: '\r',
  } as const;
  const session = await window.context().newCDPSession(window);
  for (const [autoRepeat, after] of [
    [false, SCANNER_MS],
    [true, 500],
    [true, 530],
  ] as const)
    await session.send('Input.dispatchKeyEvent', { ...held, autoRepeat, timestamp: (from + after) / 1000 });
  await session.send('Input.dispatchKeyEvent', { ...held, type: 'keyUp' });
  await window.waitForTimeout(500);
  await expect(window.getByRole('dialog')).toBeHidden();
});

test('locks nobody out by wrong passwords', async ({ desk, account }) => {
  const { desk: page } = desk;
  const lead = account('lead');
  await desk.signIn(lead);
  await press(page, 'Control+l');
  const password = page.getByLabel('Password');
  for (let times = 0; times < 7; times++) {
    await password.fill('');
    await password.focus();
    await scanKeys(page, [...'wrong', 'Enter']);
    await page.waitForTimeout(500);
  }
  await password.fill(lead.password);
  await press(page, 'Enter');
  await expect(page.getByRole('button', { name: 'Sign out' })).toBeVisible();
});

test('chooses no server for a desk that has none yet', async ({ host, folders, server }) => {
  const desk = await DeskApp.launch(host, folders, []);
  const page = desk.desk;
  const address = page.getByLabel('Address');
  await address.focus();
  await scanKeys(page, [...server.url, 'Enter']);
  await expect(address).toHaveValue(server.url);
  await page.waitForTimeout(500);
  await expect(address).toBeVisible();
  await press(page, 'Enter');
  await expect(page.getByLabel('Password')).toBeVisible();
  await desk.close();
});
