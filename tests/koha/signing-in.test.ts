// Signing in at a Koha: by name and password, with rights missing, and at what is no Koha at all.
import { beforeEach, describe, expect, test } from 'vitest';
import { addressOf, recognise } from '../../electron/central/recognise.ts';
import type { HttpRequest, Transport } from '../../electron/central/transport.ts';
import { steppingClock } from '../port/world.ts';
import { failureOf } from './failure-of.ts';
import { LOOKER, serverOn, smallLibrary, STAFF } from './fake/small-library.ts';
import type { FakeKoha } from './fake/koha.ts';
import { SimulatedDesk } from './simulated-desk.ts';

let koha: FakeKoha;
let clock: ReturnType<typeof steppingClock>;
beforeEach(() => {
  clock = steppingClock();
  koha = smallLibrary(clock);
});
const overFake: Transport = (request) => Promise.resolve(koha.answer(request));

describe('what stands at an address', () => {
  test('a Koha is recognised by the description that it serves to everybody', async () => {
    expect(await recognise(overFake)).toBe('koha');
    expect(koha.heard.map(({ path }) => path)).toEqual(['/api/v1/']);
  });

  const answering =
    (bodies: Record<string, string>): Transport =>
    ({ path }) =>
      Promise.resolve({ status: path in bodies ? 200 : 404, headers: {}, body: bodies[path] ?? '' });

  test('our own server is recognised by its kind', async () => {
    expect(await recognise(answering({ '/': '{"kind":"circdesk-reference"}' }))).toBe('circdesk');
  });

  test.each([
    ['a web page', { '/': '<html>Welcome</html>', '/api/v1/': '<html>Welcome</html>' }],
    ['another interface', { '/api/v1/': '{"info":{"title":"Pet store"},"paths":{"/patrons":{}}}' }],
    ['nothing', {}],
  ])('%s is none that we know', async (_what, bodies: Record<string, string>) => {
    expect(await failureOf(recognise(answering(bodies)))).toMatchObject({ code: 'serverUnknown' });
  });

  test.each([
    ['koha.example', 'https://koha.example/'],
    ['https://koha.example/cgi-bin/koha/mainpage.pl?x=1', 'https://koha.example/'],
    ['https://koha.example/api/v1/patrons', 'https://koha.example/'],
    ['http://127.0.0.1:8081', 'http://127.0.0.1:8081/'],
    ['https://library.example/circdesk/', 'https://library.example/circdesk/'],
  ])('%s is the address %s', (typed, address) => {
    expect(addressOf(typed)).toBe(address);
  });
});

