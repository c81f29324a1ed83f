// Reads an export page by page and writes the files that the policy asks for. Of a long part it holds one page, and
// the newest rows that the PDF shows.
import {
  LONG_PARTS,
  type Information,
  type LongPart,
  type RowOf,
} from '../../shared/patron-data/document.ts';
import type { PatronDataPolicy } from '../policy/patron-data-policy.ts';
import { partPages, totalOf, type Reading } from './export.ts';
import { jsonPieces } from './json-file.ts';
import { Newest } from './newest-rows.ts';
import type { OpenedExport } from './open-export.ts';
import { printable } from './pdf/document.ts';
import { languageOf } from './pdf/language.ts';
import type { Print } from './pdf/print.ts';

export interface Progress {
  step: 'reading' | 'printing';
  /** Rows. */
  done: number;
  total: number;
}

/** For the taskbar: 0 to 1 of what is read; 2 while nobody knows how far the PDF is. */
export function partOf({ step, done, total }: Progress): number {
  return step === 'reading' ? done / Math.max(1, total) : 2;
}

export interface Writing extends Reading {
  policy: Pick<PatronDataPolicy, 'formats' | 'texts'>;
  print: Print;
  /** Begins a file of that name; answers how it is written to. */
  begin: (name: string) => Promise<(piece: string | Uint8Array) => Promise<void>>;
  onProgress: (progress: Progress) => void;
}

export const namesOf = (name: string, { formats }: Pick<PatronDataPolicy, 'formats'>) =>
  formats.map((format) => `${name}.${format}`);

export async function writeFiles(opened: OpenedExport, name: string, writing: Writing): Promise<void> {
  const { source, waiting } = opened;
  const { policy, print, begin, onProgress, signal } = writing;
  const { head } = source;
  const language = languageOf(head.patron.personal.language);
  const information: Information = { language, ...policy.texts[language] };
  const newest = new Newest(source);
  const wanted = (format: 'json' | 'pdf') => policy.formats.includes(format);
  const total = totalOf(source);
  let done = 0;

  async function* counting<P extends LongPart>(pages: AsyncIterable<RowOf<P>[]>): AsyncGenerator<RowOf<P>[]> {
    for await (const rows of pages) {
      done += rows.length;
      onProgress({ step: 'reading', done, total });
      yield rows;
    }
  }
  const pages = <P extends LongPart>(part: P) =>
    source.counts[part] === null ? null : newest.passing(part, counting(partPages(source, part, writing)));

  onProgress({ step: 'reading', done, total });
  if (wanted('json')) {
    const write = await begin(`${name}.json`);
    for await (const piece of jsonPieces({ head, information, waiting, pages })) await write(piece);
  } else {
    // Nothing but the PDF is made: what it doesn't show isn't read.
    for (const part of LONG_PARTS) {
      const some = pages(part)?.[Symbol.asyncIterator]();
      while (some && !newest.isFull(part) && !(await some.next()).done);
    }
  }
  if (!wanted('pdf')) return;
  onProgress({ step: 'printing', done, total });
  const content = { head, information, waiting, newest: newest.rows, name };
  const pdf = await print(
    printable({ ...content, jsonName: wanted('json') ? `${name}.json` : undefined }),
    signal,
  );
  const write = await begin(`${name}.pdf`);
  await write(pdf);
}
