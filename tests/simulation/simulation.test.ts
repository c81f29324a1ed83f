// What the proof itself rests on: a seed says everything that happens, every order is walked through, and each mistake
// still stands where it was made.
import './quick-scrypt.ts';
import { expect, test } from 'vitest';
import { explore } from './exhaustive/explore.ts';
import { areIndependent, Asleep, type Happening } from './exhaustive/independence.ts';
import { deskMutants } from './mutants/desk.ts';
import { misfits } from './mutants/mutant.ts';
import { serverMutants } from './mutants/server.ts';

test('the same seed goes through the same events, whatever ran before it', async () => {
  const { openRuns } = await import('./run.ts');
  const run = await openRuns();
  const first = await run(4711);
  const other = await run(4712);
  expect(await run(4711)).toEqual(first);
  expect(other.trace).not.toBe(first.trace);
  expect([...first.violations, ...other.violations]).toEqual([]);
}, 60_000);

const happening = (label: string, whose: string, server: Happening['server']): Happening => ({
  ...{ label, whose, server, fault: false },
});

/** Runs `desks` through every order of theirs; answers the orders that were walked to their end. */
async function ordersOf(desks: readonly Happening[][]): Promise<string[]> {
  const orders: string[] = [];
  await explore((pick) => {
    const left = desks.map((one) => [...one]);
    const asleep = new Asleep();
    let order = '';
    for (;;) {
      const all = left.flatMap(([next]) => next ?? []);
      const awake = asleep.awake(all);
      const taken = awake.length > 0 ? awake[pick(awake.length)] : undefined;
      if (!taken) {
        if (all.length === 0) orders.push(order);
        return Promise.resolve();
      }
      asleep.take(awake, taken);
      order += taken.label;
      left.find(([next]) => next === taken)?.shift();
    }
  });
  return orders;
}

test('orders that differ for the server are all walked through; of those that do not, one', async () => {
  const writes = [
    [happening('a', 'desk1', 'writes'), happening('b', 'desk1', 'writes')],
    [happening('x', 'desk2', 'writes'), happening('y', 'desk2', 'writes')],
  ];
  expect((await ordersOf(writes)).sort()).toEqual(['abxy', 'axby', 'axyb', 'xaby', 'xayb', 'xyab']);
  const reads = writes.map((desk) => desk.map((one) => ({ ...one, server: 'reads' as const })));
  expect(await ordersOf(reads)).toHaveLength(1);
  const [read, write] = [happening('r', 'desk1', 'reads'), happening('w', 'desk2', 'writes')];
  expect((await ordersOf([[read], [write]])).sort()).toEqual(['rw', 'wr']);
  expect(areIndependent({ ...read, fault: true }, { ...write, server: 'nothing', fault: true })).toBe(false);
});

test.each([...deskMutants, ...serverMutants])('the mistake "$name" has its places in the code', (mutant) => {
  expect(misfits(mutant)).toEqual([]);
});
