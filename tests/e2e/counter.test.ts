// At a counter: the screen hidden at once, details that go by themselves, languages, receipts, and the library system.
import type { Locator, Page } from '@playwright/test';
import { cardOf, isFree, nameOf } from '../drive/central.ts';
import { DeskApp } from '../drive/desk-app.ts';
import { press } from '../drive/person.ts';
import { scan } from '../drive/scanner.ts';
import { taskbarOf } from '../drive/taskbar.ts';
import { Stage } from '../scenes/stage.ts';
import { expect, test } from './fixtures.ts';

test('the privacy key hides every window at once, takes no keys, and gives everything back', async ({
  desk,
  openPatronData,
  colleague,
}) => {
  const { patron, window } = await openPatronData('lead');
  await window.getByRole('button', { name: 'Edit Contact' }).click();
  await window.getByLabel('Phone', { exact: true }).fill('08-123');
  await press(window, 'F9');
  for (const page of [window, desk.desk]) {
    await expect(page.getByRole('heading', { name: 'The screen is hidden' })).toBeVisible();
    await expect(page.getByText(nameOf(patron)).first()).toBeHidden();
    await expect(page.getByText(cardOf(patron)).first()).toBeHidden();
  }
  // Typed blind, and a card scanned: nothing happens below.
  await window.keyboard.type('999');
  await press(window, 'Control+s');
  const other = await colleague.patronWho((p) => isFree(p) && p.id !== patron.id);
  await scan(window, cardOf(other));
  expect(desk.app.windows()).toHaveLength(2);
  await press(desk.desk, 'F9');
  await expect(window.getByRole('heading', { name: nameOf(patron) })).toBeVisible();
  await expect(window.getByLabel('Phone', { exact: true })).toHaveValue('08-123');
  await expect(window.getByLabel('Phone', { exact: true })).toBeFocused();
  expect((await colleague.patron(patron.id)).sections.contact).toEqual(patron.sections.contact);
});

test("details of a patron that nobody looks at hide after policy's time, or close; unsaved text only hides", async ({
  underPolicy,
  account,
  colleague,
}) => {
  const [first, second] = (await colleague.patrons()).filter(isFree);
  if (!first || !second) throw new Error('The demo data has no two such patrons.');
  const desk = await underPolicy({ privacy: { afterMinutes: 0.2, then: 'close' } });
  await desk.signIn(account('lead'));
  const typed = await desk.openPatronData(cardOf(first));
  await typed.getByRole('button', { name: 'Edit Contact' }).click();
  await typed.getByLabel('Phone', { exact: true }).fill('08-123');
  const other = await desk.openPatron(cardOf(second));
  await other.waitForEvent('close', { timeout: 40_000 });
  await expect(typed.getByText('nobody used this window')).toBeVisible();
  await expect(typed.getByRole('heading', { name: nameOf(first) })).toBeHidden();
  await typed.getByRole('button', { name: 'Show again' }).click();
  await expect(typed.getByLabel('Phone', { exact: true })).toHaveValue('08-123');
  // The hits are gone, and no patron opened lately comes into sight in their place before somebody is there.
  const recent = desk.desk.getByRole('button', { name: nameOf(second) });
  await expect(desk.desk.getByRole('searchbox')).toHaveValue('');
  await expect(recent).toHaveCount(0);
  await desk.desk.mouse.move(40, 40);
  await expect(recent).toBeVisible();
});

