// The patron's own record in a patron data file for people: who they are, how they are reached, what they chose, and
// what staff noted.
import type { PatronDataHead } from '../../../shared/patron-data/document.ts';
import type { Channel } from '../../../shared/patrons/sections.ts';
import { html, typed, type Html } from './html.ts';
import type { Language } from './language.ts';
import { facts, list, type Fact } from './tables.ts';
import { filled, orNothing } from './words.ts';

type Patron = PatronDataHead['patron'];
type Address = Patron['address']['otherAddresses'][number];

export function record({ patron }: PatronDataHead, language: Language): Html {
  return html`${[
    personal(patron, language),
    contact(patron, language),
    cards(patron, language),
    library(patron, language),
    note(patron, language),
  ]}`;
}

function personal(patron: Patron, { words, date, dayAndTime, languageName }: Language): Html {
  const { fields } = words;
  const { nationalId, givenName, familyName, birthDate, gender, language } = patron.personal;
  return html` <h2>${words.sections.personal}</h2>
    ${facts([
      [fields.nationalId, orNothing(nationalId, words.nothing)],
      [fields.givenName, orNothing(givenName, words.nothing)],
      [fields.familyName, orNothing(familyName, words.nothing)],
      [fields.birthDate, birthDate ? date(birthDate) : orNothing('', words.nothing)],
      [fields.ageGroup, words.ageGroups[patron.ageGroup]],
      [fields.gender, words.genders[gender]],
      [fields.language, typed(languageName(language))],
      [fields.createdAt, dayAndTime(patron.createdAt)],
      [fields.changedAt, dayAndTime(patron.changedAt)],
      [fields.id, typed(patron.id)],
    ])}`;
}

const channelName = (channel: Channel | null, { channels, notTold }: Language['words']): string =>
  channel === null ? notTold : channels[channel];

/** Lines of one value, each set apart. */
const lines = (texts: readonly string[], nothing: string): Html =>
  texts.length === 0
    ? orNothing('', nothing)
    : html`${texts.map((text, at) => html`${at > 0 ? html`<br />` : ''}${typed(text)}`)}`;

function contact({ contact, address }: Patron, { words, countryName }: Language): Html {
  const { fields } = words;
  const ofAddress = ({ line1, line2, postcode, town, country }: Address) =>
    lines(
      [line1, line2, [postcode, town].filter(Boolean).join(' '), country && countryName(country)].filter(
        Boolean,
      ),
      words.nothing,
    );
  return html` <h2>${words.sections.contact}</h2>
    ${facts([
      [fields.phones, lines(contact.phones, words.nothing)],
      [fields.emails, lines(contact.emails, words.nothing)],
      [fields.preferredChannel, channelName(contact.preferredChannel, words)],
      [fields.address, ofAddress(address)],
      ...address.otherAddresses.map((other): Fact => [fields.otherAddress, ofAddress(other)]),
    ])}`;
}

function cards({ card }: Patron, { words }: Language): Html {
  return html` <h2>${words.sections.card}</h2>
    ${
      card.cards.length === 0
        ? html`<p>${words.none}</p>`
        : list(
            [
              { name: words.fields.cardNumber, of: ({ number }) => typed(number) },
              { name: words.fields.cardState, of: ({ state }) => words.cardStates[state] },
            ],
            card.cards,
          )
    }`;
}

function library(patron: Patron, { words, count }: Language): Html {
  const { fields } = words;
  const { guarantor, guarantorForCount, library, preferences } = patron;
  const none = guarantorForCount === null ? words.notTold : words.nothing;
  const named = (name: string, linked: boolean) =>
    html`${typed(name)}${linked ? html`<br />${fields.guarantorLinked}` : ''}`;
  return html` <h2>${words.sections.guarantor}</h2>
    ${facts([
      [fields.guarantor, guarantor ? named(guarantor.name, guarantor.linked) : orNothing('', none)],
      [
        fields.guarantorFor,
        guarantorForCount === null
          ? words.notTold
          : filled(fields.guarantorForCount, { count: count(guarantorForCount) }),
      ],
    ])}
    <h2>${words.sections.library}</h2>
    ${facts([
      [fields.branch, typed(library.branch)],
      [fields.category, typed(library.category)],
    ])}
    <h2>${words.sections.preferences}</h2>
    ${facts([
      [fields.reservationReady, channelName(preferences.reservationReady, words)],
      [fields.dueSoon, channelName(preferences.dueSoon, words)],
      [fields.overdue, channelName(preferences.overdue, words)],
      [fields.keepLoanHistory, preferences.keepLoanHistory ? words.yes : words.no],
    ])}`;
}

const note = ({ note }: Patron, { words }: Language): Html =>
  html` <h2>${words.sections.note}</h2>
    ${note.staffNote === '' ? html`<p>${words.none}</p>` : html`<p class="note">${typed(note.staffNote)}</p>`}`;
