// What is told to those who don't see it: hits, what was saved, the line that goes and comes back.
import { cardOf, isFree } from '../drive/central.ts';
import { expect, testOnLine as test } from './fixtures.ts';

test('hits, saving, going offline and coming back are told by live regions', async ({
  desk,
  account,
  colleague,
  line,
}) => {
  const patron = await colleague.patronWho(isFree);
  await desk.signIn(account('desk'));
  const spoken = desk.desk.getByRole('status');
  await desk.search(cardOf(patron));
  await expect(spoken.filter({ hasText: 'One patron found' })).toHaveCount(1);
  await desk.search('nobody is called this');
  await expect(spoken.filter({ hasText: 'No patrons found' })).toHaveCount(1);

  const window = await desk.openPatronData(cardOf(patron));
  await window.getByRole('button', { name: 'Edit Contact' }).click();
  await window.getByLabel('Phone', { exact: true }).fill('+46 70 123 45 67');
  await window.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(window.getByRole('log', { name: 'Notices' })).toContainText('Contact saved.');

  line.state = 'cut';
  await window.getByRole('button', { name: 'Edit Contact' }).click();
  await window.getByLabel('Phone', { exact: true }).fill('+46 70 765 43 21');
  await window.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(spoken.filter({ hasText: "The central server can't be reached." })).toHaveCount(1);
  line.state = 'good';
  await desk.desk.bringToFront();
  await desk.desk.getByRole('navigation').getByRole('button', { name: /^Sync/ }).click();
  await desk.desk.getByRole('button', { name: 'Sync now' }).click();
  await expect(spoken.filter({ hasText: 'The central server is back.' })).toHaveCount(1);
});
