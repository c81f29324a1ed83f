// Whatever a Koha, or what stands before it, answers: the port believes what fits, or fails in words; a patron that it
// tells of is always one that windows can show.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { v7 } from 'uuid';
import { KohaIds } from '../../electron/central/koha/ids.ts';
import type { CentralSession } from '../../electron/central/central-server.ts';
import type { HttpAnswer, HttpRequest } from '../../electron/central/transport.ts';
import { isFailure } from '../../electron/support/failure.ts';
import { patronDataHeadSchema } from '../../shared/patron-data/document.ts';
import { patronSchema } from '../../shared/patrons/patron.ts';
import type { TaggedValues } from '../../shared/patrons/sections.ts';
import { bends, bent, type Bend } from '../fuzz/bend.ts';
import { limits, patience } from '../fuzz/limits.ts';
import { steppingClock } from '../port/world.ts';
import { ADDRESS, LOOKER, serverOn, smallLibrary, STAFF } from './fake/small-library.ts';

function kohaWithBends() {
  const clock = steppingClock();
  const koha = smallLibrary(clock);
  const { world } = koha;
  const { patron_id } = world.addPatron({ surname: 'Öberg', cardnumber: '2100001', library_id: 'MPL' });
  const dune = world.addBook('Dune', 'Herbert', 'b1');
  world.lend(patron_id, dune.item);
  world.hold(patron_id, dune.biblio);
  world.charge(patron_id, 2.5, 'LOST');
  world.addAttribute(patron_id, 'DESKBLOCK', 'MPL|2026-01-02|Bo Ek|Lost a tablet');
  const left: Bend[] = [];
  const { server } = serverOn(koha, {
    transport: (request) => {
      const answer = koha.answer(request);
      const bend = left.shift();
      // Nothing to bend in an answer that is empty.
      return Promise.resolve(bend && answer.body !== '' ? bent(answer, bend) : answer);
    },
  });
  return { server, left, clock, patron: new KohaIds(ADDRESS).id('patron', patron_id) };
}

const nobody = () => Promise.resolve([]);
const held = { ids: nobody, laidOver: nobody, blocked: nobody, recent: () => [] };

function everything(session: CentralSession, patron: string, at: string): (() => Promise<unknown>)[] {
  const act = { id: v7(), key: v7(), at };
  const position = Date.parse(at) - 3_600_000;
  const epoch = `koha:${ADDRESS}`;
  return [
    async () => patronSchema.parse(await session.patron(patron, true)),
    async () => (await session.snapshot(null, 50)).patrons.map((one) => patronSchema.parse(one)),
    () => session.changes(position, epoch, 50, held),
    () => session.search('öberg', 0, 20),
    async () =>
      patronDataHeadSchema.parse((await session.exportPatronData(act, epoch, patron, 'unchecked')).head),
    () =>
      session.send({
        ...{ ...act, patronId: patron, epoch, repeated: false, tag: null, base: {}, changes: {} },
        deed: { kind: 'block', comment: 'x' },
        leaves: () => Promise.resolve(),
      }),
    () => session.setPin(act, epoch, patron, '1234'),
  ];
}

test(
  'a Koha of strange answers makes nothing fall',
  async () => {
    let bad = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(bends, { minLength: 1, maxLength: 8 }),
        fc.nat(6),
        fc.boolean(),
        async (all, which, whileSigningIn) => {
          const { server, left, clock, patron } = kohaWithBends();
          const settled = async (work: () => Promise<unknown>) => {
            try {
              return await work();
            } catch (thrown) {
              if (!isFailure(thrown)) throw thrown;
              bad++;
              return undefined;
            }
          };
          if (whileSigningIn) left.push(...all);
          const session = (await settled(() => server.signIn(STAFF))) as CentralSession | undefined;
          left.length = 0;
          if (!session || whileSigningIn) return;
          left.push(...all);
          const work = everything(session, patron, new Date(clock.now()).toISOString())[which];
          if (work) await settled(work);
        },
      ),
      limits(800),
    );
    expect(bad).toBeGreaterThan(50);
  },
  patience,
);

