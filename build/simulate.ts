// npm run simulate: seeded random histories of desks and their server under faults, on the real code, held against what
// staff were told. Prints one line of JSON; ends with 1 where something was violated, or where a fault proved nothing
// because it never happened.
import { availableParallelism } from 'node:os';
import { runBatch } from '../tests/simulation/batch.ts';
import { FAULTS, timesOf, type Fault } from '../tests/simulation/faults.ts';
import { given } from './options.ts';

const USAGE = `npm run simulate -- --runs N --seed S [--desks D] [--faults A,B,…] [--processes P] [--json]
Run number i has the seed S + i: a violation's seed is repeated by --runs 1 --seed SEED, with the same other options.
Faults: ${FAULTS.join(', ')}`;

/** Fewer runs need not meet every fault. */
const ENOUGH = 500;

const { values, whole, refuse } = given(USAGE, {
  runs: { type: 'string', default: '100' },
  seed: { type: 'string', default: '1' },
  desks: { type: 'string' },
  faults: { type: 'string' },
  processes: { type: 'string', default: String(availableParallelism()) },
  json: { type: 'boolean', default: false },
});

function faultsOf(text: string): Fault[] {
  const names = text.split(',');
  const unknown = names.filter((name) => !(FAULTS as string[]).includes(name));
  if (unknown.length > 0) refuse(`There is no fault ${unknown.join(', ')}.`);
  return names as Fault[];
}

async function simulate(): Promise<number> {
  const began = performance.now();
  const runs = whole('runs', values.runs, 1, 10_000_000);
  const faults = values.faults === undefined ? undefined : faultsOf(values.faults);
  const batch = await runBatch({
    ...{ runs, faults },
    seed: whole('seed', values.seed, 0, 2 ** 40),
    processes: whole('processes', values.processes, 1, 64),
    desks: values.desks === undefined ? undefined : whole('desks', values.desks, 1, 9),
    onResult: ({ seed, violations }, finished) => {
      if (values.json) return;
      for (const what of violations) console.error(`seed ${seed}: ${what}`);
      if (finished % 100 === 0) console.error(`${finished} of ${runs} runs`);
    },
  });
  const silent = (faults ?? FAULTS).filter((fault) => timesOf(batch.faults, fault) === 0);
  const seconds = Math.round((performance.now() - began) / 100) / 10;
  const { acts, violations } = batch;
  console.log(JSON.stringify({ runs, acts, faults: batch.faults, violations, silent, seconds }));
  return batch.violations.length > 0 || (runs >= ENOUGH && silent.length > 0) ? 1 : 0;
}

process.exitCode = await simulate();
