// Compiles the patron data file: everything that this library keeps about a patron, as the patron gets it. Staff are
// named by their role, other people not at all.
import { PATRON_DATA_FORMAT, type PatronDataFile } from '../shared/patron-data/document.ts';
import type { Audit, AuditEntry } from './audit.ts';
import type { Libraries } from './libraries.ts';
import type { PatronRow, Records } from './patrons/record.ts';
import { timeOf, type Clock } from './ports.ts';
import type { Store } from './store/store.ts';

const LEFT_OUT = [
  { what: 'PIN', why: 'It is secret, and kept only in a form that it can not be read from.' },
  { what: 'Names of staff', why: 'Data of other people.' },
  { what: 'Children that the patron is guarantor for', why: 'Data of other people.' },
];

const ACTIVITIES: Record<AuditEntry['kind'], string> = {
  looked: 'Record was looked at',
  created: 'Record was made',
  changed: 'Record was changed',
  blocked: 'Block was set',
  unblocked: 'Block was lifted',
  pinSet: 'PIN was set',
  circulation: 'Loan, reservation or debt was handled',
  exported: 'Patron data was downloaded',
  deleted: 'Record was deleted',
  refused: 'An act was refused',
};

export class PatronData {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #libraries: Libraries;
  readonly #records: Records;
  readonly #audit: Audit;

  constructor(store: Store, clock: Clock, libraries: Libraries, records: Records, audit: Audit) {
    this.#store = store;
    this.#clock = clock;
    this.#libraries = libraries;
    this.#records = records;
    this.#audit = audit;
  }

  compile(patron: PatronRow): PatronDataFile {
    const library = this.#libraries.get(patron.library);
    const { sections, ...record } = this.#records.whole(patron);
    const branch = (id: string) => library.branches.find((one) => one.id === id)?.name ?? id;
    const category = library.categories.find(({ id }) => id === sections.library.values.category);
    return {
      format: PATRON_DATA_FORMAT,
      madeAt: timeOf(this.#clock),
      madeFrom: { kind: 'server' },
      library: { id: library.id, name: library.name, currency: library.currency },
      leftOut: LEFT_OUT,
      patron: {
        id: patron.id,
        createdAt: record.createdAt,
        changedAt: record.changedAt,
        ageGroup: record.ageGroup,
        personal: sections.personal.values,
        contact: sections.contact.values,
        address: sections.address.values,
        card: sections.card.values,
        guarantor: { name: sections.guarantor.values.guarantor?.name ?? null },
        library: {
          branch: branch(sections.library.values.branch),
          category: category?.name ?? sections.library.values.category,
        },
        preferences: sections.preferences.values,
        note: sections.note.values,
      },
      blocks: this.#blocks(patron),
      debtBlock: record.debtBlock,
      loans: record.loans.map(({ id: _, ...loan }) => ({ ...loan, branch: branch(loan.branch) })),
      loanHistory: this.#loanHistory(patron),
      reservations: record.reservations.map(({ id: _, ...reservation }) => ({
        ...reservation,
        pickupBranch: branch(reservation.pickupBranch),
      })),
      debts: record.debts.map(({ id: _, ...debt }) => debt),
      payments: this.#payments(patron),
      notifications: this.#records.notifications(patron).map(({ id: _, ...notification }) => notification),
      agreements: this.#records.agreements(patron).map(({ id: _, ...agreement }) => agreement),
      processing: this.#audit
        .entries(patron.library, patron.id)
        .map(({ kind, at, detail }) => ({ what: activity(kind, detail), at, by: 'Library staff' })),
      sources: this.#sources(patron),
    };
  }

  #blocks(patron: PatronRow): PatronDataFile['blocks'] {
    return this.#store.rows(
      `SELECT comment, blocked_at AS blockedAt, lifted_at AS liftedAt, lift_comment AS liftComment
       FROM block WHERE patron = ? ORDER BY blocked_at, id`,
      patron.number,
    );
  }

  #loanHistory(patron: PatronRow): PatronDataFile['loanHistory'] {
    return this.#store.rows(
      `SELECT title, author, loaned_at AS loanedAt, returned_at AS returnedAt FROM past_loan
       WHERE patron = ? ORDER BY returned_at DESC`,
      patron.number,
    );
  }

  #payments(patron: PatronRow): PatronDataFile['payments'] {
    return this.#store.rows(
      'SELECT paid_at AS paidAt, amount, description FROM payment WHERE patron = ? ORDER BY paid_at DESC',
      patron.number,
    );
  }

  #sources(patron: PatronRow): PatronDataFile['sources'] {
    return this.#store.rows(
      'SELECT what, came_from AS "from", on_day AS "on" FROM source WHERE patron = ? ORDER BY on_day',
      patron.number,
    );
  }
}

/** A changed section's name says what was changed; the rest of a detail is for the library's own log. */
function activity(kind: AuditEntry['kind'], detail: string): string {
  const words = ACTIVITIES[kind];
  return kind === 'changed' ? `${words} (${detail})` : words;
}
