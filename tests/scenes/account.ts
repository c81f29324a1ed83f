// What can be done with an account: download, block, unblock, delete; and a patron who is gone.
import type { Patron } from '../../shared/patrons/patron.ts';
import { cardOf, isFree } from '../drive/central.ts';
import { press } from '../drive/person.ts';
import type { Act } from './stage.ts';

const owes = (p: Patron) => p.loans.length > 0 && p.reservations.length > 0 && p.debts.length > 0;

export const account: Act = {
  name: 'account',
  async play(stage, show) {
    const app = await stage.signedIn();
    const [patron, busy, leaving, elsewhere] = await stage.patrons(isFree, owes, isFree, isFree);
    if (!patron || !busy || !leaving || !elsewhere) return;
    const window = await app.openPatronData(cardOf(patron));
    await window.getByRole('button', { name: 'Block patron' }).click();
    await show('block', window);
    await window.getByRole('button', { name: 'Block account' }).click();
    await show('block-without-comment', window);
    await window.getByLabel('Comment').fill('Returned two library tablets with broken screens.');
    await window.getByRole('button', { name: 'Block account' }).click();
    await window.getByRole('button', { name: 'Unblock patron' }).waitFor();
    await show('blocked', window);
    await window.getByRole('button', { name: 'Unblock patron' }).click();
    await window.getByRole('dialog').waitFor();
    await show('unblock', window);
    await press(window, 'Escape');
    const obstacles = await app.openPatronData(cardOf(busy));
    await obstacles.getByRole('button', { name: 'Delete patron' }).click();
    await obstacles.getByRole('dialog').waitFor();
    await show('delete-obstacles', obstacles);
    const last = await app.openPatronData(cardOf(leaving));
    await last.getByRole('button', { name: 'Delete patron' }).click();
    await last.getByRole('dialog').waitFor();
    await show('delete-confirm', last);
    await last.getByRole('dialog').getByRole('button', { name: 'Delete patron' }).click();
    await last.getByText('Patron deleted').waitFor();
    await show('deleted', last);
    const gone = await app.openPatronData(cardOf(elsewhere));
    const { tag } = await stage.central.patron(elsewhere.id);
    await stage.central.act('DELETE', `/patrons/${elsewhere.id}`, undefined, tag);
    await app.desk.getByRole('navigation').getByRole('button', { name: /^Sync/ }).click();
    await app.desk.getByRole('button', { name: 'Sync now' }).click();
    await gone.getByText('This patron has been deleted').waitFor();
    await show('deleted-elsewhere', gone);
  },
};

export const downloads: Act = {
  name: 'downloads',
  async play(stage, show) {
    const app = await stage.signedIn({ patronData: { askWhoIsAsking: true } });
    const [patron] = await stage.patrons(isFree);
    if (!patron) return;
    const window = await app.openPatronData(cardOf(patron));
    await window.getByRole('button', { name: 'Download patron data' }).click();
    await window.getByRole('dialog').waitFor();
    await show('download-who-is-asking', window);
    await window.getByRole('dialog').getByRole('checkbox').check();
    await window.getByRole('button', { name: 'Save file' }).click();
    await window.getByRole('button', { name: 'Show in folder' }).waitFor();
    await show('download-saved', window);
  },
};
