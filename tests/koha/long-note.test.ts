// A circulation note that staff at Koha let grow beyond what a desk's copy takes.
import { beforeEach, expect, test } from 'vitest';
import { v7 } from 'uuid';
import type { TaggedValues } from '../../shared/patrons/sections.ts';
import { patronSchema } from '../../shared/patrons/patron.ts';
import { ada, at, begin, desk, koha, open, row, save, sent, session } from './one-patron.ts';

const LONG = `${'x'.repeat(20_000)} the end`;

beforeEach(begin);

test('keeps nobody from seeing the patron as they are now, with their blocks, and the note’s beginning', async () => {
  await open({ staff_notes: 'short' });
  koha.world.change(row.patron_id, { surname: 'Lind', staff_notes: LONG });
  koha.world.addAttribute(row.patron_id, 'DESKBLOCK', 'MPL|2026-01-02|Bo|Took the till');
  const { sections, blocks } = patronSchema.parse(await session.patron(ada, true));
  expect(sections.personal.values.familyName).toBe('Lind');
  expect(blocks).toHaveLength(1);
  expect(sections.note.values.staffNote).toBe(`${LONG.slice(0, 19_999)}…`);
});

test('is not cut within a character', async () => {
  await open({ staff_notes: `${'x'.repeat(19_998)}🙂 the end` });
  expect(desk.patron(ada).sections.note.values.staffNote).toMatch(/^x+\uFFFD…$/);
});

test('loses nothing that isn’t shown: no desk edits it, and who is blocked in it keeps it', async () => {
  await open({ staff_notes: LONG }, { policy: { block: { keptAs: 'cardLost' } } });
  const fields = [{ field: 'staffNote', code: 'invalid' }];
  expect(await save('note', { staffNote: 'Moved.' })).toMatchObject({ kind: 'refused', fields });
  expect(sent()).toEqual([]);
  const block = desk.act(ada, { kind: 'block', comment: 'Took the till.' }, at());
  expect(await session.send(block)).toMatchObject({ kind: 'confirmed' });
  expect(koha.world.patron(row.patron_id)['staff_notes']).toContain(`${LONG}\n[Blocked `);
});

test('is whole in the patron data file', async () => {
  await open({ staff_notes: LONG });
  const act = { id: v7(), key: v7(), at: new Date(at()).toISOString() };
  const { head } = await session.exportPatronData(act, '', ada, 'unchecked');
  expect(head.patron.note.staffNote).toBe(LONG);
});

test('nor does another text without end, as a web form may hold it, fill a conflict; staff decide it all the same', async () => {
  await open({ city: 'Lund' });
  koha.world.change(row.patron_id, { city: 'W'.repeat(1_000_000) });
  const changes = { town: 'Ystad' };
  const { kind, current } = (await save('address', changes)) as { kind: string; current: TaggedValues };
  expect(kind).toBe('stale');
  expect(String(current.values['town'])).toHaveLength(20_000);
  const decided = { kind: 'saveSection', section: 'address', base: current, changes } as const;
  expect(await session.send(desk.act(ada, decided, at()))).toMatchObject({ kind: 'confirmed' });
  expect(koha.world.patron(row.patron_id)['city']).toBe('Ystad');
});
