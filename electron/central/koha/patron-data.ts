// Compiles the patron data file from what Koha gives: everything that its interface tells about one patron, and, on the
// list of what is left out, what Koha keeps but doesn't tell. Other people's data is in none of it.
import { z } from 'zod';
import { PATRON_DATA_FORMAT, type PatronDataFile } from '../../../shared/patron-data/document.ts';
import type { KohaApi } from './api.ts';
import { debtOf, type PatronParts, type Surroundings } from './patron.ts';
import type { KohaReads } from './reads.ts';
import { accountLineSchema, type KohaAccountLine, type KohaPatron } from './records.ts';
import { amountOf, minorDigits, textOf, timeOf } from './values.ts';

const NOT_TOLD = 'Koha keeps it, but does not tell it over its interface. Ask the library for it.';
const LEFT_OUT: PatronDataFile['leftOut'] = [
  { what: 'PIN', why: 'It is secret, and kept only in a form that it can not be read from.' },
  { what: 'Names of staff', why: 'Data of other people.' },
  { what: 'Guarantors and children', why: `Data of other people; ${NOT_TOLD}` },
  { what: 'Notifications sent', why: NOT_TOLD },
  { what: 'Agreements accepted', why: NOT_TOLD },
  { what: 'Who looked at, changed and exported the record', why: NOT_TOLD },
  { what: 'Comments of restrictions, and restrictions of before', why: NOT_TOLD },
  { what: 'Blocks that were lifted', why: 'They are not kept.' },
  { what: 'How notices are sent', why: NOT_TOLD },
  { what: 'Reservations of before, lists, suggestions, reviews', why: NOT_TOLD },
  { what: 'Blocks of other libraries on this Koha', why: 'They are for those libraries to hand out.' },
];
const NO_LOANS = { what: 'Loans', why: 'The account of whoever made this file may not see loans in Koha.' };
const NO_DEBTS = {
  what: 'Debts and payments',
  why: 'The account of whoever made this file may not see them in Koha.',
};

/** Shown in sections, or no data about the patron. */
const SHOWN = new Set([
  ...['patron_id', 'surname', 'firstname', 'cardnumber', 'library_id', 'category_id', 'date_of_birth'],
  ...['date_enrolled', 'gender', 'lang', 'phone', 'mobile', 'secondary_phone', 'email', 'secondary_email'],
  ...['street_number', 'address', 'address2', 'postal_code', 'city', 'country', 'staff_notes', 'updated_on'],
  ...['altaddress_street_number', 'altaddress_address', 'altaddress_address2', 'altaddress_postal_code'],
  ...['altaddress_city', 'altaddress_country', 'account_balance', 'checkouts_count', 'overdues_count'],
  ...['extended_attributes', 'library'],
  // A key to another service, as secret as a PIN.
  'overdrive_auth_token',
]);

export interface CompileParts {
  api: KohaApi;
  reads: KohaReads;
  around: Surroundings;
  rights: { loans: boolean; debts: boolean };
  /** RFC 3339, by the server's clock. */
  madeAt: string;
}

export async function compilePatronData(number: number, parts: CompileParts): Promise<PatronDataFile> {
  const { api, reads, around, rights, madeAt } = parts;
  const { library, ids } = around;
  const { patron, parts: koha } = await reads.one(number);
  const digits = minorDigits(library.currency);
  const credits = rights.debts ? await readLines(api, `/patrons/${number}/account/credits`) : [];
  const { sections, ...record } = patron;
  const branch = (id: string) => library.branches.find((one) => one.id === id)?.name ?? id;
  const { category } = sections.library.values;
  return {
    format: PATRON_DATA_FORMAT,
    madeAt,
    madeFrom: { kind: 'server' },
    library: { id: library.id, name: library.name, currency: library.currency },
    leftOut: [...LEFT_OUT, ...(rights.loans ? [] : [NO_LOANS]), ...(rights.debts ? [] : [NO_DEBTS])],
    patron: {
      id: patron.id,
      createdAt: record.createdAt,
      changedAt: record.changedAt,
      ageGroup: record.ageGroup,
      personal: sections.personal.values,
      contact: sections.contact.values,
      address: sections.address.values,
      card: sections.card.values,
      guarantor: { name: null },
      library: {
        branch: branch(sections.library.values.branch),
        category: library.categories.find(({ id }) => id === category)?.name ?? category,
      },
      preferences: sections.preferences.values,
      note: sections.note.values,
    },
    further: furtherOf(koha.record, around.policy.block.attribute),
    blocks: record.blocks.map(({ comment, blockedAt }) => ({
      ...{ comment, blockedAt, liftedAt: null, liftComment: null },
    })),
    debtBlock: record.debtBlock,
    loans: record.loans.map(({ id: _, ...loan }) => ({ ...loan, branch: branch(loan.branch) })),
    loanHistory: rights.loans ? await loanHistory(number, reads) : [],
    reservations: record.reservations.map(({ id: _, ...reservation }) => ({
      ...reservation,
      pickupBranch: branch(reservation.pickupBranch),
    })),
    debts: debtsOf(koha, (line) => debtOf(line, ids, digits)),
    payments: credits.map((line) => ({
      paidAt: timeOf(line.date) ?? record.changedAt,
      amount: amountOf(Math.abs(line.amount), digits),
      description: textOf(line.description) || textOf(line.credit_type) || textOf(line.type),
    })),
    notifications: [],
    agreements: [],
    processing: [],
    sources: [],
  };
}

async function readLines(api: KohaApi, path: string): Promise<KohaAccountLine[]> {
  const { value } = await api.ask(
    { method: 'GET', path, query: { _per_page: -1 } },
    z.array(accountLineSchema),
  );
  return value.toSorted((a, b) => textOf(b.date).localeCompare(textOf(a.date)));
}

function debtsOf(
  { account }: PatronParts,
  debt: (line: KohaAccountLine) => ReturnType<typeof debtOf>,
): PatronDataFile['debts'] {
  return (account?.outstanding_debits?.lines ?? []).map(debt).map(({ id: _, ...rest }) => rest);
}

async function loanHistory(number: number, reads: KohaReads): Promise<PatronDataFile['loanHistory']> {
  const checkouts = await reads.formerCheckouts(number);
  const itemOf = await reads.titlesOf(checkouts);
  return checkouts
    .map((checkout) => {
      const { title, author } = itemOf(checkout.item_id);
      const loanedAt = timeOf(checkout.checkout_date) ?? timeOf(checkout.checkin_date) ?? '';
      return { title, author, loanedAt, returnedAt: timeOf(checkout.checkin_date) ?? loanedAt };
    })
    .filter(({ loanedAt }) => loanedAt !== '')
    .sort((a, b) => b.returnedAt.localeCompare(a.returnedAt));
}

/** Whatever else Koha has of the patron, by Koha's names. Attributes go by their type. */
function furtherOf(record: KohaPatron, blockAttribute: string): { name: string; value: string }[] {
  const fields = Object.entries(record)
    .filter(([name, value]) => !SHOWN.has(name) && value !== null && value !== undefined && value !== '')
    .map(([name, value]) => ({
      name,
      value: typeof value === 'object' ? JSON.stringify(value) : String(value),
    }));
  const attributes = (record.extended_attributes ?? [])
    .filter(({ type }) => type !== blockAttribute)
    .map(({ type, value }) => ({ name: type, value: textOf(value) }));
  return [...fields, ...attributes];
}
