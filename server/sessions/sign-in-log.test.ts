// The log of sign-ins: who came and left, and who was refused; how far it grows, and how long it is kept.
import { describe, expect, test } from 'vitest';
import { PASSWORD, testNetwork, type TestNetwork } from '../testing/network.ts';
import { attempt, deskId, refresh } from '../testing/sign-in.ts';

describe('the log of sign-ins', () => {
  const logged = ({ central }: TestNetwork) =>
    central.parts.store
      .rows<{ event: string }>('SELECT event FROM sign_in_event ORDER BY number')
      .map(({ event }) => event);

  test('says who came and left, which guesses failed, and that a token was stolen', async () => {
    const network = testNetwork();
    const desk = await network.signIn('north', 'lead');
    await attempt(network, 'lead', 'wrong', desk.desk);
    await desk.ask('signOut', { body: { waitingActs: [] } });
    const other = await network.signIn('north', 'lead');
    for (let n = 0; n < 3; n++) await refresh(network, other.session.refreshToken);
    network.central.staff.setLocked(other.session.staff.id, true);
    await attempt(network, 'lead', PASSWORD, desk.desk);
    expect(logged(network)).toEqual([
      'signed in',
      'wrong password',
      'signed out',
      'signed in',
      'ended: a refresh token came twice',
      'refused: the account is locked',
    ]);
  });

  test('grows no further by guesses than accounts lock, nor by names that nobody has, which aren’t in it', async () => {
    const network = testNetwork();
    for (let n = 0; n < 60; n++) await attempt(network, 'lead', 'wrong', deskId(network));
    for (let n = 0; n < 60; n++) await attempt(network, `my secret ${n}`, 'wrong', deskId(network));
    expect(logged(network)).toEqual(Array<string>(20).fill('wrong password'));
  });

  test('is kept for a season, and can’t be changed or emptied before', async () => {
    const network = testNetwork();
    const { store } = network.central.parts;
    await attempt(network, 'lead', 'wrong', deskId(network));
    for (const sql of ["UPDATE sign_in_event SET event = ''", 'DELETE FROM sign_in_event'])
      expect(() => store.run(sql)).toThrow('append-only');
    network.passDays(89);
    expect(logged(network)).toHaveLength(1);
    network.passDays(2);
    expect(logged(network)).toEqual([]);
  });
});
