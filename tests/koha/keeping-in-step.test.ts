// How a desk's copy keeps in step with a Koha, and what that costs the Koha.
import { beforeEach, describe, expect, test } from 'vitest';
import { DeskCopy } from '../port/desk-copy.ts';
import { LOOKER, serverOn, STAFF } from './fake/small-library.ts';
import { addPatrons, begin, clock, filledDesk, id, koha } from './many-patrons.ts';
import { SimulatedDesk } from './simulated-desk.ts';

beforeEach(begin);

/** Koha's clock is a day ahead; answers how it's set right. */
function setAhead(): () => void {
  const answer = koha.answer.bind(koha);
  koha.answer = (request) => {
    const answered = answer(request);
    const date = new Date(clock.now() + 86_400_000).toUTCString();
    return { ...answered, headers: { ...answered.headers, date } };
  };
  return () => {
    koha.answer = answer;
  };
}

describe('what it costs', () => {
  test('a fill of 250 patrons takes three pages, with few requests for each', async () => {
    const numbers = addPatrons(250);
    for (const number of numbers.slice(0, 40))
      koha.world.lend(number, koha.world.addBook('Dune', null, 'b').item);
    for (const number of numbers.slice(0, 5)) koha.world.charge(number, 2);
    const desk = new DeskCopy(await serverOn(koha).server.signIn(STAFF));
    koha.heard.length = 0;
    expect(await desk.fill()).toBe(3);
    // Each page: patrons, loans, holds, titles; and an account for each of the five who owe.
    expect(koha.heard.length).toBeLessThanOrEqual(3 * 4 + 5);
    expect(desk.patrons.size).toBe(252);
    expect([...desk.patrons.values()].filter(({ loans }) => loans.length > 0)).toHaveLength(40);
  });

  test('a look when nothing has changed is one short request', async () => {
    addPatrons(50);
    const desk = await filledDesk();
    clock.pass(30_000);
    await desk.pull();
    expect(koha.heard).toMatchObject([{ path: '/api/v1/patrons', query: { _per_page: '10' } }]);
  });

  test('a patron who is open costs no more than four', async () => {
    const [number = 0] = addPatrons(50);
    koha.world.lend(number, koha.world.addBook('Dune', null, 'b').item);
    const desk = await filledDesk();
    desk.recent.push(id(number));
    await desk.pull();
    koha.heard.length = 0;
    await desk.pull();
    // News, the patron, loans, holds; the title is remembered.
    expect(koha.heard).toHaveLength(4);
    expect(desk.patron(id(number)).loans).toMatchObject([{ title: 'Dune' }]);
  });
});

describe('what changed', () => {
  test.each([0, 330, -600, 840])(
    'is found though Koha’s times are %i minutes ahead of UTC',
    async (offset) => {
      koha.world.settings.offset = offset;
      const [number = 0] = addPatrons(30);
      const desk = await filledDesk();
      clock.pass(30_000);
      koha.world.change(number, { firstname: 'Ada' });
      expect(await desk.pull()).toEqual([id(number)]);
      clock.pass(30_000);
      expect(await desk.pull()).toEqual([]);
    },
  );

  test('in the same second as a look is found by the next one', async () => {
    const [number = 0] = addPatrons(3);
    const desk = await filledDesk();
    clock.pass(400);
    koha.world.change(number, { firstname: 'Ada' });
    await desk.pull();
    clock.pass(400);
    koha.world.change(number, { firstname: 'Bea' });
    clock.pass(30_000);
    await desk.pull();
    expect(desk.patron(id(number)).sections.personal.values.givenName).toBe('Bea');
  });

  test('much of it at once comes in parts, and all of it', async () => {
    const numbers = addPatrons(330);
    const desk = await filledDesk();
    clock.pass(30_000);
    for (const number of numbers) koha.world.change(number, { city: 'Umeå' });
    expect(new Set(await desk.pull(50))).toEqual(new Set(numbers.map(id)));
    expect(
      [...desk.patrons.values()].filter((one) => one.sections.address.values.town === 'Umeå').length,
    ).toBe(330);
  });

  test('after answers from a clock that is ahead is found once it is right again', async () => {
    const [number = 0] = addPatrons(3);
    const desk = new SimulatedDesk(koha, 1);
    await desk.start();
    await desk.sync();
    const setRight = setAhead();
    clock.pass(30_000);
    await desk.sync();
    setRight();
    koha.world.change(number, { firstname: 'Ada' });
    clock.pass(3_600_000);
    await desk.sync();
    const view = await desk.parts.store.patron('MPL', id(number));
    expect(view?.patron.sections.personal.values.givenName).toBe('Ada');
    await desk.end();
  });

  test('and was hidden by whoever wrote an old time is found when the patron is opened', async () => {
    const [number = 0] = addPatrons(3);
    const desk = await filledDesk();
    koha.world.change(number, { firstname: 'Ada' });
    koha.world.patron(number)['updated_on'] = Date.parse('2001-01-01T00:00:00Z');
    expect(await desk.pull()).toEqual([]);
    desk.recent.push(id(number));
    await desk.pull();
    expect(desk.patron(id(number)).sections.personal.values.givenName).toBe('Ada');
  });
});

