// @vitest-environment happy-dom
import { mount } from '@vue/test-utils';
import { describe, expect, it } from 'vitest';
import type { Component } from 'vue';
import DataTable, { type Column } from './DataTable.vue';

interface Row {
  id: string;
  title: string;
  amount: number;
}
const rows: Row[] = [
  { id: '1', title: 'Öland', amount: 30 },
  { id: '2', title: 'Ada', amount: 200 },
  { id: '3', title: 'Zebra', amount: 4 },
];
const columns: Column<Row>[] = [
  { id: 'title', label: 'Title', sort: ({ title }) => title },
  { id: 'amount', label: 'Amount', numeric: true, sort: ({ amount }) => amount },
  { id: 'none', label: 'Not sorted' },
];

const table = (given: readonly Row[] = rows) =>
  mount(DataTable as Component, {
    props: { caption: 'Loans', columns, rows: given },
    slots: {
      title: '<template #title="{ row }">{{ row.title }}</template>',
      amount: '{{ params.row.amount }}',
    },
  });
const firstCells = (wrapper: ReturnType<typeof table>) =>
  wrapper.findAll('tbody tr').map((row) => row.get('td').text());
const header = (wrapper: ReturnType<typeof table>, at: number) => wrapper.findAll('th').at(at);

describe('a table', () => {
  it('has a caption and headers, and stands in the order given', () => {
    const wrapper = table();
    expect(wrapper.get('caption').text()).toBe('Loans');
    expect(wrapper.findAll('th').every((one) => one.attributes('scope') === 'col')).toBe(true);
    expect(firstCells(wrapper)).toEqual(['Öland', 'Ada', 'Zebra']);
  });

  it('sorts by a header: up, down, and back; and says so', async () => {
    const wrapper = table();
    const press = () => header(wrapper, 1)?.get('button').trigger('click');
    expect(header(wrapper, 1)?.attributes('aria-sort')).toBe('none');
    await press();
    expect(firstCells(wrapper)).toEqual(['Zebra', 'Öland', 'Ada']);
    expect(header(wrapper, 1)?.attributes('aria-sort')).toBe('ascending');
    await press();
    expect(firstCells(wrapper)).toEqual(['Ada', 'Öland', 'Zebra']);
    expect(header(wrapper, 1)?.attributes('aria-sort')).toBe('descending');
    await press();
    expect(firstCells(wrapper)).toEqual(['Öland', 'Ada', 'Zebra']);
  });

  it('shows by what its rows stand in order before anybody sorts, and returns to that', async () => {
    const given = mount(DataTable as Component, {
      props: { caption: 'Loans', columns, rows, sortedBy: { column: 'amount', direction: 'ascending' } },
      slots: { title: '<template #title="{ row }">{{ row.title }}</template>' },
    });
    expect(firstCells(given)).toEqual(['Zebra', 'Öland', 'Ada']);
    expect(header(given, 1)?.attributes('aria-sort')).toBe('ascending');
    for (let press = 0; press < 3; press++) await header(given, 0)?.get('button').trigger('click');
    expect(firstCells(given)).toEqual(['Zebra', 'Öland', 'Ada']);
  });

  it('a column without an order has no button and says nothing of one', () => {
    expect(header(table(), 2)?.find('button').exists()).toBe(false);
    expect(header(table(), 2)?.attributes('aria-sort')).toBeUndefined();
  });

  it('of 5,000 rows holds only those in sight, and says how many there are', () => {
    const many = Array.from({ length: 5000 }, (_, at) => ({
      id: String(at),
      title: `Title ${at}`,
      amount: at,
    }));
    const wrapper = table(many);
    expect(wrapper.findAll('tbody tr').length).toBeLessThan(200);
    expect(wrapper.get('table').attributes('aria-rowcount')).toBe('5001');
  });
});
