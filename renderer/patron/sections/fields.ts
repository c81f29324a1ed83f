// The fields of the sections in words: their labels and their values. The cards and the conflict panel read them.
import type { Library } from '../../../shared/library.ts';
import {
  sectionSchemas,
  type Address,
  type Card,
  type Channel,
  type Guarantor,
  type SectionId,
} from '../../../shared/patrons/sections.ts';
import type { Formats } from '../../app/formats.ts';
import { branchName, categoryName } from '../../app/library.ts';
import { useWords, type MessageKey } from '../../app/words.ts';
import { countryName, languageName } from './choices.ts';

export interface Surroundings {
  library: Library | undefined;
  formats: Formats;
}

const LABELS = {
  nationalId: 'fields.nationalId',
  givenName: 'fields.givenName',
  familyName: 'fields.familyName',
  birthDate: 'fields.birthDate',
  gender: 'fields.gender',
  language: 'fields.language',
  phones: 'fields.phone',
  emails: 'fields.email',
  preferredChannel: 'fields.preferredChannel',
  line1: 'fields.line1',
  line2: 'fields.line2',
  postcode: 'fields.postcode',
  town: 'fields.town',
  country: 'fields.country',
  otherAddresses: 'fields.otherAddresses',
  cards: 'fields.cardNumber',
  guarantor: 'fields.guarantor',
  branch: 'fields.branch',
  category: 'fields.category',
  reservationReady: 'fields.reservationReady',
  dueSoon: 'fields.dueSoon',
  overdue: 'fields.overdue',
  keepLoanHistory: 'fields.keepLoanHistory',
  staffNote: 'fields.staffNote',
} as const satisfies Record<string, MessageKey>;

type FieldName = keyof typeof LABELS;

export function fieldsOf(section: SectionId): string[] {
  return Object.keys(sectionSchemas[section].shape);
}

export function fieldLabel(field: string): string {
  return field in LABELS ? useWords().t(LABELS[field as FieldName]) : field;
}

/** A stored value as lines to read; none where nothing is given. */
export function valueLines(field: string, value: unknown, { library, formats }: Surroundings): string[] {
  if (value === null || value === undefined || value === '') return [];
  const { t } = useWords();
  switch (field) {
    case 'birthDate':
      return [isDate(value) ? formats.date(value) : String(value)];
    case 'gender':
      return [t(`values.gender.${value as 'female'}`)];
    case 'language':
      return [languageName(String(value))];
    case 'country':
      return [countryName(String(value))];
    case 'preferredChannel':
    case 'reservationReady':
    case 'dueSoon':
    case 'overdue':
      return [t(`values.channel.${value as Channel}`)];
    case 'keepLoanHistory':
      return [t(value ? 'values.yes' : 'values.no')];
    case 'branch':
      return [branchName(library, String(value))];
    case 'category':
      return [categoryName(library, String(value))];
    case 'cards':
      return (value as Card[]).map((card) => `${card.number} – ${t(`values.cardState.${card.state}`)}`);
    case 'otherAddresses':
      return (value as Address[]).map(addressLine);
    case 'guarantor':
      return guarantorLines(value as Guarantor);
    default:
      return Array.isArray(value) ? value.map(String) : [String(value)];
  }
}

function isDate(value: unknown): value is string {
  return typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value) && !Number.isNaN(Date.parse(value));
}

/** A patron and a mere name can read the same: which it is stands below. */
function guarantorLines({ kind, name }: Guarantor): string[] {
  return [name, useWords().t(kind === 'patron' ? 'guarantor.linked' : 'guarantor.nameOnly')];
}

function addressLine({ line1, line2, postcode, town, country }: Address): string {
  const place = [postcode, town].filter((part) => part !== '').join(' ');
  const parts = [line1, line2, place, country && countryName(country)];
  return parts.filter((part) => part !== '').join(', ');
}
