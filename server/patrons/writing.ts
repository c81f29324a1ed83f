// Writes a patron's sections, and what hangs on them: cards, guarantor, search words, names that other patrons'
// records show. Each runs inside the transaction of an act, and moves every patron whose record it changes.
import { dayIn } from '../../shared/clock.ts';
import { isDeepStrictEqual } from 'node:util';
import { ageGroupOn } from '../../shared/library.ts';
import { nameOf } from '../../shared/patrons/patron.ts';
import {
  SECTIONS,
  type FieldValues,
  type SectionId,
  type SectionValues,
} from '../../shared/patrons/sections.ts';
import type { Attempts } from '../acts/attempts.ts';
import type { Libraries } from '../libraries.ts';
import { newId, timeOf, type Ports } from '../ports.ts';
import type { History } from '../store/history.ts';
import type { Store } from '../store/store.ts';
import { whoseCard } from './failed-pins.ts';
import type { Feed } from './feed.ts';
import type { Guarantors } from './guarantors.ts';
import type { PatronRow, Records } from './record.ts';
import { cardKey, type SearchIndex } from './search-index.ts';

export type AllSections = { [S in SectionId]: SectionValues<S> };

export interface Parts {
  store: Store;
  ports: Ports;
  history: History;
  libraries: Libraries;
  records: Records;
  guarantors: Guarantors;
  search: SearchIndex;
  feed: Feed;
  attempts: Attempts;
}

export class Writing {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Writes changed fields; no new version where nothing is different. Answers the names of the changed fields. */
  changeSection(patron: PatronRow, section: SectionId, changes: FieldValues): string[] {
    const { records, feed, search, guarantors } = this.#parts;
    const before: FieldValues = records.taggedValues(patron, section).values;
    const known = this.#withName(patron.library, section, changes);
    const after = { ...before, ...known };
    const fields = Object.keys(known).filter((field) => !isDeepStrictEqual(before[field], after[field]));
    if (fields.length === 0) return [];
    const formerGuarantor = patron.guarantor;
    this.#store(patron, section, after);
    if (section === 'card') this.#storeCards(patron);
    if (section === 'personal') this.#personalChanged(patron, fields);
    if (section === 'guarantor') {
      const row = guarantors.rowOf(patron.library, records.section(patron, 'guarantor').values.guarantor);
      this.#setGuarantor(patron, row?.number ?? null);
      for (const number of new Set([formerGuarantor, row?.number ?? null]))
        if (number !== null) feed.moved(number);
    }
    if (section === 'preferences' && after['keepLoanHistory'] === false)
      this.#parts.store.run('DELETE FROM past_loan WHERE patron = ?', patron.number);
    search.put(patron);
    feed.moved(patron.number);
    return fields;
  }

