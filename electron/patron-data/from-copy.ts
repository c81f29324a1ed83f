// An export of what the desk's copy holds of a patron, for when the central server can't be reached. Pure.
import { leftOutOfCopy, type LeftOutId } from '../../shared/patron-data/left-out.ts';
import type { WaitingAct } from '../../shared/patron-data/document.ts';
import { ofRecord } from '../../shared/patron-data/of-record.ts';
import type { Library } from '../../shared/library.ts';
import type { Patron } from '../../shared/patrons/patron.ts';
import type { OutboxAct } from '../cache/act.ts';
import { isReadable } from '../cache/readable.ts';
import type { PatronDataExport } from './export.ts';

export interface CopyOfPatron {
  /** With this desk's waiting acts laid over, as windows show it. */
  patron: Patron;
  library: Library;
  /** When the copy last equalled the server; null where it never did. */
  asOf: string | null;
  /** What the server that it is a copy of leaves out. */
  leftOut: readonly LeftOutId[];
}

export function exportOfCopy(
  { patron, library, asOf, leftOut }: CopyOfPatron,
  madeAt: string,
): PatronDataExport {
  return {
    head: {
      madeAt,
      madeFrom: { kind: 'copy', asOf },
      leftOut: leftOutOfCopy(leftOut),
      ...ofRecord(patron, library, leftOut),
      // The copy holds blocks in force only.
      blocks: patron.blocks.map(({ comment, blockedAt }) => ({
        comment,
        blockedAt,
        liftedAt: null,
        liftComment: null,
        keptUntil: null,
      })),
      agreements: null,
      sources: null,
      failedSignIns: null,
    },
    counts: { loanHistory: null, payments: null, notifications: null, processing: null },
    page: () => Promise.resolve({ rows: [], next: null }),
  };
}

/** What was done at this desk and the server has not taken, as the patron gets to read it; what can be read of it here. */
export function waitingActs(acts: readonly OutboxAct[]): WaitingAct[] {
  return acts.filter(isReadable).flatMap((act): WaitingAct[] => {
    const { actedAt, state, deed, wiped } = act;
    if (wiped || state === 'confirmed' || state === 'withdrawn') return [];
    switch (deed.kind) {
      case 'saveSection': {
        const changes = withoutOthers(act.changes ?? deed.changes);
        return [{ kind: deed.kind, section: deed.section, changes, actedAt, state }];
      }
      case 'block':
      case 'unblock':
        return [{ kind: deed.kind, comment: deed.comment, actedAt, state }];
    }
  });
}

type Changes = Extract<OutboxAct['deed'], { kind: 'saveSection' }>['changes'];

/** A linked guarantor is named, as in the record; which patron it is isn't this one's data. */
const withoutOthers = (changes: Changes): Changes =>
  Object.fromEntries(
    Object.entries(changes).map(([field, value]) => {
      const linked = typeof value === 'object' && value !== null && 'patronId' in value;
      return [field, linked ? { kind: value['kind'] ?? null, name: value['name'] ?? null } : value];
    }),
  );