/** A session at a Koha whose answers are changed from now on. */
async function changing(change: (request: HttpRequest, answer: HttpAnswer) => HttpAnswer) {
  const koha = smallLibrary(steppingClock());
  const { patron_id } = koha.world.addPatron({ surname: 'Öberg', library_id: 'MPL' });
  let begun = false;
  let asked = 0;
  const { server } = serverOn(koha, {
    transport: (request) => {
      const answer = koha.answer(request);
      if (begun) asked++;
      return Promise.resolve(begun ? change(request, answer) : answer);
    },
  });
  const session = await server.signIn(STAFF);
  begun = true;
  const position = koha.world.clock.now() - 3_600_000;
  return {
    koha,
    read: () => session.patron(new KohaIds(ADDRESS).id('patron', patron_id), true),
    patron_id,
    find: () => session.search('öberg', 0, 20),
    pull: () => session.changes(position, `koha:${ADDRESS}`, 50, held),
    asked: () => asked,
  };
}
const rubbish = { error: { code: 'serverRubbish' } };
const numbered = (count: number, row: (n: number) => object) =>
  JSON.stringify(Array.from({ length: count }, (_, n) => row(n)));

test.each(['Sat, 13 Sep 275760 00:00:00 GMT', 'no date'])(
  'a clock of the server that says %s is not believed',
  async (date) => {
    const koha = smallLibrary(steppingClock());
    const { server } = serverOn(koha, {
      transport: (request) => {
        const answer = koha.answer(request);
        return Promise.resolve({ ...answer, headers: { ...answer.headers, date } });
      },
    });
    expect(Math.abs((await server.signIn(STAFF)).clockDistance)).toBeLessThan(60_000);
  },
);

test('a Koha that knows none of its own addresses for a while says of nobody that they are gone', async () => {
  const { read } = await changing(() => ({
    ...{ status: 404, headers: {} },
    body: '{"errors":[{"message":"Not Found.","path":"/"}],"status":404}',
  }));
  await expect(read()).rejects.toMatchObject(rubbish);
});

test('a list that never ends is not read for ever', async () => {
  const { read } = await changing(({ path }, answer) =>
    path.endsWith('/checkouts')
      ? {
          ...answer,
          headers: { ...answer.headers, 'x-total-count': '9000000000' },
          body: numbered(500, (n) => ({ checkout_id: n, patron_id: 1 })),
        }
      : answer,
  );
  await expect(read()).rejects.toMatchObject(rubbish);
});

test('a Koha that gives the same page of blocks again and again keeps nobody from being brought in step', async () => {
  const { pull, asked } = await changing(({ query }, answer) =>
    String(query?.['q']).includes('DESKBLOCK')
      ? { ...answer, status: 200, body: numbered(200, (n) => ({ patron_id: n + 1 })) }
      : answer,
  );
  expect(await pull()).toMatchObject({ kind: 'changes' });
  const before = asked();
  await pull();
  expect(asked() - before).toBeLessThan(20);
});

test('records that nest without end are rubbish, and nothing falls over them', async () => {
  const deep = `"odd":${'['.repeat(100_000)}${']'.repeat(100_000)},"surname"`;
  const { koha, read, pull } = await changing((_request, answer) => ({
    ...answer,
    body: answer.body.replaceAll('"surname"', deep),
  }));
  // A few of them would be left out.
  for (let n = 0; n < 61; n++) koha.world.addPatron({ surname: 'Öberg', library_id: 'MPL' });
  await expect(read()).rejects.toMatchObject(rubbish);
  await expect(pull()).rejects.toMatchObject(rubbish);
});

test('a title, an author or a debt without end is shown as far as a window shows it', async () => {
  const endless = 'x'.repeat(1_000_000);
  const { loans, debts } = await told((_path, row) => {
    if ('biblio' in row) row['biblio'] = { title: endless, author: endless };
    for (const line of (row['outstanding_debits'] as { lines?: object[] } | undefined)?.lines ?? [])
      Object.assign(line, { description: endless });
  });
  const texts = [loans[0]?.title, loans[0]?.author, debts[0]?.description];
  expect(texts.map((text) => text?.length)).toEqual([20_000, 20_000, 20_000]);
});

