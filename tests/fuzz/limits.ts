// How long a property is tried: in CI's time by default, with the same seed each time; longer, and elsewhere, by
// `npm run fuzz`.
const number = (name: string, standard: number) => Number(process.env[name] ?? standard);

/** For `fc.assert`; `runs` is how many fit CI's time. */
export const limits = (runs: number) => ({
  seed: number('CIRCDESK_FUZZ_SEED', 20261124),
  numRuns: runs * number('CIRCDESK_FUZZ_TIMES', 1),
  interruptAfterTimeLimit: number('CIRCDESK_FUZZ_SECONDS', 20) * 1000,
  markInterruptAsFailure: false,
});

/** For the test around it, in ms. */
export const patience = number('CIRCDESK_FUZZ_SECONDS', 20) * 1000 + 60_000;