test('what the desk window shows of patrons hides where nobody is: hits, news of a scan, and the page Sync', async ({
  underPolicy,
  account,
  colleague,
}) => {
  const patron = await colleague.patronWho(isFree);
  const app = await underPolicy({ privacy: { afterMinutes: 0.1, then: 'hide' } });
  const { desk } = app;
  const hides = async (shown: Locator) => {
    await expect(desk.getByText('nobody used this window')).toBeVisible();
    await expect(shown).toBeHidden();
    await desk.getByRole('button', { name: 'Show again' }).click();
    await expect(shown).toBeVisible();
  };
  await app.signIn(account('lead'));
  await app.search(cardOf(patron));
  await hides(app.hit(cardOf(patron)));
  await desk.getByRole('button', { name: 'Clear' }).click();
  await scan(desk, '4711000000');
  await hides(desk.getByText('4711000000'));
  await desk.getByRole('button', { name: 'Dismiss' }).click();
  await desk.getByRole('navigation').getByRole('button', { name: /^Sync/ }).click();
  await hides(desk.getByText('Nothing waits'));
});

test('Swedish at once in every window, kept over a restart; English again the same way', async ({
  desk,
  host,
  folders,
  server,
  account,
  colleague,
}) => {
  const patron = await colleague.patronWho(
    (p) => p.loans.length > 0 && p.debts.length > 0 && cardOf(p) !== '',
  );
  await desk.signIn(account('lead'));
  const window = await desk.openPatronData(cardOf(patron));
  await window.getByRole('button', { name: 'Edit Address' }).click();
  await press(desk.desk, 'Alt+3');
  await desk.desk.getByLabel('Language').selectOption({ label: 'Svenska' });
  await expect(desk.desk.getByRole('navigation').getByRole('button', { name: 'Låntagare' })).toBeVisible();
  await expect(window.getByRole('tab', { name: 'Lån', exact: true })).toBeVisible();
  await expect(window.locator('html')).toHaveAttribute('lang', 'sv');
  await expect(window.getByLabel('Land').locator('option:checked')).toHaveText('Sverige');
  await press(window, 'Escape');
  await press(window, 'Alt+3');
  await expect(window.getByRole('cell', { name: /^\d+,\d{2}\sSEK$/ }).first()).toBeVisible();
  await desk.quit();

  const again = await DeskApp.launch(host, folders, [`--server=${server.url}`]);
  await expect(again.desk.getByRole('button', { name: 'Logga in' })).toBeVisible();
  await again.close();
});

const pages = async (window: Page) => {
  const pdf = (await window.pdf({ preferCSSPageSize: true })).toString('latin1');
  return [...pdf.matchAll(/\/MediaBox \[\s*0 0 ([\d.]+) ([\d.]+)\s*\]/g)].map(([, width, height]) =>
    [Number(width), Number(height)].map((points) => Math.round((points / 72) * 25.4)),
  );
};

for (const [paper, width] of [
  ['A4', 210],
  ['Receipt printer, 80 mm', 80],
] as const) {
  test(`a status receipt on ${paper}: loans, reservations and debts, and nothing that must not leave the desk`, async ({
    desk,
    account,
    colleague,
  }) => {
    const patron = await colleague.patronWho(
      (p) =>
        p.loans.length > 0 &&
        p.reservations.length > 0 &&
        p.debts.length > 0 &&
        p.sections.personal.values.nationalId !== '' &&
        cardOf(p) !== '',
    );
    await colleague.act('POST', `/patrons/${patron.id}/blocks`, {
      id: '0190c8f2-0000-7000-8000-000000000001',
      comment: 'Kept the atlas.',
    });
    await desk.signIn(account('lead'));
    const window = await desk.openPatron(cardOf(patron));
    await expect(window.getByText('Kept the atlas.').first()).toBeVisible();
    await press(window, 'Control+p');
    await window.getByLabel('Paper').selectOption({ label: paper });
    // What the system's print dialog is given, at the moment that it's given it.
    const printing = window.evaluate(
      () =>
        new Promise<void>((resolve) => {
          globalThis.window.print = () => {
            document.documentElement.dataset['printed'] =
              document.querySelector('.print-only')?.textContent ?? '';
            const sheet = [...(document.adoptedStyleSheets.at(-1)?.cssRules ?? [])][0]?.cssText ?? '';
            document.documentElement.dataset['page'] = sheet;
            document.documentElement.dataset['seen'] = getComputedStyle(document.body).opacity;
            resolve();
          };
        }),
    );
    await window.getByRole('dialog').getByRole('button', { name: 'Print' }).click();
    await printing;
    // A lock would come too late while that dialog is open: nothing is in sight beneath it, and all of it is after.
    await expect(window.locator('html')).toHaveAttribute('data-seen', '0');
    await expect(window.locator('body')).toHaveCSS('opacity', '1');
    const printed = (await window.locator('html').getAttribute('data-printed')) ?? '';
    const { personal, address } = patron.sections;
    for (const { title } of [...patron.loans, ...patron.reservations]) expect(printed).toContain(title);
    expect(printed).toContain(cardOf(patron).slice(-4));
    for (const secret of [
      cardOf(patron),
      personal.values.nationalId,
      address.values.line1,
      'Kept the atlas.',
    ])
      expect(printed).not.toContain(secret);

    // The same again as paper: its size is the one that was asked for.
    const rule = (await window.locator('html').getAttribute('data-page')) ?? '';
    await window.evaluate((page) => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(page);
      document.adoptedStyleSheets = [sheet];
    }, rule);
    const [first] = await pages(window);
    expect(first?.[0]).toBe(width);
  });
}

