// Runs worlds, one seed after another, in folders of their own that nothing remains of.
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Counts, Fault } from './faults.ts';
import { judge } from './invariants/judge.ts';
import { takeSteps } from './steps.ts';
import { live } from './story.ts';
import { makeTemplates, type Templates } from './templates.ts';
import { World } from './world.ts';

export interface RunResult {
  seed: number;
  acts: number;
  faults: Counts;
  violations: string[];
  trace: string;
}

export interface RunOptions {
  desks?: number | undefined;
  faults?: readonly Fault[] | undefined;
}

/** In memory where the system has a place for that: a simulation's files are written thousands of times. */
function quickFolder(): string {
  try {
    accessSync('/dev/shm', constants.W_OK);
    return '/dev/shm';
  } catch {
    return tmpdir();
  }
}

/** Where this process keeps its worlds, one at a time, and what each begins with. */
export async function openFolder(): Promise<{ folder: string; templates: Templates }> {
  takeSteps();
  const folder = mkdtempSync(join(quickFolder(), 'circdesk-simulation-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return { folder: join(folder, 'world'), templates: await makeTemplates(folder) };
}

export async function openRuns() {
  const opened = await openFolder();
  let strayed: unknown[] = [];
  process.on('unhandledRejection', (thrown) => strayed.push(thrown));
  return async (seed: number, { desks, faults }: RunOptions = {}): Promise<RunResult> => {
    strayed = [];
    const world = new World({ ...opened, seed: String(seed), desks, faults });
    try {
      const shown = await world.time.until(live(world));
      for (const violation of judge(world, shown)) world.violates(violation);
    } catch (thrown) {
      world.violates('the run did not end', thrown);
    } finally {
      world.close();
    }
    for (const thrown of strayed) world.violates('nobody caught', thrown);
    const { ledger, weather, violations, time } = world;
    return {
      ...{ seed, violations, trace: time.traceHash, faults: weather.counts },
      acts: ledger.sayings.length + ledger.pins.length + ledger.deleted.length + ledger.exported.length,
    };
  };
}