describe('with name and password', () => {
  test('the library is the one that staff chose, with Koha’s branches, categories and policy’s rules', async () => {
    const policy = { currency: 'CZK', debtLimit: 100, categories: [{ id: 'PT', name: 'Patron' }] };
    const { library } = await serverOn(koha, { policy }).server.signIn({ ...STAFF, library: 'CPL' });
    expect(library).toMatchObject({ id: 'CPL', name: 'Centerville', currency: 'CZK' });
    expect(library.branches).toEqual([
      { id: 'CPL', name: 'Centerville' },
      { id: 'MPL', name: 'Midway' },
    ]);
    // Those that somebody is in, by the names that policy gives.
    expect(library.categories).toEqual([
      { id: 'PT', name: 'Patron' },
      { id: 'S', name: 'S' },
    ]);
    expect(library.rules.debtLimit).toBe(10_000);
  });

  test.each([
    [0, 0],
    [0.001, 1],
    [5.125, 513],
  ])('a debt limit of %d in the policy is one of %d cents, and only 0 is none', async (debtLimit, cents) => {
    const policy = { currency: 'EUR', debtLimit };
    const { library } = await serverOn(koha, { policy }).server.signIn({ ...STAFF, library: 'CPL' });
    expect(library.rules.debtLimit).toBe(cents);
  });

  test('where Koha tells nobody its libraries, staff work at their own', async () => {
    koha.world.settings.publicApi = false;
    const { server } = serverOn(koha);
    const [only] = await server.libraries();
    expect(only).toEqual({ id: 'home', name: 'koha.example' });
    expect((await server.signIn({ ...STAFF, library: 'home' })).library.id).toBe('MPL');
  });

  test('who chose a library that Koha has no longer isn’t let in at another', async () => {
    const { server } = serverOn(koha);
    expect((await server.libraries()).map(({ id }) => id)).toContain('CPL');
    koha.world.libraries.delete('CPL');
    expect(await failureOf(server.signIn({ ...STAFF, library: 'CPL' }))).toEqual({ code: 'serverRubbish' });
  });

  test('a password that has expired is no wrong one', async () => {
    koha.world.expired.add(1);
    expect(await failureOf(serverOn(koha).server.signIn(STAFF))).toEqual({ code: 'passwordExpired' });
  });

  test('a 403 that says “Invalid password” is a wrong password, and an account without rights is not', async () => {
    const { server } = serverOn(koha);
    expect(await failureOf(server.signIn({ ...STAFF, password: 'wrong' }))).toEqual({
      code: 'wrongCredentials',
    });
    koha.world.addStaff({ surname: 'Page', userid: 'page' }, 'page', {});
    expect(await failureOf(server.signIn({ library: 'MPL', username: 'page', password: 'page' }))).toEqual({
      code: 'missingRight',
      missing: {
        permission: expect.stringMatching(/^borrowers: (edit|list)_borrowers$/) as string,
        right: 'seePatrons',
      },
    });
  });

  test('a Koha that takes no passwords says so', async () => {
    koha.world.settings.basic = false;
    expect(await failureOf(serverOn(koha).server.signIn(STAFF))).toEqual({ code: 'serverTakesNoPassword' });
  });

  test('nobody is taken for a colleague whose name is their own card number', async () => {
    koha.world.addStaff(
      { surname: 'Page', userid: 'page', cardnumber: STAFF.username },
      'page',
      'superlibrarian',
    );
    const { server } = serverOn(koha);
    const asLead = { ...STAFF, password: 'page' };
    // Nor for themselves: Koha would act for the colleague.
    expect(await failureOf(server.signIn(asLead))).toEqual({ code: 'nameOfTwo' });
    expect((await server.signIn(STAFF)).staff).toMatchObject({ name: 'Eva Ek' });
  });

  test('who registers a librarian’s name as their card number keeps none out who may ask Koha whose password it is', async () => {
    const { patron_id } = koha.world.addPatron({ surname: 'Stranger', cardnumber: STAFF.username });
    koha.world.passwords.set(patron_id, 'x');
    const { server } = serverOn(koha);
    expect((await server.signIn(STAFF)).staff).toMatchObject({ username: 'lead', name: 'Eva Ek' });
    expect(await failureOf(server.signIn({ ...STAFF, password: 'x' }))).toEqual({ code: 'nameOfTwo' });
    expect(await failureOf(server.signIn({ ...STAFF, password: 'y' }))).toEqual({ code: 'wrongCredentials' });
  });

  test('but who has no card number, of whom such a Koha says that they are another who has none', async () => {
    koha.world.addPatron({ surname: 'Reader' });
    const page = { surname: 'Page', userid: 'page', cardnumber: null };
    koha.world.addStaff(page, 'page', 'superlibrarian');
    koha.world.addPatron({ surname: 'Stranger', cardnumber: 'page' });
    const signIn = () =>
      failureOf(serverOn(koha).server.signIn({ library: 'MPL', username: 'page', password: 'page' }));
    expect(await signIn()).toEqual({ code: 'nameOfTwo' });
    koha.world.settings.version = 'main';
    expect(await signIn()).toBeUndefined();
  });

  test.each([
    ['has no such question', 404, '{"errors":[{"message":"Not Found.","path":"/"}],"status":404}'],
    ['doesn’t say who', 201, '{"userid":"lead","cardnumber":null}'],
    ['takes it for a wrong one', 400, '{"error":"Validation failed"}'],
    ['names a third', 201, '{"patron_id":2}'],
  ])(
    'where a Koha that is asked whose password it is %s, neither of the two comes in',
    async (_what, status, body) => {
      koha.world.addPatron({ surname: 'Stranger', cardnumber: STAFF.username });
      const transport: Transport = (request) =>
        Promise.resolve(
          request.path.endsWith('/auth/password/validation')
            ? { status, headers: {}, body }
            : koha.answer(request),
        );
      const signingIn = serverOn(koha, { transport }).server.signIn(STAFF);
      expect(await failureOf(signingIn)).toEqual({ code: 'nameOfTwo' });
    },
  );

  test('whose name became another account’s card number signs in by their own card’s, and still without the line', async () => {
    koha.world.change(2, { cardnumber: '2100002' });
    const desk = new SimulatedDesk(koha, 1);
    const start = () => desk.start({}, { offline: { signInHours: 72 } });
    const signIn = (username: string) =>
      failureOf(
        desk.parts.session
          .signIn({ ...LOOKER, username }, () => undefined)
          .then(() => desk.parts.session.end()),
      );
    try {
      await start();
      expect(await signIn('looker')).toBeUndefined();
      await start();
      koha.world.addPatron({ surname: 'Öberg', cardnumber: 'looker' });
      expect(await signIn('looker')).toEqual({ code: 'nameOfTwo' });
      desk.line.state = 'dropsRequests';
      expect(await signIn('looker')).toBeUndefined();
      desk.line.state = 'good';
      await start();
      expect(await signIn('2100002')).toBeUndefined();
    } finally {
      await desk.end();
    }
  });

  test('strangers whose username or card’s number only holds a librarian’s name keep nobody out', async () => {
    koha.world.addPatron({ surname: 'Öberg', userid: 'looker2' });
    koha.world.addPatron({ surname: 'Åberg', cardnumber: '9looker' });
    const { staff } = await serverOn(koha).server.signIn(LOOKER);
    expect(staff.username).toBe('looker');
  });

  test('a name with a colon, of which Koha takes the first half, is nobody’s', async () => {
    koha.world.addStaff({ surname: 'Shadow', userid: 'page:x' }, 'other', 'superlibrarian');
    koha.world.addStaff({ surname: 'Page', userid: 'page' }, 'x:y', 'superlibrarian');
    const as = { library: 'MPL', username: 'page:x', password: 'y' };
    expect(await failureOf(serverOn(koha).server.signIn(as))).toEqual({ code: 'wrongCredentials' });
  });

  test('what an account may not do isn’t offered, with the permission by its name at Koha', async () => {
    const { permissions, capabilities, library } = await serverOn(koha).server.signIn(LOOKER);
    expect(permissions).not.toContain('Patrons - Delete patron');
    expect(capabilities.missing).toMatchObject({
      loans: { permission: 'circulate: circulate_remaining_permissions', right: 'loans' },
      debts: { permission: 'updatecharges: remaining_permissions', right: 'debts' },
      editing: { permission: 'borrowers', right: 'changePatrons' },
      pin: { permission: 'borrowers' },
      deletion: { permission: 'borrowers: delete_borrowers', right: 'deletePatrons' },
      notifications: { why: 'notThere' },
      agreements: { why: 'notThere' },
    });
    // Not even the libraries, so the ones that everybody is told of.
    expect(library.branches.map(({ id }) => id)).toEqual(['CPL', 'MPL']);
  });

  test.each(['{"error":"Forbidden"}', '<h1>Forbidden</h1>'])(
    'what a gateway lets nobody change isn’t offered, and what it keeps from being read is: %s',
    async (body) => {
      const isStopped = ({ method, path }: HttpRequest) => method !== 'GET' || path.endsWith('/checkouts');
      const transport: Transport = (request) =>
        Promise.resolve(isStopped(request) ? { status: 403, headers: {}, body } : koha.answer(request));
      const { capabilities } = await serverOn(koha, { transport }).server.signIn(STAFF);
      expect(capabilities.missing).toMatchObject({
        editing: { permission: 'borrowers', right: 'changePatrons' },
        deletion: { permission: 'borrowers: delete_borrowers', right: 'deletePatrons' },
      });
      expect(capabilities.missing).not.toHaveProperty('loans');
    },
  );

  test('policy says who may do what Koha has no permission of its own for', async () => {
    const permissions = {
      'Patrons - Download patron data': { users: ['looker'] },
      'Patrons - Block/unblock patron': { categories: ['S'] },
      'Patrons - Delete patron': { categories: ['S'] },
    };
    const { server } = serverOn(koha, { policy: { permissions } });
    expect(new Set((await server.signIn(STAFF)).permissions)).toEqual(
      new Set(['Patrons - Block/unblock patron', 'Patrons - Delete patron']),
    );
    // Policy gives nobody what Koha doesn't.
    expect(new Set((await server.signIn(LOOKER)).permissions)).toEqual(
      new Set(['Patrons - Download patron data', 'Patrons - Block/unblock patron']),
    );
  });

  test('finding out what an account may do changes nothing at Koha', async () => {
    const before = JSON.stringify([...koha.world.patrons]);
    await serverOn(koha).server.signIn(STAFF);
    expect(JSON.stringify([...koha.world.patrons])).toBe(before);
    const sent = koha.heard.filter(({ method }) => method !== 'GET');
    expect(new Set(sent.map(({ path }) => path))).toEqual(new Set(['/api/v1/patrons/0']));
  });

  test('a password that was changed since has ended the session', async () => {
    const session = await serverOn(koha).server.signIn(STAFF);
    const [lead] = [...koha.world.patrons.values()];
    koha.world.passwords.set(lead?.patron_id ?? 0, 'another');
    expect(await failureOf(session.search('Ek', 0, 10))).toEqual({ code: 'signedOut' });
  });

  test('a Koha that was put back to an older version is asked as that one by who signs in since', async () => {
    let older = false;
    const transport: Transport = (request) => {
      const answer = koha.answer(request);
      if (!older) return Promise.resolve(answer);
      if (request.headers?.['x-koha-embed']?.includes('account_balance'))
        return Promise.resolve({ status: 400, headers: {}, body: '{"errors":[{"path":"/x-koha-embed/1"}]}' });
      return Promise.resolve({ ...answer, body: answer.body.replaceAll('"account_balance"', '"x"') });
    };
    const { server } = serverOn(koha, { transport });
    await server.signIn(STAFF);
    older = true;
    clock.pass(3_600_001);
    expect((await (await server.signIn(STAFF)).snapshot(null, 10)).patrons).toHaveLength(2);
  });

  test('there is nothing to go on with after a restart', async () => {
    const { server } = serverOn(koha);
    expect((await server.signIn(STAFF)).resumeToken).toBeNull();
    expect(await failureOf(server.resume())).toEqual({ code: 'signedOut' });
  });
});
