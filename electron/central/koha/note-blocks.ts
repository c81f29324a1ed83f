// Blocks in the circulation note, for libraries that block by Koha's card-lost mark: `[Blocked LIBRARY|DATE|STAFF|
// COMMENT|ID]`, `[Blocked, card lost before: …]` where the mark was set already. Readable for Koha's staff, and left out
// of the note that a desk shows and edits.
import { blockText, readBlockText, type KeptBlock } from './block-text.ts';

const BLOCK = /\n?\[Blocked(?:, card lost before:)? ([\s\S]*?\|[\w-]{22})\]/g;
const LOST_BEFORE = '[Blocked, card lost before: ';
/** The note is a long text at Koha. */
const LONGEST = 20_000;

export const noteWithoutBlocks = (note: string): string => note.replace(BLOCK, '');

export const noteBlocks = (note: string): KeptBlock[] =>
  [...note.matchAll(BLOCK)].flatMap(([, text = '']) => readBlockText(text) ?? []);

export const noteWithBlock = (note: string, block: KeptBlock, lostBefore: boolean): string =>
  `${note}${note === '' ? '' : '\n'}${lostBefore ? LOST_BEFORE : '[Blocked '}${blockText(block, LONGEST)}]`;

/** Whether the mark had been set for another reason before the blocks in this note. */
export const wasLostBefore = (note: string): boolean =>
  [...note.matchAll(BLOCK)].some(([whole]) => whole.trimStart().startsWith(LOST_BEFORE));

/** Takes the named blocks out; others, and the note itself, stay to the letter. */
export const noteWithoutBlock = (note: string, ids: readonly string[]): string =>
  note.replace(BLOCK, (whole, text: string) => {
    const id = readBlockText(text)?.id;
    return id !== undefined && ids.includes(id) ? '' : whole;
  });

/** The note as staff have typed it anew, with the blocks that stand in the old one. */
export const noteWithKeptBlocks = (typed: string, old: string): string =>
  [typed, ...[...old.matchAll(BLOCK)].map(([whole]) => whole.trimStart())].filter(Boolean).join('\n');
