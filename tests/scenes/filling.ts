// The copy being filled, paused by staff; and a window that nobody has looked at for a while.
import { cardOf, isFree } from '../drive/central.ts';
import type { Act } from './stage.ts';

export const filling: Act = {
  name: 'filling',
  patrons: 1200,
  async play(stage, show) {
    const { desk: page } = await stage.launch();
    await page.getByLabel('Library').selectOption('north');
    await page.getByLabel('Username').fill(stage.account().username);
    await page.getByLabel('Password').fill(stage.account().password);
    stage.line.state = 'slow';
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('navigation').getByRole('button', { name: /^Sync/ }).click();
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByText('Copying patrons is paused').waitFor();
    await show('sync-filling-paused', page);
  },
};

export const unattended: Act = {
  name: 'unattended',
  async play(stage, show) {
    const app = await stage.signedIn({ privacy: { afterMinutes: 0.1, then: 'hide' } });
    const [patron] = await stage.patrons(isFree);
    if (!patron) return;
    const window = await app.openPatron(cardOf(patron));
    await window.getByText('nobody used this window').waitFor();
    await show('hidden-unattended', window);
  },
};
