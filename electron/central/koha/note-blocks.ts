// Blocks in the circulation note, for libraries that block by Koha's card-lost mark: `[Blocked LIBRARY|DATE|STAFF|
// COMMENT|ID]`, `[Blocked, card lost before: …]` where the mark was set already. Readable for Koha's staff, and left out
// of the note that a desk shows and edits.
import { blockText, readBlockText, type KeptBlock } from './block-text.ts';

const BEGIN = /\[(?=Blocked(?:, card lost before:)? )/g;
const END = /\|[\w-]{22}\]/g;
const BEGIN_OR_END = /(\n?\[Blocked(?:, card lost before:)? )|\|[\w-]{22}\]/g;
const LOST_BEFORE = '[Blocked, card lost before: ';
/** The note is a long text at Koha. */
const LONGEST = 20_000;
/** Of one patron. What a hostile note holds beyond them is text of it. */
const MOST = 1_000;

interface Written {
  from: number;
  to: number;
  /** With its brackets, and without. */
  whole: string;
  text: string;
}

/**
 * From the last beginning before an end: what else begins so in a note, whoever typed it, takes no block for its own. Each
 * is looked for once: a note may be of any length, and hold a thousand beginnings that end nowhere.
 */
function writtenIn(note: string): Written[] {
  const found: Written[] = [];
  let began: { from: number; text: number } | undefined;
  for (const { 0: mark, 1: beginning, index } of note.matchAll(BEGIN_OR_END)) {
    const to = index + mark.length;
    if (beginning !== undefined) began = { from: index, text: to };
    else if (began) {
      const { from, text } = began;
      found.push({ from, to, whole: note.slice(from, to), text: note.slice(text, to - 1) });
      began = undefined;
      if (found.length === MOST) break;
    }
  }
  return found;
}

/** What can't be read, since somebody wrote in it, is no block any more, and a part of the note. */
const isBlock = ({ text }: Written): boolean =>
  text.length <= LONGEST && readBlockText(text)?.id !== undefined;
const blocksIn = (note: string): Written[] => writtenIn(note).filter(isBlock);

/** The note without those of its blocks. */
function without(note: string, blocks: readonly Written[]): string {
  let [left, at] = ['', 0];
  for (const { from, to } of blocks) {
    left += note.slice(at, from);
    at = to;
  }
  return left + note.slice(at);
}

export const noteWithoutBlocks = (note: string): string => without(note, blocksIn(note));

export const noteBlocks = (note: string): KeptBlock[] =>
  blocksIn(note).flatMap(({ text }) => readBlockText(text) ?? []);

/**
 * Whether somebody typed what would be taken for a block: set in anybody's name, without the right to. What can't be read
 * may say that the card was lost before, too: it stays where it stood in the old note, and comes into no other.
 */
export const hasBlock = (typed: string, old: string): boolean =>
  writtenIn(typed).some((one) => isBlock(one) || !old.includes(one.whole.trimStart()));

/** A comment may look like the end of a block, with somebody else's id, or like a beginning: readers would take it for that. */
export function noteWithBlock(note: string, block: KeptBlock, lostBefore: boolean): string {
  const comment = block.comment.replace(END, (end) => end.replace('|', '/'));
  const text = blockText({ ...block, comment }, LONGEST).replace(BEGIN, '(');
  return `${note}${note === '' ? '' : '\n'}${lostBefore ? LOST_BEFORE : '[Blocked '}${text}]`;
}

const saysLostBefore = ({ whole }: Written): boolean => whole.trimStart().startsWith(LOST_BEFORE);

/** Whether the mark had been set for another reason before the blocks in this note. */
export const wasLostBefore = (note: string): boolean => writtenIn(note).some(saysLostBefore);

/**
 * Takes the named blocks out; others, and the note itself, stay to the letter. That the card was lost before them all is
 * said by the first that is left, once the one that said it goes.
 */
export function noteWithoutBlock(note: string, ids: readonly string[]): string {
  const gone = blocksIn(note).filter(({ text }) => ids.includes(readBlockText(text)?.id ?? ''));
  const left = without(note, gone);
  const [first] = blocksIn(left);
  if (!first || !gone.some(saysLostBefore) || wasLostBefore(left)) return left;
  const saying = first.whole.replace('[Blocked ', LOST_BEFORE);
  return left.slice(0, first.from) + saying + left.slice(first.to);
}

/** The note as staff have typed it anew, with the blocks that stand in the old one. */
export const noteWithKeptBlocks = (typed: string, old: string): string =>
  [typed, ...blocksIn(old).map(({ whole }) => whole.trimStart())].filter(Boolean).join('\n');
