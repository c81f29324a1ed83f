// What a desk can offer on this Koha, to this account, and why not the rest.
import {
  EVERYTHING,
  type Capabilities,
  type Feature,
  type MissingRight,
  type Reason,
} from '../../../shared/capabilities.ts';
import type { LeftOutId } from '../../../shared/patron-data/left-out.ts';
import type { SectionId } from '../../../shared/patrons/sections.ts';
import type { KohaPolicy } from '../../policy/koha-policy.ts';
import { LONGEST_COMMENT } from './block-text.ts';
import type { KohaDescription } from './description.ts';
import type { KohaRights } from './rights.ts';
import { EMAILS, PHONES, SECTION_FIELDS } from './sections.ts';

const PASSWORD = '/patrons/{patron_id}/password';
const ATTRIBUTES = '/patrons/{patron_id}/extended_attributes';
const NOT_THERE: Reason = { why: 'notThere' };

export function capabilitiesOf(
  description: KohaDescription,
  rights: KohaRights,
  policy: KohaPolicy,
): Capabilities {
  const byCard = policy.block.keptAs === 'cardLost';
  const needs = (right: MissingRight | undefined): Reason | undefined =>
    right && { why: 'missingRight', ...right };
  const unlessDescribed = (described: boolean, reason?: Reason) => (described ? reason : NOT_THERE);
  const reasons: Partial<Record<Feature, Reason | undefined>> = {
    loans: needs(rights.loans),
    debts: needs(rights.debts),
    notifications: NOT_THERE,
    agreements: NOT_THERE,
    guarantors: NOT_THERE,
    pushInAbsence: NOT_THERE,
    auditLog: NOT_THERE,
    editing: needs(rights.changing),
    pin: unlessDescribed(description.has('post', PASSWORD), needs(rights.changing)),
    blocking: byCard ? needs(rights.changing) : unlessDescribed(description.has('post', ATTRIBUTES)),
    deletion: needs(rights.deleting),
  };
  const missing = Object.entries(reasons).filter(([, reason]) => reason !== undefined);
  return {
    ...EVERYTHING,
    system: 'Koha',
    noLanguage: true,
    missing: Object.fromEntries(missing) as Capabilities['missing'],
    fields: describedFields(description),
    rows: { phones: PHONES.length, emails: EMAILS.length, otherAddresses: 1, cards: 1 },
    // Where the mark is the block, staff don't set it as a card's state too.
    cardStates: byCard ? [] : ['active', 'lost'],
    block: byCard ? 'cardLost' : 'note',
    blockComment: byCard ? EVERYTHING.blockComment : LONGEST_COMMENT,
    unblockComment: false,
    accounts: 'shared',
    leftOut: leftOutBy(rights),
  };
}

/** Of the patron data file: what Koha keeps but doesn't tell, or not to this account. */
const leftOutBy = ({ loans, debts }: KohaRights): LeftOutId[] => [
  ...(loans ? (['unseenLoans'] as const) : []),
  ...(debts ? (['unseenDebts'] as const) : []),
  ...(['pin', 'staff', 'relatedPatrons', 'sentMessages', 'acceptedAgreements', 'restrictions'] as const),
  ...(['liftedBlocks', 'activity', 'blocksElsewhere', 'serviceKeys', 'internalMarks', 'backups'] as const),
];

/** Fields that only some versions have. */
function describedFields(description: KohaDescription): Partial<Record<SectionId, string[]>> {
  const without = (fields: string[], field: string, koha: string) =>
    description.maySend(koha) ? fields : fields.filter((one) => one !== field);
  return {
    ...SECTION_FIELDS,
    personal: without(SECTION_FIELDS.personal, 'language', 'lang'),
    preferences: without(SECTION_FIELDS.preferences, 'keepLoanHistory', 'privacy'),
  };
}
