// One process of a batch: runs the seeds that it's given, and tells what became of each.
import './quick-scrypt.ts';
import type { RunOptions, RunResult } from './run.ts';

export interface Order extends RunOptions {
  from: number;
  runs: number;
}
export type Told = { kind: 'ready' } | { kind: 'result'; result: RunResult } | { kind: 'done' };

const { openRuns } = await import('./run.ts');
const run = await openRuns();
const tell = (told: Told) => process.send?.(told);

async function obey({ from, runs, ...options }: Order): Promise<void> {
  for (let seed = from; seed < from + runs; seed++)
    tell({ kind: 'result', result: await run(seed, options) });
  tell({ kind: 'done' });
}

process.on('message', (order: Order) => void obey(order));
process.on('disconnect', () => process.exit());
tell({ kind: 'ready' });
