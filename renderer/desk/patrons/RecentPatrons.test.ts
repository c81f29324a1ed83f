// @vitest-environment happy-dom
// Patrons opened lately at a desk where nobody is.
import { flushPromises, mount } from '@vue/test-utils';
import { createPinia, setActivePinia } from 'pinia';
import { expect, test } from 'vitest';
import { i18n } from '../../app/words.ts';
import { fakeMain, ok } from '../../testing/fake-main.ts';
import { useRecentPatrons } from './recent.ts';
import RecentPatrons from './RecentPatrons.vue';

test('their names stay out of sight whatever comes of them, and are back with whoever is', async () => {
  setActivePinia(createPinia());
  const main = fakeMain();
  main.answer('patrons.recent', () => ok({ patrons: [{ id: 'one', name: 'Ada Lind' }] }));
  const list = mount(RecentPatrons, { global: { plugins: [i18n] } });
  const told = async () => {
    main.raise('recent.changed', {});
    await flushPromises();
    return list.text();
  };
  expect(await told()).toContain('Ada Lind');
  useRecentPatrons().away = true;
  expect(await told()).toBe('');
  useRecentPatrons().away = false;
  await flushPromises();
  expect(list.text()).toContain('Ada Lind');
});
