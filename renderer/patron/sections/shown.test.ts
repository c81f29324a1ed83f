// A value that is masked, and was shown.
import { createPinia, setActivePinia } from 'pinia';
import { nextTick } from 'vue';
import { beforeEach, expect, test } from 'vitest';
import { useLook } from '../../app/look.ts';
import { useSession } from '../../app/session.ts';
import { fakeMain } from '../../testing/fake-main.ts';
import { useShown } from './shown.ts';

const become = async (status: string) => {
  useSession().state = { status } as never;
  await nextTick();
};

beforeEach(async () => {
  setActivePinia(createPinia());
  fakeMain();
  await become('signedIn');
});

test.each<[string, () => Promise<void>]>([
  [
    'the desk was locked',
    async () => {
      await become('locked');
      await become('signedIn');
    },
  ],
  [
    'the screen was hidden',
    async () => {
      useLook().hidden = true;
      await nextTick();
      useLook().hidden = false;
    },
  ],
])('is masked again once %s', async (_what, happen) => {
  const shown = useShown();
  await nextTick();
  shown.value = true;
  await nextTick();
  expect(shown.value).toBe(true);
  await happen();
  expect(shown.value).toBe(false);
});
