import { expect, test } from 'vitest';
import type { EndpointAnswer } from '../../shared/central/contract.ts';
import { problemOf, testNetwork, type TestNetwork } from '../testing/network.ts';
import { attempt } from '../testing/sign-in.ts';

test('a revoked desk is told so, whatever it asks; its tokens and grants end, and other desks go on', async () => {
  const { central, signIn } = testNetwork();
  const stolen = await signIn('north', 'lead');
  const other = await signIn('north', 'lead');
  const refreshToken = stolen.session.refreshToken;
  central.desks.revoke(stolen.desk);
  for (const name of ['describe', 'search', 'changes', 'snapshot'] as const)
    expect(problemOf(await stolen.ask(name))).toBe('desk-revoked');
  expect(problemOf(await stolen.ask('refresh', { body: { refreshToken } }))).toBe('desk-revoked');
  // Not before its password is tried: nobody learns there which one is right.
  const network = { central } as TestNetwork;
  expect(problemOf(await attempt(network, 'lead', 'a guess', stolen.desk))).toBe('desk-revoked');
  // A thief who leaves the desk's name out gets no further.
  expect(problemOf(await stolen.ask('refresh', { body: { refreshToken } }, { 'circdesk-desk': '' }))).toBe(
    'signed-out',
  );
  expect(problemOf(await stolen.ask('snapshot', {}, { 'circdesk-desk': other.desk }))).toBe('signed-out');
  expect((await other.ask('snapshot')).status).toBe(200);
});

test('a desk that is revoked takes no other desk’s grants with it', async () => {
  const { central, signIn } = testNetwork();
  const [stolen, other] = [await signIn('north', 'lead'), await signIn('north', 'lead')];
  const patron = await other.register();
  const act = other.newId();
  const left = await other.ask('signOut', { body: { waitingActs: [{ id: act, patronId: patron.id }] } });
  central.desks.revoke(stolen.desk);
  other.token = (left.body as EndpointAnswer<'signOut'>).pushGrant ?? '';
  expect((await other.block(patron, 'x', { act })).status).toBe(201);
});

test('a desk that wrote its name in capitals is revoked like any other', async () => {
  const { central, signIn } = testNetwork();
  const name = '3F0E9A52-6A37-4E7E-9C5E-0D7F5B7C9A10';
  const stolen = await signIn('north', 'lead', name);
  central.desks.revoke(name);
  expect(central.desks.list()).toMatchObject([{ desk: name.toLowerCase(), revoked: true }]);
  expect(problemOf(await stolen.ask('snapshot', {}, { 'circdesk-desk': '' }))).toBe('signed-out');
});

test('a desk that is allowed again starts with a new sign-in; one that is stolen stays revoked', async () => {
  const { central, signIn } = testNetwork();
  const desk = await signIn('north', 'lead');
  central.desks.revoke(desk.desk);
  expect(central.desks.list()).toMatchObject([{ desk: desk.desk, lastStaff: 'lead', revoked: true }]);
  const stolen = await signIn('north', 'lead');
  central.desks.revoke(stolen.desk);
  central.desks.allow(desk.desk);
  expect(problemOf(await stolen.ask('snapshot'))).toBe('desk-revoked');
  expect(problemOf(await desk.ask('snapshot'))).toBe('signed-out');
  expect((await signIn('north', 'lead', desk.desk)).session.staff.username).toBe('lead');
});

test('looks of staff who have left are logged in their name by whoever works at that desk; by another desk, in that one’s own', async () => {
  const network = testNetwork();
  const gone = await network.signIn('north', 'desk');
  const here = await network.signIn('north', 'lead', gone.desk);
  const elsewhere = await network.signIn('north', 'lead');
  const patron = await here.register();
  const look = () => ({
    id: here.newId(),
    kind: 'looked' as const,
    patronId: patron.id,
    at: new Date(network.clock.now()).toISOString(),
    staff: gone.session.staff.id,
  });
  expect((await here.act('logEvents', { body: { events: [look()] } })).body).toEqual({ logged: 1 });
  expect((await elsewhere.act('logEvents', { body: { events: [look()] } })).body).toEqual({ logged: 1 });
  const nobody = { ...look(), staff: crypto.randomUUID() };
  expect((await here.act('logEvents', { body: { events: [nobody] } })).body).toEqual({ logged: 1 });
  const south = await network.signIn('south', 'lead', gone.desk);
  const ofAnother = { ...look(), staff: south.session.staff.id };
  expect((await here.act('logEvents', { body: { events: [ofAnother] } })).body).toEqual({ logged: 1 });
  const looks = network.central.parts.audit
    .entries('north', patron.id)
    .filter(({ kind }) => kind === 'looked');
  expect(looks.map(({ staff, detail }) => `${staff}: ${detail}`).sort()).toEqual([
    'desk of north: copy, handed over by lead',
    'lead of north: copy, said to be of desk',
    'lead of north: copy, said to be of somebody unknown here',
    'lead of north: copy, said to be of somebody unknown here',
  ]);
});

test('nobody logs a look in the name of a colleague at a time before they worked there, or before anybody can tell', async () => {
  const network = testNetwork();
  const { clock, central } = network;
  const patron = await (await network.signIn('north', 'lead')).register();
  const DAY = 86_400_000;
  clock.pass(80 * DAY);
  const gone = await network.signIn('north', 'desk');
  const began = clock.now();
  clock.pass(DAY);
  const whoLogged = async (at: number) => {
    const here = await network.signIn('north', 'lead', gone.desk);
    const id = here.newId();
    const [time, staff] = [new Date(at).toISOString(), gone.session.staff.id];
    const events = [{ id, kind: 'looked', patronId: patron.id, at: time, staff }];
    expect((await here.act('logEvents', { body: { events } })).body).toEqual({ logged: 1 });
    return central.parts.audit.entries('north', patron.id).find((entry) => entry.id === id)?.staff;
  };
  expect(await whoLogged(began - 2 * DAY)).toBe('lead of north');
  expect(await whoLogged(began)).toBe('desk of north');
  // By a desk whose clock is slow.
  expect(await whoLogged(began - DAY / 2)).toBe('desk of north');
  expect(await whoLogged(Date.parse('0001-01-01T00:00:00Z'))).toBe('lead of north');
  clock.pass(90 * DAY);
  expect(await whoLogged(began)).toBe('lead of north');
  expect(await whoLogged(began + 2 * DAY)).toBe('desk of north');
});
