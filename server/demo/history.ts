// What a library wrote down about made-up patrons: blocks, notifications, agreements, where data came from.
import type { Channel } from '../../shared/patrons/sections.ts';
import type { PatronRow } from '../patrons/record.ts';
import type { AllSections } from '../patrons/writing.ts';
import { book } from './books.ts';
import type { Scene } from './circulation.ts';

const comments = [
  'Two books came back wet. Agreed on the phone to talk at the desk.',
  'Address unknown since a letter came back; ask at the next visit.',
  'Shouted at staff in the children’s room.',
  'Card used by somebody else; identity to be checked.',
] as const;

export function block({ store, luck, days, staffName }: Scene, patron: PatronRow): void {
  if (!luck.chance(0.04)) return;
  const lifted = luck.chance(0.5);
  const at = luck.between(3, 200);
  const blockedAt = days.time(-at);
  store.run(
    `INSERT INTO block (id, patron, comment, blocked_at, blocked_by, lifted_at, lifted_by, lift_comment, keep_until)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    luck.id(blockedAt),
    patron.number,
    luck.pick(comments),
    blockedAt,
    staffName,
    lifted ? days.time(1 - at) : null,
    lifted ? staffName : null,
    lifted ? 'Talked it over; all is well.' : null,
    lifted ? days.end(366 - at) : null,
  );
}

const subjects = {
  reservationReady: 'Ready for you',
  dueSoon: 'Due soon',
  overdue: 'Overdue',
  invoice: 'Invoice',
  welcome: 'Welcome to the library',
} as const;

export function notify({ store, luck, days }: Scene, patron: PatronRow, sections: AllSections): void {
  for (let n = luck.between(0, 4); n > 0; n--) {
    const kind = luck.pick(['reservationReady', 'dueSoon', 'dueSoon', 'overdue', 'invoice', 'welcome']);
    const wanted =
      kind === 'reservationReady' ? sections.preferences.reservationReady : sections.preferences.overdue;
    const [channel, recipient] = reach(sections, kind === 'invoice' ? 'letter' : wanted);
    const sentAt = days.ago(1, 300);
    const about = kind === 'welcome' ? '' : `: ${book(luck).title}`;
    store.run(
      `INSERT INTO notification (id, patron, kind, channel, recipient, subject, sent_at, state)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      luck.id(sentAt),
      patron.number,
      kind,
      channel,
      recipient,
      subjects[kind] + about,
      sentAt,
      luck.chance(0.05) ? 'failed' : 'sent',
    );
  }
}

function reach({ contact, address }: AllSections, wanted: Channel): ['email' | 'sms' | 'letter', string] {
  const [email] = contact.emails;
  const [phone] = contact.phones;
  if (wanted === 'email' && email) return ['email', email];
  if (wanted === 'sms' && phone) return ['sms', phone];
  return ['letter', `${address.line1}, ${address.postcode} ${address.town}`];
}

export function agree({ store, luck, days }: Scene, patron: PatronRow, createdAt: string): void {
  const kinds = [
    'terms',
    'privacy',
    ...(luck.chance(0.4) ? ['internet'] : []),
    ...(luck.chance(0.05) ? ['photo'] : []),
  ];
  for (const kind of kinds)
    store.run(
      'INSERT INTO agreement (id, patron, kind, version, accepted_at, withdrawn_at) VALUES (?, ?, ?, ?, ?, ?)',
      luck.id(createdAt),
      patron.number,
      kind,
      luck.pick(['2022-01', '2024-05']),
      createdAt,
      kind === 'photo' ? days.ago(1, 100) : null,
    );
  if (luck.chance(0.5))
    store.run(
      'INSERT INTO source (patron, what, came_from, on_day) VALUES (?, ?, ?, ?)',
      patron.number,
      'Name and address',
      'Population register',
      createdAt.slice(0, 10),
    );
}
