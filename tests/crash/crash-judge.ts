// Holds the server's database and the desk's list against what staff were told before and between the kills.
import { isDeepStrictEqual } from 'node:util';
import Database from 'better-sqlite3';
import type { DeskAct } from '../../shared/ipc/sync.ts';
import type { Patron } from '../../shared/patrons/patron.ts';
import type { CrashRun } from './crash-run.ts';

const wordOf = ({ kind, changes, comment }: DeskAct) =>
  kind === 'saveSection' ? String(changes['staffNote']) : comment;

interface BlockRow {
  comment: string;
  blocked_by: string;
  lifted_by: string | null;
  lift_comment: string | null;
}

const BLOCKS = `SELECT comment, blocked_by, lifted_by, lift_comment FROM block
  WHERE patron = (SELECT number FROM patron WHERE id = ?)`;
const EDITS = "SELECT count(*) FROM audit WHERE patron_id = ? AND kind = 'changed'";

export interface End {
  waiting: number;
  copy: Patron | undefined;
  /** As the server has it at the end. */
  patron: Patron;
  /** The server's file. */
  database: string;
  /** Names by user names. */
  names: ReadonlyMap<string, string>;
  /** Edits in the audit log before any of these. */
  editsBefore: number;
}

export function judgeCrashes({ pressed, shown }: CrashRun, end: End): string[] {
  const acts = [...shown.values()].filter((act) => act.patronId === end.patron.id);
  const store = new Database(end.database);
  const blocks = store.prepare<[string]>(BLOCKS).all(end.patron.id) as BlockRow[];
  const done = Number(store.prepare<[string]>(EDITS).pluck().get(end.patron.id)) - end.editsBefore;
  store.close();
  const wrong: string[] = [];
  if (end.waiting > 0) wrong.push(`${end.waiting} acts still wait`);
  for (const [word, { kind, staff, told, code }] of pressed) {
    const what = `${kind} "${word}" by ${staff}, told ${told} ${code ?? ''}`;
    const listed = acts.filter((act) => wordOf(act) === word);
    if (told === 'saved' && listed.length !== 1) wrong.push(`listed ${listed.length} times: ${what}`);
    if (told === 'refused' && listed.some(({ state }) => state === 'confirmed'))
      wrong.push(`refused, and confirmed: ${what}`);
    for (const { state } of listed)
      if (told === 'saved' && state !== 'confirmed') wrong.push(`${state} at the end: ${what}`);
    if (kind === 'block') {
      const there = blocks.filter(({ comment }) => comment === word);
      if (there.length > 1) wrong.push(`done ${there.length} times: ${what}`);
      if (told === 'saved' && there.length === 0) wrong.push(`not done: ${what}`);
      if (there.some((row) => row.blocked_by !== end.names.get(staff)))
        wrong.push(`in another name: ${what}`);
    }
    if (kind === 'unblock')
      for (const { lifted_by } of blocks.filter(({ lift_comment }) => lift_comment === word))
        if (lifted_by !== end.names.get(staff)) wrong.push(`in another name: ${what}`);
  }
  const edits = acts.filter(({ kind, state }) => kind === 'saveSection' && state === 'confirmed');
  if (done !== edits.length) wrong.push(`${edits.length} edits are confirmed, ${done} were done`);
  const note = end.patron.sections.note.values.staffNote;
  const last = edits.reduce<DeskAct | undefined>(later, undefined);
  if (last && wordOf(last) !== note) wrong.push(`the note is "${note}", and not "${wordOf(last)}"`);
  if (!isDeepStrictEqual(end.copy, end.patron)) wrong.push('the copy differs from the server');
  return wrong;
}

/** Words say which life it was, and which act in it. */
function later(one: DeskAct | undefined, other: DeskAct): DeskAct {
  if (!one) return other;
  const [a, b] = [one, other].map((act) => wordOf(act).split(/\D+/).filter(Boolean).map(Number)) as [
    number[],
    number[],
  ];
  const isLater = (b[0] ?? 0) > (a[0] ?? 0) || (b[0] === a[0] && (b[1] ?? 0) > (a[1] ?? 0));
  return isLater ? other : one;
}
