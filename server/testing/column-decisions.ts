// For each column of the server's database: where in a patron data file it stands, or why it isn't there. A test walks
// the tables, so that a column without a decision fails.
import type { LeftOutId } from '../../shared/patron-data/left-out.ts';
import { withoutStaff } from '../audit.ts';

export type Cell = string | number | null;
export type Decision =
  /** Where the value stands in the file; `as` is how it is written there. */
  | { at: string; as?: (cell: Cell) => unknown }
  | { leftOut: LeftOutId }
  /** Says why it tells nothing of a patron whose file can be asked for. */
  | { not: string };
export interface Table {
  /** The rows of a patron; its `?` is the patron's row number or id. */
  whose: string;
  by: 'number' | 'id';
  columns: Record<string, Decision>;
}

const internal: Decision = { leftOut: 'internalMarks' };
const link: Decision = internal;
const libraryId: Decision = { at: 'library.id' };
export const branchName = (cell: Cell) => (cell === 'main' ? 'Main' : cell);
const time = (cell: Cell) => new Date(Number(cell)).toISOString();
const answer: Decision = { leftOut: 'storedAnswers' };

export const OF_PATRONS: Record<string, Table> = {
  person: {
    whose: 'id = (SELECT person FROM patron WHERE number = ?)',
    by: 'number',
    columns: { id: { leftOut: 'otherLibraries' } },
  },
  patron: {
    whose: 'number = ?',
    by: 'number',
    columns: {
      number: internal,
      id: { at: 'patron.id' },
      library: libraryId,
      person: { leftOut: 'otherLibraries' },
      version: internal,
      epoch: internal,
      age_group: { at: 'patron.ageGroup' },
      guarantor: { leftOut: 'otherPatrons' },
      pin: { leftOut: 'pin' },
      created_at: { at: 'patron.createdAt' },
      changed_at: { at: 'patron.changedAt' },
    },
  },
  patron_section: {
    whose: 'patron = ?',
    by: 'number',
    // Its values are compared one by one, below.
    columns: {
      patron: link,
      section: { not: 'a name of ours' },
      field_values: { at: 'patron', as: () => undefined },
      version: internal,
      epoch: internal,
    },
  },
  card: {
    whose: 'patron = ?',
    by: 'number',
    columns: { library: libraryId, number: internal, patron: link },
  },
  block: {
    whose: 'patron = ?',
    by: 'number',
    columns: {
      id: internal,
      patron: link,
      comment: { at: 'blocks[].comment' },
      blocked_at: { at: 'blocks[].blockedAt' },
      blocked_by: { leftOut: 'staffNames' },
      lifted_at: { at: 'blocks[].liftedAt' },
      lifted_by: { leftOut: 'staffNames' },
      lift_comment: { at: 'blocks[].liftComment' },
      keep_until: { at: 'blocks[].keptUntil' },
    },
  },
  loan: {
    whose: 'patron = ?',
    by: 'number',
    columns: {
      id: internal,
      patron: link,
      title: { at: 'loans[].title' },
      author: { at: 'loans[].author' },
      item_barcode: { at: 'loans[].itemBarcode' },
      branch: { at: 'loans[].branch', as: branchName },
      loaned_at: { at: 'loans[].loanedAt' },
      due_at: { at: 'loans[].dueAt' },
      renewals: { at: 'loans[].renewals' },
    },
  },
  past_loan: {
    whose: 'patron = ?',
    by: 'number',
    columns: {
      patron: link,
      title: { at: 'loanHistory[].title' },
      author: { at: 'loanHistory[].author' },
      loaned_at: { at: 'loanHistory[].loanedAt' },
      returned_at: { at: 'loanHistory[].returnedAt' },
    },
  },
  reservation: {
    whose: 'patron = ?',
    by: 'number',
    columns: {
      id: internal,
      patron: link,
      title: { at: 'reservations[].title' },
      author: { at: 'reservations[].author' },
      pickup_branch: { at: 'reservations[].pickupBranch', as: branchName },
      placed_at: { at: 'reservations[].placedAt' },
      state: { at: 'reservations[].state' },
      queue_position: { at: 'reservations[].queuePosition' },
      kept_until: { at: 'reservations[].keptUntil' },
    },
  },
  debt: {
    whose: 'patron = ?',
    by: 'number',
    columns: {
      id: internal,
      patron: link,
      kind: { at: 'debts[].kind' },
      description: { at: 'debts[].description' },
      amount: { at: 'debts[].amount' },
      created_at: { at: 'debts[].createdAt' },
    },
  },
  payment: {
    whose: 'patron = ?',
    by: 'number',
    columns: {
      patron: link,
      paid_at: { at: 'payments[].paidAt' },
      amount: { at: 'payments[].amount' },
      description: { at: 'payments[].description' },
    },
  },
  notification: {
    whose: 'patron = ?',
    by: 'number',
    columns: {
      id: internal,
      patron: link,
      kind: { at: 'notifications[].kind' },
      channel: { at: 'notifications[].channel' },
      recipient: { at: 'notifications[].recipient' },
      subject: { at: 'notifications[].subject' },
      sent_at: { at: 'notifications[].sentAt' },
      state: { at: 'notifications[].state' },
    },
  },
  agreement: {
    whose: 'patron = ?',
    by: 'number',
    columns: {
      id: internal,
      patron: link,
      kind: { at: 'agreements[].kind' },
      version: { at: 'agreements[].version' },
      accepted_at: { at: 'agreements[].acceptedAt' },
      withdrawn_at: { at: 'agreements[].withdrawnAt' },
    },
  },
  source: {
    whose: 'patron = ?',
    by: 'number',
    columns: {
      patron: link,
      what: { at: 'sources[].what' },
      came_from: { at: 'sources[].from' },
      on_day: { at: 'sources[].on' },
    },
  },
  failed_sign_in: {
    whose: 'EXISTS (SELECT 1 FROM card WHERE patron = ? AND is_of_card(who, json_array(library, number)))',
    by: 'number',
    columns: {
      who: { at: 'failedSignIns[].who' },
      place: { not: 'the same word for all patrons' },
      failures: { at: 'failedSignIns[].failures' },
      last_at: { at: 'failedSignIns[].lastAt', as: time },
      locked_until: { at: 'failedSignIns[].lockedUntil', as: (cell) => (cell === 0 ? null : time(cell)) },
    },
  },
  audit: {
    whose: 'patron_id = ?',
    by: 'id',
    columns: {
      id: internal,
      library: libraryId,
      patron_id: { at: 'patron.id' },
      staff: { leftOut: 'staffNames' },
      kind: { at: 'processing[].kind' },
      at: { at: 'processing[].at' },
      detail: { at: 'processing[].detail', as: (cell) => withoutStaff(String(cell)) },
      keep_until: { at: 'processing[].keptUntil' },
    },
  },
  attempt: {
    whose: 'patron_id = ?',
    by: 'id',
    columns: {
      key: answer,
      act: answer,
      staff: { leftOut: 'staffNames' },
      endpoint: answer,
      patron_id: { at: 'patron.id' },
      fingerprint: answer,
      status: answer,
      body: answer,
      etag: answer,
      answered_at: answer,
    },
  },
  applied_act: {
    whose: 'key IN (SELECT key FROM attempt WHERE patron_id = ?)',
    by: 'id',
    columns: { act: answer, key: answer },
  },
  change: {
    whose: 'patron_id = ?',
    by: 'id',
    columns: {
      patron_id: { at: 'patron.id' },
      library: libraryId,
      position: internal,
      deleted_at: { not: 'set only where the patron is gone' },
    },
  },
  patron_search: {
    whose: 'number = ?',
    by: 'number',
    columns: {
      number: internal,
      library: internal,
      family: internal,
      given: internal,
      swedish: internal,
      id: internal,
      words: internal,
    },
  },
};

/** Tables that hold nothing about patrons, and why. */
export const OF_OTHERS: Record<string, string> = {
  history: 'positions of the server',
  lineage: 'positions of the server',
  backup: 'positions of the server; what backups hold is on the list of what is left out',
  setting: 'of the server',
  library: 'of the library; its name, currency and time zone are in the file',
  branch: 'of the library',
  category: 'of the library',
  staff: 'of staff',
  staff_permission: 'of staff',
  session: 'of staff',
  sign_in_event: 'of staff',
  token: 'of staff',
  push_grant: 'of staff',
  push_grant_act: 'of staff: ids of acts',
  revoked_desk: 'of desks',
  done_act: 'ids of acts, which name nobody',
  patron_words: 'the words of patron_search, taken apart',
};
