// npm run fuzz: the properties of tests/fuzz and the requests of tests/security/gate-fuzz, longer than in CI and from
// another seed. What fails says with which seed, and with what it was that it failed.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { given } from './options.ts';

const USAGE = `npm run fuzz -- [--minutes N] [--seed S]
  --minutes  for each property, at most`;

const { values, whole, refuse } = given(USAGE, {
  minutes: { type: 'string', default: '10' },
  seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
});
whole('seed', values.seed, 0, 2 ** 31);
const seconds = Number(values.minutes) * 60;
if (!(seconds > 0)) refuse('--minutes takes a number above 0.');
console.log(`Each property for at most ${values.minutes} minutes, seed ${values.seed}.`);
const root = join(import.meta.dirname, '..');
const { status } = spawnSync(
  process.execPath,
  [join(root, 'node_modules/vitest/vitest.mjs'), 'run', 'tests/fuzz', 'tests/security/gate-fuzz.test.ts'],
  {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...process.env,
      CIRCDESK_FUZZ_SEED: values.seed,
      CIRCDESK_FUZZ_TIMES: '100000',
      CIRCDESK_FUZZ_SECONDS: String(seconds),
      FUZZ_SEED: values.seed,
      FUZZ_RUNS: String(Math.max(10_000, seconds * 200)),
    },
  },
);
process.exitCode = status ?? 1;
