// What an administrator does to one account is done to no other.
import { expect, test } from 'vitest';
import type { EndpointAnswer } from '../../shared/central/contract.ts';
import { PERMISSIONS } from '../../shared/permissions.ts';
import { testNetwork } from '../testing/network.ts';

test('a permission that is withdrawn is that account’s, and that one only', () => {
  const { staff } = testNetwork().central;
  const idOf = (library: string) => staff.byUsername(library, 'lead')?.id ?? '';
  staff.revoke(idOf('north'), PERMISSIONS[0]);
  expect(staff.permissions(idOf('north'))).toEqual([...PERMISSIONS].slice(1).sort());
  expect(staff.permissions(idOf('south'))).toEqual([...PERMISSIONS].sort());
});

test('ending one account’s sessions ends no colleague’s session, and no grant of theirs', async () => {
  const { central, signIn } = testNetwork();
  const [lead, colleague, left] = [
    await signIn('north', 'lead'),
    await signIn('north', 'desk'),
    await signIn('north', 'desk'),
  ];
  const patron = await lead.register();
  const act = left.newId();
  const waitingActs = [{ id: act, patronId: patron.id, section: 'note' }];
  const signedOut = await left.ask('signOut', { body: { waitingActs } });
  left.token = (signedOut.body as EndpointAnswer<'signOut'>).pushGrant ?? '';
  central.staff.endSessions(lead.session.staff.id);
  expect((await lead.ask('snapshot')).status).toBe(401);
  expect((await colleague.ask('snapshot')).status).toBe(200);
  expect((await left.save(patron, 'note', { staffNote: 'x' }, { act })).status).toBe(200);
});
