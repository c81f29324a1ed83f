// @vitest-environment happy-dom
import { flushPromises, mount, type VueWrapper } from '@vue/test-utils';
import { createPinia, setActivePinia } from 'pinia';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { PatronSummary } from '../../../shared/patrons/patron.ts';
import { i18n } from '../../app/words.ts';
import { fakeMain, ok, type FakeMain } from '../../testing/fake-main.ts';
import PatronHits from './PatronHits.vue';
import { useSearch } from './search.ts';

let main: FakeMain;
let search: ReturnType<typeof useSearch>;
let grid: VueWrapper;

async function find(names: string[], words = 'a'): Promise<void> {
  const patrons = names.map((name) => ({ id: name, familyName: name, givenName: '' }) as PatronSummary);
  main.answer('patrons.search', () => ok({ total: patrons.length, patrons, partial: false }));
  search.typed = words;
  await search.searchNow();
  await flushPromises();
}

beforeEach(async () => {
  setActivePinia(createPinia());
  main = fakeMain();
  search = useSearch();
  // Rows exist where there is room for them.
  for (const side of ['clientWidth', 'clientHeight'] as const)
    vi.spyOn(HTMLElement.prototype, side, 'get').mockReturnValue(400);
  await find(['Berg', 'Dahl', 'Ek']);
  grid = mount(PatronHits, { global: { plugins: [i18n] }, attachTo: document.body });
  await flushPromises();
});
afterEach(() => {
  grid.unmount();
  vi.restoreAllMocks();
});

const rowOf = (name: string) => {
  const row = grid.findAll<HTMLElement>('.hit').find((one) => one.text().includes(name));
  if (!row) throw new Error(`No row of ${name}.`);
  return row.element;
};
async function press(key: string): Promise<void> {
  grid.element.dispatchEvent(new KeyboardEvent('keydown', { key, cancelable: true }));
  await flushPromises();
}
const opened = () => (grid.emitted('open') ?? []).flat();

describe('a list that is read anew while staff are in it', () => {
  it('leaves the focus with the patron whom they chose: Enter opens nobody else', async () => {
    await press('ArrowDown');
    expect(document.activeElement).toBe(rowOf('Dahl'));
    await find(['Ahl', 'Berg', 'Dahl', 'Ek']);
    expect(document.activeElement).toBe(rowOf('Dahl'));
    await press('Enter');
    expect(opened()).toEqual(['Dahl']);
  });

  it('is left for the search where that patron is gone', async () => {
    await press('ArrowDown');
    await find(['Berg', 'Ek']);
    expect(grid.emitted('leave')).toHaveLength(1);
  });

  it('opens whom the pointer went down on, whoever stands there as it comes up', async () => {
    const row = rowOf('Dahl');
    row.dispatchEvent(new Event('pointerdown'));
    await find(['Ahl', 'Berg', 'Dahl', 'Ek']);
    expect(row.textContent).toContain('Berg');
    row.dispatchEvent(new MouseEvent('click', { detail: 1 }));
    expect(opened()).toEqual(['Dahl']);
  });

  it('opens the row that is clicked without a pointer', () => {
    rowOf('Berg').dispatchEvent(new Event('pointerdown'));
    rowOf('Ek').dispatchEvent(new MouseEvent('click'));
    expect(opened()).toEqual(['Ek']);
  });

  it('begins with its first row where the words are new', async () => {
    await press('ArrowDown');
    await find(['Dahl', 'Ek', 'Falk'], 'b');
    expect(document.activeElement).toBe(rowOf('Dahl'));
    await press('Enter');
    expect(opened()).toEqual(['Dahl']);
  });
});
