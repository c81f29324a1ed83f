// A scanner at 2 ms a key, whatever has the focus: its patron opens, its Enter presses nothing, nothing typed is lost,
// and no wrong patron comes under the clerk's hands.
import { cardOf, isFree, nameOf } from '../drive/central.ts';
import { press } from '../drive/person.ts';
import { scan } from '../drive/scanner.ts';
import { expect, test } from './fixtures.ts';

test('a scan opens its patron: 0 keys beyond the scan, with Enter or Tab, whatever has the focus', async ({
  desk,
  account,
  colleague,
}) => {
  const [first, second, third] = (await colleague.patrons()).filter(isFree);
  if (!first || !second || !third) throw new Error('The demo data has no three such patrons.');
  await desk.signIn(account('lead'));

  const opened = desk.app.waitForEvent('window');
  await scan(desk.desk, cardOf(first));
  const window = await opened;
  await expect(window.getByRole('heading', { name: nameOf(first) })).toBeVisible();
  await expect(desk.desk.getByRole('searchbox')).toHaveValue('');

  // In the search, over what stands there; with the other end.
  await desk.search('lind');
  const again = desk.app.waitForEvent('window');
  await scan(desk.desk, cardOf(second), 'Tab');
  await expect((await again).getByRole('heading', { name: nameOf(second) })).toBeVisible();
  await expect(desk.desk.getByRole('searchbox')).toHaveValue('lind');
  await expect(desk.desk.getByRole('searchbox')).toBeFocused();

  // In a patron's window, on a button that Enter would press.
  await window.getByRole('tab', { name: 'Patron data' }).click();
  await window.getByRole('button', { name: 'Delete patron' }).focus();
  const other = desk.app.waitForEvent('window');
  await scan(window, cardOf(third));
  await expect((await other).getByRole('heading', { name: nameOf(third) })).toBeVisible();
  await expect(window.getByRole('dialog')).toHaveCount(0);
});

test('a scan that falls into a text being typed is taken out again and offered; its Enter sends nothing', async ({
  desk,
  colleague,
  openPatronData,
}) => {
  const { patron, window } = await openPatronData('lead');
  const other = await colleague.patronWho((p) => isFree(p) && p.id !== patron.id);
  await window.getByRole('button', { name: 'Edit Personal details' }).click();
  const name = window.getByLabel('Given name');
  await name.fill('Zoë Ana');
  await name.press('ArrowLeft');
  await scan(window, cardOf(other));
  await expect(window.getByText('Open scanned card?')).toBeVisible();
  await expect(name).toHaveValue('Zoë Ana');
  await expect(name).toBeFocused();
  await expect(window.getByRole('button', { name: 'Save', exact: true })).toBeVisible();
  expect((await colleague.patron(patron.id)).sections.personal).toEqual(patron.sections.personal);
  expect(desk.app.windows()).toHaveLength(2);
  // Typing goes on where it was: before the last letter.
  await window.keyboard.type('n');
  await expect(name).toHaveValue('Zoë Anna');

  const opened = desk.app.waitForEvent('window');
  await press(window, 'Alt+o');
  await expect((await opened).getByRole('heading', { name: nameOf(other) })).toBeVisible();
  await expect(window.getByText('Open scanned card?')).toHaveCount(0);
  await expect(name).toHaveValue('Zoë Anna');
});

test('a scan leaves selects, checkboxes and the comment of a block as they were', async ({
  desk,
  colleague,
  openPatronData,
}) => {
  const { patron, window } = await openPatronData('lead');
  const other = await colleague.patronWho((p) => isFree(p) && p.id !== patron.id);
  await window.getByRole('button', { name: 'Edit Address' }).click();
  const country = window.getByLabel('Country');
  await country.focus();
  const before = await country.inputValue();
  let opened = desk.app.waitForEvent('window');
  await scan(window, cardOf(other));
  const otherWindow = await opened;
  await expect(country).toHaveValue(before);
  await otherWindow.close();
  await window.getByRole('button', { name: 'Cancel' }).click();

  await window.getByRole('button', { name: 'Block patron' }).click();
  await window.getByLabel('Comment').fill('Shouted at');
  await scan(window, cardOf(other));
  await expect(window.getByText('Open scanned card?')).toBeVisible();
  await expect(window.getByLabel('Comment')).toHaveValue('Shouted at');
  await expect(window.getByRole('dialog')).toContainText(nameOf(patron));
  expect((await colleague.patron(patron.id)).blocks).toEqual([]);
  opened = desk.app.waitForEvent('window');
  await window.getByRole('button', { name: 'Open scanned card' }).click();
  await opened;
  await expect(window.getByLabel('Comment')).toHaveValue('Shouted at');
});

