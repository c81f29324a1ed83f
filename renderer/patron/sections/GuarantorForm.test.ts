// @vitest-environment happy-dom
// A guarantor is linked whom staff chose among those whom the name finds that stands there.
import { flushPromises, mount, type VueWrapper } from '@vue/test-utils';
import { createPinia, setActivePinia } from 'pinia';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Patron } from '../../../shared/patrons/patron.ts';
import { EMPTY_SECTIONS, SECTIONS } from '../../../shared/patrons/sections.ts';
import { i18n } from '../../app/words.ts';
import { fakeMain, ok } from '../../testing/fake-main.ts';
import { usePatron } from '../patron.ts';
import { useEditing } from './editing.ts';
import GuarantorForm from './GuarantorForm.vue';

const sections = Object.fromEntries(
  SECTIONS.map((section) => [section, { values: EMPTY_SECTIONS[section], tag: 'one' }]),
) as unknown as Patron['sections'];
const hit = (id: string) => ({ id, givenName: id, familyName: 'Lind', birthDate: null, town: '' });

let form: VueWrapper;
/** Answers to searches by what was typed, which may come in another order. */
let answers: Record<string, (ids: string[]) => void>;

beforeEach(async () => {
  vi.useFakeTimers();
  setActivePinia(createPinia());
  answers = {};
  fakeMain().answer('patron.guarantors', ({ name }: { name: string }) =>
    new Promise<string[]>((resolve) => (answers[name] = resolve)).then((ids) =>
      ok({ patrons: ids.map(hit) } as never),
    ),
  );
  usePatron().patron = { sections } as Patron;
  await useEditing().open('guarantor');
  form = mount(GuarantorForm, { global: { plugins: [i18n] } });
});
afterEach(() => {
  form.unmount();
  vi.useRealTimers();
});

async function type(name: string): Promise<void> {
  const input = form.get('input').element;
  input.value = name;
  input.dispatchEvent(new Event('input'));
  await vi.advanceTimersByTimeAsync(1_000);
}
async function answer(name: string, ids: string[]): Promise<void> {
  answers[name]?.(ids);
  await flushPromises();
}
async function press(key: string): Promise<void> {
  form.get('input').element.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
  await flushPromises();
}
const offered = () => form.findAll('[role=option]').map((option) => option.text());
const guarantor = () => useEditing().draft?.values['guarantor'];

test('an answer to what was typed before is none to what stands there', async () => {
  await type('Ann');
  await type('Bo');
  await answer('Bo', ['Bo']);
  await answer('Ann', ['Ann']);
  expect(offered()).toEqual([expect.stringContaining('Bo')]);
});

test('a row that was chosen among others chooses nobody once more is typed', async () => {
  await type('Lin');
  await answer('Lin', ['Ann', 'Bo']);
  await press('ArrowDown');
  await type('Lind');
  await answer('Lind', ['Cid', 'Dag']);
  await press('Enter');
  expect(guarantor()).toEqual({ kind: 'name', name: 'Lind' });
  await press('ArrowDown');
  await press('Enter');
  expect(guarantor()).toMatchObject({ kind: 'patron', patronId: 'Cid' });
});