  /** A linked guarantor's name is the server's to say. */
  #withName(library: string, section: SectionId, changes: FieldValues): FieldValues {
    if (section !== 'guarantor' || !('guarantor' in changes)) return changes;
    const { records, guarantors } = this.#parts;
    const { guarantor } = changes as unknown as SectionValues<'guarantor'>;
    const row = guarantors.rowOf(library, guarantor);
    if (!row) return changes;
    const name = nameOf(records.section(row, 'personal').values);
    return { ...changes, guarantor: { kind: 'patron', patronId: row.id, name } };
  }

  #store(patron: PatronRow, section: SectionId, values: unknown): void {
    this.#parts.store.run(
      `INSERT INTO patron_section (patron, section, field_values, version, epoch) VALUES (?, ?, ?, 1, ?)
       ON CONFLICT DO UPDATE SET field_values = excluded.field_values, version = version + 1,
         epoch = excluded.epoch`,
      patron.number,
      section,
      JSON.stringify(values),
      this.#parts.history.epoch,
    );
  }

  #storeCards(patron: PatronRow): void {
    const { store, records } = this.#parts;
    const before = this.#cards(patron);
    const after = records.section(patron, 'card').values.cards.map(({ number }) => cardKey(number));
    // Whoever gets a card, or has given it back, is not who failed to sign in with it.
    this.#forgetFailures(patron, [
      ...before.filter((card) => !after.includes(card)),
      ...after.filter((card) => !before.includes(card)),
    ]);
    store.run('DELETE FROM card WHERE patron = ?', patron.number);
    for (const card of after)
      store.run(
        'INSERT INTO card (library, number, patron) VALUES (?, ?, ?)',
        patron.library,
        card,
        patron.number,
      );
  }

  #cards({ number }: PatronRow): string[] {
    const sql = 'SELECT number FROM card WHERE patron = ?';
    return this.#parts.store.rows<{ number: string }>(sql, number).map((card) => card.number);
  }

  #forgetFailures({ library }: PatronRow, cards: readonly string[]): void {
    for (const card of cards)
      this.#parts.store.run('DELETE FROM failed_sign_in WHERE who = ?', whoseCard(library, card));
  }

  #setGuarantor(patron: PatronRow, guarantor: number | null): void {
    this.#parts.store.run('UPDATE patron SET guarantor = ? WHERE number = ?', guarantor, patron.number);
  }

  /** Age group, and the name where other records show it: of the guarantor, and of those that this one is it for. */
  #personalChanged(patron: PatronRow, fields: string[]): void {
    const { records, feed, guarantors } = this.#parts;
    const personal = records.section(patron, 'personal').values;
    if (fields.includes('birthDate')) this.setAgeGroup(patron, personal.birthDate);
    if (!fields.includes('givenName') && !fields.includes('familyName')) return;
    for (const ward of guarantors.wards(patron)) {
      const guarantor = { kind: 'patron', patronId: patron.id, name: nameOf(personal) };
      this.#store(ward, 'guarantor', { guarantor });
      feed.moved(ward.number);
    }
    if (patron.guarantor !== null) feed.moved(patron.guarantor);
  }

  /** Answers whether it is another one now. */
  setAgeGroup(patron: PatronRow, birthDate: string | null, clock = this.#parts.ports.clock): boolean {
    const { store, libraries } = this.#parts;
    const group = ageGroupOn(birthDate, dayIn(clock, libraries.get(patron.library).timeZone));
    if (group === patron.age_group) return false;
    store.run('UPDATE patron SET age_group = ? WHERE number = ?', group, patron.number);
    return true;
  }

  /** A new patron with all sections; `person` links accounts at several libraries. */
  create(library: string, id: string, sections: AllSections, person?: string, createdAt?: string): PatronRow {
    const { store, ports, history, guarantors, search, feed, records } = this.#parts;
    const now = timeOf(ports.clock);
    const personId = person ?? newId(ports.random);
    store.run('INSERT OR IGNORE INTO person (id) VALUES (?)', personId);
    store.run(
      `INSERT INTO patron (id, library, person, version, epoch, age_group, created_at, changed_at)
       VALUES (?, ?, ?, 0, ?, 'unknown', ?, ?)`,
      id,
      library,
      personId,
      history.epoch,
      createdAt ?? now,
      now,
    );
    const found = records.find(library, id);
    if (!found.ok) throw new Error('A patron is not there after it was written.');
    const patron = found.value;
    for (const section of SECTIONS) {
      const values = this.#withName(library, section, sections[section] as unknown as FieldValues);
      this.#store(patron, section, values);
    }
    this.#storeCards(patron);
    const guarantor = guarantors.rowOf(library, sections.guarantor.guarantor);
    this.#setGuarantor(patron, guarantor?.number ?? null);
    this.setAgeGroup(patron, sections.personal.birthDate);
    search.put(patron);
    if (guarantor) feed.moved(guarantor.number);
    feed.moved(patron.number);
    return records.byNumber(patron.number) ?? patron;
  }

  /** Whoever guessed at the former PIN locks nobody out of this one. */
  setPin(patron: PatronRow, hash: string): void {
    this.#parts.store.run('UPDATE patron SET pin = ? WHERE number = ?', hash, patron.number);
    this.#forgetFailures(patron, this.#cards(patron));
    this.#parts.feed.moved(patron.number);
  }

  /** Everything about a patron goes; a tombstone with the id stays. The person stays while another library knows it. */
  remove(patron: PatronRow): void {
    const { store, search, feed } = this.#parts;
    search.remove(patron.number);
    this.#forgetFailures(patron, this.#cards(patron));
    store.run('DELETE FROM patron WHERE number = ?', patron.number);
    store.run(
      'DELETE FROM person WHERE id = ? AND NOT EXISTS (SELECT 1 FROM patron WHERE person = ?)',
      patron.person,
      patron.person,
    );
    if (patron.guarantor !== null) feed.moved(patron.guarantor);
    feed.deleted(patron);
  }
}
