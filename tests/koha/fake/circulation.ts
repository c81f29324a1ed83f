// Loans, holds, account lines, titles and libraries of the made-up Koha.
import { INTERNAL, json, listed, refuse, type Answer, type Asked } from './answers.ts';
import { balanceOf, shownTime, type Viewer } from './patrons.ts';
import type { Row } from './query.ts';
import type { KohaWorld, LineRow } from './world.ts';

const setOf = (names: string) => new Set(names.split(' '));

export function checkouts(asked: Asked, _viewer: Viewer, world: KohaWorld): Answer {
  // This version can't embed what it says it can.
  if (asked.embed.length > 0) return INTERNAL;
  const former = ['1', 'true'].includes(asked.query['checked_in'] ?? '');
  const time = (at: number | null) => (at === null ? null : shownTime(at, world));
  const rows = world.checkouts
    .filter(({ checkin_date }) => (checkin_date !== null) === former)
    .map((one) => ({
      ...one,
      checkout_date: time(one.checkout_date),
      due_date: time(one.due_date),
      checkin_date: time(one.checkin_date),
      ...{ auto_renew: false, note: null, onsite_checkout: false, unseen_renewals: 0 },
    }));
  const fields = setOf(
    'checkout_id patron_id item_id library_id checkout_date due_date checkin_date renewals_count',
  );
  const most = world.settings.mostPerPage;
  return listed(asked, { most, rows, shown: (row) => row, fields, parameters: ['patron_id'] });
}

export function holds(asked: Asked, _viewer: Viewer, world: KohaWorld): Answer {
  const own = asked.params['patron_id'];
  if (own !== undefined && !world.patrons.has(Number(own))) return refuse(404, 'Patron not found');
  const rows: Row[] = world.holds
    .filter(({ patron_id }) => own === undefined || patron_id === Number(own))
    .map((hold) => ({
      ...hold,
      item_id: null,
      suspended: false,
      timestamp: shownTime(world.clock.now(), world),
    }));
  const fields = setOf(
    'hold_id patron_id biblio_id pickup_library_id hold_date status priority expiration_date',
  );
  return listed(asked, {
    rows,
    shown: (row) => row,
    fields,
    parameters: ['patron_id', 'biblio_id', 'hold_id'],
  });
}

const lineOf = (line: LineRow, world: KohaWorld) => ({
  account_line_id: line.account_line_id,
  patron_id: line.patron_id,
  amount: line.amount,
  amount_outstanding: line.amount_outstanding,
  description: line.description,
  date: shownTime(line.date, world),
  library_id: null,
});

export function account({ params }: Asked, _viewer: Viewer, world: KohaWorld): Answer {
  const number = Number(params['patron_id']);
  if (!world.patrons.has(number)) return refuse(404, 'Patron not found');
  const open = world.lines.filter((line) => line.patron_id === number && line.amount_outstanding !== 0);
  const part = (sign: 1 | -1) => {
    const lines = open.filter(({ amount }) => Math.sign(amount) === sign);
    return {
      total: lines.reduce((sum, { amount_outstanding }) => sum + amount_outstanding, 0),
      lines: lines.map((line) => ({
        ...lineOf(line, world),
        debit_type: sign === 1 ? line.type : null,
        credit_type: sign === -1 ? line.type : null,
      })),
    };
  };
  return json(200, {
    balance: balanceOf(number, world),
    outstanding_debits: part(1),
    outstanding_credits: part(-1),
  });
}

export function accountLines(asked: Asked, world: KohaWorld, sign: 1 | -1): Answer {
  const number = Number(asked.params['patron_id']);
  if (!world.patrons.has(number)) return refuse(404, 'Patron not found');
  const rows = world.lines
    .filter(({ patron_id, amount }) => patron_id === number && Math.sign(amount) === sign)
    .map((line) => ({ ...lineOf(line, world), type: line.type }));
  return listed(asked, { rows, shown: (row) => row, fields: setOf('account_line_id amount date') });
}

export function items(asked: Asked, _viewer: Viewer, world: KohaWorld): Answer {
  const rows = [...world.items].map(([item_id, item]) => ({ item_id, ...item }));
  const shown = (row: Row) =>
    asked.embed.includes('biblio') ? { ...row, biblio: world.biblios.get(Number(row['biblio_id'])) } : row;
  return listed(asked, {
    rows,
    shown,
    fields: setOf('item_id biblio_id external_id'),
    parameters: ['external_id'],
  });
}

/** Titles come as JSON only to who asks for nothing else. */
const wantsJson = ({ request }: Asked) => /application\/json(;.*)?$/.test(request.headers?.['accept'] ?? '');

export function biblios(asked: Asked, _viewer: Viewer, world: KohaWorld): Answer {
  if (!wantsJson(asked)) return json(406, ['application/json', 'application/marcxml+xml']);
  const rows = [...world.biblios].map(([biblio_id, biblio]) => ({ biblio_id, ...biblio }));
  return listed(asked, { rows, shown: (row) => row, fields: setOf('biblio_id title author') });
}

export function biblio(asked: Asked, _viewer: Viewer, world: KohaWorld): Answer {
  if (!wantsJson(asked)) return json(406, ['application/json', 'application/marcxml+xml']);
  const number = Number(asked.params['biblio_id']);
  const found = world.biblios.get(number);
  return found ? json(200, { biblio_id: number, ...found }) : refuse(404, 'Bibliographic record not found');
}

export function libraries(asked: Asked, _viewer: Viewer, world: KohaWorld): Answer {
  const rows = [...world.libraries].map(([library_id, name]) => ({ library_id, name }));
  return listed(asked, { rows, shown: (row) => row, fields: setOf('library_id name') });
}
