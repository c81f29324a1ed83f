// Kohas that answer in another way than most: other types and names, fewer at a time, or not at all what was asked.
import { beforeEach, expect, test } from 'vitest';
import type { Transport } from '../../electron/central/transport.ts';
import { DeskCopy } from '../port/desk-copy.ts';
import { serverOn, STAFF } from './fake/small-library.ts';
import { addPatrons, begin, clock, filledDesk, id, koha } from './many-patrons.ts';

beforeEach(begin);

test('numbers that come as text, fields that nobody knows and nulls are taken as they are', async () => {
  const [number = 0] = addPatrons(1);
  koha.world.charge(number, 12.5, 'OVERDUE', 'Dune');
  koha.world.lend(number, koha.world.addBook('Dune', null, 'b').item);
  const odd: Transport = (request) => {
    const answer = koha.answer(request);
    const body = answer.body
      .replace(
        /"(patron_id|account_balance|amount_outstanding|balance|checkouts_count|item_id)":(-?[\d.]+)/g,
        '"$1":"$2"',
      )
      .replace(/"surname":/g, '"brand_new":{"a":[1]},"surname":')
      .replace(/"lang":"default"/g, '"lang":null')
      .replace(/"library_id":null,?/g, '');
    return Promise.resolve({ ...answer, body });
  };
  const session = await serverOn(koha, { transport: odd }).server.signIn(STAFF);
  expect(await session.patron(id(number), true)).toMatchObject({
    totalDebt: 1250,
    debts: [{ kind: 'overdue', amount: 1250, description: 'Dune' }],
    loans: [{ title: 'Dune', author: '' }],
    debtBlock: { amount: 1250, limit: 500 },
  });
});

test('where titles can’t be had, loans are shown by their barcodes or not named at all', async () => {
  const [number = 0] = addPatrons(1);
  koha.world.lend(number, koha.world.addBook('Dune', 'Herbert', 'b77').item);
  const failing =
    (paths: RegExp): Transport =>
    (request) => {
      const fails = paths.test(request.path) && request.headers?.['x-koha-embed'] !== '';
      return Promise.resolve(
        fails ? { status: 500, headers: {}, body: '{"error":"x"}' } : koha.answer(request),
      );
    };
  const withoutEmbeds: Transport = (request) =>
    request.path.endsWith('/items') && request.headers?.['x-koha-embed']
      ? Promise.resolve({
          status: 500,
          headers: {},
          body: '{"error":"x","error_code":"internal_server_error"}',
        })
      : Promise.resolve(koha.answer(request));
  const loansOver = async (transport: Transport) => {
    const session = await serverOn(koha, { transport }).server.signIn(STAFF);
    return (await session.patron(id(number), true)).loans;
  };
  expect(await loansOver(withoutEmbeds)).toMatchObject([
    { title: 'Dune', author: 'Herbert', itemBarcode: 'b77' },
  ]);
  expect(await loansOver(failing(/biblios/))).toMatchObject([{ title: 'Dune' }]);
  expect(await loansOver(failing(/items/))).toMatchObject([{ title: '', itemBarcode: '' }]);
});

test('a Koha that doesn’t tell a list’s own fields apart is asked in its own way', async () => {
  const [number = 0] = addPatrons(3);
  const plain: Transport = (request) => {
    const isOwn = String(request.query?.['q'] ?? '') + String(request.query?.['_order_by'] ?? '');
    const answer = koha.answer(request);
    return Promise.resolve(
      /\bme\./.test(isOwn)
        ? { status: 500, headers: {}, body: '{"error":"x","error_code":"internal_server_error"}' }
        : // Embedding, the made-up one would find them ambiguous.
          { ...answer, body: answer.body.replaceAll('x-koha-embed', 'x-no-embed') },
    );
  };
  const desk = new DeskCopy(await serverOn(koha, { transport: plain }).server.signIn(STAFF));
  await desk.fill();
  koha.world.change(number, { firstname: 'Ada' });
  clock.pass(30_000);
  await desk.pull();
  expect(desk.patron(id(number)).sections.personal.values.givenName).toBe('Ada');
});

