// Made-up exports for tests of the patron data file.
import type { LongPart, PatronDataHead, RowOf } from '../../shared/patron-data/document.ts';
import { LEFT_OUT_BY_SERVER } from '../../shared/patron-data/left-out.ts';
import type { PatronDataExport } from './export.ts';

export const headOf = (change: Partial<PatronDataHead> = {}): PatronDataHead => ({
  madeAt: '2026-03-01T10:00:00.000Z',
  madeFrom: { kind: 'server' },
  library: { id: 'north', name: 'Norrby Library', currency: 'SEK', timeZone: 'Europe/Stockholm' },
  leftOut: LEFT_OUT_BY_SERVER,
  patron: {
    id: '0195a3b0-0000-7000-8000-000000000001',
    createdAt: '2020-05-01T08:00:00.000Z',
    changedAt: '2026-02-01T08:00:00.000Z',
    ageGroup: 'adult',
    personal: {
      nationalId: '19900517-0000',
      givenName: 'Ada',
      familyName: 'Öberg',
      birthDate: '1990-05-17',
      gender: 'female',
      language: 'sv',
    },
    contact: { phones: ['070-174 06 05'], emails: ['ada@example.org'], preferredChannel: 'email' },
    address: {
      line1: 'Storgatan 1',
      line2: '',
      postcode: '983 21',
      town: 'Norrby',
      country: 'SE',
      otherAddresses: [],
    },
    card: { cards: [{ number: '21100000001', state: 'active' }] },
    guarantor: null,
    guarantorForCount: 0,
    library: { branch: 'Fjällnäs', category: 'Adult' },
    preferences: { reservationReady: 'email', dueSoon: 'email', overdue: 'letter', keepLoanHistory: true },
    note: { staffNote: '' },
  },
  blocks: [],
  debtBlock: null,
  loans: [],
  reservations: [],
  debts: [
    { kind: 'lost', description: 'A Lost Book', amount: 12_345, createdAt: '2026-01-02T10:00:00.000Z' },
  ],
  agreements: [],
  sources: [],
  failedSignIns: [],
  ...change,
});

/** An export of these rows, a few to a page. `asked` counts pages. */
export function exportOf(rows: { [P in LongPart]?: RowOf<P>[] } = {}, head = headOf(), perPage = 3) {
  const asked: string[] = [];
  const all = (part: LongPart): RowOf<LongPart>[] => rows[part] ?? [];
  const source: PatronDataExport = {
    head,
    counts: {
      loanHistory: all('loanHistory').length,
      payments: all('payments').length,
      notifications: all('notifications').length,
      processing: all('processing').length,
    },
    page: <P extends LongPart>(part: P, after: string | null) => {
      asked.push(part);
      const start = Number(after ?? 0);
      const next = start + perPage < all(part).length ? String(start + perPage) : null;
      return Promise.resolve({ rows: all(part).slice(start, start + perPage) as RowOf<P>[], next });
    },
  };
  return { source, asked };
}

export const loanOf = (n: number): RowOf<'loanHistory'> => ({
  title: `Book ${n}`,
  author: 'Lindqvist, Åsa',
  loanedAt: new Date(Date.UTC(2025, 0, 1) - n * 3_600_000).toISOString(),
  returnedAt: new Date(Date.UTC(2025, 0, 20) - n * 3_600_000).toISOString(),
});
