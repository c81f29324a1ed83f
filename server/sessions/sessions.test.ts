// Sessions: who gets in, for how long, and what a stranger can't do.
import { describe, expect, test } from 'vitest';
import type { Session } from '../../shared/central/contract.ts';
import { PASSWORD, problemOf, testNetwork } from '../testing/network.ts';
import { attempt, deskId, refresh } from '../testing/sign-in.ts';
import { hashSecret, hashSecretNow, newToken } from './secrets.ts';

const MINUTE = 60_000;

describe('sign-in', () => {
  test('tells a wrong password from an unknown account to nobody', async () => {
    const network = testNetwork();
    const desk = deskId(network);
    const wrong = await attempt(network, 'lead', 'wrong', desk);
    const unknown = await attempt(network, 'nobody', 'wrong', desk);
    expect(problemOf(wrong)).toBe('wrong-credentials');
    expect(unknown).toEqual(wrong);
  });

  test('writes as often for a name that nobody has as for an account, so that its time tells nobody which names there are', async () => {
    const network = testNetwork();
    const { store } = network.central.parts;
    const { desk } = await network.signIn('north', 'lead');
    const run = store.run.bind(store);
    const together = store.together.bind(store);
    let [writes, depth] = [0, 0];
    const counted = <T>(work: () => T): T => {
      if (depth++ === 0) writes++;
      try {
        return work();
      } finally {
        depth--;
      }
    };
    store.run = (...asked) => counted(() => run(...asked));
    store.together = (work) => counted(() => together(work));
    const writesOf = async (username: string, at: string) => {
      writes = 0;
      await attempt(network, username, 'wrong', at);
      return writes;
    };
    const account = await writesOf('lead', deskId(network));
    expect(await writesOf('nobody', deskId(network))).toBe(account);
    expect(await writesOf('lead', desk)).toBe(account);
    expect(await writesOf('nobody', desk)).toBe(account);
  });

  test('slows down, then locks the account at that desk for five minutes; known and unknown accounts alike', async () => {
    for (const username of ['lead', 'nobody']) {
      const network = testNetwork();
      const desk = deskId(network);
      for (let n = 0; n < 5; n++)
        expect(problemOf(await attempt(network, username, 'wrong', desk))).toBe('wrong-credentials');
      expect(network.pauses).toEqual([0, 250, 500, 1000, 2000]);
      const locked = await attempt(network, username, PASSWORD, desk);
      expect(problemOf(locked)).toBe('account-locked');
      expect(locked.body).toMatchObject({ retryAt: '2026-03-01T10:05:00.000Z' });
      network.clock.pass(5 * MINUTE + 1);
      expect((await attempt(network, username, PASSWORD, desk)).status).toBe(username === 'lead' ? 201 : 401);
    }
  });

  test('a stranger can’t lock a colleague out of the desk that they work at', async () => {
    const network = testNetwork();
    const own = deskId(network);
    await network.signIn('north', 'lead', own);
    for (let n = 0; n < 60; n++) await attempt(network, 'lead', 'wrong', deskId(network));
    expect(problemOf(await attempt(network, 'lead', PASSWORD, deskId(network)))).toBe('account-locked');
    expect((await attempt(network, 'lead', PASSWORD, own)).status).toBe(201);
    network.clock.pass(5 * MINUTE + 1);
    expect((await attempt(network, 'lead', PASSWORD, deskId(network))).status).toBe(201);
  });

  test('a colleague who signs in at a new desk forgives a guesser nothing', async () => {
    const network = testNetwork();
    const guess = async (count: number) => {
      for (let n = 0; n < count; n++)
        expect(problemOf(await attempt(network, 'lead', 'wrong', deskId(network)))).toBe('wrong-credentials');
    };
    await guess(18);
    expect((await attempt(network, 'lead', PASSWORD, deskId(network))).status).toBe(201);
    await guess(2);
    expect(problemOf(await attempt(network, 'lead', PASSWORD, deskId(network)))).toBe('account-locked');
  });

  test.each([
    { where: 'at one desk', most: 5, isOne: true },
    { where: 'at many', most: 20, isOne: false },
  ])('a colleague who signs in $where forgives nobody else’s failures', async ({ most, isOne }) => {
    const network = testNetwork();
    const one = deskId(network);
    const desk = () => (isOne ? one : deskId(network));
    for (let tries = 0; tries < most; tries++) {
      expect(problemOf(await attempt(network, 'lead', 'guess', desk()))).toBe('wrong-credentials');
      expect((await attempt(network, 'desk', PASSWORD, desk())).status).toBe(201);
    }
    expect(problemOf(await attempt(network, 'lead', PASSWORD, desk()))).toBe('account-locked');
  });

  test('guesses sent at once count one by one', async () => {
    const network = testNetwork();
    const desk = deskId(network);
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => attempt(network, 'lead', 'wrong', desk)),
    );
    expect(answers.filter((answer) => problemOf(answer) === 'wrong-credentials')).toHaveLength(5);
  });

  test('is refused to an account that an administrator locked, and its sessions end', async () => {
    const network = testNetwork();
    const desk = await network.signIn('north', 'lead');
    const colleague = await network.signIn('north', 'desk');
    network.central.staff.setLocked(desk.session.staff.id, true);
    expect(problemOf(await desk.ask('search', { query: { query: 'x' } }))).toBe('signed-out');
    expect(problemOf(await refresh(network, desk.session.refreshToken))).toBe('account-locked');
    expect(problemOf(await attempt(network, 'lead', PASSWORD, desk.desk))).toBe('account-locked');
    expect(problemOf(await attempt(network, 'lead', 'wrong', desk.desk))).toBe('wrong-credentials');
    expect((await colleague.ask('snapshot')).status).toBe(200);
  });
});

