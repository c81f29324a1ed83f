// What a patron data file for people begins with: whose it is, who made it when and from what, what is not in it, and
// what the library says of its processing.
import {
  PATRON_DATA_FORMAT,
  PATRON_DATA_VERSION,
  type Information,
  type PatronDataHead,
} from '../../../shared/patron-data/document.ts';
import { html, typed, type Html } from './html.ts';
import type { Language } from './language.ts';
import { facts, list, type Fact } from './tables.ts';
import { filled } from './words.ts';

export function title({ patron, library }: PatronDataHead, { words, date }: Language): Html {
  const { personal, card } = patron;
  const name = [personal.givenName, personal.familyName].filter((part) => part !== '').join(' ');
  const inUse = card.cards.find(({ state }) => state === 'active');
  const about = [
    ...(personal.birthDate ? [filled(words.born, { date: date(personal.birthDate) })] : []),
    ...(inUse ? [filled(words.card, { number: typed(inUse.number) })] : []),
  ];
  return html` <header>
    <p class="library">${typed(library.name)}</p>
    <h1>${words.heading}</h1>
    <p class="name">${typed(name)}</p>
    <p class="about">${about.map((fact, at) => html`${at > 0 ? ' · ' : ''}${fact}`)}</p>
  </header>`;
}

/** A file that no server compiled says so before all else. */
export function fromCopy({ madeFrom }: PatronDataHead, { words, dayAndTime }: Language): Html {
  if (madeFrom.kind === 'server') return html``;
  const text =
    madeFrom.asOf === null
      ? words.fromUnsyncedCopy
      : filled(words.fromCopy, { time: dayAndTime(madeFrom.asOf) });
  return html` <div class="notice">
    <h2>${words.fromCopyHeading}</h2>
    <p>${text}</p>
  </div>`;
}

/** `jsonName` is the file beside this one, where there is one. */
export function about(
  head: PatronDataHead,
  information: Information,
  { words, dayAndTime }: Language,
  jsonName: string | undefined,
): Html {
  const { madeFrom, library } = head;
  const copy = () =>
    madeFrom.kind === 'copy' && madeFrom.asOf !== null
      ? filled(words.about.copy, { time: dayAndTime(madeFrom.asOf) })
      : words.about.unsyncedCopy;
  const beside = (file: string) =>
    filled(words.about.besideText, { file, schema: PATRON_DATA_FORMAT, version: PATRON_DATA_VERSION });
  const rows: Fact[] = [
    [words.about.library, typed(library.name)],
    [words.about.contact, typed(information.contact)],
    [words.about.dataProtectionOfficer, typed(information.dataProtectionOfficer)],
    [words.about.madeAt, filled(words.about.madeAtBy, { time: dayAndTime(head.madeAt) })],
    [words.about.madeFrom, madeFrom.kind === 'server' ? words.about.server : copy()],
    [words.about.times, filled(words.about.timeZone, { zone: library.timeZone })],
    ...(jsonName === undefined ? [] : [[words.about.beside, beside(jsonName)] satisfies Fact]),
  ];
  return html` <p>${filled(words.intro, { library: typed(library.name) })}</p>
    <h2>${words.about.heading}</h2>
    ${facts(rows)}`;
}

export function leftOut({ leftOut }: PatronDataHead, { words }: Language): Html {
  const { heading, what, why, reasons } = words.leftOut;
  return html` <h2>${heading}</h2>
    ${list(
      [
        { name: what, of: ({ id }) => reasons[id].what },
        { name: why, of: ({ id }) => reasons[id].why },
      ],
      leftOut,
    )}`;
}

export function processing(information: Information, { words }: Language): Html {
  const { heading, purposes, recipients, retention, rights, complaintAuthority } = words.information;
  const points = (texts: readonly string[]) =>
    html`<ul>
      ${texts.map((text) => html`<li>${typed(text)}</li>`)}
    </ul>`;
  return html` <h2>${heading}</h2>
    <h3>${purposes}</h3>
    ${points(information.purposes)}
    <h3>${recipients}</h3>
    ${points(information.recipients)}
    <h3>${retention}</h3>
    ${points(information.retention)}
    <h3>${rights}</h3>
    ${points(information.rights)}
    <h3>${complaintAuthority}</h3>
    <p>${typed(information.complaintAuthority)}</p>`;
}
