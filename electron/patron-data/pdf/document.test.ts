// The file for people says what the JSON says: every text of a file with something in each of its places is on the page.
import { expect, test } from 'vitest';
import {
  LONG_PARTS,
  patronDataHeadSchema,
  waitingActSchema,
  type PatronDataHead,
  type WaitingAct,
} from '../../../shared/patron-data/document.ts';
import { LONG_AGO } from '../../../shared/patrons/patron.ts';
import { patronDataPolicySchema } from '../../policy/patron-data-policy.ts';
import { headOf } from '../testing.ts';
import { printable } from './document.ts';
import { typed } from './html.ts';
import { languageFor } from './language.ts';
import type { NewestRows } from './lists.ts';

let last = 0;
/** A text that stands nowhere else. */
const word = () => `w${++last}x`;
/** A time that no other has the minute of. */
const time = () => new Date(Date.UTC(2001, 0, 1) + ++last * 86_460_000).toISOString();
const day = () => time().slice(0, 10);
const amount = () => 100_000 + ++last * 137;
const address = () => ({ line1: word(), line2: word(), postcode: word(), town: word(), country: 'SE' });

function fullHead(): PatronDataHead {
  const { patron, ...head } = headOf();
  return patronDataHeadSchema.parse({
    ...head,
    madeAt: time(),
    patron: {
      ...patron,
      createdAt: time(),
      changedAt: time(),
      personal: {
        ...patron.personal,
        nationalId: word(),
        givenName: word(),
        familyName: word(),
        birthDate: day(),
      },
      contact: { phones: [word(), word()], emails: [word(), word()], preferredChannel: 'sms' },
      address: { ...address(), otherAddresses: [address(), address()] },
      card: {
        cards: [
          { number: word(), state: 'lost' },
          { number: word(), state: 'active' },
        ],
      },
      guarantor: { name: word(), linked: true },
      guarantorForCount: 7,
      library: { branch: word(), category: word() },
      note: { staffNote: word() },
    },
    blocks: [
      { comment: word(), blockedAt: time(), liftedAt: time(), liftComment: word(), keptUntil: time() },
      { comment: word(), blockedAt: time(), liftedAt: null, liftComment: null, keptUntil: null },
    ],
    debtBlock: { amount: amount(), limit: amount() },
    loans: [
      {
        title: word(),
        author: word(),
        itemBarcode: word(),
        branch: word(),
        loanedAt: time(),
        dueAt: time(),
        renewals: 3,
      },
    ],
    reservations: [
      {
        title: word(),
        author: word(),
        pickupBranch: word(),
        placedAt: time(),
        state: 'ready',
        queuePosition: 4,
        keptUntil: day(),
      },
    ],
    debts: [{ kind: 'lost', description: word(), amount: amount(), createdAt: time() }],
    agreements: [{ kind: 'photo', version: word(), acceptedAt: time(), withdrawnAt: time() }],
    sources: [{ what: word(), from: word(), on: day() }],
    failedSignIns: [{ cardNumber: word(), failures: 5, lastAt: time(), lockedUntil: time() }],
  });
}

const newest = (): NewestRows => ({
  loanHistory: { rows: [{ title: word(), author: word(), loanedAt: time(), returnedAt: time() }], all: 1 },
  payments: { rows: [{ paidAt: time(), amount: amount(), description: word() }], all: 1 },
  notifications: {
    rows: [
      {
        kind: 'invoice',
        channel: 'letter',
        recipient: word(),
        subject: word(),
        sentAt: time(),
        state: 'failed',
      },
    ],
    all: 1,
  },
  processing: {
    rows: [{ kind: 'changed', detail: word(), at: time(), by: 'staff', keptUntil: time() }],
    all: 1,
  },
});

const waiting = (): WaitingAct[] =>
  [
    {
      kind: 'saveSection',
      section: 'contact',
      changes: { phones: [word()] },
      actedAt: time(),
      state: 'waiting',
    },
    { kind: 'block', comment: word(), actedAt: time(), state: 'sent' },
  ].map((act) => waitingActSchema.parse(act));

function leaves(value: unknown): unknown[] {
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(leaves) : [value];
}

