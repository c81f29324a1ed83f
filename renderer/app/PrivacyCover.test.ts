// @vitest-environment happy-dom
import { flushPromises, mount } from '@vue/test-utils';
import { createPinia, setActivePinia } from 'pinia';
import { expect, test, vi } from 'vitest';
import { fakeMain } from '../testing/fake-main.ts';
import { useLook } from './look.ts';
import PrivacyCover from './PrivacyCover.vue';
import { i18n } from './words.ts';

test('in a window that opens while the screen is hidden, what is below is not read out, and keys press the cover’s own button', async () => {
  setActivePinia(createPinia());
  fakeMain();
  useLook().hidden = true;
  // The real window again: the cover hears its keys.
  vi.unstubAllGlobals();
  const cover = mount(PrivacyCover, { global: { plugins: [i18n] }, attachTo: document.body });
  await flushPromises();
  expect(document.documentElement.className).toBe('covered');
  expect(document.activeElement?.textContent).toBe('Show again');
  cover.unmount();
});
