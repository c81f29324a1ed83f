// A desk at a Koha: its first start, what isn't offered and why, what Koha itself restricts, and whose acts wait.
import { press } from '../drive/person.ts';
import type { Act } from './stage.ts';

const PERMISSIONS = Object.fromEntries(
  ['Download patron data', 'Block/unblock patron', 'Delete patron'].map((name) => [
    `Patrons - ${name}`,
    { users: ['lead'] },
  ]),
);

export const atKoha: Act = {
  name: 'at a Koha',
  atKoha: true,
  async play(stage, show) {
    const { patrons } = stage.koha.world;
    const [restricted, blocked] = [...patrons.values()].filter((row) => row['category_id'] === 'ADULT');
    if (!restricted || !blocked) throw new Error('The made-up Koha has no patrons.');
    restricted['restricted'] = true;

    const fresh = await stage.launch({ server: undefined });
    await fresh.desk.getByLabel('Address').waitFor();
    await show('koha-first-start', fresh.desk);
    await fresh.desk.getByLabel('Address').fill('http://127.0.0.1:9/');
    await fresh.desk.getByRole('button', { name: 'Connect' }).click();
    await fresh.desk.getByRole('alert').waitFor();
    await show('koha-first-start-not-found', fresh.desk);
    await fresh.quit();

    const app = await stage.signedIn({
      koha: { currency: 'SEK', debtLimit: 30, permissions: PERMISSIONS },
    });
    const first = await app.openPatronData(String(restricted['cardnumber']));
    await show('koha-restricted', first);
    await first.getByText(/things aren't offered here/).click();
    await show('koha-not-offered', first);
    await first.getByRole('button', { name: 'Delete patron' }).click();
    await first.getByRole('dialog').or(first.getByRole('alertdialog')).waitFor();
    await show('koha-delete', first);
    await press(first, 'Escape');

    const second = await app.openPatronData(String(blocked['cardnumber']));
    await second.getByRole('button', { name: 'Block patron' }).click();
    await second.getByLabel('Comment').fill('Kept the atlas.');
    await show('koha-block', second);
    await second.getByRole('button', { name: 'Block account' }).click();
    await second.getByText('Kept in Koha as a note:').waitFor();
    await show('koha-blocked', second);

    stage.line.state = 'cut';
    await second.getByRole('button', { name: 'Edit Staff note' }).click();
    await second.getByRole('textbox', { name: 'Staff note' }).fill('Rings twice.');
    await second.getByRole('button', { name: 'Save', exact: true }).click();
    await second.getByText('waits to be sent').waitFor();
    await second.getByRole('button', { name: 'Edit Staff note' }).waitFor();
    await app.desk.getByRole('button', { name: 'Sign out' }).click();
    await app.desk.getByRole('alertdialog').waitFor();
    await show('koha-sign-out-waiting', app.desk);
    await app.desk.getByRole('alertdialog').getByRole('button', { name: 'Sign out' }).click();
    await app.desk.getByText(/waits here until/).waitFor();
    await show('koha-waits-for-its-author', app.desk);
  },
};
