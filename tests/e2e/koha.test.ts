// What is special to a desk on a Koha: first start, what isn't offered, what the administrator has to create, whose acts
// wait.
import { DeskApp } from '../drive/desk-app.ts';
import { cardOf, isFree } from '../drive/central.ts';
import { expect, test } from './manual-fixtures.ts';

test('first start: the address is typed, the Koha recognised, and staff work', async ({
  host,
  folders,
  server,
  account,
}) => {
  const desk = await DeskApp.launch(host, folders, []);
  await desk.desk.getByLabel('Address').fill('http://127.0.0.1:9/');
  await desk.desk.getByRole('button', { name: 'Connect' }).click();
  await expect(desk.desk.getByText("The central server can't be reached.", { exact: true })).toBeVisible();
  await desk.desk.getByLabel('Address').fill(`${server.url}/cgi-bin/koha/mainpage.pl`);
  await desk.desk.getByRole('button', { name: 'Connect' }).click();
  await desk.signIn(account('lead'));
  await desk.search('2110001');
  await expect(desk.hit('2110001')).toBeVisible();
  await desk.close();
});

test('what a Koha has nothing of isn’t there, and the window says why', async ({ openPatron }) => {
  const { window } = await openPatron('lead');
  for (const tab of ['Notifications', 'Agreements'])
    await expect(window.getByRole('tab', { name: tab })).toHaveCount(0);
  await expect(window.getByRole('region', { name: 'Guarantor' })).toHaveCount(0);
  await expect(window.getByText('National ID')).toHaveCount(0);
  await window.getByText(/things aren't offered here/).click();
  await expect(window.getByText(/doesn't tell Circdesk what was sent/)).toBeVisible();
  await expect(window.locator('details dd').last()).toBeInViewport({ ratio: 0.9 });
});

test('Koha’s own restriction is shown as one that only Koha lifts', async ({ koha, openPatron }) => {
  for (const row of koha?.koha.world.patrons.values() ?? []) row['restricted'] = true;
  const { window } = await openPatron('lead');
  await expect(window.getByText('Restricted in Koha')).toBeVisible();
  await expect(window.getByRole('button', { name: 'Unblock patron' })).toHaveCount(0);
  await expect(window.getByRole('button', { name: 'Block patron' })).toBeVisible();
});

test('without the attribute type the dialog says what to create, and keeps the comment', async ({
  koha,
  openPatron,
}) => {
  koha?.koha.world.attributeTypes.clear();
  const { window } = await openPatron('lead');
  await window.getByRole('button', { name: 'Block patron' }).click();
  const dialog = window.getByRole('dialog');
  await dialog.getByLabel('Comment').fill('Took the till.');
  await window.getByRole('button', { name: 'Block account' }).click();
  await expect(dialog.getByText(/DESKBLOCK/)).toBeVisible();
  await expect(dialog.getByLabel('Comment')).toHaveValue('Took the till.');
});

test('what one left waiting goes out when they sign in again, and the window says whose it is', async ({
  host,
  folders,
  line,
  account,
  atServer,
}) => {
  const desk = await DeskApp.launch(host, folders, [`--server=${line.url}`]);
  const patron = await atServer.patronWho((one) => isFree(one) && cardOf(one) !== '');
  await desk.signIn(account('lead'));
  const window = await desk.openPatronData(cardOf(patron));
  line.state = 'cut';
  await window.getByRole('button', { name: 'Edit Staff note' }).click();
  await window.getByRole('textbox', { name: 'Staff note' }).fill('Rings twice.');
  await window.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(window.getByText(/waits to be sent/)).toBeVisible();
  // The window shows that it waits before the form has given up on the server's word.
  await expect(window.getByRole('button', { name: 'Edit Staff note' })).toBeVisible();

  await desk.desk.getByRole('button', { name: 'Sign out' }).click();
  await expect(desk.desk.getByText(/when you sign in at this desk again/)).toBeVisible();
  await desk.desk.getByRole('alertdialog').getByRole('button', { name: 'Sign out' }).click();
  await expect(desk.desk.getByText(/waits here until .*lead Staff/)).toBeVisible();

  line.state = 'good';
  await desk.signIn(account('desk'));
  await desk.desk.getByRole('navigation').getByRole('button', { name: /^Sync/ }).click();
  await expect(desk.desk.getByText(/waits until .*lead Staff.* signs in again/)).toBeVisible();
  await desk.desk.getByRole('button', { name: 'Sign out' }).click();
  await desk.signIn(account('lead'));
  await expect
    .poll(async () => (await atServer.patron(patron.id)).sections.note.values.staffNote)
    .toBe('Rings twice.');
  await desk.close();
});

test('a locked desk that a librarian takes over who has a former one’s number keeps nothing of theirs', async ({
  koha,
  desk,
  openPatron,
}) => {
  await openPatron('lead');
  await expect
    .poll(() => desk.desk.evaluate(async () => globalThis.window.circdesk.patrons.recent({})))
    .toMatchObject({ value: { patrons: [{}] } });
  await desk.desk.evaluate(() => globalThis.window.circdesk.session.lock({}));
  const world = koha?.koha.world;
  const former = [...(world?.patrons.values() ?? [])].find((row) => row['userid'] === 'lead');
  const number = Number(former?.['patron_id']);
  world?.change(number, { surname: 'New', userid: 'nils', date_enrolled: '2026-02-20' });
  world?.passwords.set(number, 'nils nils');
  const gone = desk.desk.waitForEvent('domcontentloaded');
  const again = desk.desk.getByRole('dialog');
  await again.getByLabel('Username').fill('nils');
  await again.getByLabel('Password').fill('nils nils');
  await again.getByRole('button', { name: 'Sign in' }).click();
  await gone;
  await desk.desk.getByRole('searchbox', { name: 'Search patrons' }).waitFor();
  const recent = await desk.desk.evaluate(async () => globalThis.window.circdesk.patrons.recent({}));
  expect(recent).toMatchObject({ value: { patrons: [] } });
});

test.describe('where the desk keeps no copy, a window whose patron’s number Koha has passed on', () => {
  test.use({ scope: 'none' });
  for (const [act, press] of [
    ['blocks', 'Block account'],
    ['hands out the data of', 'Download patron data'],
  ] as const)
    test(`${act} nobody else`, async ({ koha, openPatron }) => {
      const { patron, window } = await openPatron('lead');
      const world = koha?.koha.world;
      const row = [...(world?.patrons.values() ?? [])].find(
        ({ cardnumber }) => cardnumber === cardOf(patron),
      );
      const number = Number(row?.['patron_id']);
      world?.change(number, { firstname: 'Nova', surname: 'New', date_enrolled: '2026-11-01' });
      if (press === 'Block account') {
        await window.getByRole('button', { name: 'Block patron' }).click();
        await window.getByLabel('Comment').fill('Took the till.');
      }
      await window.getByRole('button', { name: press }).click();
      await expect(window.getByText('This patron has been deleted', { exact: true })).toBeVisible();
      await expect(window.getByText('The patron data is saved')).toHaveCount(0);
      expect(world?.attributes.filter((one) => one.patron === number)).toEqual([]);
    });
});
