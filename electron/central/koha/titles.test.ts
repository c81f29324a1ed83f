// Titles are remembered up to a number, and those of one patron are all there, also when it is reached.
import { expect, test } from 'vitest';
import type { KohaApi } from './api.ts';
import type { KohaDescription } from './description.ts';
import { Titles } from './titles.ts';

const titled = (n: number) => ({
  ...{ item_id: n, biblio_id: n, title: `Title ${n}`, author: '' },
  ...{ external_id: `b${n}`, biblio: { title: `Title ${n}`, author: '' } },
});
const api = {
  list: (_path: string, _record: unknown, { q }: { q: Record<string, number[]> }) =>
    Promise.resolve({ value: Object.values(q).flat().map(titled) }),
} as unknown as KohaApi;
const embedding = { embeds: () => ['biblio'] } as unknown as KohaDescription;

test.each(['ofItems', 'ofTitles'] as const)(
  'nobody’s loans lose their titles as others are forgotten: %s',
  async (which) => {
    const titles = new Titles(embedding);
    await titles[which](
      api,
      Array.from({ length: 19_999 }, (_, n) => n),
    );
    const wanted = [5, 30_000, 30_001];
    const of = await titles[which](api, wanted);
    expect(wanted.map((id) => of(id).title)).toEqual(wanted.map((id) => `Title ${id}`));
  },
);
