// Reads a patron's record as the contract shows it, in whole and by sections.
import type { Agreement, Notification, Obstacles, Patron } from '../../shared/patrons/patron.ts';
import {
  SECTIONS,
  type FieldValues,
  type SectionId,
  type SectionValues,
  type TaggedValues,
} from '../../shared/patrons/sections.ts';
import type { TaggedSections } from '../../shared/patrons/stored.ts';
import type { Libraries } from '../libraries.ts';
import { granted, refused, type Outcome } from '../outcome.ts';
import type { Store } from '../store/store.ts';

/** A patron's row: what everything else hangs on. */
export interface PatronRow {
  number: number;
  id: string;
  library: string;
  person: string;
  version: number;
  epoch: string;
  age_group: Patron['ageGroup'];
  guarantor: number | null;
  pin: string | null;
  created_at: string;
  changed_at: string;
}

interface SectionRow {
  section: SectionId;
  field_values: string;
  version: number;
  epoch: string;
}

/**
 * Open loans, reservations, debts, blocks, or patrons whose guarantor somebody is. A record comes to desks whole: one
 * without end would hold up their copies.
 */
export const MOST_OF_A_KIND = 1000;
/** In all titles and authors of a patron's loans, and so on: a thousand titles of usual length. */
export const MOST_CHARACTERS = 150_000;
const WORDS = { loan: 'title || author', reservation: 'title || author', debt: 'description' };

/** Names the epoch in which that version was written: version 5 after a restore is not the old version 5. */
const tagOf = (row: { epoch: string; version: number }) => `${row.epoch}.${row.version}`;

/**
 * Undefined where a database that was put back holds what can't be read: that costs this one patron, whom desks set aside
 * and tell of, and holds up nobody else.
 */
function valuesOf({ field_values }: SectionRow): unknown {
  try {
    return JSON.parse(field_values) as unknown;
  } catch {
    return undefined;
  }
}

export class Records {
  readonly #store: Store;
  readonly #libraries: Libraries;

  constructor(store: Store, libraries: Libraries) {
    this.#store = store;
    this.#libraries = libraries;
  }

