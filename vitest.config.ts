// Units beside their code, the server's contract, the host's conformance: everything that needs no built app.
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [vue()],
  test: {
    include: ['{electron,renderer,shared,server,build,bench,tests}/**/*.test.ts'],
    exclude: ['tests/e2e/**', '**/node_modules/**'],
    // V8's list of compiled pages can lose one where threads that read TypeScript, by WebAssembly, end or renew what they
    // call JavaScript by; then it ends the process. Neither is needed here.
    execArgv: ['--no-memory-protection-keys', '--wasm-wrapper-tiering-budget=1000000000'],
    // Of two processors one would stand idle.
    maxWorkers: '100%',
    // A busy machine is no failure; what must be quick says so itself.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 30_000 } },
  },
});
