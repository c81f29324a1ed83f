// What was done at this desk and the server has not taken, in words for people.
import type { WaitingAct } from '../../../shared/patron-data/document.ts';
import { html, typed, type Html } from './html.ts';
import type { Language, Words } from './language.ts';
import type { Column } from './tables.ts';
import { filled, inWords } from './words.ts';

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
  const named = (field: string) => typed(inWords(words.fields, field));
  const valued = (field: string, stored: unknown) => typed(valueWords(field, stored, words));
  return html`${Object.entries(act.changes).map(
    ([field, stored], at) => html`${at > 0 ? html`<br />` : ''}${named(field)}: ${valued(field, stored)}`,
  )}`;
}

/** A field's value as it is stored; in words where the field holds one of ours. */
function valueWords(field: string, stored: unknown, words: Words): string {
  if (stored === null || stored === '') return words.nothing;
  if (typeof stored === 'boolean') return stored ? words.yes : words.no;
  if (typeof stored !== 'object') return inWords(ownWords(field, words), String(stored));
  const inner = Array.isArray(stored)
    ? stored.map((one) => valueWords(field, one, words))
    : Object.entries(stored)
        .filter(([, value]) => value !== '')
        .map(([name, value]) => valueWords(name, value, words));
  return inner.length === 0 ? words.nothing : inner.join(', ');
}

function ownWords(field: string, { channels, genders, cardStates }: Words): Record<string, string> {
  switch (field) {
    case 'preferredChannel':
    case 'reservationReady':
    case 'dueSoon':
    case 'overdue':
      return channels;
    case 'gender':
      return genders;
    case 'state':
      return cardStates;
    default:
      return {};
  }
}
