// The memory of attempts: each key with the answer that it got, so that a repeat has no second effect.
import { createHash, scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import { PROBLEMS } from '../../shared/central/problems.ts';
import type { Refused } from '../outcome.ts';
import type { Clock } from '../ports.ts';
import type { Store } from '../store/store.ts';

export interface Attempt {
  key: string;
  act: string;
  staff: string;
  endpoint: string;
  patronId: string | null;
  /** What was asked, without epoch and If-Match, as a hash. Kept empty where nobody may guess at it. */
  fingerprint: string;
}

export interface AttemptRow {
  key: string;
  act: string;
  staff: string;
  endpoint: string;
  patron_id: string | null;
  fingerprint: string;
  status: number;
  body: string | null;
  etag: string | null;
  /** In milliseconds. */
  answered_at: number;
}

/** Where answers name a guarantor: a saved section, a stale edit's refusal, a new patron. */
const GUARANTORS = [
  '$.value.values.guarantor',
  '$.current.values.guarantor',
  '$.value.sections.guarantor.values.guarantor',
];
const NAMELESS = `json_replace(body, ${GUARANTORS.map((path) => `'${path}.name', ''`).join(', ')})`;
/** In the words of the index attempt_of_guarantor: other ones make the database read all answers. */
const GUARANTOR_ID = `coalesce(${GUARANTORS.map((path) => `body ->> '${path}.patronId'`).join(', ')})`;

/**
 * What was lent stands with the loan alone: once it is back, whoever wants no history of it has none here, either. A repeat
 * asks the loan, as no return could go through all answers: a loan may have been renewed without end.
 */
const OF_LOANS = ['lend', 'renew'];
const withItem = (title: string, author: string, barcode: string) =>
  `json_replace(?, '$.value.title', ${title}, '$.value.author', ${author}, '$.value.itemBarcode', ${barcode})`;
/** A fingerprint of it would tell whoever guesses that they are right. */
export const withoutItem = (body: unknown): unknown =>
  typeof body === 'object' ? { ...body, title: '', author: '', itemBarcode: '' } : body;

/** Of a patron who isn't there any more, which no act may tell anything of. */
const GONE: number = PROBLEMS['patron-gone'].status;

const derive = promisify<string, string, number, Buffer>(scrypt);

/** The same for two bodies that differ only in the order of their fields. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.map(([key, inner]) => [key, canonical(inner)]);
}

interface Asked {
  key: string;
  content: unknown;
}

const textOf = ({ content }: Asked) => JSON.stringify(canonical(content));

export const fingerprintOf = (asked: Asked): string =>
  createHash('sha256').update(textOf(asked)).digest('base64url');

/**
 * Where the body holds a PIN, which a quick hash would give away to whoever reads the database. It takes its time, in
 * which others are answered.
 */
export const slowFingerprintOf = async (asked: Asked): Promise<string> =>
  (await derive(textOf(asked), asked.key, 32)).toString('base64url');

/** Whether the same was asked under this key before. */
export const isRepeat = (stored: AttemptRow, { act, staff, fingerprint }: Attempt): boolean =>
  stored.staff === staff && stored.act === act && ['', fingerprint].includes(stored.fingerprint);

export class Attempts {
  readonly #store: Store;
  readonly #clock: Clock;

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  find(key: string): AttemptRow | undefined {
    return this.#withItem(this.#store.row('SELECT * FROM attempt WHERE key = ?', key));
  }

  /** The attempt that had the act's one effect. */
  applied(act: string): AttemptRow | undefined {
    const sql = 'SELECT attempt.* FROM applied_act JOIN attempt USING (key) WHERE applied_act.act = ?';
    return this.#withItem(this.#store.row(sql, act));
  }

  /** While the loan is there. */
  #withItem(row: AttemptRow | undefined): AttemptRow | undefined {
    if (!row?.body || !OF_LOANS.includes(row.endpoint)) return row;
    const sql = `SELECT ${withItem('title', 'author', 'item_barcode')} AS body FROM loan
      WHERE id = ? ->> '$.value.id' AND patron = (SELECT number FROM patron WHERE id = ?)`;
    return { ...row, ...this.#store.row<{ body: string }>(sql, row.body, row.body, row.patron_id) };
  }

  /** `body` null: made anew at each repeat. */
  keep(attempt: Attempt, answer: { status: number; body: string | null; etag: string | null }): void {
    const body = OF_LOANS.includes(attempt.endpoint) ? withItem("''", "''", "''") : '?';
    this.#store.run(
      `INSERT INTO attempt (key, act, staff, endpoint, patron_id, fingerprint, status, body, etag, answered_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ${body}, ?, ?)`,
      attempt.key,
      attempt.act,
      attempt.staff,
      attempt.endpoint,
      attempt.patronId,
      answer.status === GONE ? '' : attempt.fingerprint,
      answer.status,
      answer.body,
      answer.etag,
      this.#clock.now(),
    );
  }

  markApplied(act: string, key: string): void {
    this.#store.run('INSERT INTO applied_act (act, key) VALUES (?, ?)', act, key);
  }

  /**
   * A deleted patron's answers held what the patron's record held, and a fingerprint tells whoever guesses what was typed
   * that it's right. Ids, keys and kinds stay; a repeat is told that the patron is gone, which is so, and whether the act
   * had been done before that: nobody may take it for refused.
   */
  forgetPatron(patronId: string, gone: Refused, goneSince: Refused): void {
    const forget = (answer: Refused, condition: string) =>
      this.#store.run(
        `UPDATE attempt SET status = ?, body = ?, etag = NULL, fingerprint = ''
         WHERE patron_id = ? AND endpoint <> 'deletePatron' AND act ${condition} (SELECT act FROM applied_act)`,
        answer.problem.status,
        JSON.stringify(answer.problem),
        patronId,
      );
    forget(goneSince, 'IN');
    forget(gone, 'NOT IN');
    // Their name stood in answers to acts on those that they were guarantor for.
    this.#store.run(`UPDATE attempt SET body = ${NAMELESS} WHERE ${GUARANTOR_ID} = ?`, patronId);
  }

  /** The act had its effect so long ago that its answer is forgotten. */
  wasDone(act: string): boolean {
    return this.#store.row('SELECT 1 FROM done_act WHERE act = ?', act) !== undefined;
  }

  /** Forgets attempts from before a moment, in milliseconds; never that an act was done: a desk may come back later. */
  forgetBefore(moment: number): void {
    this.#store.together(() => {
      this.#store.run(
        `INSERT OR IGNORE INTO done_act (act)
         SELECT applied_act.act FROM applied_act JOIN attempt USING (key) WHERE answered_at < ?`,
        moment,
      );
      this.#store.run(
        'DELETE FROM applied_act WHERE key IN (SELECT key FROM attempt WHERE answered_at < ?)',
        moment,
      );
      this.#store.run('DELETE FROM attempt WHERE answered_at < ?', moment);
    });
  }
}
