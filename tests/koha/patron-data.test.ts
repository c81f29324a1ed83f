// The patron data file from a Koha: everything that Koha tells, under a name, and what it doesn't tell on the list.
import { expect, test } from 'vitest';
import { v7 } from 'uuid';
import { KohaIds } from '../../electron/central/koha/ids.ts';
import { patronDataHeadSchema } from '../../shared/patron-data/document.ts';
import { REQUESTERS } from '../../shared/patron-data/requester.ts';
import { LONG_AGO } from '../../shared/patrons/patron.ts';
import { steppingClock } from '../port/world.ts';
import { ADDRESS, LOOKER, serverOn, smallLibrary, STAFF } from './fake/small-library.ts';
import { TEXT_FIELDS } from './fake/world.ts';

const SECRET = 'planted-secret';

async function fileOf(credentials = STAFF, attribute: [type: string, value: string] = ['HOBBY', 'Chess']) {
  const clock = steppingClock();
  const koha = smallLibrary(clock);
  const { world } = koha;
  const texts = Object.fromEntries(TEXT_FIELDS.map((field) => [field, `value of ${field}`]));
  const { patron_id } = world.addPatron({
    ...texts,
    ...{ surname: 'Öberg', library_id: 'MPL', category_id: 'PT', overdrive_auth_token: SECRET },
    ...{ date_of_birth: '1990-01-31', date_enrolled: '2020-02-03', date_renewed: '2021-02-03' },
    ...{ expiry_date: '2099-12-31', gender: 'F', last_seen: '2026-01-01' },
  });
  world.passwords.set(patron_id, SECRET);
  world.addAttribute(patron_id, ...attribute);
  world.addAttribute(patron_id, 'DESKBLOCK', 'MPL|2026-01-02|Bo|Ours');
  world.addAttribute(patron_id, 'DESKBLOCK', 'CPL|2026-01-02|Bo|Theirs');
  world.addAttribute(patron_id, 'DESKBLOCK', 'CPL|02.01.2026|Bo|Theirs');
  world.addAttribute(patron_id, 'DeskBlock', 'CPL|02.01.2026|Bo|Theirs');
  // Kept by desks whose policy names the attribute otherwise.
  world.addAttribute(
    patron_id,
    'CPLBLOCK',
    'CPL|2026-01-02T10:00:00Z|Bo Dahl|Theirs, too|AZ0_0J2zdECaPPWSWEb5SQ',
  );
  const dune = world.addBook('Dune', 'Herbert', 'b1');
  world.lend(patron_id, dune.item);
  world.lend(patron_id, dune.item).checkin_date = clock.now();
  world.hold(patron_id, dune.biblio);
  world.charge(patron_id, 12.5, 'LOST', 'Lost book');
  world.pay(patron_id, 2.5);
  const session = await serverOn(koha).server.signIn(credentials);
  const act = { id: v7(), key: v7(), at: new Date(clock.now()).toISOString() };
  const id = new KohaIds(ADDRESS).id('patron', patron_id);
  const { head, page } = await session.exportPatronData(act, '', id, 'patron');
  const [loanHistory, payments] = [await page('loanHistory', null), await page('payments', null)];
  return { ...patronDataHeadSchema.parse(head), loanHistory: loanHistory.rows, payments: payments.rows };
}

test('holds loans of now and before, reservations, debts, payments and blocks of this library', async () => {
  const file = await fileOf();
  expect(file).toMatchObject({
    loans: [{ title: 'Dune', author: 'Herbert', itemBarcode: 'b1', branch: 'Midway' }],
    loanHistory: [{ title: 'Dune', author: 'Herbert' }],
    reservations: [{ title: 'Dune', pickupBranch: 'Midway' }],
    debts: [{ kind: 'lost', description: 'Lost book', amount: 1000 }],
    payments: [{ amount: 250, description: 'PAYMENT' }],
    blocks: [{ comment: 'Ours' }],
  });
});

test('holds charges that were paid, or written off, and says which', async () => {
  const clock = steppingClock();
  const koha = smallLibrary(clock);
  const { world } = koha;
  const { patron_id } = world.addPatron({ surname: 'Öberg', library_id: 'MPL' });
  world.charge(patron_id, 12.5, 'LOST', 'Dune');
  world.charge(patron_id, 2, 'OVERDUE', 'Solaris');
  world.pay(patron_id, 13);
  world.charge(patron_id, -1, 'WRITEOFF', 'Closing day');
  world.charge(patron_id, 3, 'NEW_CARD', 'Still whole');
  const session = await serverOn(koha).server.signIn(STAFF);
  const act = { id: v7(), key: v7(), at: new Date(clock.now()).toISOString() };
  const id = new KohaIds(ADDRESS).id('patron', patron_id);
  const { head, page } = await session.exportPatronData(act, '', id, 'unchecked');
  const day = new Date(clock.now()).toISOString().slice(0, 10);
  expect(head.further?.filter(({ name }) => name.startsWith('debit '))).toEqual([
    { name: 'debit LOST', value: `${day}, 12.50, Dune` },
    { name: 'debit OVERDUE', value: `${day}, 2.00, Solaris` },
  ]);
  expect(head.debts).toMatchObject([{ amount: 150 }, { amount: 300 }]);
  const descriptions = (await page('payments', null)).rows.map(({ description }) => description);
  expect(descriptions.sort()).toEqual(['PAYMENT', 'WRITEOFF: Closing day']);
});

