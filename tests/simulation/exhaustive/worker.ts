// One process: walks through one scenario in every order, with every fault of messages at every place, and, where asked,
// with every death at every step in a database.
import '../quick-scrypt.ts';
import type { Death, Walked } from './small-world.ts';

export interface Explored {
  scenario: string;
  /** Orders of the messages when nothing goes wrong. */
  orders: number;
  /** Runs with one fault of messages, and with one death at a step. */
  faults: number;
  deaths: number;
  violations: { way: string[]; what: string[] }[];
}

const { openFolder } = await import('../run.ts');
const { explore } = await import('./explore.ts');
const { scenarios } = await import('./scenarios.ts');
const { walk } = await import('./small-world.ts');

const [name = '', steps = ''] = process.argv.slice(2);
const scenario = scenarioNamed(name);
const options = await openFolder();
const explored: Explored = { scenario: name, orders: 0, faults: 0, deaths: 0, violations: [] };

function scenarioNamed(wanted: string) {
  const found = scenarios.find((one) => one.name === wanted);
  if (!found) throw new Error(`There is no scenario ${wanted}.`);
  return found;
}

function keep({ way, violations }: Walked): void {
  if (violations.length > 0) explored.violations.push({ way, what: violations });
}

await explore(async (pick) => {
  const walked = await walk(options, scenario, pick);
  if (walked.pruned) return;
  if (walked.faulty) explored.faults++;
  else explored.orders++;
  keep(walked);
});

/** Every order with that death; answers whether it came in any. */
async function withDeath(death: Death): Promise<boolean> {
  let came = false;
  await explore(async (pick) => {
    const walked = await walk(options, scenario, pick, death);
    if (!walked.faulty) return;
    came = true;
    explored.deaths++;
    keep(walked);
  });
  return came;
}

if (steps === 'steps')
  for (const who of ['desk1', 'desk2', 'server'] as const)
    for (let step = 1; await withDeath({ who, step }); step++);

process.send?.(explored);
process.disconnect();
process.exit();
