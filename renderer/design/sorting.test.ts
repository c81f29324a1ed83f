import { expect, it } from 'vitest';
import { nextOrder, sortRows } from './sorting.ts';

const swedish = new Intl.Collator('sv').compare;
const english = new Intl.Collator('en').compare;
const names = ['Öberg', 'Zander', 'Åberg', 'Ängström', 'Andersson', ''].map((name) => ({ name }));
const sorted = (direction: 'ascending' | 'descending', compare: (a: string, b: string) => number) =>
  sortRows(names, ({ name }) => name, direction, compare).map(({ name }) => name);

it('sorts Swedish names as Swedish does, and as English does in English; nothing comes last both ways', () => {
  expect(sorted('ascending', swedish)).toEqual(['Andersson', 'Zander', 'Åberg', 'Ängström', 'Öberg', '']);
  expect(sorted('descending', swedish)).toEqual(['Öberg', 'Ängström', 'Åberg', 'Zander', 'Andersson', '']);
  expect(sorted('ascending', english)).toEqual(['Åberg', 'Andersson', 'Ängström', 'Öberg', 'Zander', '']);
});

it('sorts amounts as numbers', () => {
  const rows = [100, 20, 3].map((amount) => ({ amount }));
  expect(sortRows(rows, ({ amount }) => amount, 'ascending', swedish).map(({ amount }) => amount)).toEqual([
    3, 20, 100,
  ]);
});

it('a header pressed three times leads back to the order of the table', () => {
  const once = nextOrder(undefined, 'title');
  const twice = nextOrder(once, 'title');
  expect([once?.direction, twice?.direction, nextOrder(twice, 'title')]).toEqual([
    'ascending',
    'descending',
    undefined,
  ]);
  expect(nextOrder(twice, 'dueAt')).toEqual({ column: 'dueAt', direction: 'ascending' });
});
