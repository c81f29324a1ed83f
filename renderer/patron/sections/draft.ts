// A section while it is edited: what staff saw when the pen opened it, and what they have typed since.
import type { FieldIssue, SectionId } from '../../../shared/patrons/sections.ts';
import { plain, same } from '../../app/plain.ts';

/** JSON values by field. The contract's own type of JSON is too deep for Vue's reactive types. */
export type Values = Record<string, unknown>;

export interface Stored {
  values: Values;
  tag: string;
}

export interface Conflict {
  field: string;
  base: unknown;
  mine: unknown;
  theirs: unknown;
}

export interface Draft {
  section: SectionId;
  base: Stored;
  values: Values;
}

export interface Merged {
  field: string;
  before: unknown;
  after: unknown;
}

export function startDraft(section: SectionId, stored: Stored): Draft {
  return { section, base: plain(stored), values: plain(stored.values) };
}

/** What is typed without the empty rows of its lists, so that an issue's `phones.1` is the row in sight. */
export function withoutEmptyRows(values: Values): Values {
  return Object.fromEntries(
    Object.entries(plain(values)).map(([field, value]) => [
      field,
      Array.isArray(value) ? value.filter((row) => !isEmptyRow(trimmed(row))) : value,
    ]),
  );
}

/** What is typed, as it would be saved: no blanks around it, no empty rows in its lists, dates with hyphens. */
export function tidied(values: Values): Values {
  return Object.fromEntries(
    Object.entries(withoutEmptyRows(values)).map(([field, value]) => {
      if (field === 'staffNote') return [field, value];
      if (field === 'birthDate' && typeof value === 'string') return [field, tidyDate(value)];
      if (Array.isArray(value)) return [field, value.map(trimmed)];
      return [field, trimmed(value)];
    }),
  );
}

function tidyDate(typed: string): string | null {
  const text = typed.trim();
  return text === '' ? null : text.replace(/^(\d{4})[./]?(\d{2})[./]?(\d{2})$/, '$1-$2-$3');
}

function trimmed<T>(value: T): T {
  if (typeof value === 'string') return value.trim() as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, trimmed(inner)])) as T;
}

/** A card's state and an address's country are chosen from the start: a row is empty where nothing else is typed. */
function isEmptyRow(row: unknown): boolean {
  if (typeof row === 'string') return row === '';
  if (typeof row !== 'object' || row === null) return false;
  if ('number' in row) return row.number === '';
  return Object.entries(row).every(([part, text]) => part === 'country' || text === '');
}

/** The fields that staff changed, as they would be saved. */
export function changesOf(draft: Draft): Values {
  const stored = tidied(draft.base.values);
  return Object.fromEntries(
    Object.entries(tidied(draft.values)).filter(([field, value]) => !same(value, stored[field])),
  );
}

/** After a conflict: goes on from what the server holds now, keeping everything that staff typed. */
export function rebased(draft: Draft, current: Stored): { draft: Draft; merged: Merged[] } {
  const mine = changesOf(draft);
  const merged = Object.entries(current.values)
    .filter(([field, value]) => !(field in mine) && !same(value, draft.base.values[field]))
    .map(([field, after]) => ({ field, before: draft.base.values[field], after }));
  const values = { ...plain(current.values), ...mine };
  return { draft: { section: draft.section, base: plain(current), values }, merged };
}

/** Fields that were changed here and elsewhere, to different values. */
export function conflictsOf(draft: Draft, current: Stored): Conflict[] {
  return Object.entries(changesOf(draft))
    .map(([field, mine]) => {
      return { field, base: draft.base.values[field] ?? null, mine, theirs: current.values[field] ?? null };
    })
    .filter(({ base, mine, theirs }) => !same(theirs, base) && !same(theirs, mine));
}

/** Which value of a conflicting field staff have chosen; undefined while they haven't. */
export function choiceOf(
  conflict: Conflict,
  value: unknown,
  choseMine: boolean,
): 'mine' | 'theirs' | 'third' | undefined {
  if (same(value, conflict.theirs)) return 'theirs';
  if (same(value, conflict.mine)) return choseMine ? 'mine' : undefined;
  return 'third';
}

/** Whether an issue's path leads to an input of its own; others are told above the form. */
export function hasOwnInput({ field }: FieldIssue, values: Values): boolean {
  if (field === 'guarantor' || field.startsWith('guarantor.')) return true;
  let at: unknown = values;
  for (const step of field.split('.')) {
    if (typeof at !== 'object' || at === null || !(step in at)) return false;
    at = (at as Record<string, unknown>)[step];
  }
  return typeof at !== 'object' || at === null;
}
