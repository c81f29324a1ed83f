// The first half of the tour: the manual page, with the line.
import { copyFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Patron } from '../../shared/patrons/patron.ts';
import { cardOf, isFree, nameOf } from '../../tests/drive/central.ts';
import type { Tour } from './tour.ts';

/** Everything that the manual page tells, once, at a desk that nobody is signed in at. */
export async function withTheLine({ desk, central, account, downloads, step, out }: Tour): Promise<void> {
  const { desk: page } = desk;
  const patrons = await central.patrons();
  const pick = (fits: (patron: Patron) => boolean): Patron => {
    const found = patrons.find(fits);
    if (!found) throw new Error('The demo data has no such patron.');
    return found;
  };
  const main = pick(
    (p) =>
      isFree(p) && p.sections.contact.values.phones.length > 0 && p.sections.note.values.staffNote === '',
  );
  const busy = pick((p) => p.loans.length > 0 && p.debts.length > 0 && p.reservations.length > 0);
  const leaving = pick((p) => isFree(p) && p.id !== main.id);
  const family = main.sections.personal.values.familyName;
  let patron = page;
  const dialog = () => patron.getByRole('dialog');

  await step(
    'Sign in',
    () => page,
    async () => {
      await page.getByLabel('Library').selectOption(account.library);
      await page.getByLabel('Username').fill(account.username);
      await page.getByRole('button', { name: 'Sign in' }).waitFor();
    },
  );
  await step(
    'Patrons',
    () => page,
    () => desk.signIn(account),
  );
  await step(
    'Search',
    () => page,
    async () => {
      await desk.search(family);
      await desk.hit(family).waitFor();
    },
  );
  await step(
    'Open the patron details window',
    () => patron,
    async () => {
      patron = await desk.openPatron(cardOf(main));
    },
  );
  await step(
    'Patron data',
    () => patron,
    async () => {
      await patron.getByRole('tab', { name: 'Patron data' }).click();
      await patron.getByRole('button', { name: 'Edit Contact' }).waitFor();
    },
  );
  await step(
    'Edit a section',
    () => patron,
    async () => {
      await patron.getByRole('button', { name: 'Edit Contact' }).click();
      await patron.getByLabel('Phone', { exact: true }).fill('+44 1632 960123');
    },
  );
  await step(
    'Save',
    () => patron,
    async () => {
      await patron.getByRole('button', { name: 'Save', exact: true }).click();
      await patron.getByRole('button', { name: 'Edit Contact' }).waitFor();
      await patron.getByText('+44 1632 960123').first().waitFor();
    },
  );
  await step(
    'Block patron',
    () => patron,
    async () => {
      await patron.getByRole('button', { name: 'Block patron' }).click();
      await dialog()
        .getByLabel('Comment')
        .fill('Returned two library tablets with broken screens on 20 November.');
    },
  );
  await step(
    'Blocked',
    () => patron,
    async () => {
      await dialog().getByRole('button', { name: 'Block account' }).click();
      await patron.getByRole('button', { name: 'Unblock patron' }).waitFor();
    },
  );
  await step(
    'Unblock patron',
    () => patron,
    async () => {
      await patron.getByRole('button', { name: 'Unblock patron' }).click();
      await dialog().getByLabel('Comment').fill('Both screens are paid for.');
    },
  );
  await step(
    'Unblocked',
    () => patron,
    async () => {
      await dialog().getByRole('button', { name: 'Unblock account' }).click();
      await patron.getByRole('button', { name: 'Block patron' }).waitFor();
    },
  );
  await step(
    'Download patron data',
    () => patron,
    async () => {
      await patron.getByRole('button', { name: 'Download patron data' }).click();
      await patron.getByRole('button', { name: 'Show in folder' }).waitFor();
      const files = (await readdir(downloads)).filter((name) => name.startsWith('patron-data-'));
      if (files.length === 0) throw new Error('There is no file in the Downloads folder.');
      for (const file of files) await copyFile(join(downloads, file), join(out, file));
    },
  );
  await step(
    'Loans of another patron',
    () => patron,
    async () => {
      patron = await desk.openPatron(cardOf(busy));
      await patron.getByRole('tab', { name: 'Loans' }).click();
      await patron.getByRole('row').nth(1).waitFor();
    },
  );
  await step(
    'Delete patron, refused',
    () => patron,
    async () => {
      await patron.getByRole('tab', { name: 'Patron data' }).click();
      await patron.getByRole('button', { name: 'Delete patron' }).click();
      await dialog().getByText(/loan/i).first().waitFor();
    },
  );
  await step(
    'Delete patron, confirm',
    () => patron,
    async () => {
      patron = await desk.openPatronData(cardOf(leaving));
      await patron.getByRole('button', { name: 'Delete patron' }).click();
      await dialog().getByRole('button', { name: 'Delete patron' }).waitFor();
    },
  );
  await step(
    'Deleted',
    () => patron,
    async () => {
      await dialog().getByRole('button', { name: 'Delete patron' }).click();
      await patron.getByRole('button', { name: 'Close' }).first().waitFor();
      const gone = await central.ask('GET', `/patrons/${leaving.id}`);
      if (gone.status !== 410)
        throw new Error(`The server still answers ${gone.status} for ${nameOf(leaving)}.`);
    },
  );
}
