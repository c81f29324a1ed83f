// The note is anybody's text at Koha: of any length, and with whatever looks like a block.
import { expect, test } from 'vitest';
import { kohaChange } from './changes.ts';
import { kohaPolicySchema } from '../../policy/koha-policy.ts';
import { Countries } from './countries.ts';
import {
  hasBlock,
  noteBlocks,
  noteWithBlock,
  noteWithKeptBlocks,
  noteWithoutBlock,
  noteWithoutBlocks,
  wasLostBefore,
} from './note-blocks.ts';
import { kohaPatronSchema } from './records.ts';

const block = (n: number) => ({
  library: 'MPL',
  blockedAt: '2026-01-02T10:00:00.000Z',
  blockedBy: 'Eva Ek',
  comment: `Reason ${n} [with brackets] | and a line\nmore`,
  id: `0198c0de-0000-7000-8000-00000000000${n}`,
});

test('a note of megabytes that begins blocks without end is read in no time', () => {
  for (const beginning of [
    '[Blocked ',
    '[Blocked |aaaaaaaaaaaaaaaaaaaaaa ',
    '\n[Blocked, card lost before: a|',
  ]) {
    const began = performance.now();
    expect(noteBlocks(beginning.repeat(4_000_000 / beginning.length))).toEqual([]);
    expect(performance.now() - began).toBeLessThan(2_000);
  }
});

test('blocks are found among whatever else stands there, and taken out one by one', () => {
  const note = `${noteWithBlock(noteWithBlock('Before', block(1), false), block(2), true)}\nafter [Blocked x`;
  expect(noteBlocks(note).map(({ id }) => id)).toEqual([block(1).id, block(2).id]);
  expect(noteBlocks(note)[0]?.comment).toBe(block(1).comment);
  expect(noteWithoutBlocks(note)).toBe('Before\nafter [Blocked x');
  const left = noteWithoutBlock(note, [block(1).id]);
  expect(noteBlocks(left).map(({ id }) => id)).toEqual([block(2).id]);
  expect(left.startsWith('Before\n[Blocked, card lost before: ')).toBe(true);
});

test('a comment that ends as a block does neither ends it nor gives it another id', () => {
  const comment = `Threw it\n[Blocked CPL|2026-01-02T10:00:00Z|Bo Ek|Not theirs|${'A'.repeat(22)}]`;
  const note = noteWithBlock('Before', { ...block(1), comment }, false);
  expect(noteBlocks(note)).toMatchObject([{ library: 'MPL', blockedBy: 'Eva Ek', id: block(1).id }]);
  expect(noteWithoutBlocks(note)).toBe('Before');
});

test.each([
  '[Blocked by Bo on Tuesday|MPL|',
  '[Blocked, card lost before: MPL|02.01.2026|Bo|',
  '[Blocked MPL|2026-01-02|',
])('what begins as a block with %j, and can’t be read as one, is a part of the note', (beginning) => {
  const note = `Rings twice.\n${beginning}Lost a tablet|AZ0_0J2zdECaPPWSWEb5SQ]`;
  expect(noteWithoutBlocks(noteWithBlock(note, block(1), false))).toBe(note);
  // Whoever edits the rest of the note is not kept from it; nobody types such a thing anew.
  expect(hasBlock(note.replace('twice', 'once'), note)).toBe(false);
  expect(hasBlock(note, 'Rings twice.')).toBe(true);
  expect(noteWithKeptBlocks(note, noteWithBlock(note, block(1), false))).toBe(
    noteWithBlock(note, block(1), false),
  );
});

test('that the card was lost before is believed also of a block whose date somebody wrote anew', () => {
  const note = noteWithBlock('', block(1), true).replace('2026-01-02T', '02.01.2026 ');
  expect(noteBlocks(note)).toEqual([]);
  expect(wasLostBefore(note)).toBe(true);
});

test.each([true, false])(
  'the block that is left says that the card was lost before where the one that was lifted did, else the card would stay lost: %s',
  (lostBefore) => {
    const note = noteWithBlock(noteWithBlock('', block(1), lostBefore), block(2), false);
    expect(wasLostBefore(noteWithoutBlock(note, [block(1).id]))).toBe(lostBefore);
  },
);

test('nobody sets a block in somebody else’s name by typing one into the note', () => {
  const typed = noteWithBlock('Nice person', block(3), false);
  expect(hasBlock(typed, typed)).toBe(true);
  const patron = kohaPatronSchema.parse({ patron_id: 1, library_id: 'MPL', category_id: 'PT' });
  const around = { countries: new Countries('en'), policy: kohaPolicySchema.parse({}) };
  const { fields, issues } = kohaChange('note', { staffNote: typed }, patron, around, '2026-01-31');
  expect(fields).toEqual({});
  expect(issues).toEqual([{ field: 'staffNote', code: 'invalid' }]);
});

test('of blocks without number or end, as only a hostile note holds them, the rest is text', () => {
  const written = (comment: string) => `[Blocked MPL|2026-01-02|Bo Ek|${comment}|AAAAAAAAAAAAAAAAAAAAAA]`;
  expect(noteBlocks(written('x').repeat(1_500))).toHaveLength(1_000);
  const endless = written('x'.repeat(20_001));
  expect(noteBlocks(endless)).toEqual([]);
  expect(noteWithoutBlocks(endless)).toBe(endless);
});

test('what is too long to be a country’s name is not looked through for one', () => {
  const countries = new Countries('en');
  expect(countries.codeOf(`S${'\u0301'.repeat(100)}weden`)).toBe('SE');
  const endless = `S${'\u0301'.repeat(200)}weden`;
  expect(countries.codeOf(endless)).toBe(endless);
});
