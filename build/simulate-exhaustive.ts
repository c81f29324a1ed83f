// npm run simulate:exhaustive: two desks, an act at each, one fault: every order of their messages with every fault at
// every place, on the real code; of two orders that differ by nothing (independence.ts) one is walked through. Tells the space in numbers; ends with 1 where anything was violated.
import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { scenarios } from '../tests/simulation/exhaustive/scenarios.ts';
import type { Explored } from '../tests/simulation/exhaustive/worker.ts';
import { given } from './options.ts';

const USAGE = `npm run simulate:exhaustive -- [--steps] [--only NAME,NAME,…] [--processes P]
  --steps  with deaths of desk and server at every step in their databases, too: much longer`;

const { values, whole, refuse } = given(USAGE, {
  steps: { type: 'boolean', default: false },
  only: { type: 'string', default: '' },
  processes: { type: 'string', default: String(availableParallelism()) },
});
const processes = whole('processes', values.processes, 1, 64);

const worker = join(import.meta.dirname, '..', 'tests/simulation/exhaustive/worker.ts');

function walkThrough(scenario: string): Promise<Explored> {
  return new Promise((resolve, reject) => {
    const child = fork(worker, [scenario, values.steps ? 'steps' : '']);
    let explored: Explored | undefined;
    child.on('message', (told: Explored) => {
      explored = told;
    });
    child.on('error', reject);
    child.on('exit', (code) =>
      explored && code === 0 ? resolve(explored) : reject(new Error(`${scenario}: ended with ${code}`)),
    );
  });
}

const began = performance.now();
const only = values.only === '' ? undefined : values.only.split(',');
const left = scenarios.map(({ name }) => name).filter((name) => only?.includes(name) ?? true);
if (left.length === 0) refuse(`There is no such scenario: ${values.only}`);
const all: Explored[] = [];
async function work(): Promise<void> {
  for (let scenario = left.shift(); scenario !== undefined; scenario = left.shift()) {
    const explored = await walkThrough(scenario);
    console.log(JSON.stringify(explored));
    all.push(explored);
  }
}
await Promise.all(Array.from({ length: processes }, work));

const sum = (of: (explored: Explored) => number) => all.reduce((so, explored) => so + of(explored), 0);
console.log(
  JSON.stringify({
    scenarios: all.length,
    orders: sum(({ orders }) => orders),
    faults: sum(({ faults }) => faults),
    deaths: sum(({ deaths }) => deaths),
    violations: sum(({ violations }) => violations.length),
    seconds: Math.round((performance.now() - began) / 1000),
  }),
);
process.exitCode = sum(({ violations }) => violations.length) > 0 ? 1 : 0;
