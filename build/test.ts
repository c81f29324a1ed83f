// npm test: every check and every suite, each within its budget, and one line of sums at the end.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { electronBinary } from './app-host.ts';
import { bundle } from './bundle.ts';
import { ensureChromium } from './ensure-chromium.ts';

const root = join(import.meta.dirname, '..');
const results = join(root, 'test-results');
/** As it was given: bundling makes it production's, in which Vue tells tests nothing. */
const environment = { ...process.env };

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
  /** What failed, by name, to be told once more where everybody looks: at the end. */
  failures: string[];
  /** What failed, and passed when it was tried again: a defect of the test or of the app all the same. */
  unsteady?: string[];
}

interface Suite {
  name: string;
  /** A program, seen from the project's folder, and its arguments. */
  program: string;
  args: string[];
  /** Seconds after which the suite has failed, however it would end: at least twice what it takes where nothing else runs. */
  budget: number;
  /** Reads the counts; a suite without counts is one check. */
  counts?: () => Counts;
}

const readJson = (file: string): unknown => JSON.parse(readFileSync(join(results, file), 'utf8'));

interface VitestReport {
  numTotalTests: number;
  numPassedTests: number;
  numFailedTests: number;
  numFailedTestSuites: number;
  testResults: {
    name: string;
    status: string;
    message: string;
    assertionResults: { status: string; fullName: string; failureMessages: string[] }[];
  }[];
}

const vitestFailures = (report: VitestReport): string[] =>
  report.testResults
    .filter(({ status }) => status === 'failed')
    .flatMap(({ name, message, assertionResults }) => [
      `${relative(root, name)} ${message}`,
      ...assertionResults
        .filter(({ status }) => status === 'failed')
        .map(({ fullName, failureMessages }) => `${fullName}: ${failureMessages.join('\n')}`),
    ]);

interface PlaywrightResult {
  errors: { message?: string }[];
  /** In base64, where it is no file. */
  attachments: { name: string; body?: string }[];
}

interface PlaywrightSuite {
  suites?: PlaywrightSuite[];
  specs: {
    file: string;
    title: string;
    tests: { status: string; results: PlaywrightResult[] }[];
  }[];
}

interface PlaywrightReport {
  stats: { expected: number; flaky: number; unexpected: number; skipped: number };
  suites: PlaywrightSuite[];
}

/** Of tests that ended so: `unexpected`, or `flaky` where one passed at its second try; with what was seen of each. */
const playwrightFailures = ({ suites = [], specs }: PlaywrightSuite, status: string): string[] => [
  ...specs.flatMap(({ file, title, tests }) =>
    tests
      .filter((one) => one.status === status)
      .map(({ results }) => {
        const errors = results.flatMap((one) => one.errors).map(({ message }) => message);
        const traces = results
          .flatMap(({ attachments }) => attachments)
          .filter(({ body }) => body !== undefined)
          .map(({ name, body }) => `${name}:\n${Buffer.from(body ?? '', 'base64').toString()}`);
        return [`${file}: ${title}: ${errors.join('\n')}`, ...traces].join('\n');
      }),
  ),
  ...suites.flatMap((suite) => playwrightFailures(suite, status)),
];

const CHECKS: Suite[] = [
  {
    name: 'format',
    program: 'node_modules/prettier/bin/prettier.cjs',
    args: ['--check', '--log-level', 'warn', '.'],
    budget: 60,
  },
  {
    name: 'lint',
    program: 'node_modules/eslint/bin/eslint.js',
    args: ['.', '--max-warnings', '0'],
    budget: 360,
  },
  { name: 'types', program: 'node_modules/vue-tsc/bin/vue-tsc.js', args: ['--noEmit'], budget: 240 },
];

