// A patron of ours, made of what Koha keeps in several places: the record, its attributes, loans, holds and account.
import { ageGroupOn, type Library } from '../../../shared/library.ts';
import { fold } from '../../../shared/patrons/fold.ts';
import {
  LONG_AGO,
  nameOf,
  type Block,
  type Debt,
  type Loan,
  type Patron,
  type PatronSummary,
  type Registered,
  type Reservation,
} from '../../../shared/patrons/patron.ts';
import type { KohaPolicy } from '../../policy/koha-policy.ts';
import { readBlockText, type KeptBlock } from './block-text.ts';
import type { Countries } from './countries.ts';
import type { KohaIds } from './ids.ts';
import { noteBlocks } from './note-blocks.ts';
import type { KohaAccount, KohaAccountLine, KohaCheckout, KohaHold, KohaPatron } from './records.ts';
import { sectionsOf, shown, tagOf, taggedSections } from './sections.ts';
import type { Item, Title } from './titles.ts';
import { amountOf, dayOf, minorDigits, textOf, timeOf } from './values.ts';

export interface PatronParts {
  record: KohaPatron;
  checkouts: readonly KohaCheckout[];
  holds: readonly KohaHold[];
  /** Null where it may not be read, or there was no need to. */
  account: KohaAccount | null;
  itemOf: (id: number | null | undefined) => Item;
  titleOf: (id: number | null | undefined) => Title;
}

/** What patrons are read with. */
export interface Surroundings {
  library: Library;
  ids: KohaIds;
  countries: Countries;
  policy: KohaPolicy;
}

export function patronOf(parts: PatronParts, around: Surroundings, today: string): Patron {
  const { record, account } = parts;
  const { library, ids } = around;
  const digits = minorDigits(library.currency);
  const values = sectionsOf(record, around.countries);
  const debts = (account?.outstanding_debits?.lines ?? []).map((line) => debtOf(line, ids, digits));
  const owed = debts.reduce((sum, { amount }) => sum + amount, 0);
  const balance = amountOf(account?.balance ?? record.account_balance, digits);
  const changedAt = timeOf(record.updated_on);
  const memberUntil = dayOf(record.expiry_date);
  const content = {
    sections: taggedSections(values),
    ageGroup: ageGroupOn(values.personal.birthDate, today),
    blocks: blocksOf(record, around),
    debtBlock: debtBlockOf(balance, library),
    serverBlocks: serverBlocksOf(record, around.policy),
    ...(memberUntil !== null && { memberUntil }),
    totalDebt: account ? owed : Math.max(0, balance),
    loans: parts.checkouts.map((checkout) => loanOf(checkout, ids, parts.itemOf)),
    reservations: parts.holds.map((hold) => reservationOf(hold, ids, parts.titleOf)),
    debts,
    guarantorFor: [],
  };
  return {
    id: ids.id('patron', record.patron_id),
    library: library.id,
    tag: tagOf(content),
    ...content,
    createdAt: registrationOf(record).createdAt,
    changedAt: changedAt ?? LONG_AGO,
  };
}

/** Where Koha tells no day, never another time in its place, which would be another one after the next change. */
export const registrationOf = ({ firstname, surname, date_enrolled }: KohaPatron): Registered => ({
  name: nameOf({ givenName: textOf(firstname), familyName: textOf(surname) }),
  createdAt: timeOf(date_enrolled) ?? LONG_AGO,
});

export function summaryOf(patron: Patron): PatronSummary {
  const { personal, address, card, library } = patron.sections;
  const { line1, line2, postcode, town } = address.values;
  return {
    id: patron.id,
    givenName: shown(personal.values.givenName),
    familyName: shown(personal.values.familyName),
    birthDate: personal.values.birthDate,
    cardNumber: card.values.cards.find(({ state }) => state === 'active')?.number ?? null,
    addressLine: shown([line1, line2].filter((line) => line !== '').join(', ')),
    postcode: shown(postcode),
    town: shown(town),
    category: library.values.category,
    branch: library.values.branch,
    blocked: patron.blocks.length > 0,
    debtBlocked: patron.debtBlock !== null,
  };
}

function debtBlockOf(amount: number, { rules: { debtLimit: limit } }: Library): Patron['debtBlock'] {
  return limit > 0 && amount >= limit ? { amount, limit } : null;
}

/** A block as kept, and at which attribute of Koha's, if it's kept in one. */
export interface FoundBlock extends KeptBlock {
  blockId: string;
  attribute: number | undefined;
}

