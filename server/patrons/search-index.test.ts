// The server's search: order, pages, exact card numbers, and nobody of another library.
import { expect, test } from 'vitest';
import type { EndpointAnswer } from '../../shared/central/contract.ts';
import type { ListOrder } from '../../shared/patrons/list-order.ts';
import { testNetwork, type TestDesk } from '../testing/network.ts';

async function search(desk: TestDesk, query: string, offset = 0, limit = 100, order: ListOrder = 'plain') {
  const answer = await desk.ask('search', { query: { query, offset, limit, order } });
  expect(answer.status).toBe(200);
  const { total, patrons } = answer.body as EndpointAnswer<'search'>;
  return { total, names: patrons.map(({ givenName, familyName }) => `${givenName} ${familyName}`), patrons };
}

async function withPatrons(...people: [givenName: string, familyName: string, card?: string][]) {
  const network = testNetwork();
  const desk = await network.signIn('north', 'lead');
  for (const [givenName, familyName, number] of people)
    await desk.register({
      personal: { givenName, familyName },
      card: { cards: number ? [{ number, state: 'active' }] : [] },
    });
  return { network, desk };
}

test('hits stand by family name, then given name, folded', async () => {
  const { desk } = await withPatrons(['b', 'Öberg'], ['Ä', 'Oberg'], ['c', 'Zetterlund'], ['d', 'Ahl']);
  expect((await search(desk, '*')).names).toEqual(['d Ahl', 'Ä Oberg', 'b Öberg', 'c Zetterlund']);
});

test.each([40, 2_100])('asked for in Swedish, %d hits have Å and Ö after Z, on every page', async (count) => {
  const first = ['Å', 'Ö', 'Z', 'A', 'O'];
  const people = Array.from({ length: count }, (_, n) => ['b', `${first[n % 5]}${n}x`] as [string, string]);
  const { desk } = await withPatrons(...people);
  for (const query of ['b', 'b *x']) {
    const names: string[] = [];
    for (let offset = 0; offset < count; offset += 200)
      names.push(...(await search(desk, query, offset, 200, 'sv')).names);
    expect(names.map((name) => name.charAt(2)).join('')).toMatch(/^A+O+Z+Å+Ö+$/);
    expect(new Set(names).size).toBe(count);
  }
});

test('pages follow one another without gap or repeat, the owner of the card first', async () => {
  const people = Array.from(
    { length: 25 },
    (_, n) => ['12', `Person${n}`, n === 20 ? '12' : `12${n}x`] as const,
  );
  const { desk } = await withPatrons(...people.map(([a, b, c]) => [a, b, c] as [string, string, string]));
  const all = await search(desk, '12');
  expect(all.total).toBe(25);
  expect(all.names[0]).toBe('12 Person20');
  const pages = [];
  for (let offset = 0; offset < 25; offset += 4) pages.push(...(await search(desk, '12', offset, 4)).names);
  expect(pages).toEqual(all.names);
});

test('a card of another library is nobody’s here, however it is asked for', async () => {
  const { network, desk } = await withPatrons(['a', 'b', '21100001']);
  const south = await network.signIn('south', 'lead');
  for (const by of ['card', 'words']) {
    const ask = { query: { query: '21100001', by } };
    expect((await south.ask('search', ask)).body).toEqual({ total: 0, patrons: [] });
    expect((await desk.ask('search', ask)).body).toMatchObject({ total: 1 });
  }
});

test('nothing typed finds nobody', async () => {
  const { desk } = await withPatrons(['a', 'b']);
  for (const query of ['', ' ', '"', ') OR (', '-'])
    expect(await search(desk, query)).toMatchObject({ total: 0, patrons: [] });
});

test.each(['a" OR "b', 'NEAR(a b)', 'words:a', 'a AND', '^a', "a'; DROP TABLE patron; --", '{a}', 'a + b'])(
  '%s is only words',
  async (query) => {
    const { desk } = await withPatrons(['a', 'b']);
    expect((await search(desk, query)).total).toBeLessThanOrEqual(1);
    expect((await search(desk, 'a')).total).toBe(1);
  },
);