/** What a Koha says of a patron who has a loan, a debt and a block, all of it in a list or beside it. */
async function told(change: (path: string, row: Record<string, unknown>) => void) {
  const koha = smallLibrary(steppingClock());
  const { world } = koha;
  const { patron_id } = world.addPatron({ surname: 'Öberg', library_id: 'MPL' });
  world.lend(patron_id, world.addBook('Dune', 'Herbert', 'b1').item);
  world.charge(patron_id, 2.5, 'LOST');
  world.addAttribute(patron_id, 'DESKBLOCK', 'MPL|2026-01-02|Bo Ek|Lost a tablet');
  let begun = false;
  const { server } = serverOn(koha, {
    transport: (request) => {
      const answer = koha.answer(request);
      if (!begun || answer.body === '') return Promise.resolve(answer);
      const value = JSON.parse(answer.body) as Record<string, unknown> | Record<string, unknown>[];
      for (const row of Array.isArray(value) ? value : [value]) change(request.path, row);
      return Promise.resolve({ ...answer, body: JSON.stringify(value) });
    },
  });
  const session = await server.signIn(STAFF);
  begun = true;
  return session.patron(new KohaIds(ADDRESS).id('patron', patron_id), true);
}

test('the last evening that can be written, in a time zone behind ours, is a day that windows can show', async () => {
  const LAST = '9999-12-31T23:59:00-05:00';
  const patron = await told((_path, row) => {
    if ('due_date' in row) row['due_date'] = LAST;
    if ('extended_attributes' in row)
      row['extended_attributes'] = [
        { extended_attribute_id: 1, type: 'DESKBLOCK', value: `MPL|${LAST}|Bo Ek|Lost a tablet` },
      ];
  });
  const { loans, blocks } = patronSchema.parse(patron);
  expect([loans[0]?.dueAt, blocks[0]?.blockedAt].map((at) => at?.slice(0, 10))).toEqual([
    '9999-12-31',
    '9999-12-31',
  ]);
});

test('days that no calendar has are none, and hide nobody', async () => {
  const NO_DAY = '2023-02-30';
  const patron = await told((_path, row) => {
    for (const field of ['date_of_birth', 'date_enrolled', 'expiry_date'])
      if ('surname' in row) row[field] = NO_DAY;
    if ('due_date' in row) row['due_date'] = `${NO_DAY}T23:59:00+01:00`;
  });
  const { sections, createdAt, loans } = patronSchema.parse(patron);
  expect(sections.personal.values.birthDate).toBeNull();
  expect([createdAt, loans[0]?.dueAt === loans[0]?.loanedAt]).toEqual(['1970-01-01T00:00:00.000Z', true]);
});

test.each([1e308, 1e17, -1e308])('an amount of %s is one that windows can show', async (amount) => {
  const lines = [1, 2].map((account_line_id) => ({ account_line_id, amount, amount_outstanding: amount }));
  const patron = await told((path, row) => {
    if (path.endsWith('/account')) Object.assign(row, { balance: amount, outstanding_debits: { lines } });
    if ('account_balance' in row) row['account_balance'] = amount;
  });
  const { debtBlock } = patronSchema.parse(patron);
  expect(debtBlock === null).toBe(amount < 0);
});

test('a number that no id of ours can hold is rubbish', async () => {
  const strange = told((_path, row) => {
    if ('checkout_id' in row) row['checkout_id'] = 2 ** 53 - 1;
  });
  await expect(strange).rejects.toMatchObject(rubbish);
});

test('a loan that two pages tell of, since another was given back between them, is one loan', async () => {
  const { read, patron_id } = await changing(({ path }, answer) =>
    path.endsWith('/checkouts')
      ? {
          ...answer,
          headers: { ...answer.headers, 'x-total-count': '2' },
          body: JSON.stringify([{ checkout_id: 7, patron_id }]),
        }
      : answer,
  );
  expect((await read()).loans).toHaveLength(1);
});