test('no block is overlooked where Koha finds attributes by its database’s names only', async () => {
  const [number = 0, other = 0] = addPatrons(3);
  koha.world.settings.attributeNames = 'database';
  koha.world.addAttribute(number, 'DESKBLOCK', 'MPL|2026-01-02|Bo Ek|Lost a tablet');
  const desk = await filledDesk();
  koha.world.addAttribute(other, 'DESKBLOCK', 'MPL|2026-01-02|Bo Ek|Shouted');
  clock.pass(400_000);
  await desk.pull();
  expect(desk.patron(id(number)).blocks).toMatchObject([{ comment: 'Lost a tablet' }]);
  expect(desk.patron(id(other)).blocks).toMatchObject([{ comment: 'Shouted' }]);
});

test('where Koha understands no way of asking who is blocked, it isn’t asked so at each look, but now and then', async () => {
  const [number = 0] = addPatrons(3);
  const answer = koha.answer.bind(koha);
  let asked = 0;
  koha.answer = (request) => {
    if (!String(request.query?.['q']).includes('DESKBLOCK')) return answer(request);
    asked++;
    return { status: 500, headers: {}, body: '{"error":"x","error_code":"internal_server_error"}' };
  };
  const desk = await filledDesk();
  asked = 0;
  for (let minutes = 0; minutes < 60; minutes++) {
    clock.pass(60_000);
    await desk.pull();
  }
  // Each way, with a list's own fields and without.
  expect(asked).toBeLessThanOrEqual(4);
  koha.answer = answer;
  koha.world.addAttribute(number, 'DESKBLOCK', 'MPL|2026-01-02|Bo Ek|Shouted');
  clock.pass(3_600_000);
  await desk.pull();
  expect(desk.patron(id(number)).blocks).toMatchObject([{ comment: 'Shouted' }]);
});

test('where lists give fewer at a time than asked for, nobody and nothing is missing', async () => {
  const [number = 0] = addPatrons(60);
  koha.world.settings.mostPerPage = 7;
  for (let n = 0; n < 20; n++) koha.world.lend(number, koha.world.addBook(`Book ${n}`, null, `b${n}`).item);
  const desk = await filledDesk();
  expect(desk.patrons.size).toBe(62);
  expect(desk.patron(id(number)).loans).toHaveLength(20);
});

const withoutTotals: Transport = (request) => {
  const { status, body, headers } = koha.answer(request);
  return Promise.resolve({ status, body, headers: { date: headers['date'] ?? '' } });
};

test('a fill with fewer at a time than asked for, and no word of how many there are, is whole', async () => {
  const [number = 0] = addPatrons(60);
  koha.world.settings.mostPerPage = 7;
  for (let n = 0; n < 20; n++) koha.world.lend(number, koha.world.addBook(`Book ${n}`, null, `b${n}`).item);
  const desk = new DeskCopy(await serverOn(koha, { transport: withoutTotals }).server.signIn(STAFF));
  await desk.fill();
  expect(desk.patrons.size).toBe(62);
  expect(desk.patron(id(number)).loans).toHaveLength(20);
});

test.each([
  ['and says how many there are', {}],
  ['and doesn’t say how many there are', { transport: withoutTotals }],
])(
  'where Koha gives fewer at a time than asked for, %s, all that changed is found, and nobody is taken out',
  async (_, options) => {
    const numbers = addPatrons(60);
    koha.world.settings.mostPerPage = 7;
    const desk = await filledDesk(options);
    const [gone = 0, ...left] = numbers;
    koha.world.patrons.delete(gone);
    for (const number of left.slice(0, 30)) koha.world.change(number, { city: 'Umeå' });
    for (const number of left.slice(-15))
      koha.world.addAttribute(number, 'DESKBLOCK', 'MPL|2026-01-02|Bo Ek|Shouted');
    for (let looks = 0; looks < 4; looks++) {
      clock.pass(8 * 3_600_000);
      await desk.pull();
    }
    const held = [...desk.patrons.values()];
    expect(held).toHaveLength(61);
    expect(held.filter(({ sections }) => sections.address.values.town === 'Umeå')).toHaveLength(30);
    expect(held.filter(({ blocks }) => blocks.length > 0)).toHaveLength(15);
  },
);