test('a name in letters that are marks to SQLite is found', async () => {
  const { desk } = await withPatrons(['ᦶᦵᧈ', 'ᦉᦲᦗ'], ['ada', 'ᦉᦗ']);
  expect((await search(desk, 'ᦉᦲᦗ')).names).toContain('ᦶᦵᧈ ᦉᦲᦗ');
  expect((await search(desk, 'ᦉᦲ*ᦗ')).names).toEqual(['ᦶᦵᧈ ᦉᦲᦗ']);
  expect((await search(desk, 'ᦲ')).names).toEqual([]);
});

test('of no letter of Unicode does a search fail', async () => {
  const { desk } = await withPatrons(['a', 'b']);
  const letters = Array.from({ length: 0x110000 }, (_, code) => code)
    .filter((code) => code < 0xd800 || code > 0xdfff)
    .map((code) => String.fromCodePoint(code))
    .filter((sign) => /[\p{L}\p{N}]/u.test(sign));
  expect(letters.length).toBeGreaterThan(100_000);
  for (let from = 0; from < letters.length; from += 90)
    await search(desk, `a${letters.slice(from, from + 90).join('a')}a`);
});

test('finds patrons of this library only', async () => {
  const { network, desk } = await withPatrons(['Ada', 'Norrland', '4711']);
  const south = await network.signIn('south', 'lead');
  for (const query of ['*', 'ada', '4711', '*a', 'libraryno1'])
    expect((await search(south, query)).total).toBe(0);
  expect((await search(desk, '4711')).total).toBe(1);
});

test('follows what is saved', async () => {
  const { desk } = await withPatrons(['Ada', 'Old']);
  const [hit] = (await search(desk, 'old')).patrons;
  const patron = await desk.patron(hit?.id ?? '');
  await desk.save(patron, 'personal', { familyName: 'Younger' });
  expect((await search(desk, 'old')).total).toBe(0);
  expect((await search(desk, 'young')).total).toBe(1);
  expect(hit).toMatchObject({ cardNumber: null, branch: 'main', category: 'adult', blocked: false });
});

test('a search that looks at everybody lets others in between, and answers as one that does not', async () => {
  const people = Array.from(
    { length: 510 },
    (_, n) => [n % 2 ? 'Ann' : 'Hanna', `P${n}`] as [string, string],
  );
  const { network, desk } = await withPatrons(...people);
  const before = network.pauses.length;
  const found = await search(desk, '*nna', 2, 3);
  expect(network.pauses.length - before).toBe(1);
  expect(found).toMatchObject({ total: 255, names: (await search(desk, 'hanna', 2, 3)).names });
});

test('of searches that look at everybody only a few of one member of staff wait, however many sessions they begin', async () => {
  const { network, desk } = await withPatrons(['Ada', 'Berg']);
  const colleague = await network.signIn('north', 'desk');
  const ask = (who: TestDesk) => who.ask('search', { query: { query: '*da', offset: 0, limit: 5 } });
  const again = await network.signIn('north', 'lead');
  const own = [desk, desk, desk, again, again, again];
  const answers = await Promise.all([...own, colleague].map(ask));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 429, 429, 200]);
  expect((await search(desk, '*da')).total).toBe(1);
});

test('a name like the index’s own words is nobody’s but its own library’s, and beginnings of them find nobody', async () => {
  const { desk, network } = await withPatrons(['Eva', 'libraryno1'], ['Eva', 'libraryno2'], ['Ali', 'Ek']);
  const south = await network.signIn('south', 'lead');
  expect(await search(south, 'Eva')).toEqual({ total: 0, names: [], patrons: [] });
  expect((await search(desk, 'l')).names).toEqual(['Eva libraryno1', 'Eva libraryno2']);
  expect((await search(desk, 'libraryno1')).total).toBe(1);
});
