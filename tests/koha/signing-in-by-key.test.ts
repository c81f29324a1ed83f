// Signing in at a Koha where the desk works with an API key, and Koha checks the librarian's own password for it.
import { beforeEach, describe, expect, test } from 'vitest';
import { v7 } from 'uuid';
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

describe('with an API key', () => {
  const apiKey = { clientId: 'desk', secretFile: '/secret', staffCategories: ['S'] };
  const withKey = (further: object = {}) => serverOn(koha, { policy: { apiKey: { ...apiKey, ...further } } });
  beforeEach(() => {
    koha.world.settings.basic = false;
    const { patron_id } = koha.world.addStaff({ surname: 'Key', userid: 'key' }, 'x', 'superlibrarian');
    koha.world.apiKeys.push({ clientId: 'desk', secret: 'key secret', patron: patron_id });
  });

  test('the librarian’s own password is checked, and the session is in their name', async () => {
    const { server } = withKey();
    expect((await server.signIn(STAFF)).staff).toMatchObject({ username: 'lead', name: 'Eva Ek' });
    expect(await failureOf(server.signIn({ ...STAFF, password: 'wrong' }))).toEqual({
      code: 'wrongCredentials',
    });
  });

  test('a password that has expired is no wrong one', async () => {
    koha.world.expired.add(1);
    expect(await failureOf(withKey().server.signIn(STAFF))).toEqual({ code: 'passwordExpired' });
  });

  test('a patron whose password is right may not come in', async () => {
    const { patron_id } = koha.world.addPatron({
      surname: 'Reader',
      userid: 'reader',
      cardnumber: '2200001',
    });
    koha.world.passwords.set(patron_id, '1234');
    const reader = { library: 'MPL', username: 'reader', password: '1234' };
    expect(await failureOf(withKey().server.signIn(reader))).toEqual({ code: 'notStaff' });
  });

  test('who has no card number isn’t taken for another who has none', async () => {
    const { patron_id } = koha.world.addPatron({ surname: 'Reader', userid: 'reader' });
    koha.world.passwords.set(patron_id, '1234');
    koha.world.change(1, { cardnumber: null });
    const reader = { library: 'MPL', username: 'reader', password: '1234' };
    expect(await failureOf(withKey().server.signIn(reader))).toEqual({ code: 'serverRubbish' });
    expect((await withKey().server.signIn(STAFF)).staff).toMatchObject({ username: 'lead' });
  });

  test('where policy names staff, a stranger who registers in their category is none', async () => {
    const stranger = { surname: 'Stranger', userid: 'stranger', cardnumber: 'lead', category_id: 'S' };
    const { patron_id } = koha.world.addPatron(stranger);
    koha.world.passwords.set(patron_id, '1234');
    const { server } = withKey({ staffUsers: ['lead'] });
    for (const username of ['stranger', 'lead'])
      expect(await failureOf(server.signIn({ library: 'MPL', username, password: '1234' }))).toEqual({
        code: 'notStaff',
      });
    expect((await server.signIn(STAFF)).staff).toMatchObject({ username: 'lead' });
    koha.world.change(1, { category_id: 'PT' });
    expect(await failureOf(server.signIn(STAFF))).toEqual({ code: 'notStaff' });
  });

  test.each<[string, (number: number) => void]>([
    ['was deleted', (number) => koha.world.delete(number)],
    ['is no member of staff any more', (number) => koha.world.change(number, { category_id: 'PT' })],
    ['may do less by policy now', (number) => koha.world.change(number, { category_id: 'J' })],
    ['has another name, whose number was passed on', (number) => koha.world.change(number, { userid: 'x' })],
    [
      'was registered later under another name',
      (number) => koha.world.change(number, { surname: 'New', date_enrolled: '2026-02-20' }),
    ],
  ])('who %s doesn’t go on working in the key’s name', async (_what, becomes) => {
    const permissions = { 'Patrons - Delete patron': { categories: ['S'] } };
    const policy = { apiKey: { ...apiKey, staffCategories: ['S', 'J'] }, permissions };
    const session = await serverOn(koha, { policy }).server.signIn(LOOKER);
    becomes(2);
    clock.pass(5 * 60_000);
    const { id } = session.staff;
    const act = { id: v7(), key: v7(), at: new Date(clock.now()).toISOString() };
    const epoch = 'koha:https://koha.example/';
    const deed = { kind: 'block' as const, comment: 'x' };
    const rest = {
      ...{ patronId: id, epoch, repeated: false, tag: null, base: {}, changes: {} },
      leaves: () => Promise.resolve(),
    };
    for (const work of [
      session.search('Ek', 0, 10),
      session.patron(id, true),
      session.send({ ...act, ...rest, deed }),
      session.setPin(act, epoch, id, '9735'),
      session.exportPatronData(act, epoch, id, 'unchecked'),
      session.snapshot(null, 10),
    ])
      expect(await failureOf(work)).toMatchObject({ code: 'signedOut' });
    expect(koha.heard.filter(({ method, path }) => method !== 'GET' && path.includes('/patrons/1'))).toEqual(
      [],
    );
  });

  test.each<[string, boolean]>([
    ['is no member of staff any more, at a desk with a key,', true],
    ['may see no patrons any more', false],
  ])('who %s and was told so doesn’t get in by cutting the line', async (_what, isWithKey) => {
    koha.world.settings.basic = !isWithKey;
    const desk = new SimulatedDesk(koha, 1);
    const start = () => desk.start(isWithKey ? { apiKey } : {}, { offline: { signInHours: 72 } });
    const signIn = () =>
      failureOf(desk.parts.session.signIn(LOOKER, () => undefined).then(() => desk.parts.session.end()));
    try {
      await start();
      expect(await signIn()).toBeUndefined();
      await start();
      desk.line.state = 'dropsRequests';
      expect(await signIn()).toBeUndefined();
      await desk.parts.session.signOut();
      desk.line.state = 'good';
      koha.world.change(2, { category_id: 'PT' });
      koha.world.flags.set(2, {});
      expect(await signIn()).toMatchObject({ code: isWithKey ? 'notStaff' : 'missingRight' });
      desk.line.state = 'dropsRequests';
      expect(await signIn()).toEqual({ code: 'notKnownOffline' });
    } finally {
      await desk.end();
    }
  });

  test('who was put out since they are no member of staff any more doesn’t get in by cutting the line', async () => {
    koha.world.settings.basic = false;
    const desk = new SimulatedDesk(koha, 1);
    const signIn = () => failureOf(desk.parts.session.signIn(LOOKER, () => undefined));
    try {
      await desk.start({ apiKey }, { offline: { signInHours: 72 } });
      expect(await signIn()).toBeUndefined();
      await desk.parts.session.end();
      await desk.start({ apiKey }, { offline: { signInHours: 72 } });
      expect(await signIn()).toBeUndefined();
      koha.world.change(2, { category_id: 'PT' });
      clock.pass(5 * 60_000);
      await desk.parts.sync.now();
      expect(desk.parts.session.state.status).toBe('expired');
      desk.line.state = 'dropsRequests';
      expect(await signIn()).toEqual({ code: 'notKnownOffline' });
    } finally {
      await desk.end();
    }
  });

  test('a key that has ended is traded for a new one without anybody noticing', async () => {
    const session = await withKey().server.signIn(STAFF);
    koha.endTokens();
    expect((await session.search('Ek', 0, 10)).total).toBe(1);
  });

  test.each([
    [
      'a wrong secret',
      () => void (koha.world.apiKeys[0] = { clientId: 'desk', secret: 'other', patron: 1 }),
      {},
    ],
    ['a secret that can’t be read', () => undefined, { secretFile: '/nowhere' }],
  ])('%s is the desk’s trouble, not the librarian’s', async (_what, prepare, further) => {
    prepare();
    expect(await failureOf(withKey(further).server.signIn(STAFF))).toEqual({ code: 'apiKeyRefused' });
  });
});
