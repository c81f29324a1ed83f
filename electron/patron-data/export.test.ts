import { expect, test } from 'vitest';
import { partPages, type PatronDataExport } from './export.ts';
import { exportOf, loanOf } from './testing.ts';

let places = 0;
const another = () => String(++places);

test.each([
  { how: 'the same page again and again', rows: 1000, next: () => 'here', most: 1 },
  { how: 'ever new pages', rows: 1000, most: 10 },
  { how: 'many times what it counts', rows: 1000, counted: 1000, most: 12 },
  { how: 'as many rows as it counts, and more than anybody has', rows: 100_000, counted: 1e15, most: 20 },
  { how: 'pages with nothing in them', rows: 0, most: 10_000 },
])(
  'a server that never ends a part fills no disk: $how',
  async ({ rows, next = another, counted = 0, most }) => {
    const page = Array.from({ length: rows }, (_, n) => loanOf(n));
    const { source } = exportOf();
    const endless = {
      ...source,
      counts: { ...source.counts, loanHistory: counted },
      page: () => Promise.resolve({ rows: page, next: next() }),
    } as PatronDataExport;
    const reading = { signal: new AbortController().signal, pause: () => Promise.resolve() };
    const all = async () => {
      const pages: number[] = [];
      for await (const { length } of partPages(endless, 'loanHistory', reading))
        if (pages.push(length) > most) throw new Error('It goes on and on.');
    };
    await expect(all()).rejects.toMatchObject({ error: { code: 'serverRubbish' } });
  },
);
