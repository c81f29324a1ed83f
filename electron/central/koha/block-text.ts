// A block as Koha keeps it, in one line of text that its staff can read: `LIBRARY|DATE|STAFF|COMMENT|ID`. The id is the
// act's, so that a desk that lost the answer finds out whether its block has arrived.
import { idSchema } from '../../../shared/primitives.ts';
import { dayOf, instant } from './values.ts';

export interface KeptBlock {
  library: string;
  /** RFC 3339. */
  blockedAt: string;
  blockedBy: string;
  comment: string;
  /** A UUID; undefined where somebody wrote the block by hand. */
  id: string | undefined;
}

/** A patron attribute of Koha holds so many characters. */
export const LONGEST_ATTRIBUTE = 255;
const LONGEST_NAME = 40;
const LONGEST_LIBRARY = 10;
/** What is left of an attribute for the comment, with the longest of everything else. */
export const LONGEST_COMMENT = LONGEST_ATTRIBUTE - LONGEST_LIBRARY - 20 - LONGEST_NAME - 22 - 4;

const plain = (text: string) => text.replaceAll('|', '/');

export function blockText(block: KeptBlock, longest: number): string {
  const { library, blockedAt, blockedBy, comment, id } = block;
  const before = [library, `${blockedAt.slice(0, 19)}Z`, plain(blockedBy).slice(0, LONGEST_NAME)].join('|');
  const after = id === undefined ? '' : `|${shortId(id)}`;
  return `${before}|${comment.slice(0, longest - before.length - after.length - 1)}${after}`;
}

/** Undefined where the text is no block of ours. */
export function readBlockText(text: string): KeptBlock | undefined {
  const [library, date, blockedBy, ...rest] = text.split('|');
  if (library === undefined || date === undefined || blockedBy === undefined || rest.length === 0)
    return undefined;
  const day = dayOf(date);
  if (library.trim() === '' || day === null) return undefined;
  const id = rest.length > 1 ? longId(rest.at(-1) ?? '') : undefined;
  const comment = (id === undefined ? rest : rest.slice(0, -1)).join('|');
  return {
    library: library.trim(),
    blockedAt: instant(Date.parse(date.trim()), Date.parse(day)),
    blockedBy: blockedBy.trim(),
    comment,
    id,
  };
}

/** A UUID in 22 characters. */
export const shortId = (uuid: string): string =>
  Buffer.from(uuid.replaceAll('-', ''), 'hex').toString('base64url');

/** Undefined of 22 characters that only end a comment. */
function longId(short: string): string | undefined {
  if (!/^[\w-]{22}$/.test(short)) return undefined;
  const hex = Buffer.from(short, 'base64url').toString('hex');
  return idSchema.safeParse(hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')).data;
}
