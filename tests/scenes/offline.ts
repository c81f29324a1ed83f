// Without the line, and when it's back: what waits, what is in conflict, what was refused.
import { cardOf, isFree } from '../drive/central.ts';
import { press } from '../drive/person.ts';
import type { Act } from './stage.ts';

export const offline: Act = {
  name: 'offline',
  async play(stage, show) {
    const app = await stage.signedIn();
    const { desk: page } = app;
    const [edited, blocked, gone] = await stage.patrons(isFree, isFree, isFree);
    if (!edited || !blocked || !gone) return;
    const sync = () => page.getByRole('navigation').getByRole('button', { name: /^Sync/ }).click();
    const patrons = () =>
      page
        .getByRole('navigation')
        .getByRole('button', { name: /^Patrons/ })
        .click();

    stage.line.state = 'cut';
    const first = await app.openPatronData(cardOf(edited));
    await first.getByRole('button', { name: 'Edit Address' }).click();
    await first.getByLabel('Town', { exact: true }).fill('Visby');
    await first.getByRole('button', { name: 'Save', exact: true }).click();
    await first.getByText('One act at this desk waits to be sent').waitFor();
    await show('patron-offline', first);
    await first.getByRole('button', { name: 'Delete patron' }).click();
    await first.getByRole('dialog').waitFor();
    await show('delete-offline', first);
    await press(first, 'Escape');
    await first.getByRole('button', { name: 'Edit Card' }).click();
    await show('edit-card-offline', first);
    await first.getByRole('button', { name: 'Cancel' }).click();
    // It will have to wait for a decision on the one before.
    await first.getByRole('button', { name: 'Edit Address' }).click();
    await first.getByLabel('Postcode', { exact: true }).fill('621 57');
    await first.getByRole('button', { name: 'Save', exact: true }).click();
    await first.getByText('2 acts at this desk wait to be sent').waitFor();
    const second = await app.openPatronData(cardOf(blocked));
    await second.getByRole('button', { name: 'Block patron' }).click();
    await second.getByLabel('Comment').fill('Kept the atlas.');
    await show('block-offline', second);
    await second.getByRole('button', { name: 'Block account' }).click();
    await second.getByText('Not in force elsewhere yet', { exact: true }).waitFor();
    await show('patron-blocked-here-only', second);
    const third = await app.openPatronData(cardOf(gone));
    await third.getByRole('button', { name: 'Edit Contact' }).click();
    await third.getByLabel('Phone', { exact: true }).fill('+44 1632 960123');
    await third.getByRole('button', { name: 'Save', exact: true }).click();
    await third.getByText('One act at this desk waits to be sent').waitFor();
    await patrons();
    await app.search('*');
    await page.getByRole('row').nth(3).waitFor();
    await show('search-offline', page);
    await sync();
    await page.getByRole('listitem').nth(5).waitFor();
    await show('sync-waiting-offline', page);

    await stage.central.saveSection(edited.id, 'address', { town: 'Ystad' });
    const { tag } = await stage.central.patron(gone.id);
    await stage.central.act('DELETE', `/patrons/${gone.id}`, undefined, tag);
    stage.line.state = 'good';
    await page.getByRole('button', { name: 'Sync now' }).click();
    await page.getByText('2 need a decision').waitFor();
    await page.getByRole('button', { name: 'Let go' }).nth(1).waitFor();
    await show('sync-undecided', page);
    await page.getByRole('button', { name: 'Let go' }).first().click();
    await page.getByRole('alertdialog').waitFor();
    await show('sync-let-go', page);
    await press(page, 'Escape');
    await first.getByText('somebody else changed the same').first().waitFor();
    await show('patron-with-conflict', first);
    await first.getByRole('button', { name: 'Decide' }).click();
    await first.getByRole('radio', { name: 'Theirs' }).waitFor();
    await show('edit-conflict', first);
  },
};
