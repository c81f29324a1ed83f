// Fills the sections of a made-up patron.
import { fold } from '../../shared/patrons/fold.ts';
import type { Address, Card, Channel, Guarantor } from '../../shared/patrons/sections.ts';
import type { AllSections } from '../patrons/writing.ts';
import type { Days } from './days.ts';
import type { DemoLibrary } from './libraries.ts';
import type { Luck } from './luck.ts';
import type { PersonName } from './names.ts';
import { cardNumber, landline, mobile, nationalId } from './numbers.ts';

export type Kind = 'adult' | 'youth' | 'child' | 'organisation';

export interface Person {
  id: string;
  kind: Kind;
  name: PersonName;
  birthDate: string | null;
  nationalId: string;
  address: Address;
}

const streets = [
  'Storgatan',
  'Björkvägen',
  'Älvgatan',
  'Skolgränd',
  'Ängsstigen',
  'Kyrkogatan',
  'Västra Hamngatan',
  'Övre Backen',
] as const;
const notes = [
  'Wants large print where there is any.',
  'Picks up for the nursing home on Fridays.',
  'Home delivery, second Tuesday of the month.',
  'Lost card reported by phone; identity checked.',
  'Prefers to be written to in Arabic: العربية.',
] as const;
const genders = { female: 'female', male: 'male', other: 'other', unspecified: 'unspecified' } as const;

export function addressIn(luck: Luck, library: DemoLibrary): Address {
  const town = luck.pick(library.towns);
  const blank = luck.chance(0.8) ? ' ' : '';
  return {
    line1: `${luck.pick(streets)} ${luck.between(1, 120)}${luck.chance(0.2) ? ' B' : ''}`,
    line2: luck.chance(0.15) ? `lgh ${luck.between(10, 16)}0${luck.between(1, 6)}` : '',
    postcode: `${town.postcode}${blank}${luck.between(10, 99)}`,
    town: town.name,
    country: 'SE',
  };
}

export function birthOf(luck: Luck, days: Days, kind: Kind): string | null {
  if (kind === 'organisation') return null;
  if (kind === 'child') return days.birthDate(3, 12);
  return kind === 'youth' ? days.birthDate(16, 17) : days.birthDate(19, luck.chance(0.1) ? 98 : 80);
}

export function idOf(luck: Luck, name: PersonName, birthDate: string | null): string {
  return birthDate && !luck.chance(name.language === 'sv' ? 0.03 : 0.2)
    ? nationalId(luck, birthDate, name.sex)
    : '';
}

function email(luck: Luck, { givenName, familyName }: PersonName): string {
  const plain = (text: string) => fold(text).replace(/[^a-z0-9]/g, '');
  const local = [plain(givenName), plain(familyName)].filter(Boolean).join('.') || 'patron';
  return `${local}${luck.between(1, 999)}@${luck.pick(['example.org', 'example.com', 'example.net'])}`;
}

function cardsOf(luck: Luck, library: DemoLibrary, count: number): Card[] {
  const card = (state: Card['state'], serial: number) => ({
    number: cardNumber(luck, library.cardPrefix, serial),
    state,
  });
  const former = luck.chance(0.12) ? [card(luck.pick(['lost', 'replaced', 'damaged']), count * 2 + 1)] : [];
  return [...(luck.chance(0.98) ? [card('active', count * 2)] : []), ...former];
}

export function sectionsOf(
  luck: Luck,
  library: DemoLibrary,
  person: Person,
  guarantor: Guarantor | null,
  count: number,
): AllSections {
  const { name, kind } = person;
  const young = kind === 'child';
  const emails = luck.times(young ? 0 : luck.between(0, 10) > 1 ? (luck.chance(0.08) ? 2 : 1) : 0, () =>
    email(luck, name),
  );
  const phones = luck.times(luck.between(young ? 0 : 1, luck.chance(0.2) ? 2 : 1), () =>
    luck.chance(0.8) ? mobile(luck) : landline(luck),
  );
  const channel: Channel = emails.length > 0 ? 'email' : phones.length > 0 ? 'sms' : 'letter';
  return {
    personal: {
      nationalId: person.nationalId,
      givenName: name.givenName,
      familyName: name.familyName,
      birthDate: person.birthDate,
      gender: genders[name.gender],
      language: name.language,
    },
    contact: { phones, emails, preferredChannel: channel },
    address: {
      ...person.address,
      otherAddresses: luck.chance(0.04) ? [addressIn(luck, library)] : [],
    },
    card: { cards: cardsOf(luck, library, count) },
    guarantor: { guarantor },
    library: {
      branch: library.branches[luck.between(0, library.branches.length - 1)]?.id ?? '',
      category: kind,
    },
    preferences: {
      reservationReady: channel,
      dueSoon: channel === 'letter' ? 'none' : channel,
      overdue: luck.chance(0.8) ? channel : 'letter',
      keepLoanHistory: luck.chance(0.35),
    },
    note: { staffNote: luck.chance(0.06) ? luck.pick(notes) : '' },
  };
}
