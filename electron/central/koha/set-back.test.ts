// A computer's clock that was ahead and is set right keeps nothing from being looked at for as long as it was ahead.
import { beforeEach, expect, test } from 'vitest';
import type { HeldPatrons } from '../central-server.ts';
import type { KohaApi } from './api.ts';
import { BlockWatch } from './block-watch.ts';
import { DeletionCheck } from './deletion-check.ts';
import { KohaIds } from './ids.ts';
import type { KohaReads } from './reads.ts';

const HOUR = 3_600_000;
const ids = new KohaIds('https://koha.example/');
const held = {
  blocked: () => Promise.resolve([]),
  ids: () => Promise.resolve([ids.id('patron', 1)]),
} as unknown as HeldPatrons;
let asked: number;
let now: number;
const clock = { now: () => now };
const counted = () => {
  asked++;
  return Promise.resolve({ value: [], total: 1 });
};
beforeEach(() => {
  asked = 0;
  now = 365 * 24 * HOUR;
});

test('who has a block is asked', async () => {
  const watch = new BlockWatch(clock, 'DESKBLOCK');
  const step = async () =>
    (await watch.step({ list: counted } as unknown as KohaApi, 'MPL', held, ids)).stored();
  await step();
  now = HOUR;
  await step();
  expect(asked).toBe(2);
});

test('who was deleted is asked; never where policy says so', async () => {
  const step = async (check: DeletionCheck) =>
    (await check.step({ bare: counted } as unknown as KohaReads, held, ids)).stored();
  const check = new DeletionCheck(clock, 24);
  await step(check);
  now = HOUR;
  await step(check);
  expect(asked).toBe(2);
  await step(new DeletionCheck(clock, 0));
  expect(asked).toBe(2);
});