test('holds each text that Koha keeps of the patron, whichever field it is in', async () => {
  const text = JSON.stringify(await fileOf());
  const missing = TEXT_FIELDS.filter((field) => !text.includes(`value of ${field}`));
  // Dates and the gender were given as such.
  const given = ['date_enrolled', 'date_of_birth', 'date_renewed', 'expiry_date', 'gender', 'last_seen'];
  expect(missing).toEqual(given);
  for (const value of ['2021-02-03', '2099-12-31', '2026-01-01', 'Chess']) expect(text).toContain(value);
});

test('holds no PIN, no key to other services, nothing of other libraries and other people', async () => {
  const text = JSON.stringify(await fileOf());
  expect(text).not.toContain(SECRET);
  expect(text).not.toContain('Theirs');
  for (const staff of ['Eva Ek', 'Bo Dahl']) expect(text).not.toContain(staff);
});

test.each([
  ['HOBBY', 'CPL|Chess', 'CPL|Chess'],
  ['DESKBLOCK', 'Lost a tablet', 'Lost a tablet'],
  ['DESKBLOCK', 'MPL|02.01.2026|Bo|Lost a tablet', 'MPL|02.01.2026|Bo|Lost a tablet'],
  ['DESKBLOCK', 'MPL|2026-01-02|Lost a tablet', 'MPL|2026-01-02|Lost a tablet'],
  [
    'OLDBLOCK',
    'MPL|2026-01-02T10:00:00Z|Bo Dahl|Lost a tablet|AZ0_0J2zdECaPPWSWEb5SQ',
    'MPL|2026-01-02T10:00:00.000Z|Lost a tablet',
  ],
])('holds what stands in %s as %j, though no window shows it as a block', async (type, text, value) => {
  const { blocks, further } = await fileOf(STAFF, [type, text]);
  expect(blocks.map(({ comment }) => comment)).toEqual(['Ours']);
  expect(further).toContainEqual({ name: type, value });
});

test('holds days and a gender that can’t be read as they stand at Koha', async () => {
  const clock = steppingClock();
  const koha = smallLibrary(clock);
  const strange = { date_enrolled: '31/12/2019', date_of_birth: '0000-00-00', gender: 'X' };
  const { patron_id } = koha.world.addPatron({ surname: 'Öberg', library_id: 'MPL', ...strange });
  const session = await serverOn(koha).server.signIn(STAFF);
  const act = { id: v7(), key: v7(), at: new Date(clock.now()).toISOString() };
  const id = new KohaIds(ADDRESS).id('patron', patron_id);
  const { head } = await session.exportPatronData(act, '', id, 'unchecked');
  expect(head.patron).toMatchObject({ createdAt: LONG_AGO, personal: { birthDate: null } });
  for (const [name, value] of Object.entries(strange)) expect(head.further).toContainEqual({ name, value });
});

test('says what it leaves out, and why: more where the account may see less', async () => {
  const all = (await fileOf()).leftOut.map(({ id }) => id);
  expect(all).toEqual(expect.arrayContaining(['pin', 'sentMessages', 'acceptedAgreements']));
  expect(all).not.toContain('unseenLoans');
  const file = await fileOf(LOOKER);
  expect(file.leftOut.map(({ id }) => id)).toEqual(expect.arrayContaining(['unseenLoans', 'unseenDebts']));
  expect([file.loans, file.loanHistory, file.debts]).toEqual([null, [], null]);
});

