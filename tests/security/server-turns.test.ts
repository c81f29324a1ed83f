// What takes the running reference server long goes on one at a time, and one of each account's after the other.
import { v7 } from 'uuid';
import { beforeAll, describe, expect, test } from 'vitest';
import { pause } from '../../server/cli/start.ts';
import { createServer } from '../../server/http/server.ts';
import { addTestLibraries, PASSWORD, testOptions } from '../../server/testing/network.ts';
import type { EndpointAnswer, EndpointName, Session } from '../../shared/central/contract.ts';
import { ACT_HEADERS, DESK_HEADER } from '../../shared/central/endpoint.ts';
import { EMPTY_SECTIONS } from '../../shared/patrons/sections.ts';
import { actHeaders, bearer, DESK, many, runningServer } from './running-server.ts';

const running = runningServer();
let session: Session;
beforeAll(async () => {
  session = await running.signedIn();
});

describe('pages of many, which hold up everybody while they are made', () => {
  const HELD_UP: [EndpointName, Record<string, string>][] = [
    ['snapshot', { limit: '1000' }],
    ['changes', { after: '0', limit: '1000' }],
    ['patronDataPart', { limit: '2000', upTo: '2026-05-01T00:00:00Z' }],
    ['audit', { limit: '1000' }],
  ];
  const params = { patronId: v7(), exportId: v7(), part: 'processing' };
  const ask = (name: EndpointName, query: object, { accessToken, epoch }: Session) =>
    running.central.answer(name, {
      params,
      query: { epoch, ...query },
      body: undefined,
      headers: { authorization: `Bearer ${accessToken}` },
    });

  test.each(HELD_UP)(
    'are refused to who asks for 40 of %s at once, and to nobody else',
    async (name, query) => {
      const [own, ofTheSame] = [await running.signedIn(), await running.signedIn()];
      const flood = Promise.all(many(40, () => ask(name, query, own)));
      const other = Promise.all(many(4, () => ask(name, query, ofTheSame)));
      const asked = (await flood).filter(({ status }) => status !== 429);
      expect(asked).toHaveLength(4);
      expect((await other).map(({ status }) => status)).toEqual(asked.map(({ status }) => status));
    },
  );

  test.each(HELD_UP)('of %s are never refused to who asks for one after the other', async (name, query) => {
    const own = await running.signedIn();
    for (let n = 0; n < 20; n++) expect((await ask(name, query, own)).status).not.toBe(429);
  });

  test('nor does who reads one long patron again and again hold up others: each comes after one of theirs', async () => {
    const [own, ownToo, colleague] = [
      await running.signedIn(),
      await running.signedIn(),
      await running.signedIn(undefined, 'desk'),
    ];
    const order: string[] = [];
    const read = async (who: string, session: Session) => {
      const headers = bearer(session);
      const call = { params: { patronId: v7() }, query: {}, body: undefined, headers };
      const { status } = await running.central.answer('patron', call);
      order.push(`${who} ${status}`);
    };
    const flood = many(100, (n) => read('own', n % 2 ? ownToo : own));
    await read('colleague', colleague);
    const before = order.filter((one) => one === 'own 404').length;
    await Promise.all(flood);
    expect(before).toBeLessThan(3);
    expect(order).toContain('colleague 404');
    expect(order.filter((one) => one === 'own 404')).toHaveLength(60);
    expect(order.filter((one) => one === 'own 429')).toHaveLength(40);
  });

  test('nor does who has many sessions', async () => {
    const own = await Promise.all(many(12, () => running.signedIn()));
    const { accessToken, epoch } = (await (
      await running.post(
        '/sessions',
        { library: 'south', username: 'lead', password: PASSWORD, desk: v7() },
        { 'x-forwarded-for': '192.0.2.99' },
      )
    ).json()) as Session;
    const order: string[] = [];
    const read = async (who: string, session: Pick<Session, 'accessToken' | 'epoch'>) => {
      await ask('snapshot', {}, session as Session);
      order.push(who);
    };
    const flood = own.flatMap((session) => many(2, () => read('own', session)));
    await read('colleague', { accessToken, epoch });
    expect(order.length).toBeLessThan(5);
    await Promise.all(flood);
  });

  test.each([
    ...(['patron', 'standing', 'section', 'notifications', 'agreements', 'snapshot'] as const).map(
      (name) => [name, {}] as const,
    ),
    ['search', { query: 'a', by: 'words' }] as const,
    ['search', { query: 'a', by: 'card' }] as const,
  ])(
    'and %s %j is read in a round of its own, with a rest behind it for who comes by a new connection',
    async (name, query) => {
      const own = await running.signedIn();
      const { pauses, rests } = running.options;
      pauses.length = rests.length = 0;
      await ask(name, query, own);
      await expect.poll(() => rests).toHaveLength(1);
      expect(rests[0]).toBeGreaterThan(0);
      expect(pauses).toEqual([0]);
    },
  );

  test.each([
    ['acts', '/audit/events', { events: [] }],
    [
      'ends of sessions with a list that is wrong thousandfold',
      '/sessions/end',
      { waitingActs: many(1_900, () => ({})) },
    ],
  ])('and so are %s', async (_what, path, body) => {
    const { rests } = running.options;
    rests.length = 0;
    const answer = await running.post(path, body, { ...bearer(session), ...actHeaders(session) });
    await expect.poll(() => rests).toHaveLength(1);
    expect((await answer.text()).length).toBeLessThan(1_000);
  });

  test('and so are acts by a grant', async () => {
    const { rests } = running.options;
    const desk = v7();
    const own = await running.signedIn(desk);
    const patronId = v7();
    const block = { id: v7(), comment: 'Facts only.' };
    const headers: Record<string, string> = { ...actHeaders(own), [DESK_HEADER]: desk };
    const waitingActs = [{ id: headers[ACT_HEADERS.act], patronId }];
    const { pushGrant } = (await (
      await running.post('/sessions/end', { waitingActs }, { ...bearer(own), ...headers })
    ).json()) as EndpointAnswer<'signOut'>;
    rests.length = 0;
    const sent = { ...headers, authorization: `Bearer ${pushGrant}` };
    expect((await running.post(`/patrons/${patronId}/blocks`, block, sent)).status).toBe(404);
    await expect.poll(() => rests).toHaveLength(1);
  });

  test.each([
    ['that can’t be read', '['.repeat(200_000)],
    ['of no form', JSON.stringify({ comment: 'x'.repeat(200_000) })],
  ])('and so are long bodies %s; what is too much isn’t read', async (_which, body) => {
    const options = testOptions();
    const own = await createServer({ ...options, pause, rates: { session: 1e6, signIn: 100 } });
    addTestLibraries(own.central);
    const { rests } = options;
    const signedIn = async () => {
      const credentials = { library: 'north', username: 'lead', password: PASSWORD, desk: DESK };
      return bearer((await own.app.inject({ method: 'POST', url: '/sessions', body: credentials })).json());
    };
    const ofOne = [await signedIn(), await signedIn(), await signedIn()];
    rests.length = 0;
    const answers = many(90, (n) =>
      own.app.inject({
        method: 'POST',
        url: '/audit/events',
        headers: { 'content-type': 'application/json', ...actHeaders(session), ...ofOne[n % 3] },
        body,
      }),
    );
    const statuses = (await Promise.all(answers)).map(({ statusCode }) => statusCode);
    expect(statuses.filter((status) => status === 429)).toHaveLength(30);
    await expect.poll(() => rests.length).toBeGreaterThanOrEqual(60);
    await own.app.close();
  });

  test.each(['snapshot', 'patron', 'search'] as const)(
    'of %s go to nobody who was locked while they waited',
    async (name) => {
      const own = await running.signedIn();
      const waiting = ask(name, { query: 'a' }, own);
      running.central.staff.setLocked(own.staff.id, true);
      expect((await waiting).status).toBe(401);
      running.central.staff.setLocked(own.staff.id, false);
    },
  );

  test('let others come in between', async () => {
    const rates = { session: 1e6, signIn: 100 };
    const own = await createServer({ ...testOptions(), pause, rates });
    addTestLibraries(own.central);
    const { writing, store } = own.central.parts;
    const sections = { ...EMPTY_SECTIONS, library: { branch: 'main', category: 'adult' } };
    store.together(() => many(300, () => writing.create('north', v7(), sections)));
    const body = { library: 'north', username: 'desk', password: PASSWORD, desk: DESK };
    const call = { params: {}, query: {}, headers: {}, body };
    const headers: Record<string, string>[] = [];
    while (headers.length < 15) {
      const { accessToken } = (await own.central.answer('signIn', call)).body as Session;
      headers.push({ authorization: `Bearer ${accessToken}` });
    }
    let made = 0;
    const pages = many(60, async (n) => {
      const { statusCode } = await own.app.inject({ url: '/snapshot', headers: headers[n % 15] ?? {} });
      made++;
      return statusCode;
    });
    await pages[0];
    expect((await own.app.inject('/')).statusCode).toBe(200);
    expect(made).toBeLessThan(pages.length / 2);
    expect(new Set(await Promise.all(pages))).toEqual(new Set([200]));
    await own.app.close();
  }, 60_000);
});