test.each(['en', 'sv'] as const)('every text, time and amount of the JSON is on the page, in %s', (code) => {
  const content = { head: fullHead(), newest: newest(), waiting: waiting() };
  const information = { language: code, ...patronDataPolicySchema.parse({}).texts[code] };
  const { page } = printable({
    ...content,
    information,
    name: 'patron-data-x',
    jsonName: 'patron-data-x.json',
  });
  const language = languageFor(code, content.head.library);
  const ways = (leaf: unknown): string[] => {
    if (typeof leaf === 'number') return [language.count(leaf), language.money(leaf)];
    const text = String(leaf);
    if (/^\d{4}-\d\d-\d\dT/.test(text)) return [language.day(text), language.dayAndTime(text)];
    return /^\d{4}-\d\d-\d\d$/.test(text) ? [language.date(text)] : [text];
  };
  const said = { ...content.head, leftOut: null, library: null };
  const rows = LONG_PARTS.map((part) => content.newest[part]?.rows);
  const told = leaves([said, rows, content.waiting, Object.values(information).slice(1)]).filter(
    (leaf) => leaf !== null && (typeof leaf === 'number' || /\d|^.{20}/.test(String(leaf))),
  );
  expect(told.length).toBeGreaterThan(90);
  for (const leaf of told) {
    const shown = ways(leaf).map((way) => way.replaceAll("'", '&#39;'));
    expect(
      shown.some((way) => page.includes(way)),
      `${String(leaf)} as ${shown.join(' or ')}`,
    ).toBe(true);
  }
  for (const { id } of content.head.leftOut)
    expect(page).toContain(language.words.leftOut.reasons[id].what.replaceAll("'", '&#39;'));
});

const NOTHING: NewestRows = { loanHistory: null, payments: null, notifications: null, processing: null };
const printed = (parts: { head?: PatronDataHead; waiting?: WaitingAct[]; newest?: NewestRows }) =>
  printable({
    ...{ head: headOf(), waiting: [], newest: NOTHING, name: 'patron-data', jsonName: undefined },
    information: { language: 'en', ...patronDataPolicySchema.parse({}).texts.en },
    ...parts,
  });

test('a time that the library’s own system doesn’t tell is no day of 1970', () => {
  const head = headOf();
  head.patron.createdAt = LONG_AGO;
  expect(printed({ head }).page).not.toContain('1970');
});

test.each(['constructor', 'toString', '__proto__', 'hasOwnProperty'])(
  'a patron who is called %s gets a file like anybody else',
  (name) => {
    const at = '2026-01-02T10:00:00.000Z';
    const changes = { givenName: name, gender: name, [name]: name };
    const act = { kind: 'saveSection', section: 'personal', changes, actedAt: at, state: 'waiting' };
    const processing = { kind: 'changed', detail: `contact: ${name}`, at, by: 'staff', keptUntil: at };
    const { page } = printed({
      waiting: [waitingActSchema.parse(act)],
      newest: { ...NOTHING, processing: { rows: [processing as never], all: 1 } },
    });
    expect(page).toContain(`Given name: ${name}`);
    expect(page).not.toContain('native code');
  },
);

test.each(['\u200F', '\u061C', '\u200E'])('a mark that turns digits round is shown: %j', (mark) => {
  const code = mark.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
  expect(typed(`${mark}070 123 456`).text).toContain(`<span class="sign">U+${code}</span>070 123 456`);
});

test('what turns the line round stays within itself in the names of languages, libraries and fields, too', () => {
  const head = headOf();
  const turning = '\u202Egnp.exe';
  const { page, headerTemplate } = printed({
    head: {
      ...head,
      library: { ...head.library, name: turning },
      patron: { ...head.patron, personal: { ...head.patron.personal, language: turning } },
      further: [{ name: turning, value: turning }],
    },
    waiting: [
      {
        ...{ kind: 'saveSection', section: 'personal', actedAt: head.madeAt, state: 'waiting' },
        changes: { [turning]: turning },
      },
    ],
  });
  expect(page.match(/U\+202E/g)?.length).toBeGreaterThanOrEqual(6);
  expect(page + headerTemplate).not.toContain('\u202E');
});
