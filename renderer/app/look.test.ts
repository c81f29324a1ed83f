// How a window looks as it opens: what is hidden at this desk is hidden in it, too.
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, expect, test } from 'vitest';
import type { DeskLook } from '../../shared/ipc/desk.ts';
import { fakeMain } from '../testing/fake-main.ts';
import { useLook } from './look.ts';

beforeEach(() => {
  setActivePinia(createPinia());
  fakeMain();
});

test('a window that opens, or comes back from a crash, while the screen is hidden shows nothing', () => {
  const look = useLook();
  look.take({ hidden: true } as DeskLook);
  expect(look.covered).toBe(true);
});
