// The desk window: searching, its empty states, settings, help, and what hides everything.
import { cardOf, isFree } from '../drive/central.ts';
import { press } from '../drive/person.ts';
import { scan } from '../drive/scanner.ts';
import type { Act } from './stage.ts';

export const searching: Act = {
  name: 'searching',
  async play(stage, show) {
    const app = await stage.signedIn();
    const { desk: page } = app;
    const [patron, other] = await stage.patrons(isFree, isFree);
    if (!patron || !other) return;
    await show('search-first-steps', page);
    await press(page, 'F1');
    await page.getByRole('dialog').waitFor();
    await show('help-shortcuts', page);
    await page.getByRole('tab', { name: 'First steps' }).click();
    await show('help-first-steps', page);
    await press(page, 'Escape');
    await page.getByRole('button', { name: 'Put away' }).click();
    await show('search-empty', page);

    for (const one of [patron, other]) await (await app.openPatron(cardOf(one))).close();
    await app.search('');
    await page.getByText('Recent patrons').waitFor();
    await show('search-recent-patrons', page);
    await app.search('*');
    await page.getByRole('row').nth(5).waitFor();
    await show('search-many-hits', page);
    await press(page, 'ArrowDown');
    await press(page, 'ArrowDown');
    await show('search-row-with-focus', page);
    await app.search(cardOf(patron));
    // Their row is among the hits before, too.
    await page.getByText('One patron found').first().waitFor();
    await show('search-one-hit', page);
    await app.search('nobody is called this');
    await page.getByText('No patron matches').waitFor();
    await show('search-no-hits', page);

    await app.search('');
    await scan(page, '9999999999');
    await page.getByText('No patron has the card').waitFor();
    await show('scan-unknown-card', page);
    await page.getByRole('button', { name: 'Dismiss' }).click();

    await page.getByRole('navigation').getByRole('button', { name: 'Settings' }).click();
    await show('settings', page);
    await page.getByRole('navigation').getByRole('button', { name: /^Sync/ }).click();
    await page.getByText('Nothing waits').waitFor();
    await show('sync-nothing-waits', page);
    await press(page, 'F9');
    await page.getByText('The screen is hidden').waitFor();
    await show('hidden', page);
    await press(page, 'F9');
    await press(page, 'Control+l');
    await page.getByRole('dialog').waitFor();
    await show('locked', page);
  },
};

export const servers: Act = {
  name: 'a server that fails',
  async play(stage, show) {
    const app = await stage.launch({ copy: { scope: 'none' } });
    await app.signIn(stage.account());
    stage.line.state = 'silent';
    await app.search('lind');
    await app.desk.getByText('Searching…').first().waitFor();
    await show('search-under-way', app.desk);
    stage.line.state = 'rubbish';
    await app.search('linden');
    await app.desk.getByRole('navigation').getByRole('button', { name: /^Sync/ }).click();
    await app.desk.getByRole('button', { name: 'Sync now' }).click();
    await app.desk.getByRole('alert').getByText("The central server's answer made no sense.").waitFor();
    await show('sync-problem', app.desk);
  },
};