test.each([false, true])(
  'a loan that slips to an earlier page, since another was given back between them, is not left out, though a further one was lent: %s',
  async (lends) => {
    const koha = smallLibrary(steppingClock());
    const { world } = koha;
    const { patron_id } = world.addPatron({ surname: 'Öberg', library_id: 'MPL' });
    const lend = (n: number) => world.lend(patron_id, world.addBook(`Dune ${n}`, 'Herbert', `b${n}`).item);
    const [first, ...others] = [1, 2, 3, 4, 5].map(lend);
    world.settings.mostPerPage = 2;
    const { server } = serverOn(koha, {
      transport: (request) => {
        const answer = koha.answer(request);
        const isRead = request.path.endsWith('/checkouts') && request.query?.['patron_id'] !== undefined;
        if (first?.checkin_date === null && isRead) {
          first.checkin_date = world.clock.now();
          if (lends) others.push(lend(6));
        }
        return Promise.resolve(answer);
      },
    });
    const session = await server.signIn(STAFF);
    const ids = new KohaIds(ADDRESS);
    const { loans } = await session.patron(ids.id('patron', patron_id), true);
    expect(loans.map(({ id }) => id)).toEqual(others.map((loan) => ids.id('loan', loan.checkout_id)));
  },
);

test('codes of libraries, categories and attributes that come as numbers are what they are as texts', async () => {
  const koha = smallLibrary(steppingClock());
  const { world } = koha;
  const { patron_id } = world.addPatron({ surname: 'Öberg', library_id: 'MPL', category_id: 'PT' });
  world.addAttribute(patron_id, 'DESKBLOCK', '7|2026-01-02|Bo Ek|Lost a tablet');
  const numbers: Record<string, number> = { MPL: 7, PT: 8, DESKBLOCK: 9 };
  const { server } = serverOn(koha, {
    policy: { block: { attribute: '9' } },
    transport: (request) => {
      const answer = koha.answer(request);
      const body = answer.body.replace(/"(MPL|PT|DESKBLOCK)"/g, (_, code: string) => String(numbers[code]));
      return Promise.resolve({ ...answer, body });
    },
  });
  const session = await server.signIn({ ...STAFF, library: '7' });
  const patron = await session.patron(new KohaIds(ADDRESS).id('patron', patron_id), true);
  const { library, sections, blocks } = patronSchema.parse(patron);
  expect([library, sections.library.values]).toEqual(['7', { branch: '7', category: '8' }]);
  expect(blocks.map(({ comment }) => comment)).toEqual(['Lost a tablet']);
  expect((await session.snapshot(null, 50)).patrons).toHaveLength(world.patrons.size);
});

test('fewer hits than none are no count: there are as many as came', async () => {
  const { find } = await changing((_request, answer) => ({
    ...answer,
    headers: { ...answer.headers, 'x-total-count': '-5' },
  }));
  expect(await find()).toMatchObject({ total: 1, patrons: [{}] });
});

test('more hits than any library has patrons are rubbish: a list so long would hold up its window', async () => {
  const { find } = await changing((_request, answer) => ({
    ...answer,
    headers: { ...answer.headers, 'x-total-count': '5000001' },
  }));
  await expect(find()).rejects.toMatchObject(rubbish);
});

