// Records without end, as whoever registers at a Koha may write one: each is left out or cut, and stops nobody else.
import { expect, test, vi } from 'vitest';
import { MOST_LEFT_OUT } from '../../electron/central/koha/api.ts';
import { TooLarge, type Transport } from '../../electron/central/transport.ts';
import { patronSchema } from '../../shared/patrons/patron.ts';
import { steppingClock } from '../port/world.ts';
import type { FakeKoha } from './fake/koha.ts';
import { ADDRESS, LOOKER, serverOn, smallLibrary, STAFF } from './fake/small-library.ts';

/** Instead of an answer that holds this text there is none: it would go beyond what is read. */
const tooLargeWith =
  (koha: FakeKoha, text: string, told = () => {}): Transport =>
  async (request) => {
    const answer = koha.answer(request);
    if (!answer.body.includes(text)) return answer;
    told();
    throw new TooLarge('beyond 64 MiB');
  };

const nobody = () => Promise.resolve([]);
const held = { ids: nobody, laidOver: nobody, blocked: nobody, recent: () => [] };

test('who registers under a name without end keeps no other patron from a copy, nor a list of hits from its window', async () => {
  const koha = smallLibrary(steppingClock());
  const endless = 'x'.repeat(1_000_000);
  const address = { address: endless, postal_code: endless, city: endless };
  koha.world.addPatron({ surname: 'Öberg', library_id: 'MPL' });
  koha.world.addPatron({ surname: endless, firstname: `Öberg ${endless}`, library_id: 'MPL', ...address });
  const session = await serverOn(koha).server.signIn(STAFF);
  const { patrons } = await session.snapshot(null, 50);
  const names = patrons.flatMap((one) => {
    const { data } = patronSchema.safeParse(one);
    return data ? [data.sections.personal.values.familyName] : [];
  });
  expect(names).toEqual(['Ek', 'Al', 'Öberg']);
  const hits = await session.search('öberg', 0, 20);
  expect(hits.total).toBe(2);
  for (const hit of hits.patrons)
    for (const text of Object.values(hit)) expect(String(text).length).toBeLessThanOrEqual(20_000);
});

test.each([
  [1, 0, Infinity],
  [1, 7, Infinity],
  [10, 0, Infinity],
  [11, 7, Infinity],
  [60, 60, Infinity],
  [1, 44, 7],
  [11, 60, 20],
])(
  '%d who have more of something than any answer goes to keep none of %d others from a copy or a list, at %d a page',
  async (endless, others, most) => {
    const clock = steppingClock();
    const koha = smallLibrary(clock);
    koha.world.settings.mostPerPage = most;
    const session = await serverOn(koha).server.signIn(STAFF);
    const start = clock.now() - 3_600_000;
    const add = (count: number, attributes: number) => {
      for (let n = 0; n < count; n++) {
        const { patron_id } = koha.world.addPatron({
          surname: attributes ? 'Öberg' : `Öberg ${n}`,
          library_id: 'MPL',
        });
        for (let m = 0; m < attributes; m++) koha.world.addAttribute(patron_id, 'HOBBY', 'x');
      }
    };
    add(endless, 5_001);
    add(others, 0);
    const expected = ['Ek', 'Al', ...Array.from({ length: others }, (_, n) => `Öberg ${n}`)];
    const nameOf = (patron: unknown) => patronSchema.parse(patron).sections.personal.values.familyName;
    const filled: string[] = [];
    let after: string | null = null;
    do {
      const page = await session.snapshot(after, 50);
      filled.push(...page.patrons.map(nameOf));
      after = page.next;
    } while (after !== null);
    expect(filled).toEqual(expected);
    const hits = await session.search('öberg', 0, 200);
    const shown = hits.patrons.map(({ familyName }) => familyName);
    expect(expected.slice(2)).toEqual(expect.arrayContaining(shown));
    // A search is one page, however few it has.
    expect(shown.length).toBeGreaterThanOrEqual(Math.min(others, most - endless));
    const changes = await session.changes(start, `koha:${ADDRESS}`, 200, held);
    expect(changes.kind === 'changes' && changes.changes).toHaveLength(expected.length);
  },
);

