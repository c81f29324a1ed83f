// Push-only grants: what waited when somebody signed out is sent with them, and nothing else is done.
import { describe, expect, test, vi } from 'vitest';
import type { EndpointAnswer, Session } from '../../shared/central/contract.ts';
import { problemOf, testNetwork, type TestDesk } from '../testing/network.ts';
import { refresh } from '../testing/sign-in.ts';

const MINUTE = 60_000;

describe('the push-only grant that sign-out leaves', () => {
  async function signedOut() {
    const network = testNetwork();
    const desk = await network.signIn('north', 'lead');
    const patron = await desk.register();
    const act = desk.newId();
    const waitingActs = [{ id: act, patronId: patron.id }];
    const answer = await desk.ask('signOut', { body: { waitingActs } });
    const { pushGrant } = answer.body as EndpointAnswer<'signOut'>;
    const { token } = desk;
    desk.token = pushGrant ?? '';
    return { network, desk: desk as TestDesk, patron, act, token };
  }

  test('sends what waited, and tells what became of it', async () => {
    const { desk, patron, act, token } = await signedOut();
    const key = desk.newId();
    const answer = await desk.block(patron, 'x', { act, key });
    expect(answer.status).toBe(201);
    expect((await desk.ask('act', { params: { key } })).body).toMatchObject({ status: 201 });
    desk.token = token;
    expect(problemOf(await desk.ask('search', { query: { query: 'x' } }))).toBe('signed-out');
  });

  test('fits an act whose ids the desk writes in capitals', async () => {
    const network = testNetwork();
    const desk = await network.signIn('north', 'lead');
    const patron = await desk.register();
    const act = desk.newId().toUpperCase();
    const waitingActs = [{ id: act, patronId: patron.id.toUpperCase() }];
    const answer = await desk.ask('signOut', { body: { waitingActs } });
    desk.token = (answer.body as EndpointAnswer<'signOut'>).pushGrant ?? '';
    expect((await desk.block(patron, 'x', { act })).status).toBe(201);
  });

  test('is good for nothing else: no other act, no reading, no other desk', async () => {
    const { desk, patron, act } = await signedOut();
    expect(problemOf(await desk.block(patron))).toBe('signed-out');
    expect(problemOf(await desk.ask('patron', { params: { patronId: patron.id } }))).toBe('signed-out');
    expect(problemOf(await desk.ask('snapshot'))).toBe('signed-out');
    expect(problemOf(await desk.ask('signOut', { body: { waitingActs: [] } }))).toBe('signed-out');
    const elsewhere = await desk.ask('act', { params: { key: act } }, { 'circdesk-desk': desk.newId() });
    expect(problemOf(elsewhere)).toBe('signed-out');
  });

  test('is good for no act that another grant names, of the same author or of a colleague', async () => {
    const { network, desk, patron, act } = await signedOut();
    for (const [username, at] of [
      ['lead', desk.desk],
      ['desk', desk.desk],
    ] as const) {
      const next = await network.signIn('north', username, at);
      const theirs = next.newId();
      const answer = await next.ask('signOut', {
        body: { waitingActs: [{ id: theirs, patronId: patron.id }] },
      });
      expect(answer.status).toBe(200);
      expect(problemOf(await desk.block(patron, 'x', { act: theirs }))).toBe('signed-out');
    }
    expect((await desk.block(patron, 'x', { act })).status).toBe(201);
  });

  test('tells the desk that it is for, where it will do, that the account was locked', async () => {
    const { network, desk, patron, act } = await signedOut();
    network.central.staff.setLocked(desk.session.staff.id, true);
    expect(problemOf(await desk.block(patron, 'x', { act }))).toBe('account-locked');
    expect(problemOf(await desk.ask('search', { query: { query: 'x' } }))).toBe('signed-out');
    const elsewhere = await desk.ask('act', { params: { key: act } }, { 'circdesk-desk': desk.newId() });
    expect(problemOf(elsewhere)).toBe('signed-out');
    network.central.staff.setLocked(desk.session.staff.id, false);
    expect((await desk.block(patron, 'x', { act })).status).toBe(201);
  });

  test('is good for a season, not for a day longer', async () => {
    const { network, desk, patron, act } = await signedOut();
    network.clock.pass(89 * 24 * 60 * MINUTE);
    expect(problemOf(await desk.ask('act', { params: { key: act } }))).toBe('not-found');
    network.clock.pass(2 * 24 * 60 * MINUTE);
    expect(problemOf(await desk.ask('act', { params: { key: act } }))).toBe('signed-out');
    expect(problemOf(await desk.block(patron, 'x', { act }))).toBe('signed-out');
  });

  test('reads no answer to another act of the same author', async () => {
    const network = testNetwork();
    const desk = await network.signIn('north', 'lead');
    const [patron, own] = [await desk.register(), await desk.register()];
    const key = desk.newId();
    await desk.save(patron, 'note', { staffNote: 'x' }, { key });
    const waitingActs = [{ id: desk.newId(), patronId: own.id }];
    const answer = await desk.ask('signOut', { body: { waitingActs } });
    desk.token = (answer.body as EndpointAnswer<'signOut'>).pushGrant ?? '';
    expect(problemOf(await desk.ask('act', { params: { key } }))).toBe('not-found');
  });

  test('made with a stolen refresh token ends, and is noted, as its owner uses theirs', async () => {
    const network = testNetwork();
    const signIn = (desk?: string) => network.signIn('north', 'lead', desk);
    const owner = await signIn();
    const [thief, colleague] = [await signIn(owner.desk), await signIn(owner.desk)];
    const patron = await owner.register();
    const { refreshToken } = owner.session;
    thief.token = ((await refresh(network, refreshToken)).body as Session).accessToken;
    const leave = async (desk: TestDesk) => {
      const act = desk.newId();
      const left = await desk.ask('signOut', { body: { waitingActs: [{ id: act, patronId: patron.id }] } });
      desk.token = (left.body as EndpointAnswer<'signOut'>).pushGrant ?? '';
      return () => desk.block(patron, 'x', { act });
    };
    const [pushOfColleague, pushOfThief] = [await leave(colleague), await leave(thief)];
    for (let n = 0; n < 3; n++) expect(problemOf(await refresh(network, refreshToken))).toBe('signed-out');
    expect(problemOf(await pushOfThief())).toBe('signed-out');
    expect((await pushOfColleague()).status).toBe(201);
    const events = network.central.parts.store.rows<{ event: string }>('SELECT event FROM sign_in_event');
    expect(events.map(({ event }) => event).slice(-2)).toEqual([
      'signed out',
      'ended: a refresh token came twice',
    ]);
  });

  test('is judged by the permissions of that moment', async () => {
    const { network, desk, patron, act } = await signedOut();
    network.central.staff.revoke(desk.session.staff.id, 'Patrons - Block/unblock patron');
    expect(problemOf(await desk.block(patron, 'x', { act }))).toBe('not-permitted');
  });

  test.each<[string, (network: ReturnType<typeof testNetwork>, of: TestDesk) => void]>([
    ['its owner’s sessions are ended', ({ central }, of) => central.staff.endSessions(of.session.staff.id)],
    [
      'its desk is revoked, though it is let in again',
      ({ central: { desks } }, of) => {
        desks.revoke(of.desk);
        desks.allow(of.desk);
      },
    ],
  ])('is good for nothing any more once %s', async (_when, end) => {
    const { network, desk, patron, act } = await signedOut();
    end(network, desk);
    expect(problemOf(await desk.block(patron, 'x', { act }))).toBe('signed-out');
  });

  test('costs a request no more where it names many acts', async () => {
    const { network, desk, patron } = await signedOut();
    desk.token = (await network.signIn('north', 'lead', desk.desk)).token;
    const waitingActs = Array.from({ length: 2_000 }, () => ({ id: desk.newId(), patronId: patron.id }));
    const answer = await desk.ask('signOut', { body: { waitingActs } });
    desk.token = (answer.body as EndpointAnswer<'signOut'>).pushGrant ?? '';
    const read = vi.spyOn(network.central.parts.store, 'rows');
    const headers = { authorization: `Bearer ${desk.token}`, 'circdesk-desk': desk.desk };
    expect(network.central.senderOf(headers)).toBe(desk.session.staff.id);
    expect(problemOf(await desk.ask('act', { params: { key: desk.newId() } }))).toBe('not-found');
    const rows = read.mock.results.map(({ value }) => (value as unknown[]).length);
    expect(Math.max(0, ...rows)).toBeLessThan(100);
  });

  test('is not made where nothing waits', async () => {
    const network = testNetwork();
    const desk = await network.signIn('north', 'lead');
    expect((await desk.ask('signOut', { body: { waitingActs: [] } })).body).toEqual({ pushGrant: null });
  });
});