test('an edit that Koha answers with another patron’s record brings nothing of that one', async () => {
  const koha = smallLibrary(steppingClock());
  const ada = koha.world.addPatron({ surname: 'Öberg', library_id: 'MPL', email: 'ada@example.org' });
  const other = koha.world.addPatron({ surname: 'Ek', library_id: 'MPL', email: 'secret@example.org' });
  const { server } = serverOn(koha, {
    transport: (request) => {
      const answer = koha.answer(request);
      if (request.method !== 'PUT') return Promise.resolve(answer);
      const { body } = koha.answer({ ...request, method: 'GET', path: `/api/v1/patrons/${other.patron_id}` });
      return Promise.resolve({ ...answer, body });
    },
  });
  const session = await server.signIn(STAFF);
  const patronId = new KohaIds(ADDRESS).id('patron', ada.patron_id);
  const base = (await session.patron(patronId, true)).sections.contact as unknown as TaggedValues;
  const changes = { phones: ['0701'] };
  const outcome = await session.send({
    ...{ id: v7(), key: v7(), at: new Date(koha.world.clock.now()).toISOString(), patronId },
    ...{ epoch: `koha:${ADDRESS}`, repeated: false, tag: base.tag, base: base.values, changes },
    deed: { kind: 'saveSection', section: 'contact', base, changes },
    leaves: () => Promise.resolve(),
  });
  expect(outcome).toMatchObject({
    kind: 'confirmed',
    saved: { values: { phones: ['0701'], emails: ['ada@example.org'] } },
  });
});

test('names and dates of nothing but marks, in ever other orders, hold up neither a sign-in nor an export', async () => {
  const marked = ['', '\u0301', '\u0316', '\u0327'].map(
    (first) => `a${first}${'\u0323\u0307\u0301\u0316'.repeat(10_000)}`,
  );
  const koha = smallLibrary(steppingClock());
  const { patron_id } = koha.world.addPatron({ surname: 'Öberg', library_id: 'MPL' });
  const { server } = serverOn(koha, {
    transport: (request) => {
      const answer = koha.answer(request);
      const rows = request.path.endsWith('/libraries')
        ? marked.map((name, n) => ({ library_id: `L${n}`, name }))
        : marked.map((date) => ({ amount: -1, date }));
      const isStrange = /\/(libraries|credits)$/.test(request.path) && answer.status === 200;
      return Promise.resolve(isStrange ? { ...answer, body: JSON.stringify(rows) } : answer);
    },
  });
  const session = await server.signIn(STAFF);
  const act = { id: v7(), key: v7(), at: new Date(koha.world.clock.now()).toISOString() };
  const began = performance.now();
  await server.libraries();
  const id = new KohaIds(ADDRESS).id('patron', patron_id);
  const { counts } = await session.exportPatronData(act, '', id, 'patron');
  expect(counts.payments).toBe(4);
  expect(performance.now() - began).toBeLessThan(1_000);
});

test('a sign-in whose condition gets lost on the way, where rows come one at a time, lets nobody in as a colleague', async () => {
  const koha = smallLibrary(steppingClock());
  koha.world.settings.mostPerPage = 1;
  const { server } = serverOn(koha, {
    transport: (request) => {
      const query = { ...request.query };
      delete query['userid'];
      delete query['cardnumber'];
      return Promise.resolve(koha.answer({ ...request, query }));
    },
  });
  await expect(server.signIn(LOOKER)).rejects.toMatchObject({ error: { code: 'nameOfTwo' } });
});

test('nor does a sign-in whose own record is answered with a colleague’s', async () => {
  const koha = smallLibrary(steppingClock());
  const { server } = serverOn(koha, {
    transport: (request) =>
      Promise.resolve(koha.answer({ ...request, path: request.path.replace(/\/patrons\/2$/, '/patrons/1') })),
  });
  await expect(server.signIn(LOOKER)).rejects.toMatchObject(rubbish);
});

test('a search for a card whose condition gets lost on the way fails: no stranger stands in the owner’s place', async () => {
  const koha = smallLibrary(steppingClock());
  koha.world.addPatron({ surname: 'Aalto', library_id: 'MPL', cardnumber: '111' });
  koha.world.addPatron({ surname: 'Öberg', library_id: 'MPL', cardnumber: '222' });
  const { server } = serverOn(koha, {
    transport: (request) => {
      const query = { ...request.query };
      delete query['q'];
      return Promise.resolve(koha.answer({ ...request, query }));
    },
  });
  const session = await server.signIn(STAFF);
  await expect(session.search('222', 0, 1)).rejects.toMatchObject(rubbish);
});