test('a new card is registered by scanning it into its empty field', async ({
  desk,
  colleague,
  openPatronData,
}) => {
  const { patron, window } = await openPatronData('desk');
  await window.getByRole('button', { name: 'Edit Card' }).click();
  await window.getByRole('button', { name: 'Add card' }).click();
  const count = patron.sections.card.values.cards.length + 1;
  const field = window.getByLabel(`Card number ${count}`, { exact: true });
  await field.focus();
  await scan(window, 'N0RTH77123');
  await expect(field).toHaveValue('N0RTH77123');
  await expect(field).toBeFocused();
  expect(desk.app.windows()).toHaveLength(2);
  await press(window, 'Control+s');
  await expect(window.getByRole('button', { name: 'Edit Card' })).toBeVisible();
  const saved = await colleague.patron(patron.id);
  expect(saved.sections.card.values.cards.map(({ number }) => number)).toContain('N0RTH77123');
});

test.describe('while the server takes its time', () => {
  /** A desk without a copy: each card is asked for over the line. */
  const slow = test.extend({
    desk: async ({ underPolicy, line, account }, use) => {
      const desk = await underPolicy({ server: { url: line.url }, copy: { scope: 'none' } });
      await desk.signIn(account('lead'));
      await use(desk);
    },
  });

  slow(
    'a second card opens, and the late answer for the first one opens nobody',
    async ({ desk, line, colleague }) => {
      const [first, second] = (await colleague.patrons()).filter(isFree);
      if (!first || !second) throw new Error('The demo data has no two such patrons.');
      line.state = 'held';
      await scan(desk.desk, cardOf(first));
      line.state = 'good';
      const opened = desk.app.waitForEvent('window');
      await scan(desk.desk, cardOf(second));
      await expect((await opened).getByRole('heading', { name: nameOf(second) })).toBeVisible();
      line.release();
      await desk.desk.waitForTimeout(1_500);
      expect(desk.app.windows()).toHaveLength(2);
    },
  );

  slow(
    'whoever types on meanwhile is asked, not overtaken by another window',
    async ({ desk, line, colleague }) => {
      const patron = await colleague.patronWho(isFree);
      line.state = 'held';
      await scan(desk.desk, cardOf(patron));
      await desk.desk.keyboard.type('lind', { delay: 80 });
      line.state = 'good';
      line.release();
      await expect(desk.desk.getByText('Open scanned card?')).toBeVisible();
      await expect(desk.desk.getByRole('searchbox')).toHaveValue('lind');
      expect(desk.app.windows()).toHaveLength(1);
    },
  );
});

test('a lost card opens nobody before staff have seen that it is lost; an unknown one says so', async ({
  desk,
  account,
  colleague,
}) => {
  const patron = await colleague.patronWho(isFree);
  await colleague.saveSection(patron.id, 'card', {
    cards: [...patron.sections.card.values.cards, { number: 'L0ST12345', state: 'lost' }],
  });
  await desk.signIn(account('lead'));
  await scan(desk.desk, 'L0ST12345');
  await expect(desk.desk.getByText('This card is marked as lost')).toBeVisible();
  await expect(desk.desk.getByText(nameOf(patron)).first()).toBeVisible();
  expect(desk.app.windows()).toHaveLength(1);
  const opened = desk.app.waitForEvent('window');
  await desk.desk.getByRole('button', { name: 'Open scanned card' }).click();
  await expect((await opened).getByRole('heading', { name: nameOf(patron) })).toBeVisible();

  await scan(desk.desk, '9999999999');
  await expect(desk.desk.getByText('No patron has the card')).toBeVisible();
});

test('prefix, suffix and AIM identifier go by policy; a code of another kind is no card', async ({
  underPolicy,
  account,
  colleague,
}) => {
  const patron = await colleague.patronWho(isFree);
  const desk = await underPolicy({ scanner: { prefix: '~', suffix: '#', aimIdentifiers: [']C0'] } });
  await desk.signIn(account('lead'));
  await scan(desk.desk, `~]E0${cardOf(patron)}#`);
  await expect(desk.desk.getByText('That was no library card')).toBeVisible();
  // Without the prefix it is no scan at all: it's typed, and searched for.
  await desk.desk.getByRole('searchbox').focus();
  await scan(desk.desk, cardOf(patron));
  await expect(desk.desk.getByRole('searchbox')).toHaveValue(cardOf(patron));
  const opened = desk.app.windows().length > 1 ? undefined : desk.app.waitForEvent('window');
  await scan(desk.desk, `~]C0${cardOf(patron)}#`);
  const window = opened ? await opened : desk.app.windows()[1];
  await expect(
    window?.getByRole('heading', { name: nameOf(patron) }) ?? desk.desk.locator('x'),
  ).toBeVisible();
});

test('where policy lets a scanner take long, hands that are quicker than it are hands', async ({
  underPolicy,
  account,
  colleague,
}) => {
  const patron = await colleague.patronWho(isFree);
  const desk = await underPolicy({ scanner: { gapMs: 200 } });
  await desk.signIn(account('lead'));
  const window = await desk.openPatronData(cardOf(patron));
  await window.getByRole('button', { name: 'Edit Contact' }).click();
  await window.getByLabel('Phone', { exact: true }).fill('08-123');
  await press(window, 'End', 'Control+s');
  await expect(window.getByRole('button', { name: 'Edit Contact' })).toBeFocused();
});