test('holds nobody else’s loans and payments, also where Koha answers with them', async () => {
  const clock = steppingClock();
  const koha = smallLibrary(clock);
  const { world } = koha;
  const own = world.addPatron({ surname: 'Öberg', library_id: 'MPL', category_id: 'PT' }).patron_id;
  const other = world.addPatron({ surname: 'Ek', library_id: 'MPL', category_id: 'PT' }).patron_id;
  world.lend(own, world.addBook('Dune', 'Herbert', 'b1').item).checkin_date = clock.now();
  world.lend(other, world.addBook('Secret', 'Somebody', 'b2').item).checkin_date = clock.now();
  world.charge(other, 12.5, 'LOST', 'Lost book');
  world.pay(other, 2.5);
  const { server } = serverOn(koha, {
    transport: (request) => {
      const path = request.path.replace(
        new RegExp(`^(.*)/patrons/${own}/account/(credits|debits)$`),
        `$1/patrons/${other}/account/$2`,
      );
      const { patron_id: asked, ...query } = request.query ?? {};
      const isOfLoans = asked !== undefined && path.endsWith('/checkouts');
      const answer = koha.answer({ ...request, path, ...(isOfLoans && { query }) });
      if (path === request.path) return Promise.resolve(answer);
      const lines = (JSON.parse(answer.body) as object[]).map((line) => ({ ...line, patron_id: other }));
      return Promise.resolve({ ...answer, body: JSON.stringify(lines) });
    },
  });
  const session = await server.signIn(STAFF);
  const act = { id: v7(), key: v7(), at: new Date(clock.now()).toISOString() };
  const id = new KohaIds(ADDRESS).id('patron', own);
  const { head, page } = await session.exportPatronData(act, '', id, 'patron');
  expect((await page('loanHistory', null)).rows).toMatchObject([{ title: 'Dune' }]);
  expect((await page('payments', null)).rows).toEqual([]);
  expect(JSON.stringify(head)).not.toContain('Lost book');
});

test.each(['outstanding_debits', 'outstanding_credits'] as const)(
  'an account whose %s are another patron’s is neither shown nor made a file of',
  async (part) => {
    const clock = steppingClock();
    const koha = smallLibrary(clock);
    const { world } = koha;
    const own = world.addPatron({ surname: 'Öberg', library_id: 'MPL', category_id: 'PT' }).patron_id;
    const other = world.addPatron({ surname: 'Ek', library_id: 'MPL', category_id: 'PT' }).patron_id;
    const lines = [{ account_line_id: 7, patron_id: other, amount: 900, description: 'Secret' }];
    const { server } = serverOn(koha, {
      transport: (request) => {
        const answer = koha.answer(request);
        if (!request.path.endsWith(`/patrons/${own}/account`)) return Promise.resolve(answer);
        return Promise.resolve({ ...answer, body: JSON.stringify({ balance: 900, [part]: { lines } }) });
      },
    });
    const session = await server.signIn(STAFF);
    const act = { id: v7(), key: v7(), at: new Date(clock.now()).toISOString() };
    const id = new KohaIds(ADDRESS).id('patron', own);
    const rubbish = { error: { code: 'serverRubbish' } };
    await expect(session.patron(id, true)).rejects.toMatchObject(rubbish);
    await expect(session.exportPatronData(act, '', id, 'unchecked')).rejects.toMatchObject(rubbish);
  },
);

test('a payment that two pages tell of is one payment', async () => {
  const clock = steppingClock();
  const koha = smallLibrary(clock);
  const { patron_id } = koha.world.addPatron({ surname: 'Öberg', library_id: 'MPL', category_id: 'PT' });
  const body = JSON.stringify([{ account_line_id: 7, patron_id, amount: -2.5, date: '2026-01-02' }]);
  const { server } = serverOn(koha, {
    transport: (request) => {
      const answer = koha.answer(request);
      const headers = { ...answer.headers, 'x-total-count': '2' };
      return Promise.resolve(request.path.endsWith('/credits') ? { ...answer, headers, body } : answer);
    },
  });
  const session = await server.signIn(STAFF);
  const act = { id: v7(), key: v7(), at: new Date(clock.now()).toISOString() };
  const id = new KohaIds(ADDRESS).id('patron', patron_id);
  const { page } = await session.exportPatronData(act, '', id, 'unchecked');
  expect((await page('payments', null)).rows).toMatchObject([{ amount: 250 }]);
});

test.each([
  ['2018-05-17', ['guardian']],
  ['2010-05-17', ['patron', 'guardian']],
  ['1990-01-31', ['unchecked', 'patron']],
] as const)('of who was born on %s only the wish of %j is heard', async (date_of_birth, heard) => {
  const clock = steppingClock();
  const koha = smallLibrary(clock);
  const { patron_id } = koha.world.addPatron({ surname: 'Öberg', library_id: 'MPL', date_of_birth });
  const session = await serverOn(koha).server.signIn(STAFF);
  const act = { id: v7(), key: v7(), at: new Date(clock.now()).toISOString() };
  const id = new KohaIds(ADDRESS).id('patron', patron_id);
  const codes = REQUESTERS.map((requester) =>
    session.exportPatronData(act, '', id, requester).then(
      () => requester,
      (thrown: { error: { code: string } }) => thrown.error.code,
    ),
  );
  expect(await Promise.all(codes)).toEqual(
    REQUESTERS.map((one) => ((heard as readonly string[]).includes(one) ? one : 'requesterMissing')),
  );
});
