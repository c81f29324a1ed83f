// The patron data file from a Koha: everything that Koha tells, under a name, and what it doesn't tell on the list.
import { expect, test } from 'vitest';
import { v7 } from 'uuid';
import { KohaIds } from '../../electron/central/koha/ids.ts';
import { patronDataHeadSchema } from '../../shared/patron-data/document.ts';
import { steppingClock } from '../port/world.ts';
import { ADDRESS, LOOKER, serverOn, smallLibrary, STAFF } from './fake/small-library.ts';
import { TEXT_FIELDS } from './fake/world.ts';

const SECRET = 'planted-secret';

async function fileOf(credentials = STAFF) {
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
  world.addAttribute(patron_id, 'HOBBY', 'Chess');
  world.addAttribute(patron_id, 'DESKBLOCK', 'MPL|2026-01-02|Bo|Ours');
  world.addAttribute(patron_id, 'DESKBLOCK', 'CPL|2026-01-02|Bo|Theirs');
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
  expect(text).not.toContain('Eva Ek');
});

test('says what it leaves out, and why: more where the account may see less', async () => {
  const all = (await fileOf()).leftOut.map(({ id }) => id);
  expect(all).toEqual(expect.arrayContaining(['pin', 'sentMessages', 'acceptedAgreements']));
  expect(all).not.toContain('unseenLoans');
  const file = await fileOf(LOOKER);
  expect(file.leftOut.map(({ id }) => id)).toEqual(expect.arrayContaining(['unseenLoans', 'unseenDebts']));
  expect([file.loans, file.loanHistory, file.debts]).toEqual([null, [], null]);
});
