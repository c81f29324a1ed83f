// npm run simulate:mutants: turns on plausible mistakes, one at a time, and has the simulation find each. A mistake that
// nobody finds says that the simulation can't see it; it ends with 1 then.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { format } from 'prettier';
import { runBatch } from '../tests/simulation/batch.ts';
import { deskMutants } from '../tests/simulation/mutants/desk.ts';
import { misfits, type Mutant } from '../tests/simulation/mutants/mutant.ts';
import { serverMutants } from '../tests/simulation/mutants/server.ts';
import { given } from './options.ts';

const USAGE = `npm run simulate:mutants -- [--runs N] [--seed S] [--only NAME] [--known] [--record] [--processes P]
  --only    only mistakes with this in their names
  --known   begins where each was found last, and goes on for a few runs
  --record  notes where they are found now`;

const { values, whole } = given(USAGE, {
  runs: { type: 'string', default: '3000' },
  seed: { type: 'string', default: '1' },
  only: { type: 'string', default: '' },
  known: { type: 'boolean', default: false },
  record: { type: 'boolean', default: false },
  processes: { type: 'string', default: String(availableParallelism()) },
});
const runs = whole('runs', values.runs, 1, 10_000_000);
const seed = whole('seed', values.seed, 0, 2 ** 40);
const processes = whole('processes', values.processes, 1, 64);

/** A change of the code moves what a seed leads to: so many more are tried after the one that is known. */
const AROUND = 40;

const mutants = join(import.meta.dirname, '..', 'tests/simulation/mutants');
const loader = pathToFileURL(join(mutants, 'loader.ts')).href;
const record = join(mutants, 'found.json');
const known: Record<string, number> = existsSync(record)
  ? (JSON.parse(readFileSync(record, 'utf8')) as Record<string, number>)
  : {};

interface Found {
  seed: number;
  what: string;
}

async function findFrom({ replacements, faults, desks }: Mutant, seed: number, runs: number) {
  const batch = await runBatch({
    ...{ seed, faults, desks, runs, processes: 1, firstOnly: true },
    nodeOptions: ['--import', loader],
    environment: { CIRCDESK_MUTANT: JSON.stringify(replacements) },
  });
  const [first] = batch.violations;
  return first && { seed: first.seed, what: first.what[0] ?? '' };
}

/** Undefined where it wasn't. */
async function find(mutant: Mutant): Promise<Found | undefined> {
  if (!values.known) return findFrom(mutant, seed, runs);
  const at = known[mutant.name];
  if (at === undefined) return undefined;
  return (await findFrom(mutant, at, 1)) ?? findFrom(mutant, at + 1, AROUND);
}

const left = [...deskMutants, ...serverMutants].filter(
  ({ name }) => name.includes(values.only) && (!values.known || known[name] !== undefined),
);
const counts = { mutants: left.length, found: 0, missed: 0 };

async function work(): Promise<void> {
  for (let mutant = left.shift(); mutant; mutant = left.shift()) {
    const wrong = misfits(mutant);
    const found = wrong.length > 0 ? undefined : await find(mutant);
    counts[found ? 'found' : 'missed']++;
    if (found) known[mutant.name] = found.seed;
    console.log(
      JSON.stringify({
        mutant: mutant.name,
        foundAtSeed: found?.seed ?? null,
        ...(!values.known && found && { foundAtRun: found.seed - seed + 1 }),
        what: found?.what.split('\n')[0]?.slice(0, 200),
        ...(wrong.length > 0 && { because: wrong.join('; ') }),
      }),
    );
  }
}

await Promise.all(Array.from({ length: processes }, work));
if (values.record) writeFileSync(record, await format(JSON.stringify(known), { parser: 'json' }));
console.log(JSON.stringify(counts));
process.exitCode = counts.missed > 0 || counts.mutants === 0 ? 1 : 0;
