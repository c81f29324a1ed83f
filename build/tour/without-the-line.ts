// The second half of the tour: the line is cut, the desk is killed, staff work on; then the line is back.
import { cardOf, isFree } from '../../tests/drive/central.ts';
import type { DeskApp } from '../../tests/drive/desk-app.ts';
import type { Tour } from './tour.ts';

const openSync = (desk: DeskApp) =>
  desk.desk.getByRole('navigation').getByRole('button', { name: /^Sync/ }).click();
const status = (desk: DeskApp, words: string | RegExp) =>
  desk.desk.getByRole('button', { name: /Online|Offline|Sign in to sync/ }).filter({ hasText: words });

/** Whoever the account is has signed in at the desk before. */
export async function withoutTheLine({ desk, central, account, line, step, restart }: Tour): Promise<void> {
  // The last ones: windows of the first ones may be open.
  const [first, second] = (await central.patrons()).filter(isFree).slice(-2);
  if (!first || !second) throw new Error('The demo data has no two such patrons.');
  await status(desk, 'As of').waitFor();
  line.state = 'cut';
  let window = desk.desk;
  await step(
    'Without the line, edit',
    () => window,
    async () => {
      window = await desk.openPatronData(cardOf(first));
      await window.getByRole('button', { name: 'Edit Address' }).click();
      await window.getByLabel('Town', { exact: true }).fill('Visby');
      await window.getByRole('button', { name: 'Save', exact: true }).click();
      await window.getByText('One act at this desk waits to be sent').waitFor();
    },
  );
  await step(
    'Without the line, block',
    () => window,
    async () => {
      window = await desk.openPatronData(cardOf(second));
      await window.getByRole('button', { name: 'Block patron' }).click();
      await window.getByLabel('Comment').fill('Kept the atlas.');
      await window.getByRole('button', { name: 'Block account' }).click();
      await window.getByText('Not in force elsewhere yet').waitFor();
    },
  );
  let again = desk;
  await step(
    'Killed, started again, signed in without the line',
    () => again.desk,
    async () => {
      await desk.kill();
      again = await restart();
      await again.signIn(account);
      await status(again, '2 acts wait').waitFor();
    },
  );
  await step(
    'What waits',
    () => again.desk,
    () => openSync(again),
  );
  await central.saveSection(first.id, 'address', { town: 'Ystad' });
  line.state = 'good';
  await step(
    'The line is back, one conflict',
    () => again.desk,
    async () => {
      await again.desk.getByRole('button', { name: 'Sync now' }).click();
      await status(again, 'One needs a decision').waitFor();
    },
  );
  await step(
    'The conflict, field by field',
    () => window,
    async () => {
      const opened = again.app.waitForEvent('window');
      await again.desk.getByRole('button', { name: 'Decide' }).click();
      window = await opened;
      await window.getByRole('button', { name: 'Decide' }).click();
      await window.getByRole('radio', { name: 'Theirs' }).waitFor();
    },
  );
  await step(
    'Decided, everything is confirmed',
    () => again.desk,
    async () => {
      await window.getByRole('radio', { name: 'Yours' }).click();
      await window.getByRole('button', { name: 'Save', exact: true }).click();
      await window.getByRole('button', { name: 'Edit Address' }).waitFor();
      await again.desk.getByRole('listitem').filter({ hasText: 'Confirmed' }).nth(1).waitFor();
      const now = await central.patron(first.id);
      if (now.sections.address.values.town !== 'Visby') throw new Error('The decision is not at the server.');
      if ((await central.patron(second.id)).blocks.length !== 1)
        throw new Error('The block is not at the server.');
    },
  );
}
