// Many runs on several processes, and the sum of what they found.
import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { addCounts, type Counts } from './faults.ts';
import type { RunOptions, RunResult } from './run.ts';
import type { Order, Told } from './worker.ts';

export interface BatchOptions extends RunOptions {
  runs: number;
  seed: number;
  processes: number;
  /** Further arguments of Node for each process. */
  nodeOptions?: string[];
  environment?: Record<string, string>;
  onResult?: (result: RunResult, finished: number) => void;
  /** Ends after the first run with a violation. */
  firstOnly?: boolean;
}

export interface Batch {
  runs: number;
  acts: number;
  faults: Counts;
  violations: { seed: number; what: string[] }[];
  /** Of each run, in the order of seeds: two batches of the same seeds have the same. */
  traces: string[];
}

/** So many runs a process is given at once: few enough that all end at about the same time. */
const PORTION = 10;

export async function runBatch(options: BatchOptions): Promise<Batch> {
  const { runs, seed, processes, onResult, firstOnly = false } = options;
  const results: RunResult[] = [];
  let next = 0;
  let stopped = false;
  const portion = (): Order | undefined => {
    if (stopped || next >= runs) return undefined;
    const order = { from: seed + next, runs: Math.min(PORTION, runs - next) };
    next += order.runs;
    return { ...order, desks: options.desks, faults: options.faults };
  };
  const hear = (result: RunResult) => {
    results.push(result);
    onResult?.(result, results.length);
    if (firstOnly && result.violations.length > 0) stopped = true;
  };
  const count = Math.max(1, Math.min(processes, Math.ceil(runs / PORTION)));
  await Promise.all(Array.from({ length: count }, () => work(start(options), portion, hear)));
  results.sort((a, b) => a.seed - b.seed);
  return sumOf(results);
}

function start({ nodeOptions = [], environment = {} }: BatchOptions): ChildProcess {
  const worker = join(import.meta.dirname, 'worker.ts');
  return fork(worker, { execArgv: nodeOptions, env: { ...process.env, ...environment } });
}

function work(
  child: ChildProcess,
  portion: () => Order | undefined,
  hear: (result: RunResult) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    child.on('message', (told: Told) => {
      if (told.kind === 'result') return hear(told.result);
      const order = portion();
      if (order) child.send(order);
      else child.disconnect();
    });
    child.on('error', reject);
    child.on('exit', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`A process of the simulation ended with ${code}.`));
    });
  });
}

function sumOf(results: readonly RunResult[]): Batch {
  const faults: Counts = {};
  for (const result of results) addCounts(faults, result.faults);
  return {
    runs: results.length,
    acts: results.reduce((sum, { acts }) => sum + acts, 0),
    faults,
    violations: results
      .filter(({ violations }) => violations.length > 0)
      .map(({ seed, violations }) => ({ seed, what: violations })),
    traces: results.map(({ trace }) => trace),
  };
}