describe('a clock that was ahead for a year and was set right', () => {
  const YEAR = 365 * 24 * 60 * MINUTE;

  test('leaves no session that is good until then', async () => {
    const network = testNetwork();
    network.clock.pass(YEAR);
    const desk = await network.signIn('north', 'lead');
    network.clock.pass(-YEAR);
    expect(problemOf(await desk.ask('search', { query: { query: 'x' } }))).toBe('signed-out');
    expect(problemOf(await refresh(network, desk.session.refreshToken))).toBe('signed-out');
    network.central.housekeep();
    network.clock.pass(YEAR);
    expect(problemOf(await desk.ask('search', { query: { query: 'x' } }))).toBe('signed-out');
  });

  test('leaves no account that is locked until then', async () => {
    const network = testNetwork();
    const desk = deskId(network);
    network.clock.pass(YEAR);
    for (let n = 0; n < 5; n++) await attempt(network, 'lead', 'wrong', desk);
    expect(problemOf(await attempt(network, 'lead', PASSWORD, desk))).toBe('account-locked');
    network.clock.pass(-YEAR);
    expect((await attempt(network, 'lead', PASSWORD, desk)).status).toBe(201);
  });
});

describe('a password or PIN', () => {
  test('costs who guesses at its hash as much as docs/security.md says, and is salted', async () => {
    const { luck } = testNetwork();
    const hashes = [hashSecretNow('4711', luck), await hashSecret('4711', luck)];
    for (const hash of hashes) expect(hash).toMatch(/^scrypt\$16384\$[\w-]{22}\$[\w-]{43}$/);
    expect(new Set(hashes.flatMap((hash) => hash.split('$').slice(2))).size).toBe(4);
  });

  test('that two people share looks like two in the database', async () => {
    const { central, signIn } = testNetwork();
    const desk = await signIn('north', 'lead');
    for (const patron of [await desk.register(), await desk.register()])
      await desk.act('setPin', { params: { patronId: patron.id }, body: { pin: '4711' } });
    const pins = central.parts.store.rows<{ pin: string }>('SELECT pin FROM patron');
    expect(new Set(pins.map(({ pin }) => pin.split('$')[2])).size).toBe(2);
  });
});

test('what somebody types to sign in can’t be read in the database, and is forgotten with its failures', async () => {
  const network = testNetwork();
  const { store } = network.central.parts;
  await attempt(network, 'my secret', 'x', deskId(network));
  expect(JSON.stringify(store.rows('SELECT * FROM failed_sign_in'))).not.toContain('secret');
  network.clock.pass(15 * MINUTE + 1);
  network.central.forgetFailedSignIns();
  expect(store.rows('SELECT * FROM failed_sign_in')).toEqual([]);
});

test('an account that is unlocked has none of its former sessions again, nor one that was being begun', async () => {
  const network = testNetwork();
  const desk = await network.signIn('north', 'lead');
  const beginning = attempt(network, 'lead', PASSWORD, desk.desk);
  const { staff } = network.central;
  staff.setLocked(desk.session.staff.id, true);
  expect(problemOf(await beginning)).toBe('account-locked');
  staff.setLocked(desk.session.staff.id, false);
  expect(problemOf(await desk.ask('search', { query: { query: 'x' } }))).toBe('signed-out');
  expect(problemOf(await refresh(network, desk.session.refreshToken))).toBe('signed-out');
  expect((await attempt(network, 'lead', PASSWORD, desk.desk)).status).toBe(201);
});

test('a desk that is revoked while somebody signs in lets nobody in', async () => {
  const network = testNetwork();
  const desk = deskId(network);
  const beginning = attempt(network, 'lead', PASSWORD, desk);
  network.central.desks.revoke(desk);
  expect(problemOf(await beginning)).toBe('desk-revoked');
});

