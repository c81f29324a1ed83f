// Writes the patron data file as JSON, piece by piece: what is never long at once, then each long part row by row. It
// holds no more than a page of a part.
import {
  LONG_PARTS,
  PATRON_DATA_FORMAT,
  PATRON_DATA_VERSION,
  type Information,
  type LongPart,
  type PatronDataHead,
  type RowOf,
  type WaitingAct,
} from '../../shared/patron-data/document.ts';

export interface JsonContent {
  head: PatronDataHead;
  information: Information;
  waiting: WaitingAct[];
  /** The pages of a long part; null where the file can't say what is in it. */
  pages: <P extends LongPart>(part: P) => AsyncIterable<RowOf<P>[]> | null;
}

export async function* jsonPieces({
  head,
  information,
  waiting,
  pages,
}: JsonContent): AsyncGenerator<string> {
  const short = { format: PATRON_DATA_FORMAT, version: PATRON_DATA_VERSION, information, waiting, ...head };
  yield safe(JSON.stringify(short, null, 2)).replace(/\n\}$/, '');
  for (const part of LONG_PARTS) {
    yield `,\n  "${part}": `;
    const some = pages(part);
    if (some === null) yield 'null';
    else yield* listOf(some);
  }
  yield '\n}\n';
}

async function* listOf(pages: AsyncIterable<unknown[]>): AsyncGenerator<string> {
  yield '[';
  let before = '\n';
  for await (const rows of pages) {
    if (rows.length === 0) continue;
    yield before + rows.map((row) => `    ${safe(JSON.stringify(row))}`).join(',\n');
    before = ',\n';
  }
  yield before === '\n' ? ']' : '\n  ]';
}

/** Signs that turn the order of letters around, or end a line in some programs: the same text once it is read. */
const UNSAFE = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** They can stand in strings only, where their numbers mean the same. */
const safe = (json: string) =>
  json.replace(UNSAFE, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);
