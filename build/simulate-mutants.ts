// npm run simulate:mutants: turns on plausible mistakes, one at a time, and has the simulation find each. A mistake that
// nobody finds says that the simulation can't see it; it ends with 1 then.
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { runBatch } from '../tests/simulation/batch.ts';
import { deskMutants } from '../tests/simulation/mutants/desk.ts';
import { misfits, type Mutant } from '../tests/simulation/mutants/mutant.ts';
import { serverMutants } from '../tests/simulation/mutants/server.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '3000' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
    processes: { type: 'string', default: String(availableParallelism()) },
  },
});

const loader = pathToFileURL(join(import.meta.dirname, '..', 'tests/simulation/mutants/loader.ts')).href;

/** At which run it was found, and what was seen; undefined where it wasn't. */
async function find({ replacements, faults }: Mutant): Promise<{ run: number; what: string } | undefined> {
  const seed = Number(values.seed);
  const batch = await runBatch({
    ...{ seed, faults, runs: Number(values.runs), processes: Number(values.processes), firstOnly: true },
    nodeOptions: ['--import', loader],
    environment: { CIRCDESK_MUTANT: JSON.stringify(replacements) },
  });
  const [first] = batch.violations;
  return first && { run: first.seed - seed + 1, what: first.what[0] ?? '' };
}

let missed = 0;
for (const mutant of [...deskMutants, ...serverMutants]) {
  if (!mutant.name.includes(values.only)) continue;
  const wrong = misfits(mutant);
  const found = wrong.length > 0 ? undefined : await find(mutant);
  if (!found) missed++;
  const because = wrong.length > 0 ? wrong.join('; ') : undefined;
  const what = found?.what.split('\n')[0]?.slice(0, 200);
  console.log(JSON.stringify({ mutant: mutant.name, foundAtRun: found?.run ?? null, what, because }));
}
console.log(JSON.stringify({ missed }));
process.exitCode = missed > 0 ? 1 : 0;
