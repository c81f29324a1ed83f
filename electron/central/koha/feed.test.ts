// Where more has changed than is worth telling one by one, the copy is filled anew.
import { expect, test } from 'vitest';
import { kohaPolicySchema } from '../../policy/koha-policy.ts';
import type { KohaApi } from './api.ts';
import { BlockWatch } from './block-watch.ts';
import { DeletionCheck } from './deletion-check.ts';
import { KohaFeed } from './feed.ts';
import { KohaIds } from './ids.ts';
import type { KohaReads } from './reads.ts';

const NOW = Date.parse('2026-03-02T10:00:00Z');

/** A Koha where so many have changed just now. */
function readsOf(changed: number) {
  const pages: number[] = [];
  const bare: KohaReads['bare'] = (_q, _order, perPage, page = 1) => {
    pages.push(page);
    const first = (page - 1) * perPage;
    const rows = Array.from({ length: Math.max(0, Math.min(perPage, changed - first)) }, (_, n) => ({
      ...{ patron_id: first + n + 1, surname: 'Many', library_id: 'MPL', category_id: 'PT' },
      ...{ patron_card_lost: false, restricted: false, incorrect_address: false },
      updated_on: new Date(NOW - 1000).toISOString(),
    }));
    const time = { sent: NOW, answered: NOW + 1000 };
    return Promise.resolve({
      status: 200,
      value: rows,
      began: NOW,
      total: changed,
      baseTotal: changed,
      leftOut: 0,
      time,
    });
  };
  const reads = { bare, byNumbers: () => Promise.resolve([]), library: { id: 'MPL' } };
  return { reads: reads as unknown as KohaReads, pages };
}

async function look(changed: number) {
  const { reads, pages } = readsOf(changed);
  const feed = new KohaFeed({
    ...{
      epoch: 'koha',
      reads,
      ids: new KohaIds('https://koha.example/'),
      policy: kohaPolicySchema.parse({}),
    },
    ...{ deletions: new DeletionCheck({ now: () => NOW }, 0), branch: undefined, onTold: () => undefined },
    ...{ blockWatch: new BlockWatch({ now: () => NOW }, undefined), api: {} as KohaApi },
  });
  const nobody = () => Promise.resolve([]);
  const held = { ids: nobody, laidOver: nobody, blocked: nobody, recent: () => [] };
  return { page: await feed.changes(NOW - 60_000, 'koha', 50, held), pages };
}

test('a thousand changes are told of', async () => {
  const { page, pages } = await look(1000);
  expect(page).toMatchObject({ kind: 'changes', more: true });
  expect(pages.length).toBe(11);
});

test('twenty thousand are not', async () => {
  expect((await look(20_500)).page).toEqual({ kind: 'fillAnew' });
});
