// A patron's record as the patron data file shows it: names instead of ids of the library's own, and nothing of other
// people. The server's file and a desk's from its copy begin with the same.
import type { Library } from '../library.ts';
import type { Patron } from '../patrons/patron.ts';
import type { Channel } from '../patrons/sections.ts';
import type { PatronDataHead } from './document.ts';
import type { LeftOutId } from './left-out.ts';

type OfRecord = Pick<PatronDataHead, 'library' | 'patron' | 'debtBlock' | 'loans' | 'reservations' | 'debts'>;

/** `leftOut` is what a file from this server leaves out: null then stands for it here. */
export function ofRecord(record: Patron, library: Library, leftOut: readonly LeftOutId[]): OfRecord {
  const { personal, contact, address, card, guarantor, preferences, note } = record.sections;
  const own = record.sections.library.values;
  const branch = (id: string) => library.branches.find((one) => one.id === id)?.name ?? id;
  const category = (id: string) => library.categories.find((one) => one.id === id)?.name ?? id;
  const named = guarantor.values.guarantor;
  const told = <T>(id: LeftOutId, value: T): T | null => (leftOut.includes(id) ? null : value);
  const channel = (value: Channel) => told('sentMessages', value);
  const { reservationReady, dueSoon, overdue, keepLoanHistory } = preferences.values;
  return {
    library: {
      id: library.id,
      name: library.name,
      currency: library.currency,
      timeZone: library.timeZone,
    },
    patron: {
      id: record.id,
      createdAt: record.createdAt,
      changedAt: record.changedAt,
      ageGroup: record.ageGroup,
      personal: personal.values,
      contact: { ...contact.values, preferredChannel: channel(contact.values.preferredChannel) },
      address: address.values,
      card: card.values,
      guarantor: named && { name: named.name, linked: named.kind === 'patron' },
      guarantorForCount: told('relatedPatrons', record.guarantorFor.length),
      library: { branch: branch(own.branch), category: category(own.category) },
      preferences: {
        reservationReady: channel(reservationReady),
        dueSoon: channel(dueSoon),
        overdue: channel(overdue),
        keepLoanHistory,
      },
      note: note.values,
    },
    debtBlock: record.debtBlock,
    loans: told(
      'unseenLoans',
      record.loans.map(({ id: _, ...loan }) => ({ ...loan, branch: branch(loan.branch) })),
    ),
    reservations: record.reservations.map(({ id: _, ...reservation }) => ({
      ...reservation,
      pickupBranch: branch(reservation.pickupBranch),
    })),
    debts: told(
      'unseenDebts',
      record.debts.map(({ id: _, ...debt }) => debt),
    ),
  };
}
