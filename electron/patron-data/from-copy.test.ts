import { afterEach, expect, test } from 'vitest';
import type { Library } from '../../shared/library.ts';
import { patronDataHeadSchema, waitingActSchema } from '../../shared/patron-data/document.ts';
import type { OutboxAct } from '../cache/act.ts';
import { actOf, Folders, idOf, LIBRARY, patronOf, renamed } from '../cache/testing.ts';
import { patronDataPolicySchema } from '../policy/patron-data-policy.ts';
import { exportOfCopy, waitingActs } from './from-copy.ts';
import { printable } from './pdf/document.ts';

const library: Library = {
  id: LIBRARY,
  name: 'Norrby Library',
  country: 'SE',
  currency: 'SEK',
  timeZone: 'Europe/Stockholm',
  branches: [{ id: 'main', name: 'Main Library' }],
  categories: [],
  rules: { debtLimit: 0, guarantorBelowAge: 15, pinLength: { min: 4, max: 6 } },
};
const NOW = '2026-11-24T10:00:00.000Z';
const AS_OF = '2026-11-23T17:00:00.000Z';
const patronData = patronDataPolicySchema.parse({});

const folders = new Folders();
afterEach(() => folders.removeAll());

test('an export of the copy says so, as of when, and what it can’t hold', () => {
  const blocked = { id: idOf(9), comment: 'Set.', blockedAt: NOW, blockedBy: 'Eva Ek' };
  const { head, counts } = exportOfCopy(
    { patron: patronOf(1, { blocks: [blocked] }), library, asOf: AS_OF, leftOut: ['pin'] },
    NOW,
  );
  expect(patronDataHeadSchema.parse(head)).toEqual(head);
  expect(head.madeFrom).toEqual({ kind: 'copy', asOf: AS_OF });
  expect(head.leftOut.map(({ id }) => id)).toContain('notInCopy');
  expect([head.agreements, head.sources, head.failedSignIns, ...Object.values(counts)]).toEqual(
    Array(7).fill(null),
  );
  expect(head.blocks).toMatchObject([{ comment: 'Set.', liftedAt: null }]);
  expect(JSON.stringify(head)).not.toContain('Eva Ek');
});

test('what a library’s own system doesn’t tell is null in a file from its copy, too, and on the list', () => {
  const leftOut = ['sentMessages', 'relatedPatrons', 'unseenLoans'] as const;
  const { head } = exportOfCopy({ patron: patronOf(1), library, asOf: AS_OF, leftOut }, NOW);
  expect(patronDataHeadSchema.parse(head)).toEqual(head);
  expect(head.patron.preferences).toMatchObject({ reservationReady: null, dueSoon: null, overdue: null });
  expect([head.patron.contact.preferredChannel, head.patron.guarantorForCount, head.loans]).toEqual([
    null,
    null,
    null,
  ]);
  expect(head.debts).toEqual([]);
  expect(head.leftOut.map(({ id }) => id)).toEqual(['notInCopy', ...leftOut]);
});

test('what this desk did and the server hasn’t taken is laid over the record, and listed', async () => {
  const { store } = await folders.filled([patronOf(1)]);
  await store.append(actOf(1, 1, renamed('Nyman')));
  await store.append(actOf(2, 1, { kind: 'block', comment: 'Lost a tablet.' }));
  const view = await store.patron(LIBRARY, idOf(1));
  if (!view) throw new Error('The copy has no such patron.');
  const { head } = exportOfCopy({ patron: view.patron, library, asOf: AS_OF, leftOut: ['pin'] }, NOW);
  expect(head.patron.personal.familyName).toBe('Nyman');
  expect(head.blocks.map(({ comment }) => comment)).toEqual(['Lost a tablet.']);
  const waiting = waitingActs(view.acts);
  expect(waiting.map((act) => waitingActSchema.parse(act))).toMatchObject([
    { kind: 'saveSection', section: 'personal', changes: { familyName: 'Nyman' }, state: 'waiting' },
    { kind: 'block', comment: 'Lost a tablet.', state: 'waiting' },
  ]);
});