describe('who is gone', () => {
  test('is missed as soon as Koha counts fewer, without all being read again', async () => {
    const numbers = addPatrons(600);
    const desk = await filledDesk();
    koha.world.delete(numbers[500] ?? 0);
    for (let looks = 0; looks < 3; looks++) {
      clock.pass(30_000);
      await desk.pull();
    }
    expect(desk.patrons.has(id(numbers[500] ?? 0))).toBe(false);
    expect(desk.patrons.size).toBe(601);
    // Not said to be deleted: Koha doesn't tell that apart from hidden.
    expect(desk.unseen).toBe(1);
    const asked = (perPage: string) =>
      koha.heard.filter(({ path, query }) => path === '/api/v1/patrons' && query['_per_page'] === perPage);
    // Four bunches counted, one read, and the one who is missing asked for once more.
    expect([asked('1').length, asked('2500').length]).toEqual([4, 2]);
  });

  test('and was there when the desk was off is missed by the check at its start', async () => {
    // More than one look gets through.
    const number = addPatrons(450).at(-1) ?? 0;
    const desk = await filledDesk();
    koha.world.delete(number);
    const later = new DeskCopy(await serverOn(koha).server.signIn(STAFF));
    Object.assign(later, { epoch: desk.epoch, position: desk.position });
    for (const [one, patron] of desk.patrons) later.patrons.set(one, patron);
    clock.pass(30_000);
    await later.pull();
    await later.pull();
    expect(later.patrons.has(id(number))).toBe(false);
  });

  test('is missed in the copy of each library, however far the check of the other one has come', async () => {
    const [number = 0] = addPatrons(500);
    const { server } = serverOn(koha);
    const filledAt = async (library: string) => {
      const desk = new DeskCopy(await server.signIn({ ...STAFF, library }));
      await desk.fill();
      return desk;
    };
    const desks = [await filledAt('MPL'), await filledAt('CPL')];
    koha.world.delete(number);
    for (const desk of desks) {
      for (let looks = 0; looks < 2; looks++) await desk.pull();
      expect(desk.patrons.has(id(number))).toBe(false);
    }
  });

  test('or only hidden from who works here now leaves the copy, and is counted', async () => {
    const { patron_id } = koha.world.addPatron({ surname: 'Elsewhere', library_id: 'CPL' });
    const here = koha.world.addPatron({ surname: 'Here', library_id: 'MPL' }).patron_id;
    const desk = await filledDesk();
    koha.world.flags.set(2, { borrowers: ['edit_borrowers'] });
    const limited = new DeskCopy(await serverOn(koha).server.signIn(LOOKER));
    Object.assign(limited, { epoch: desk.epoch, position: desk.position });
    for (const [one, patron] of desk.patrons) limited.patrons.set(one, patron);
    for (let looks = 0; looks < 3; looks++) await limited.pull();
    expect(limited.patrons.has(id(patron_id))).toBe(false);
    expect(limited.patrons.has(id(here))).toBe(true);
    expect(limited.unseen).toBe(1);
  });

  test('is never looked for where policy says so', async () => {
    const [number = 0] = addPatrons(5);
    const desk = await filledDesk({ policy: { checkDeletionsHours: 0 } });
    koha.world.delete(number);
    for (let looks = 0; looks < 3; looks++) await desk.pull();
    expect(desk.patrons.has(id(number))).toBe(true);
  });
});