  /** A patron of this library; `patron-gone` where it was deleted, `not-found` where it never was or is another's. */
  find(library: string, patronId: string): Outcome<PatronRow> {
    const row = this.#store.row<PatronRow>(
      'SELECT * FROM patron WHERE id = ? AND library = ?',
      patronId,
      library,
    );
    if (row) return granted(row);
    return this.wasDeleted(library, patronId) ? refused('patron-gone') : refused('not-found');
  }

  wasDeleted(library: string, patronId: string): boolean {
    const sql = 'SELECT 1 FROM change WHERE patron_id = ? AND library = ? AND deleted_at IS NOT NULL';
    return this.#store.row(sql, patronId, library) !== undefined;
  }

  /** A patron, deleted or not, whom another library has. */
  isOfAnother(library: string, patronId: string): boolean {
    const sql = 'SELECT 1 FROM change WHERE patron_id = ? AND library <> ?';
    return this.#store.row(sql, patronId, library) !== undefined;
  }

  byNumber(number: number): PatronRow | undefined {
    return this.#store.row('SELECT * FROM patron WHERE number = ?', number);
  }

  tag(patron: PatronRow): string {
    return tagOf(patron);
  }

  section<S extends SectionId>(patron: PatronRow, section: S): { values: SectionValues<S>; tag: string } {
    const row = this.#store.row<SectionRow>(
      'SELECT section, field_values, version, epoch FROM patron_section WHERE patron = ? AND section = ?',
      patron.number,
      section,
    );
    if (!row) throw new Error(`A patron has no section ${section}.`);
    return { values: JSON.parse(row.field_values) as SectionValues<S>, tag: tagOf(row) };
  }

  taggedValues(patron: PatronRow, section: SectionId): TaggedValues {
    const { values, tag } = this.section(patron, section);
    return { values: values as unknown as FieldValues, tag };
  }

  sections(patron: PatronRow): TaggedSections {
    const rows = this.#store.rows<SectionRow>(
      'SELECT section, field_values, version, epoch FROM patron_section WHERE patron = ?',
      patron.number,
    );
    const found = new Map(rows.map((row) => [row.section, { values: valuesOf(row), tag: tagOf(row) }]));
    return Object.fromEntries(SECTIONS.map((section) => [section, found.get(section)])) as TaggedSections;
  }

  totalDebt(patron: PatronRow): number {
    const sql = 'SELECT coalesce(sum(amount), 0) AS total FROM debt WHERE patron = ?';
    return this.#store.row<{ total: number }>(sql, patron.number)?.total ?? 0;
  }

  debtBlock(patron: PatronRow): Patron['debtBlock'] {
    const amount = this.totalDebt(patron);
    const limit = this.#libraries.get(patron.library).rules.debtLimit;
    return limit > 0 && amount >= limit ? { amount, limit } : null;
  }

  blocks(patron: PatronRow): Patron['blocks'] {
    return this.#store.rows(
      `SELECT id, comment, blocked_at AS blockedAt, blocked_by AS blockedBy FROM block
       WHERE patron = ? AND lifted_at IS NULL ORDER BY blocked_at, id`,
      patron.number,
    );
  }

  /** All of them, or the one with this id. */
  loans(patron: PatronRow, id?: string): Patron['loans'] {
    return this.#store.rows(
      `SELECT id, title, author, item_barcode AS itemBarcode, branch, loaned_at AS loanedAt, due_at AS dueAt,
         renewals FROM loan WHERE patron = ? AND id = coalesce(?, id) ORDER BY due_at, id`,
      patron.number,
      id ?? null,
    );
  }

  reservations(patron: PatronRow): Patron['reservations'] {
    return this.#store.rows(
      `SELECT id, title, author, pickup_branch AS pickupBranch, placed_at AS placedAt, state,
         queue_position AS queuePosition, kept_until AS keptUntil
       FROM reservation WHERE patron = ? ORDER BY placed_at, id`,
      patron.number,
    );
  }

  /** All of them, or the one with this id. */
  debts(patron: PatronRow, id?: string): Patron['debts'] {
    return this.#store.rows(
      `SELECT id, kind, description, amount, created_at AS createdAt FROM debt
       WHERE patron = ? AND id = coalesce(?, id) ORDER BY created_at, id`,
      patron.number,
      id ?? null,
    );
  }

  guarantorFor(patron: PatronRow): Patron['guarantorFor'] {
    return this.#store.rows(
      `SELECT patron.id, iif(json_valid(field_values),
         trim((field_values ->> 'givenName') || ' ' || (field_values ->> 'familyName')), '') AS name
       FROM patron JOIN patron_section ON patron = number AND section = 'personal'
       WHERE guarantor = ? ORDER BY name, patron.id`,
      patron.number,
    );
  }

  notifications(patron: PatronRow): Notification[] {
    return this.#store.rows(
      `SELECT id, kind, channel, recipient, subject, sent_at AS sentAt, state FROM notification
       WHERE patron = ? ORDER BY sent_at DESC, id`,
      patron.number,
    );
  }

  agreements(patron: PatronRow): Agreement[] {
    return this.#store.rows(
      `SELECT id, kind, version, accepted_at AS acceptedAt, withdrawn_at AS withdrawnAt FROM agreement
       WHERE patron = ? ORDER BY accepted_at DESC, id`,
      patron.number,
    );
  }

  /** How many, and how long their words are together. */
  sizeOf(table: keyof typeof WORDS, { number }: PatronRow): { rows: number; characters: number } {
    const sql = `SELECT count(*) AS rows, coalesce(sum(length(${WORDS[table]})), 0) AS characters FROM ${table} WHERE patron = ?`;
    return this.#store.row(sql, number) ?? { rows: 0, characters: 0 };
  }

  obstacles(patron: PatronRow): Obstacles {
    return {
      loans: this.sizeOf('loan', patron).rows,
      reservations: this.sizeOf('reservation', patron).rows,
      debts: this.sizeOf('debt', patron).rows,
      guarantorFor: this.guarantorFor(patron).length,
    };
  }

  whole(patron: PatronRow): Patron {
    const debts = this.debts(patron);
    return {
      id: patron.id,
      library: patron.library,
      tag: tagOf(patron),
      sections: this.sections(patron),
      ageGroup: patron.age_group,
      blocks: this.blocks(patron),
      debtBlock: this.debtBlock(patron),
      totalDebt: debts.reduce((sum, debt) => sum + debt.amount, 0),
      loans: this.loans(patron),
      reservations: this.reservations(patron),
      debts,
      guarantorFor: this.guarantorFor(patron),
      createdAt: patron.created_at,
      changedAt: patron.changed_at,
    };
  }
}
