// Loans, reservations, debts: what self-service machines and circulation do. Small on purpose: it makes blocks and
// debt blocks hold, and gives and clears what stands in the way of deleting a patron.
import type { Loan } from '../shared/patrons/patron.ts';
import type { ActContext, ActHandlers } from './acts/handlers.ts';
import type { Audit } from './audit.ts';
import { at, granted, invalid, refused, type Outcome } from './outcome.ts';
import { MOST_CHARACTERS, MOST_OF_A_KIND, type PatronRow, type Records } from './patrons/record.ts';
import { refusalReasons, serviceRefused } from './patrons/standing.ts';
import type { Feed } from './patrons/feed.ts';
import { timeOf, type Clock } from './ports.ts';
import type { Store } from './store/store.ts';

type Named = 'lend' | 'renew' | 'returnLoan' | 'reserve' | 'cancelReservation' | 'addDebt' | 'payDebt';
type Table = 'loan' | 'reservation' | 'debt';

export interface CirculationParts {
  store: Store;
  clock: Clock;
  records: Records;
  feed: Feed;
  audit: Audit;
}

export function circulation(parts: CirculationParts): Pick<ActHandlers, Named> {
  const { store, clock, records, feed, audit } = parts;
  const find = (context: ActContext, patronId: string) => records.find(context.asker.staff.library, patronId);

  /** The patron, unless a block refuses the service. */
  const served = (context: ActContext, patronId: string): Outcome<PatronRow> => {
    const found = find(context, patronId);
    return found.ok ? (serviceRefused(refusalReasons(records, found.value)) ?? found) : found;
  };
  const clashOf = (table: Table, id: string, patron: PatronRow) => {
    if (store.row(`SELECT 1 FROM ${table} WHERE id = ?`, id)) return invalid([at('id', 'idTaken')]);
    const { rows, characters } = records.sizeOf(table, patron);
    const isFull = rows >= MOST_OF_A_KIND || characters >= MOST_CHARACTERS;
    return isFull ? invalid([at('id', 'tooMany')]) : undefined;
  };
  const moved = (context: ActContext, patron: PatronRow, detail: string) => {
    const { library, id } = context.asker.staff;
    audit.log({ library, patronId: patron.id, staff: id, kind: 'circulation', detail });
    feed.moved(patron.number);
  };
  const loanOf = (patron: PatronRow, id: string) => records.loans(patron, id)[0];

  return {
    lend(context, { patronId }, body) {
      const found = served(context, patronId);
      if (!found.ok) return found;
      const id = body.id.toLowerCase();
      const clash = clashOf('loan', id, found.value);
      if (clash) return clash;
      const { branch } = records.section(found.value, 'library').values;
      const { title, author, itemBarcode, dueAt } = body;
      const loan: Loan = {
        id,
        title,
        author,
        itemBarcode,
        branch,
        loanedAt: timeOf(clock),
        dueAt,
        renewals: 0,
      };
      addLoan(store, found.value, loan);
      moved(context, found.value, 'lent');
      return granted(loan);
    },

    renew(context, { patronId, loanId }, { dueAt }) {
      const found = served(context, patronId);
      if (!found.ok) return found;
      const loan = loanOf(found.value, loanId);
      if (!loan) return refused('not-found');
      store.run('UPDATE loan SET due_at = ?, renewals = renewals + 1 WHERE id = ?', dueAt, loan.id);
      moved(context, found.value, 'renewed');
      return granted({ ...loan, dueAt, renewals: loan.renewals + 1 });
    },

    returnLoan(context, { patronId, loanId }) {
      const found = find(context, patronId);
      if (!found.ok) return found;
      const loan = loanOf(found.value, loanId);
      if (!loan) return refused('not-found');
      store.run('DELETE FROM loan WHERE id = ?', loan.id);
      if (records.section(found.value, 'preferences').values.keepLoanHistory)
        addPastLoan(store, found.value, loan, timeOf(clock));
      moved(context, found.value, 'returned');
      return granted({});
    },

    reserve(context, { patronId }, body) {
      const found = served(context, patronId);
      if (!found.ok) return found;
      const id = body.id.toLowerCase();
      const clash = clashOf('reservation', id, found.value);
      if (clash) return clash;
      const reservation = {
        id,
        title: body.title,
        author: body.author,
        pickupBranch: body.pickupBranch,
        placedAt: timeOf(clock),
        state: 'waiting' as const,
        queuePosition: 1,
        keptUntil: null,
      };
      store.run(
        `INSERT INTO reservation (id, patron, title, author, pickup_branch, placed_at, state, queue_position)
         VALUES (?, ?, ?, ?, ?, ?, 'waiting', 1)`,
        id,
        found.value.number,
        body.title,
        body.author,
        body.pickupBranch,
        reservation.placedAt,
      );
      moved(context, found.value, 'reserved');
      return granted(reservation);
    },

    cancelReservation(context, { patronId, reservationId }) {
      const found = find(context, patronId);
      if (!found.ok) return found;
      const gone = store.run(
        'DELETE FROM reservation WHERE id = ? AND patron = ?',
        reservationId,
        found.value.number,
      );
      if (gone === 0) return refused('not-found');
      moved(context, found.value, 'reservation cancelled');
      return granted({});
    },

    addDebt(context, { patronId }, body) {
      const found = find(context, patronId);
      if (!found.ok) return found;
      const id = body.id.toLowerCase();
      const clash = clashOf('debt', id, found.value);
      if (clash) return clash;
      const debt = { ...body, id, createdAt: timeOf(clock) };
      store.run(
        'INSERT INTO debt (id, patron, kind, description, amount, created_at) VALUES (?, ?, ?, ?, ?, ?)',
        id,
        found.value.number,
        debt.kind,
        debt.description,
        debt.amount,
        debt.createdAt,
      );
      moved(context, found.value, 'charged');
      return granted(debt);
    },

    payDebt(context, { patronId, debtId }, { amount }) {
      const found = find(context, patronId);
      if (!found.ok) return found;
      const debt = records.debts(found.value, debtId)[0];
      if (!debt) return refused('not-found');
      const left = debt.amount - amount;
      if (left < 0) return invalid([at('amount', 'moreThanOwed')]);
      if (left === 0) store.run('DELETE FROM debt WHERE id = ?', debt.id);
      else store.run('UPDATE debt SET amount = ? WHERE id = ?', left, debt.id);
      store.run(
        'INSERT INTO payment (patron, paid_at, amount, description) VALUES (?, ?, ?, ?)',
        found.value.number,
        timeOf(clock),
        amount,
        debt.description,
      );
      moved(context, found.value, 'paid');
      return granted({ left });
    },
  };
}

export function addLoan(store: Store, patron: PatronRow, loan: Loan): void {
  store.run(
    `INSERT INTO loan (id, patron, title, author, item_barcode, branch, loaned_at, due_at, renewals)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    loan.id,
    patron.number,
    loan.title,
    loan.author,
    loan.itemBarcode,
    loan.branch,
    loan.loanedAt,
    loan.dueAt,
    loan.renewals,
  );
}

type Title = Pick<Loan, 'title' | 'author' | 'loanedAt'>;

export function addPastLoan(store: Store, patron: PatronRow, loan: Title, returnedAt: string): void {
  store.run(
    'INSERT INTO past_loan (patron, title, author, loaned_at, returned_at) VALUES (?, ?, ?, ?, ?)',
    patron.number,
    loan.title,
    loan.author,
    loan.loanedAt,
    returnedAt,
  );
}
