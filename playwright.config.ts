// End-to-end tests: the built app on its host, each test with its own user data and its own server.
import { defineConfig } from '@playwright/test';
import type { ManualOptions } from './tests/e2e/manual-fixtures.ts';

export default defineConfig<ManualOptions>({
  testDir: 'tests/e2e',
  outputDir: 'test-results/e2e',
  timeout: 120_000,
  expect: { timeout: 20_000 },
  fullyParallel: true,
  workers: 2,
  retries: 0,
  // The manual page is done a second time, on a Koha.
  projects: [
    { name: 'reference', testIgnore: 'koha.test.ts' },
    {
      name: 'koha',
      testMatch: ['manual.test.ts', 'koha.test.ts'],
      grepInvert: /@reference/,
      use: { kind: 'koha' },
    },
  ],
  reporter: [['list'], ['json', { outputFile: 'test-results/playwright.json' }]],
});
