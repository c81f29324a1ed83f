// Holds the server and every desk against what staff were told, once the world is quiet.
import type { Shown } from '../story.ts';
import type { World } from '../world.ts';
import { accounted } from './accounted.ts';
import { logged } from './logged.ts';
import { named } from './named.ts';
import { atOnce } from './at-once.ts';
import { inOrder } from './order.ts';
import { overwritten } from './overwritten.ts';
import { same } from './same.ts';

export const judge = (world: World, shown: readonly Shown[]): string[] => [
  ...accounted(world, shown),
  ...inOrder(world),
  ...overwritten(world),
  ...same(world, shown),
  ...named(world),
  ...logged(world),
  ...atOnce(world),
];
