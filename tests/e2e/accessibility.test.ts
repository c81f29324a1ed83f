// What a machine can tell of accessibility: axe finds nothing on the main screens, light and dark.
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { cardOf } from '../drive/central.ts';
import { expect, test } from './fixtures.ts';

async function findings(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing, ${colorScheme}`, async ({ desk, openPatronData }) => {
    const { desk: page } = desk;
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    expect(await findings(page)).toEqual([]);
    const { window, patron } = await openPatronData(
      'lead',
      (p) => p.debtBlock !== null && p.loans.length > 0,
    );
    expect(await findings(page)).toEqual([]);
    await window.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    expect(await findings(window)).toEqual([]);
    await window.getByRole('button', { name: 'Edit Contact' }).click();
    expect(await findings(window)).toEqual([]);
    await window.getByRole('button', { name: 'Cancel' }).click();
    await window.getByRole('button', { name: 'Delete patron' }).click();
    expect(await findings(window)).toEqual([]);
    await window.keyboard.press('Escape');
    await window.getByRole('tab', { name: 'Loans' }).click();
    await expect(window.getByText(cardOf(patron)).first()).toBeVisible();
    expect(await findings(window)).toEqual([]);
  });
}
