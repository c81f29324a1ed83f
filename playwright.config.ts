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
  // A machine that stood still for half a minute fails a test, too. An attack that succeeds once has succeeded.
  retries: 1,
  // The manual page is done a second time, on a Koha.
  projects: [
    { name: 'reference', testIgnore: ['koha.test.ts', 'attacks/*.test.ts'] },
    { name: 'attacks', testMatch: 'attacks/*.test.ts', retries: 0 },
    {
      name: 'koha',
      testMatch: ['manual.test.ts', 'koha.test.ts'],
      grepInvert: /@reference/,
      use: { kind: 'koha' },
    },
  ],
  reporter: [['list'], ['json', { outputFile: 'test-results/playwright.json' }]],
});
