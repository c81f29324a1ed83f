// The outbox: what staff did at this desk and what became of it. Every write is on the disk when it returns, through
// a power cut. Nothing leaves it but by the server's answer or a decision of staff.
import { createHash } from 'node:crypto';
import { UNDECIDED, type ActUpdate, type Deed, type LogEvent, type NewAct, type OutboxAct } from './act.ts';
import type { OutboxCounts, Outgoing } from './desk-store.ts';
import type { EncryptedFile } from './encrypted-file.ts';
import type { ShownAt } from './overlay.ts';
import { isReadable } from './readable.ts';

interface ActRow {
  sequence: number;
  record: string;
}

/** Tells a whole record from one that was read off a damaged page. */
export const sumOf = (record: string): string => createHash('sha256').update(record).digest('hex');

const actOf = ({ sequence, record }: ActRow): OutboxAct => ({
  ...(JSON.parse(record) as Omit<OutboxAct, 'sequence'>),
  sequence,
});

const placeholders = (values: readonly unknown[]) => values.map(() => '?').join(', ');

export class Outbox {
  readonly #file: EncryptedFile;

  constructor(file: EncryptedFile) {
    this.#file = file;
  }

  append(act: NewAct): OutboxAct {
    const record = JSON.stringify({ ...act, wiped: false });
    const row = this.#file.row<{ sequence: number }>(
      'INSERT INTO act (record, sum) VALUES (?, ?) RETURNING sequence',
      ...[record, sumOf(record)],
    );
    if (!row) throw new Error('The outbox gave no sequence.');
    return actOf({ sequence: row.sequence, record });
  }

  acts(states: readonly OutboxAct['state'][]): OutboxAct[] {
    const sql = `SELECT sequence, record FROM act WHERE state IN (${placeholders(states)}) ORDER BY sequence`;
    return this.#file
      .rows<ActRow>(sql, ...states)
      .map(actOf)
      .filter(({ wiped }) => !wiped);
  }

  actsOn(library: string, patronId: string): OutboxAct[] {
    const sql = 'SELECT sequence, record FROM act WHERE library = ? AND patron = ? ORDER BY sequence';
    return this.#file.rows<ActRow>(sql, library, patronId).map(actOf);
  }

  /** Patrons on whom there are acts that are laid over rows that equal `shownAt`: see overlay.ts. */
  patronsLaidOver(library: string, shownAt: ShownAt | undefined): string[] {
    const { epoch, position } = shownAt ?? { epoch: '', position: 0 };
    return this.#file
      .rows<{ patron: string }>(
        `SELECT patron FROM act WHERE state IN ('waiting', 'sent') AND library = ?
         UNION SELECT patron FROM act WHERE state = 'confirmed' AND library = ? AND (epoch <> ? OR head > ?)`,
        ...[library, library, epoch, position],
      )
      .map(({ patron }) => patron);
  }

  act(id: string): OutboxAct | undefined {
    const row = this.#file.row<ActRow>('SELECT sequence, record FROM act WHERE id = ?', id);
    return row && actOf(row);
  }

  /** What needs a decision is among them, however much waits since; then what waits, then what is done. */
  recent(library: string, limit: number): OutboxAct[] {
    const sql = `SELECT sequence, record FROM act WHERE library = ?
      ORDER BY state NOT IN ('conflict', 'refused'), state NOT IN ('waiting', 'sent'), sequence DESC LIMIT ?`;
    return this.#file
      .rows<ActRow>(sql, library, limit)
      .map(actOf)
      .filter(({ wiped }) => !wiped)
      .sort((a, b) => b.sequence - a.sequence);
  }

  outgoing(): Outgoing {
    const epochs = this.#file.rows<Outgoing['epochs'][number]>('SELECT library, epoch FROM epoch');
    const revived = epochs.flatMap(({ library, epoch }) => this.#reviveLost(library, epoch));
    return { epochs, revived, acts: this.acts(['waiting', 'sent', 'conflict', 'refused']) };
  }

  #reviveLost(library: string, epoch: string): OutboxAct[] {
    const undecidedIn = `what is undecided at ${library} was judged in`;
    const before = this.recall(undecidedIn);
    const states = ['confirmed', ...(before === undefined || before === epoch ? [] : UNDECIDED)];
    const sql = `SELECT sequence, record FROM act
      WHERE state IN (${placeholders(states)}) AND library = ? AND epoch IS NOT ? ORDER BY sequence`;
    const again = { state: 'waiting', confirmed: null, conflict: null, refusal: null } as const;
    const lost = this.#file
      .rows<ActRow>(sql, ...states, library, epoch)
      .map(actOf)
      .filter(({ wiped }) => !wiped);
    if (lost.length === 0 && before === epoch) return [];
    return this.#file.together(() => {
      if (before !== epoch) this.remember(undecidedIn, epoch);
      return lost.map((act) => this.#write({ ...act, ...again }));
    });
  }

  replace(id: string, act: NewAct): OutboxAct | undefined {
    return this.#file.together(() =>
      this.update(id, { state: 'withdrawn' }, UNDECIDED) ? this.append(act) : undefined,
    );
  }

  /** Undefined where the act is in none of the states that it may be changed in. */
  update(id: string, update: ActUpdate, onlyIn?: readonly OutboxAct['state'][]): OutboxAct | undefined {
    return this.#file.together(() => {
      const act = this.act(id);
      if (!act) throw new Error('The outbox has no such act.');
      return !onlyIn || onlyIn.includes(act.state) ? this.#write({ ...act, ...update }) : undefined;
    });
  }

  #write(act: OutboxAct): OutboxAct {
    const { sequence, ...rest } = act;
    const record = JSON.stringify(rest);
    this.#file.run('UPDATE act SET record = ?, sum = ? WHERE sequence = ?', record, sumOf(record), sequence);
    return act;
  }

  counts(library: string): OutboxCounts {
    const rows = this.#file.rows<{ state: OutboxAct['state']; n: number }>(
      'SELECT state, count(*) AS n FROM act WHERE library = ? GROUP BY state',
      library,
    );
    const of = (...states: OutboxAct['state'][]) =>
      rows.filter(({ state }) => states.includes(state)).reduce((sum, { n }) => sum + n, 0);
    return { waiting: of('waiting', 'sent'), undecided: of('conflict', 'refused') };
  }

  forgetDurable(library: string, epoch: string, durable: number, shownAt: ShownAt | undefined): OutboxAct[] {
    if (shownAt?.epoch !== epoch) return [];
    const sql = `DELETE FROM act WHERE state = 'confirmed' AND library = ? AND epoch = ? AND head <= ?
      RETURNING sequence, record`;
    return this.#file.rows<ActRow>(sql, library, epoch, Math.min(durable, shownAt.position)).map(actOf);
  }

  forgetWithdrawn(before: string): number {
    return this.#file.run(`DELETE FROM act WHERE state = 'withdrawn' AND record ->> 'actedAt' < ?`, before);
  }

  /** Empties what is settled about a deleted patron. Acts that still wait or need a decision keep their text. */
  wipe(library: string, patronIds: readonly string[]): void {
    const settled = patronIds
      .flatMap((patronId) => this.actsOn(library, patronId))
      .filter(({ state, wiped }) => (state === 'confirmed' || state === 'withdrawn') && !wiped);
    this.#empty(settled);
  }

  /** The same of whoever isn't there, as far as rows that equal `shownAt` have passed it. */
  wipeAbsent(library: string, { epoch, position }: ShownAt, isThere: (patronId: string) => boolean): void {
    const sql = `SELECT sequence, record FROM act
      WHERE library = ? AND (state = 'withdrawn' OR state = 'confirmed' AND epoch = ? AND head <= ?)`;
    const settled = this.#file
      .rows<ActRow>(sql, library, epoch, position)
      .map(actOf)
      .filter((act) => !act.wiped && isReadable(act) && !isThere(act.patronId));
    this.#empty(settled);
  }

  #empty(acts: readonly OutboxAct[]): void {
    if (acts.length === 0) return;
    this.#file.together(() => acts.forEach((act) => this.#write(emptied(act))));
    this.#file.truncateLog();
  }

  appendLogEvent(event: LogEvent): void {
    const record = JSON.stringify(event);
    this.#file.run(
      'INSERT INTO log_event (id, record, sum) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
      ...[event.id, record, sumOf(record)],
    );
  }

  /** Those that the server hasn't taken in the history that it is in. */
  logEvents(library: string, limit: number): LogEvent[] {
    const sql = `SELECT record FROM log_event WHERE record ->> 'library' = ? AND epoch IS NOT ?
      ORDER BY sequence LIMIT ?`;
    return this.#file
      .rows<{ record: string }>(sql, library, this.epoch(library) ?? '', limit)
      .map(({ record }) => JSON.parse(record) as LogEvent);
  }

  logEventsTaken(ids: readonly string[], epoch: string, head: number): void {
    const sql = 'UPDATE log_event SET epoch = ?, head = ? WHERE id = ?';
    this.#file.together(() => ids.forEach((id) => this.#file.run(sql, epoch, head, id)));
  }

  /** A backup made before the server took them may have the same head: only one beyond it surely holds them. */
  forgetDurableLogEvents(library: string, epoch: string, durable: number): void {
    const sql = `DELETE FROM log_event WHERE record ->> 'library' = ? AND epoch = ? AND head < ?`;
    this.#file.run(sql, library, epoch, durable);
  }

  remember(name: string, value: string): void {
    const sql = 'INSERT INTO value VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value';
    this.#file.run(sql, name, value);
  }

  recall(name: string): string | undefined {
    return this.#file.row<{ value: string }>('SELECT value FROM value WHERE name = ?', name)?.value;
  }

  forget(name: string): void {
    this.#file.run('DELETE FROM value WHERE name = ?', name);
    this.#file.truncateLog();
  }

  epoch(library: string): string | null {
    return (
      this.#file.row<{ epoch: string }>('SELECT epoch FROM epoch WHERE library = ?', library)?.epoch ?? null
    );
  }

  seeEpoch(library: string, epoch: string): void {
    if (this.epoch(library) === epoch) return;
    const sql = 'INSERT INTO epoch VALUES (?, ?) ON CONFLICT DO UPDATE SET epoch = excluded.epoch';
    this.#file.run(sql, library, epoch);
  }

  seeEpochEverywhere(epoch: string): void {
    this.#file.run('UPDATE epoch SET epoch = ? WHERE epoch <> ?', epoch, epoch);
  }
}

/** Id, key, kind and what became of it; nothing that was typed. */
function emptied(act: OutboxAct): OutboxAct {
  const { deed } = act;
  const nothing = {
    patronName: '',
    patronSince: undefined,
    changes: null,
    conflict: null,
    refusal: null,
    wiped: true,
  };
  // Of another version: where its text stands isn't known.
  if (!isReadable(act)) return { ...act, ...nothing, deed: { kind: deed.kind } as Deed };
  if (deed.kind === 'saveSection') {
    return { ...act, ...nothing, deed: { ...deed, base: { values: {}, tag: deed.base.tag }, changes: {} } };
  }
  return { ...act, ...nothing, deed: { ...deed, comment: '' } };
}
