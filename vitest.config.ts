// Units beside their code, the server's contract, the host's conformance: everything that needs no built app.
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [vue()],
  test: {
    include: ['{electron,renderer,shared,server,build,bench,tests}/**/*.test.ts'],
    exclude: ['tests/e2e/**', '**/node_modules/**'],
    testTimeout: 20_000,
  },
});
