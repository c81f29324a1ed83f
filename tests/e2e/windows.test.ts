// The desk's windows, and who may use them.
import { press } from '../drive/person.ts';
import { expect, test } from './fixtures.ts';
import type { PatronSummary } from '../../shared/patrons/patron.ts';
import { cardOf, isFree } from '../drive/central.ts';

test('a patron has one window: opening again brings it to the front', async ({
  desk,
  account,
  colleague,
}) => {
  const patron = await colleague.patronWho(isFree);
  await desk.signIn(account('desk'));
  await desk.openPatron(cardOf(patron));
  await desk.hit(cardOf(patron)).click();
  await desk.search('');
  await desk.search(cardOf(patron));
  await desk.hit(cardOf(patron)).click();
  expect(desk.app.windows()).toHaveLength(2);
});

test('the results can be walked and opened by keyboard alone', async ({ desk, account, colleague }) => {
  const patron = await colleague.patronWho(isFree);
  await desk.signIn(account('desk'));
  await desk.search(cardOf(patron));
  await desk.hit(cardOf(patron)).waitFor();
  const opened = desk.app.waitForEvent('window');
  await press(desk.desk, 'ArrowDown');
  await press(desk.desk, 'Enter');
  await expect((await opened).getByText(cardOf(patron)).first()).toBeVisible();
});

test('no window title names a patron', async ({ desk, account, colleague }) => {
  const patron = await colleague.patronWho(isFree);
  await desk.signIn(account('desk'));
  await desk.openPatron(cardOf(patron));
  const titles = await desk.app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows().map((w) => w.getTitle()),
  );
  const { familyName } = patron.sections.personal.values;
  for (const title of titles) expect(title).not.toContain(familyName);
  for (const window of desk.app.windows()) expect(await window.title()).not.toContain(familyName);
});

test('signing out closes the patron windows and leaves nothing of them', async ({
  desk,
  account,
  colleague,
}) => {
  const patron = await colleague.patronWho(isFree);
  await desk.signIn(account('desk'));
  await desk.openPatron(cardOf(patron));
  await desk.desk.getByRole('button', { name: 'Sign out' }).click();
  await expect(desk.desk.getByLabel('Password')).toBeVisible();
  await expect.poll(() => desk.app.windows().length).toBe(1);
  await expect(desk.desk.locator('body')).not.toContainText(cardOf(patron));
  const answer = await desk.desk.evaluate(() =>
    window.circdesk.patrons.search({ query: 'a', offset: 0, limit: 10, order: 'plain', from: 'copy' }),
  );
  expect(answer).toMatchObject({ ok: false, error: { code: 'signedOut' } });
});

test('a search for many fetches what is scrolled to, down to the last', async ({
  desk,
  account,
  colleague,
}) => {
  const count = (await colleague.patrons()).length;
  const last = await colleague.get<{ patrons: PatronSummary[] }>(
    `/patrons?query=*&offset=${count - 1}&limit=1`,
  );
  await desk.signIn(account('desk'));
  await desk.search('*');
  await expect(desk.desk.getByText(`${count} patrons found`).first()).toBeVisible();
  const card = last.patrons[0]?.cardNumber ?? last.patrons[0]?.givenName ?? '';
  await expect(desk.hit(card)).toHaveCount(0);
  await press(desk.desk, 'ArrowDown');
  await press(desk.desk, 'End');
  await expect(desk.hit(card)).toBeVisible();
  await expect(desk.desk.getByRole('columnheader', { name: 'Name' })).toBeInViewport({ ratio: 1 });
});

test('hundreds of hits stand in the order of the language, and follow it when it changes', async ({
  desk,
  account,
  colleague,
}) => {
  const first = async (order: string) => {
    const path = `/patrons?query=*&limit=12&order=${order}`;
    const { patrons } = await colleague.get<{ patrons: PatronSummary[] }>(path);
    return patrons.map(({ familyName }) => familyName);
  };
  const [plain, swedish] = [await first('plain'), await first('sv')];
  expect(plain).not.toEqual(swedish);
  await desk.signIn(account('desk'));
  await desk.search('*');
  const shown = async () => (await desk.desk.locator('.family').allTextContents()).slice(0, 12);
  await expect.poll(shown).toEqual(plain);
  await press(desk.desk, 'Alt+3');
  await desk.desk.getByLabel('Language').selectOption({ label: 'Svenska' });
  await press(desk.desk, 'Alt+1');
  await expect.poll(shown).toEqual(swedish);
});

test('a table keeps its header in sight, and money stands at the end of its column', async ({
  desk,
  account,
  colleague,
}) => {
  const [patron] = (await colleague.patrons())
    .filter((one) => cardOf(one) !== '' && one.debts.length > 1)
    .sort((a, b) => b.loans.length - a.loans.length);
  if (!patron) throw new Error('The demo data has no such patron.');
  // A block takes some of the room above the table.
  const comment = 'Returned three audio books wet. '.repeat(30);
  const id = '0190c8f2-0000-7000-8000-000000000001';
  await colleague.act('POST', `/patrons/${patron.id}/blocks`, { id, comment });
  await desk.signIn(account('desk'));
  const window = await desk.openPatron(cardOf(patron));
  await window.setViewportSize({ width: 1000, height: 490 });
  await window.getByRole('columnheader', { name: 'Title' }).waitFor();
  const scrolled = await window.getByRole('tabpanel').evaluate((panel) => {
    panel.scrollTo(0, panel.scrollHeight);
    return panel.scrollTop;
  });
  expect(scrolled).toBeGreaterThan(32);
  await expect(window.getByRole('columnheader', { name: 'Title' })).toBeInViewport({ ratio: 1 });

  await press(window, 'Alt+3');
  const ends = await window.getByRole('cell', { name: /SEK/ }).evaluateAll((cells) =>
    cells.map((cell) => {
      const words = document.createRange();
      words.selectNodeContents(cell);
      return Math.round(words.getBoundingClientRect().right);
    }),
  );
  expect(ends.length).toBeGreaterThan(2);
  expect(new Set(ends).size).toBe(1);
});