test('acts that are confirmed, withdrawn or emptied don’t wait; a guarantor is named, not numbered', () => {
  const act = (n: number, change: Partial<OutboxAct>): OutboxAct => ({
    ...actOf(n, 1, { kind: 'block', comment: 'x' }),
    sequence: n,
    wiped: false,
    ...change,
  });
  const guarantor = { kind: 'patron', patronId: idOf(7), name: 'Bo Ek' };
  const base = { values: {}, tag: 'x' };
  const waiting = waitingActs([
    act(1, { state: 'confirmed' }),
    act(2, { state: 'withdrawn' }),
    act(3, { wiped: true }),
    act(4, {
      state: 'conflict',
      deed: { kind: 'saveSection', section: 'guarantor', base, changes: { guarantor } },
    }),
    act(5, {
      deed: { kind: 'saveSection', section: 'contact', base, changes: { phones: ['+46 1'] } },
    }),
  ]);
  expect(waiting).toMatchObject([
    { state: 'conflict', changes: { guarantor: { kind: 'patron', name: 'Bo Ek' } } },
    { changes: { phones: ['+46 1'] } },
  ]);
  expect(JSON.stringify(waiting)).not.toContain(idOf(7));
});

test('what another version of the desk left waiting keeps nobody from getting their data', async () => {
  const { store } = await folders.filled([patronOf(1)]);
  const deed = { kind: 'lend', items: ['A1'] } as unknown as OutboxAct['deed'];
  await store.append({ ...actOf(1, 1, deed), deedVersion: 99 });
  await store.append(actOf(2, 1, { kind: 'block', comment: 'Lost a tablet.' }));
  expect(waitingActs(await store.unsettledOn(LIBRARY, idOf(1)))).toMatchObject([{ kind: 'block' }]);
});

test('the file for people says in words what waits', () => {
  const { head } = exportOfCopy({ patron: patronOf(1), library, asOf: AS_OF, leftOut: ['pin'] }, NOW);
  const empty = { loanHistory: null, payments: null, notifications: null, processing: null };
  const information = { language: 'en' as const, ...patronData.texts.en };
  const changes = {
    phones: ['+46 1', '+46 2'],
    preferredChannel: 'sms',
    // A name that is also a word of ours stays a name.
    givenName: 'lost',
    cards: [{ number: 'B1', state: 'lost' }],
    keepLoanHistory: false,
    birthDate: null,
  };
  const waiting = [
    {
      kind: 'saveSection' as const,
      section: 'contact' as const,
      changes,
      actedAt: NOW,
      state: 'waiting' as const,
    },
  ];
  const { page } = printable({ head, information, waiting, newest: empty, name: 'x', jsonName: undefined });
  for (const words of [
    'Phones: +46 1, +46 2',
    'Preferred channel: SMS',
    'Given name: lost',
    'Cards: B1, Lost',
    'Keep loan history: No',
    'Birth date: Not given',
  ])
    expect(page).toContain(words);
});

test('the file for people begins with what it was made from', () => {
  const pageOf = (asOf: string | null) => {
    const { head } = exportOfCopy({ patron: patronOf(1), library, asOf, leftOut: [] }, NOW);
    const empty = { loanHistory: null, payments: null, notifications: null, processing: null };
    const information = { language: 'en' as const, ...patronData.texts.en };
    return printable({ head, information, waiting: [], newest: empty, name: 'x', jsonName: undefined }).page;
  };
  const page = pageOf(AS_OF);
  expect(page.indexOf('Made without the central server')).toBeLessThan(page.indexOf('About this file'));
  expect(page).toContain('held as of 23 Nov 2026, 18:00');
  expect(page).toContain('Not in this file. The list of what is not in it says why.');
  expect(pageOf(null)).toContain('which was not yet complete');
});
