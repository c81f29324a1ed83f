// What was done at this desk and the server has not taken, in words for people.
import type { WaitingAct } from '../../../shared/patron-data/document.ts';
import { html, typed, type Html } from './html.ts';
import type { Language, Words } from './language.ts';
import type { Column } from './tables.ts';
import { filled } from './words.ts';

export function waitingColumns({ words, dayAndTime }: Language): Column<WaitingAct>[] {
  const { columns } = words;
  return [
    { name: columns.at, of: ({ actedAt }) => dayAndTime(actedAt), kind: 'short' },
    { name: columns.what, of: (act) => whatWasDone(act, words) },
    { name: columns.detail, of: (act) => detailsOf(act, words) },
    { name: columns.state, of: ({ state }) => words.waitingStates[state] },
  ];
}

const whatWasDone = (act: WaitingAct, { waitingKinds, sections }: Words) =>
  act.kind === 'saveSection'
    ? filled(waitingKinds.saveSection, { section: sections[act.section] })
    : waitingKinds[act.kind];

function detailsOf(act: WaitingAct, words: Words): Html {
  if (act.kind !== 'saveSection') return typed(act.comment);
  const fields: Record<string, string> = words.fields;
  const value = (stored: unknown) => (typeof stored === 'string' ? stored : JSON.stringify(stored));
  return html`${Object.entries(act.changes).map(
    ([field, stored], at) =>
      html`${at > 0 ? html`<br />` : ''}${fields[field] ?? field}: ${typed(value(stored))}`,
  )}`;
}
