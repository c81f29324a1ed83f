// Who looked at, changed and exported a record, in words for people.
import type { RowOf } from '../../../shared/patron-data/document.ts';
import type { Language, Words } from './language.ts';
import { typed } from './html.ts';
import type { Column } from './tables.ts';
import { inWords } from './words.ts';

type Entry = RowOf<'processing'>;

export function processingColumns({ words, day, dayAndTime }: Language): Column<Entry>[] {
  const { columns } = words;
  return [
    { name: columns.at, of: ({ at }) => dayAndTime(at), kind: 'short' },
    { name: columns.what, of: ({ kind }) => words.processingKinds[kind] },
    { name: columns.detail, of: ({ detail }) => typed(detailWords(detail, words)) },
    { name: columns.keptUntil, of: ({ keptUntil }) => day(keptUntil), kind: 'short' },
  ];
}

/** A detail is names of ours, such as `contact: phones, emails`; one that has no words is shown as it is. */
export function detailWords(detail: string, { details, sections, fields }: Words): string {
  const known: Record<string, string> = { ...fields, ...sections, ...details };
  return detail
    .split(/(: |, )/)
    .map((part) => inWords(known, part))
    .join('');
}