const UNITS: Suite[] = [
  {
    name: 'units, contract, host, install',
    program: 'node_modules/vitest/vitest.mjs',
    args: [
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${join(results, 'vitest.json')}`,
    ],
    budget: 900,
    counts: () => {
      const report = readJson('vitest.json') as VitestReport;
      const { numTotalTests, numPassedTests, numFailedTests, numFailedTestSuites } = report;
      return {
        passed: numPassedTests,
        failed: numFailedTests + numFailedTestSuites,
        // Whatever else there is: the report's own sum leaves out those in a group within a group that is skipped.
        skipped: numTotalTests - numPassedTests - numFailedTests,
        failures: vitestFailures(report),
      };
    },
  },
];

const WINDOWS: Suite[] = [
  {
    name: 'end to end',
    program: 'node_modules/@playwright/test/cli.js',
    args: ['test'],
    budget: 2600,
    counts: () => {
      const report = readJson('playwright.json') as PlaywrightReport;
      return {
        passed: report.stats.expected + report.stats.flaky,
        failed: report.stats.unexpected,
        skipped: report.stats.skipped,
        failures: report.suites.flatMap((suite) => playwrightFailures(suite, 'unexpected')),
        unsteady: report.suites.flatMap((suite) => playwrightFailures(suite, 'flaky')),
      };
    },
  },
];

/** docs/reliability.md has what each of these is, and what longer runs of it found. */
const SIMULATION: Suite[] = [
  {
    name: 'simulation',
    program: 'build/simulate.ts',
    args: ['--runs', '2000', '--seed', '1', '--json'],
    budget: 360,
  },
];

const WORLDS: Suite[] = [
  { name: 'mutants', program: 'build/simulate-mutants.ts', args: ['--known'], budget: 240 },
  {
    name: 'every order of a small world',
    program: 'build/simulate-exhaustive.ts',
    args: [],
    budget: 1080,
  },
];

const APPS: Suite[] = [
  { name: 'tour', program: 'build/tour.ts', args: ['--out', join(results, 'tour')], budget: 120 },
  { name: 'crashes', program: 'build/crash.ts', args: ['--built', '--kills', '4'], budget: 240 },
  {
    name: 'load, a smoke of it',
    program: 'build/load.ts',
    args: ['--desks', '30', '--minutes', '0.3', '--act-every', '3'],
    budget: 120,
  },
];

/** One after another; within a round, suites of two lists run beside each other. */
const ROUNDS: Suite[][][] = [[CHECKS, UNITS], [WINDOWS], [SIMULATION], [WORLDS, APPS]];

/** `alone`: what it prints is seen at once; otherwise when it's over. */
async function run(suite: Suite, alone: boolean): Promise<Counts> {
  const title = `\n── ${suite.name} (at most ${suite.budget} s)`;
  if (alone) console.log(title);
  const began = performance.now();
  const child = spawn(process.execPath, [join(root, suite.program), ...suite.args], {
    cwd: root,
    env: environment,
    stdio: alone ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    timeout: suite.budget * 1000,
  });
  const printed: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => printed.push(chunk));
  const [status, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  if (!alone) console.log(`${title}\n${Buffer.concat(printed).toString()}`);
  console.log(`── ${suite.name}: ${((performance.now() - began) / 1000).toFixed(1)} s`);
  const ok = status === 0;
  if (signal) console.error(`${suite.name} did not end within ${suite.budget} s.`);
  try {
    const failed = { passed: 0, failed: 1, skipped: 0, failures: [signal ?? `status ${status}`] };
    const passed = { passed: 1, failed: 0, skipped: 0, failures: [] };
    const counts = suite.counts?.() ?? (ok ? passed : failed);
    return !ok && counts.failed === 0 ? { ...counts, failed: 1, failures: failed.failures } : counts;
  } catch (thrown) {
    return { passed: 0, failed: 1, skipped: 0, failures: [`left no counts: ${String(thrown)}`] };
  }
}

rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });
await ensureChromium(console.log);
if (!electronBinary()) console.log("Electron's binary isn't here: the app runs on the Chromium host only.");
await bundle();

const sums = { passed: 0, failed: 0, skipped: 0 };
const told: string[] = [];
async function runAll(suites: Suite[], alone: boolean): Promise<void> {
  for (const suite of suites) {
    const counts = await run(suite, alone);
    for (const key of ['passed', 'failed', 'skipped'] as const) sums[key] += counts[key];
    told.push(...counts.failures.map((failure) => `── failed: ${suite.name}: ${failure}`));
    told.push(
      ...(counts.unsteady ?? []).map((test) => `── passed only when tried again: ${suite.name}: ${test}`),
    );
  }
}
for (const round of ROUNDS) await Promise.all(round.map((suites) => runAll(suites, round.length === 1)));
if (told.length > 0) console.log(`\n${told.join('\n')}`);
console.log(`\n${sums.passed} passed, ${sums.failed} failed, ${sums.skipped} skipped`);
process.exitCode = sums.failed === 0 && sums.passed > 0 ? 0 : 1;
