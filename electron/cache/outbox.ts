// The outbox: what staff did at this desk and what became of it. Every write is on the disk when it returns, through
// a power cut. Nothing leaves it but by the server's answer or a decision of staff.
import { createHash } from 'node:crypto';
import type { ActUpdate, LogEvent, NewAct, OutboxAct } from './act.ts';
import type { OutboxCounts } from './desk-store.ts';
import type { EncryptedFile } from './encrypted-file.ts';
import type { ShownAt } from './overlay.ts';

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

  /** Patrons on whom there are acts that may be laid over the copy. */
  patronsWithActs(library: string): string[] {
    return this.#file
      .rows<{ patron: string }>(
        `SELECT DISTINCT patron FROM act WHERE state IN ('waiting', 'sent', 'confirmed') AND library = ?`,
        library,
      )
      .map(({ patron }) => patron);
  }

  act(id: string): OutboxAct | undefined {
    const row = this.#file.row<ActRow>('SELECT sequence, record FROM act WHERE id = ?', id);
    return row && actOf(row);
  }

  update(id: string, update: ActUpdate): OutboxAct {
    return this.#file.together(() => {
      const act = this.act(id);
      if (!act) throw new Error('The outbox has no such act.');
      return this.#write({ ...act, ...update });
    });
  }

  #write(act: OutboxAct): OutboxAct {
    const { sequence, ...rest } = act;
    const record = JSON.stringify(rest);
    this.#file.run('UPDATE act SET record = ?, sum = ? WHERE sequence = ?', record, sumOf(record), sequence);
    return act;
  }

  counts(): OutboxCounts {
    const rows = this.#file.rows<{ state: OutboxAct['state']; n: number }>(
      'SELECT state, count(*) AS n FROM act GROUP BY state',
    );
    const of = (...states: OutboxAct['state'][]) =>
      rows.filter(({ state }) => states.includes(state)).reduce((sum, { n }) => sum + n, 0);
    return { waiting: of('waiting', 'sent'), undecided: of('conflict', 'refused') };
  }

  forgetDurable(library: string, epoch: string, durable: number, shownAt: ShownAt | undefined): OutboxAct[] {
    if (shownAt?.epoch !== epoch) return [];
    const passed = Math.min(durable, shownAt.position);
    return this.#file.together(() => {
      const acts = this.#settled(library, 'confirmed').filter(
        ({ confirmed }) => confirmed?.epoch === epoch && confirmed.head <= passed,
      );
      for (const { sequence } of acts) this.#file.run('DELETE FROM act WHERE sequence = ?', sequence);
      return acts;
    });
  }

  forgetWithdrawn(library: string, before: string): number {
    return this.#file.together(() => {
      const acts = this.#settled(library, 'withdrawn').filter(({ actedAt }) => actedAt < before);
      for (const { sequence } of acts) this.#file.run('DELETE FROM act WHERE sequence = ?', sequence);
      return acts.length;
    });
  }

  #settled(library: string, state: OutboxAct['state']): OutboxAct[] {
    const sql = 'SELECT sequence, record FROM act WHERE state = ? AND library = ? ORDER BY sequence';
    return this.#file.rows<ActRow>(sql, state, library).map(actOf);
  }

  /** Empties what is settled about a deleted patron. Acts that still wait or need a decision keep their text. */
  wipe(library: string, patronIds: readonly string[]): void {
    const settled = patronIds
      .flatMap((patronId) => this.actsOn(library, patronId))
      .filter(({ state, wiped }) => (state === 'confirmed' || state === 'withdrawn') && !wiped);
    if (settled.length === 0) return;
    this.#file.together(() => settled.forEach((act) => this.#write(emptied(act))));
    this.#file.truncateLog();
  }

  appendLogEvent(event: LogEvent): void {
    const record = JSON.stringify(event);
    this.#file.run(
      'INSERT INTO log_event (id, record, sum) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
      ...[event.id, record, sumOf(record)],
    );
  }

  logEvents(limit: number): LogEvent[] {
    return this.#file
      .rows<{ record: string }>('SELECT record FROM log_event ORDER BY sequence LIMIT ?', limit)
      .map(({ record }) => JSON.parse(record) as LogEvent);
  }

  removeLogEvents(ids: readonly string[]): void {
    this.#file.together(() => ids.forEach((id) => this.#file.run('DELETE FROM log_event WHERE id = ?', id)));
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
}

/** Id, key, kind and what became of it; nothing that was typed. */
function emptied(act: OutboxAct): OutboxAct {
  const { deed } = act;
  const nothing = { patronName: '', changes: null, conflict: null, refusal: null, wiped: true };
  if (deed.kind === 'saveSection') {
    return { ...act, ...nothing, deed: { ...deed, base: { values: {}, tag: deed.base.tag }, changes: {} } };
  }
  return { ...act, ...nothing, deed: { ...deed, comment: '' } };
}
