// Before anybody is signed in.
import type { Act } from './stage.ts';

export const signIn: Act = {
  name: 'sign in',
  async play(stage, show) {
    stage.line.state = 'cut';
    const { desk: page } = await stage.launch();
    await page.getByRole('alert').waitFor();
    await show('sign-in-server-away', page);
    stage.line.state = 'good';
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('alert').waitFor({ state: 'detached' });
    await page.getByLabel('Library').selectOption('north');
    await show('sign-in', page);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('Fill this in.').first().waitFor();
    await show('sign-in-incomplete', page);
    await page.getByLabel('Username').fill('lead');
    await page.getByLabel('Password').fill('wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').waitFor();
    await show('sign-in-wrong-password', page);
  },
};
