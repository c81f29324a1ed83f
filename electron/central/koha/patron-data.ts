// Compiles the patron data file from what Koha gives: everything that its interface tells about one patron, and, on the
// list of what is left out, what Koha keeps but doesn't tell. Other people's data is in none of it.
import type { Capabilities } from '../../../shared/capabilities.ts';
import type { LongPart, PatronDataHead, RowOf } from '../../../shared/patron-data/document.ts';
import { leaveOut } from '../../../shared/patron-data/left-out.ts';
import { ofRecord } from '../../../shared/patron-data/of-record.ts';
import { requestersFor, type Requester } from '../../../shared/patron-data/requester.ts';
import { LONG_AGO } from '../../../shared/patrons/patron.ts';
import type { PatronDataExport } from '../../patron-data/export.ts';
import { Failure } from '../../support/failure.ts';
import type { KohaApi } from './api.ts';
import { readBlockText } from './block-text.ts';
import { foundBlocks, isOfType, type Surroundings } from './patron.ts';
import type { KohaReads } from './reads.ts';
import { accountLineSchema, type KohaAccountLine, type KohaAttribute, type KohaPatron } from './records.ts';
import { genderOf, noteOf } from './sections.ts';
import { amountOf, compareTexts, dayOf, minorDigits, textOf, timeOf } from './values.ts';

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

/** How those are read that may be something else at Koha: what can't be read stands as it's written there. */
const READ: Record<string, (text: string) => unknown> = {
  date_of_birth: dayOf,
  date_enrolled: dayOf,
  updated_on: dayOf,
  gender: genderOf,
};

const isShown = (name: string, value: unknown): boolean => {
  if (!SHOWN.has(name)) return false;
  const read = READ[name];
  return !read || Boolean(read(String(value)));
};

export interface CompileParts {
  api: KohaApi;
  reads: KohaReads;
  around: Surroundings;
  capabilities: Capabilities;
  /** RFC 3339, by the server's clock. */
  madeAt: string;
}

export async function compilePatronData(
  number: number,
  requester: Requester,
  parts: CompileParts,
): Promise<PatronDataExport> {
  const { api, reads, around, capabilities, madeAt } = parts;
  const [seesLoans, seesDebts] = [!capabilities.missing.loans, !capabilities.missing.debts];
  const { library } = around;
  const digits = minorDigits(library.currency);
  const { patron, parts: koha } = await reads.one(number);
  // Koha itself doesn't ask; the age that a window shows may be another than the record's by now.
  if (!requestersFor(patron.ageGroup).includes(requester)) throw new Failure({ code: 'requesterMissing' });
  const rows: LongRows = {
    loanHistory: seesLoans ? await loanHistory(number, reads) : null,
    payments: seesDebts ? await payments(number, api, digits) : null,
    notifications: null,
    processing: null,
  };
  const ofTheRecord = ofRecord(patron, library, capabilities.leftOut);
  const head: PatronDataHead = {
    ...ofTheRecord,
    // Whole, however long it is.
    patron: { ...ofTheRecord.patron, note: { staffNote: noteOf(koha.record) } },
    madeAt,
    madeFrom: { kind: 'server' },
    leftOut: capabilities.leftOut.map(leaveOut),
    blocks: patron.blocks.map(({ comment, blockedAt }) => ({
      ...{ comment, blockedAt, liftedAt: null, liftComment: null, keptUntil: null },
    })),
    ...{ agreements: null, sources: null, failedSignIns: null },
    further: [...furtherOf(koha.record, around), ...(seesDebts ? await paidDebits(number, api, digits) : [])],
  };
  const countOf = (part: LongPart) => rows[part]?.length ?? null;
  return {
    head,
    counts: {
      loanHistory: countOf('loanHistory'),
      payments: countOf('payments'),
      notifications: null,
      processing: null,
    },
    page: <P extends LongPart>(part: P) => Promise.resolve({ rows: rows[part] ?? [], next: null }),
  };
}

type Further = NonNullable<PatronDataHead['further']>[number];
type LongRows = { [P in LongPart]: RowOf<P>[] | null };

/** Newest first. */
async function readLines(
  number: number,
  part: 'credits' | 'debits',
  api: KohaApi,
): Promise<KohaAccountLine[]> {
  const lines = await api.every(`/patrons/${number}/account/${part}`, accountLineSchema, {});
  // Another's, should Koha tell of one, are in nobody's file but theirs.
  const own = lines.filter(({ patron_id }) => (patron_id ?? number) === number);
  // Each once: two pages may tell of it.
  const each = new Map(own.map((line) => [line.account_line_id ?? line, line])).values();
  return [...each].sort((a, b) => compareTexts(textOf(b.date), textOf(a.date)));
}

/** Debts end in other ways than by paying, too: Koha's own word says how. */
async function payments(number: number, api: KohaApi, digits: number): Promise<RowOf<'payments'>[]> {
  return (await readLines(number, 'credits', api)).map((line) => ({
    paidAt: timeOf(line.date) ?? LONG_AGO,
    amount: amountOf(Math.abs(line.amount), digits),
    description: [textOf(line.credit_type) || textOf(line.type), textOf(line.description)]
      .filter(Boolean)
      .join(': '),
  }));
}

/** Charges that were paid, in part or wholly; the debts hold the rest. */
async function paidDebits(number: number, api: KohaApi, digits: number): Promise<Further[]> {
  const debits = await readLines(number, 'debits', api);
  return debits
    .filter(({ amount, amount_outstanding }) => amount_outstanding !== amount)
    .map((line) => ({
      name: `debit ${textOf(line.debit_type) || textOf(line.type)}`,
      value: [textOf(dayOf(line.date)), line.amount.toFixed(digits), textOf(line.description)]
        .filter(Boolean)
        .join(', '),
    }));
}

async function loanHistory(number: number, reads: KohaReads): Promise<RowOf<'loanHistory'>[]> {
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

/**
 * Whatever else Koha has of the patron, by Koha's names. Attributes go by their type, but for blocks that are shown as such,
 * or are another library's.
 */
function furtherOf(record: KohaPatron, around: Surroundings): Further[] {
  const fields = Object.entries(record)
    .filter(([name, value]) => !isShown(name, value) && value !== null && value !== undefined && value !== '')
    .map(([name, value]) => ({
      name,
      value: typeof value === 'object' ? JSON.stringify(value) : String(value),
    }));
  const shown = new Set(foundBlocks(record, around).flatMap(({ attribute }) => attribute ?? []));
  const attributes = (record.extended_attributes ?? [])
    .filter((one) => !shown.has(one.extended_attribute_id ?? NaN) && !isElsewhere(one, around))
    .map(({ type, value }) => ({ name: type, value: withoutStaff(textOf(value)) }));
  return [...fields, ...attributes];
}

/** A block of another library, also one whose date can't be read, or whose type that library's policy names otherwise. */
function isElsewhere({ type, value }: KohaAttribute, { library, policy }: Surroundings): boolean {
  const text = textOf(value);
  const kept = readBlockText(text);
  if (!isOfType(type, policy.block.attribute) && kept?.id === undefined) return false;
  return kept
    ? kept.library !== library.id
    : library.branches.some(({ id }) => id !== library.id && text.startsWith(`${id}|`));
}

/** A desk's block of a type that policy no longer names says who set it; anything else stands as it's written. */
function withoutStaff(text: string): string {
  const kept = readBlockText(text);
  return kept?.id === undefined ? text : [kept.library, kept.blockedAt, kept.comment].join('|');
}