test("Open in library system opens this patron at policy's address, and only there", async ({
  underPolicy,
  account,
  colleague,
}) => {
  const patron = await colleague.patronWho(isFree);
  const desk = await underPolicy({
    librarySystem: { patronAddress: 'https://ils.example/find?card={cardNumber}&id={patronId}' },
  });
  await desk.signIn(account('desk'));
  const window = await desk.openPatron(cardOf(patron));
  await desk.app.evaluate(({ shell }) => {
    const opened: string[] = [];
    Object.assign(globalThis, { opened });
    Object.assign(shell, {
      openExternal: (address: string) => {
        opened.push(address);
        return Promise.resolve();
      },
    });
  });
  await press(window, 'Control+o');
  await expect
    .poll(() => desk.app.evaluate(() => (globalThis as unknown as { opened: string[] }).opened))
    .toEqual([`https://ils.example/find?card=${cardOf(patron)}&id=${patron.id}`]);
});

test('without an address in the policy there is no such button, and main refuses', async ({
  openPatronData,
}) => {
  const { window } = await openPatronData('lead');
  await expect(window.getByRole('button', { name: 'Open in library system' })).toHaveCount(0);
  const answer = await window.evaluate(() => globalThis.window.circdesk.patron.openOutside({}));
  expect(answer).toMatchObject({ ok: false, error: { code: 'requestRefused' } });
});

test('every window is titled by what it is, never by who is in it', async ({ openPatronData }) => {
  const { window } = await openPatronData('lead');
  expect(await window.title()).toBe('Patron details – Circdesk');
});

test('copying patrons tells how far it is and how long it takes, pauses, and shows on the taskbar', async ({
  host,
}) => {
  const stage = await Stage.open(host, { patrons: 1500 });
  const desk = await stage.launch();
  const shown = await taskbarOf(desk);
  const { desk: page } = desk;
  stage.line.state = 'slow';
  await desk.signIn(stage.account());
  await press(page, 'Alt+2');
  const bar = page.getByRole('progressbar', { name: 'Patrons are being copied to this desk' });
  await expect(bar).toBeVisible();
  await expect(page.getByText(/[\d,]+ of 1,500\. (About one minute|Almost)/)).toBeVisible();
  await page.getByRole('button', { name: 'Pause' }).click();
  await expect(page.getByText('Copying patrons is paused')).toBeVisible();
  await page.getByRole('button', { name: 'Go on' }).click();
  stage.line.state = 'good';
  await expect(bar).toHaveCount(0);
  const parts = await shown();
  expect(parts.some((part) => part > 0 && part < 1)).toBe(true);
  expect(parts.at(-1)).toBe(-1);
  await stage.close();
});