/** Koha's database takes a type in other capitals for the same, and keeps it as it was sent. */
export const isOfType = (type: string, wanted: string): boolean => fold(type) === fold(wanted);

/** Blocks that this library's staff set; other libraries' hold there. */
export function foundBlocks(record: KohaPatron, { library, ids, policy }: Surroundings): FoundBlock[] {
  const inAttributes = (record.extended_attributes ?? []).flatMap((attribute) => {
    const number = attribute.extended_attribute_id ?? undefined;
    const isOurs = isOfType(attribute.type, policy.block.attribute);
    const kept = isOurs ? readBlockText(textOf(attribute.value)) : undefined;
    if (!kept || number === undefined) return [];
    return { ...kept, blockId: kept.id ?? ids.id('attribute', number), attribute: number };
  });
  const inNote = noteBlocks(textOf(record.staff_notes)).flatMap((kept) =>
    kept.id === undefined ? [] : { ...kept, blockId: kept.id, attribute: undefined },
  );
  return [...inAttributes, ...inNote]
    .filter((block) => block.library === library.id)
    .sort((a, b) => a.blockedAt.localeCompare(b.blockedAt) || a.blockId.localeCompare(b.blockId));
}

const blocksOf = (record: KohaPatron, around: Surroundings): Block[] =>
  foundBlocks(record, around).map(({ blockId, comment, blockedAt, blockedBy }) => ({
    id: blockId,
    comment,
    blockedAt,
    blockedBy,
  }));

function serverBlocksOf(record: KohaPatron, policy: KohaPolicy): NonNullable<Patron['serverBlocks']> {
  const isOurs = policy.block.keptAs === 'cardLost' && noteBlocks(textOf(record.staff_notes)).length > 0;
  return [
    ...(record.restricted ? (['restricted'] as const) : []),
    ...(record.patron_card_lost && !isOurs ? (['cardLost'] as const) : []),
    ...(record.incorrect_address ? (['incorrectAddress'] as const) : []),
  ];
}

function loanOf(checkout: KohaCheckout, ids: KohaIds, itemOf: PatronParts['itemOf']): Loan {
  const { title, author, barcode } = itemOf(checkout.item_id);
  const loanedAt = timeOf(checkout.checkout_date) ?? LONG_AGO;
  return {
    id: ids.id('loan', checkout.checkout_id),
    ...{ title, author, itemBarcode: barcode, loanedAt },
    branch: textOf(checkout.library_id),
    dueAt: timeOf(checkout.due_date) ?? loanedAt,
    renewals: checkout.renewals_count ?? 0,
  };
}

/** Koha's letters for what has become of a hold; none while it waits for a copy. */
const HOLD_STATES = new Map<string, Reservation['state']>([
  ['W', 'ready'],
  ['T', 'inTransit'],
  ['P', 'inTransit'],
]);

function reservationOf(hold: KohaHold, ids: KohaIds, titleOf: PatronParts['titleOf']): Reservation {
  const state = HOLD_STATES.get(textOf(hold.status)) ?? 'waiting';
  const queued = state === 'waiting' && hold.priority !== null && hold.priority !== undefined;
  return {
    id: ids.id('hold', hold.hold_id),
    ...titleOf(hold.biblio_id),
    pickupBranch: textOf(hold.pickup_library_id),
    placedAt: timeOf(hold.hold_date) ?? timeOf(hold.timestamp) ?? LONG_AGO,
    state,
    queuePosition: queued ? (hold.priority ?? null) : null,
    keptUntil: state === 'ready' ? dayOf(hold.expiration_date) : null,
  };
}

/** Koha's own types of debits; a library may have more, which are `other`. */
const DEBT_KINDS = new Map<string, Debt['kind']>([
  ['OVERDUE', 'overdue'],
  ['LOST', 'lost'],
  ['PROCESSING', 'lost'],
  ['RESERVE', 'reservation'],
  ['RESERVE_EXPIRED', 'reservation'],
  ['NEW_CARD', 'card'],
]);

export function debtOf(line: KohaAccountLine, ids: KohaIds, digits: number): Debt {
  return {
    id: ids.id('accountLine', line.account_line_id ?? 0),
    kind: DEBT_KINDS.get(textOf(line.debit_type) || textOf(line.type)) ?? 'other',
    description: shown(textOf(line.description)),
    amount: amountOf(line.amount_outstanding ?? line.amount, digits),
    createdAt: timeOf(line.date) ?? LONG_AGO,
  };
}