test.each([1, 10, 61])(
  '%d too large, alone in their category, keep no staff from signing in, and are asked for once each',
  async (endless) => {
    const koha = smallLibrary(steppingClock());
    const surname = 'x'.repeat(1_000);
    const tooLarge = vi.fn<() => void>();
    const { server } = serverOn(koha, { transport: tooLargeWith(koha, surname, tooLarge) });
    for (let n = 0; n < endless; n++) koha.world.addPatron({ surname, library_id: 'MPL', category_id: 'AA' });
    koha.world.addPatron({ surname: 'Öberg', library_id: 'MPL', category_id: 'ZZ' });
    const { library } = await server.signIn(STAFF);
    const categories = library.categories.map(({ id }) => id);
    // More of them than a page is believed to have end the list there, as docs/koha.md says.
    expect(categories.includes('ZZ')).toBe(endless <= MOST_LEFT_OUT);
    expect(tooLarge.mock.calls.length).toBeLessThanOrEqual(endless);
  },
);

test('who registers a librarian’s name as their card number, with a record that is too large, keeps out none who may ask Koha', async () => {
  const koha = smallLibrary(steppingClock());
  const { patron_id } = koha.world.addPatron({ surname: 'x'.repeat(1_000), cardnumber: STAFF.username });
  koha.world.passwords.set(patron_id, 'x');
  const { server } = serverOn(koha, { transport: tooLargeWith(koha, 'x'.repeat(1_000)) });
  expect((await server.signIn(STAFF)).staff).toMatchObject({ username: 'lead', name: 'Eva Ek' });
  const nameOfTwo = { error: { code: 'nameOfTwo' } };
  await expect(server.signIn({ ...STAFF, password: 'x' })).rejects.toMatchObject(nameOfTwo);
  // Nor is anybody taken for whom their card's number names, where it can't be read whose username it is.
  koha.world.change(2, { cardnumber: '2100002' });
  koha.world.change(patron_id, { userid: '2100002', cardnumber: null });
  const byCard = { ...LOOKER, username: '2100002' };
  koha.world.flags.set(patron_id, 'superlibrarian');
  await expect(server.signIn(byCard)).rejects.toMatchObject({ error: { code: 'serverRubbish' } });
});

test('who is too large on each of sixty pages is left out alone', async () => {
  const clock = steppingClock();
  const koha = smallLibrary(clock);
  const surname = 'x'.repeat(1_000);
  const { server } = serverOn(koha, { transport: tooLargeWith(koha, surname) });
  const session = await server.signIn(STAFF);
  const start = clock.now() - 3_600_000;
  for (let n = 1; n <= 650; n++)
    koha.world.addPatron({ surname: n % 10 === 0 ? surname : 'Öberg', library_id: 'MPL' });
  const changes = await session.changes(start, `koha:${ADDRESS}`, 1_000, held);
  expect(changes.kind === 'changes' && changes.changes).toHaveLength(2 + 585);
});

test('a Koha that tells of fewer patrons than it gives, all else too large, is not asked for ever', async () => {
  const koha = smallLibrary(steppingClock());
  let signedIn = false;
  const sizes: unknown[] = [];
  const { server } = serverOn(koha, {
    transport: (request) => {
      const answer = koha.answer(request);
      if (!signedIn || !request.path.endsWith('/patrons')) return Promise.resolve(answer);
      const { _page: page, _per_page: size } = request.query ?? {};
      sizes.push(size);
      if (sizes.length > 1_000) throw new Error('It is asked for ever.');
      if (page !== 2 && page !== 3) return Promise.reject(new TooLarge('beyond 64 MiB'));
      const body = page === 2 ? answer.body : '[]';
      return Promise.resolve({ ...answer, body, headers: { ...answer.headers, 'x-total-count': '49' } });
    },
  });
  for (let n = 0; n < 97; n++) koha.world.addPatron({ surname: 'Öberg', library_id: 'MPL' });
  const session = await server.signIn(STAFF);
  signedIn = true;
  await session.snapshot(null, 50).catch(() => undefined);
  expect(sizes).toContain(1);
  expect(sizes.filter((size) => Number(size) < 1)).toEqual([]);
});

test('a country or a note without end does not make the desk stand still', async () => {
  const koha = smallLibrary(steppingClock());
  const session = await serverOn(koha).server.signIn(STAFF);
  const block = '[Blocked MPL|2026-01-02|Bo Ek|Lost a tablet|AAAAAAAAAAAAAAAAAAAAAA]';
  for (const endless of [
    { country: '\uFDFA'.repeat(2_000_000), altaddress_country: 'ñ'.repeat(10_000_000) },
    { staff_notes: `[Blocked ${'|'.repeat(10_000_000)}|AAAAAAAAAAAAAAAAAAAAAA]` },
    { staff_notes: block.repeat(100_000) },
  ])
    koha.world.addPatron({ surname: 'Öberg', library_id: 'MPL', ...endless });
  const began = process.cpuUsage();
  await session.search('öberg', 0, 20);
  // 5.9 s before there were limits.
  expect(process.cpuUsage(began).user / 1000).toBeLessThan(2_500);
});