test('a copy of one branch is filled with its patrons only', async () => {
  koha.world.addPatron({ surname: 'Elsewhere', library_id: 'CPL' });
  koha.world.addPatron({ surname: 'Here', library_id: 'MPL' });
  const desk = new DeskCopy(await serverOn(koha, { branch: 'CPL' }).server.signIn(STAFF));
  await desk.fill();
  const names = [...desk.patrons.values()].map((one) => one.sections.personal.values.familyName);
  expect(names).toEqual(['Elsewhere']);
});

/** Koha fails once at what fits. Answers whether it has. */
function failOnce(fits: (query: string) => boolean): () => boolean {
  const answer = koha.answer.bind(koha);
  koha.answer = (request) => {
    if (!fits(String(request.query?.['q']))) return answer(request);
    koha.answer = answer;
    return { status: 500, headers: {}, body: '{"error":"x","error_code":"internal_server_error"}' };
  };
  return () => koha.answer === answer;
}

test('a copy of another history, or of a Koha at another address, is filled anew', async () => {
  addPatrons(3);
  const desk = await filledDesk();
  desk.epoch = 'another';
  await expect(desk.pull()).rejects.toThrow('filled anew');
});

test('one failure at a look for changes doesn’t end the keeping in step', async () => {
  const [number = 0] = addPatrons(3);
  const desk = await filledDesk();
  const hasFailed = failOnce((query) => query.includes('updated_on'));
  koha.world.change(number, { firstname: 'Ada' });
  clock.pass(30_000);
  await desk.pull();
  expect(hasFailed()).toBe(true);
  expect(desk.patron(id(number)).sections.personal.values.givenName).toBe('Ada');
});

test.each([
  ['', 'DESKBLOCK'],
  [', and its policy writes the type in other capitals', 'DeskBlock'],
])(
  'a block that another desk sets or lifts arrives within minutes, though it moves no time%s',
  async (_, type) => {
    const [number = 0] = addPatrons(30);
    const desk = await filledDesk();
    const { id: attribute } = koha.world.addAttribute(number, type, 'MPL|2026-03-02|Bo|Took the till.');
    koha.world.addAttribute(number, 'DESKBLOCK', 'CPL|2026-03-02|Bo|Elsewhere.');
    clock.pass(301_000);
    await desk.pull();
    expect(desk.patron(id(number)).blocks).toMatchObject([{ comment: 'Took the till.' }]);
    koha.heard.length = 0;
    clock.pass(301_000);
    await desk.pull();
    // Whether staff still are who they were, news, and who has such an attribute at all.
    expect(koha.heard).toHaveLength(3);
    koha.world.attributes = koha.world.attributes.filter((one) => one.id !== attribute);
    clock.pass(301_000);
    await desk.pull();
    expect(desk.patron(id(number)).blocks).toEqual([]);
  },
);

test.each([
  ['nobody', undefined],
  ['somebody', 'MPL|2026-01-02|Bo Ek|Before'],
  ['somebody, by hand and after a blank,', ' MPL|2026-01-02|Bo Ek|Before'],
])(
  'no block is overlooked because Koha failed once at the question who is blocked, where %s was blocked before',
  async (_who, text) => {
    const [number = 0, other = 0] = addPatrons(3);
    if (text !== undefined) koha.world.addAttribute(other, 'DESKBLOCK', text);
    const desk = await filledDesk();
    const hasFailed = failOnce((query) => query.includes('DESKBLOCK'));
    clock.pass(301_000);
    await desk.pull();
    expect(hasFailed()).toBe(true);
    koha.world.addAttribute(number, 'DESKBLOCK', 'MPL|2026-03-02|Bo|Took the till.');
    clock.pass(301_000);
    await desk.pull();
    expect(desk.patron(id(number)).blocks).toMatchObject([{ comment: 'Took the till.' }]);
  },
);

test('a desk that keeps nobody goes on syncing once a clock of Koha’s that was ahead is right again', async () => {
  const desk = new SimulatedDesk(koha, 1);
  await desk.start({}, { copy: { scope: 'none' } });
  const setRight = setAhead();
  await desk.sync();
  setRight();
  clock.pass(3_600_000);
  await desk.sync();
  expect(desk.parts.sync.state.problem).toBeNull();
  expect((await desk.parts.store.pullState('MPL')).syncedAt).toBe(new Date(clock.now()).toISOString());
  await desk.end();
});