describe('tokens', () => {
  test('an access token ends after its time; a refresh gives new ones', async () => {
    const network = testNetwork({ accessSeconds: 60 });
    const desk = await network.signIn('north', 'lead');
    const search = () => desk.ask('search', { query: { query: 'x' } });
    expect((await search()).status).toBe(200);
    network.clock.pass(60_000);
    expect(problemOf(await search())).toBe('signed-out');
    const next = await refresh(network, desk.session.refreshToken);
    expect(next.status).toBe(201);
    desk.token = (next.body as Session).accessToken;
    expect((await search()).status).toBe(200);
  });

  test('a refresh token used twice ends the whole session', async () => {
    const network = testNetwork();
    const desk = await network.signIn('north', 'lead');
    const next = (await refresh(network, desk.session.refreshToken)).body as Session;
    expect(problemOf(await refresh(network, desk.session.refreshToken))).toBe('signed-out');
    expect(problemOf(await refresh(network, next.refreshToken))).toBe('signed-out');
    desk.token = next.accessToken;
    expect(problemOf(await desk.ask('search', { query: { query: 'x' } }))).toBe('signed-out');
  });

  test('a refresh token counts as its session’s only as long as that lasts: from then on as any stranger’s at its address', async () => {
    const network = testNetwork();
    const { comerOf } = network.central;
    const desk = await network.signIn('north', 'lead');
    const { refreshToken } = desk.session;
    expect(comerOf('refresh', { refreshToken })).toBeDefined();
    await desk.ask('signOut', { body: { waitingActs: [] } });
    expect(comerOf('refresh', { refreshToken })).toBeUndefined();
  });

  test('a refresh token that nobody used for half a day is good no more', async () => {
    const network = testNetwork();
    const { session } = await network.signIn('north', 'lead');
    network.clock.pass(12 * 60 * MINUTE);
    expect(problemOf(await refresh(network, session.refreshToken))).toBe('signed-out');
  });

  test('a session ends after a day, however often it is refreshed', async () => {
    const network = testNetwork();
    let { session } = await network.signIn('north', 'lead');
    const next = async () => {
      network.clock.pass(6 * 60 * MINUTE - 1);
      const answer = await refresh(network, session.refreshToken);
      if (answer.status === 201) session = answer.body as Session;
      return answer.status;
    };
    expect([await next(), await next(), await next(), await next()]).toEqual([201, 201, 201, 201]);
    expect(await next()).toBe(401);
  });

  test('one used twice tells of a locked account all the same, and its session is over once that is unlocked', async () => {
    const network = testNetwork();
    const desk = await network.signIn('north', 'lead');
    const next = (await refresh(network, desk.session.refreshToken)).body as Session;
    const { staff } = network.central;
    staff.setLocked(desk.session.staff.id, true);
    expect(problemOf(await refresh(network, desk.session.refreshToken))).toBe('account-locked');
    staff.setLocked(desk.session.staff.id, false);
    expect(problemOf(await refresh(network, next.refreshToken))).toBe('signed-out');
  });

  test('one that nobody gave tells nothing of a locked account; one whose time was over long ago does', async () => {
    const network = testNetwork();
    const desk = await network.signIn('north', 'lead');
    network.clock.pass(72 * 60 * MINUTE);
    network.central.staff.setLocked(desk.session.staff.id, true);
    network.central.housekeep();
    expect(problemOf(await refresh(network, desk.session.refreshToken))).toBe('account-locked');
    expect(problemOf(await refresh(network, `r.${'x'.repeat(43)}`))).toBe('signed-out');
  });

  test('are too long and too random for anybody to guess', async () => {
    const network = testNetwork();
    const tokens = Array.from({ length: 1_000 }, () => newToken('a', network.luck));
    expect(tokens.filter((token) => !/^a\.[\w-]{43}$/.test(token))).toEqual([]);
    for (const [from, to] of [
      [2, 10],
      [37, 45],
    ])
      expect(new Set(tokens.map((token) => token.slice(from, to))).size).toBe(1_000);
    const { accessToken, refreshToken } = (await network.signIn('north', 'lead')).session;
    expect([accessToken, refreshToken].join()).toMatch(/^a\.[\w-]{43},r\.[\w-]{43}$/);
  });

  test('are not in the database, nor are passwords', async () => {
    const network = testNetwork();
    const desk = await network.signIn('north', 'lead');
    const { store } = network.central.parts;
    const all = JSON.stringify([store.rows('SELECT * FROM token'), store.rows('SELECT * FROM staff')]);
    for (const secret of [desk.session.accessToken, desk.session.refreshToken, PASSWORD])
      expect(all).not.toContain(secret);
  });

  test.each(['', 'Bearer', 'Bearer a.x', 'Basic bGVhZDp4', 'Bearer r.x'])(
    '%j opens nothing',
    async (authorization) => {
      const network = testNetwork();
      const desk = await network.signIn('north', 'lead');
      expect(problemOf(await desk.ask('search', { query: { query: 'x' } }, { authorization }))).toBe(
        'signed-out',
      );
      const asRefresh = { authorization: `Bearer ${desk.session.refreshToken}` };
      expect(problemOf(await desk.ask('search', { query: { query: 'x' } }, asRefresh))).toBe('signed-out');
    },
  );
});
