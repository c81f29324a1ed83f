// The running server does what docs/openapi.json says: every endpoint's answer, and every problem that it lists.
import { readFileSync } from 'node:fs';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { endpoints, type EndpointName } from '../../shared/central/contract.ts';
import { type Endpoint } from '../../shared/central/endpoint.ts';
import { LONG_PARTS } from '../../shared/patron-data/document.ts';
import { openApiDocument } from '../../server/http/openapi.ts';
import { PASSWORD } from '../../server/testing/network.ts';
import { documentPath } from './document.ts';
import { runningServer, type ContractDesk, type Request, type RunningServer } from './running-server.ts';

let server: RunningServer;
let desk: ContractDesk;
let plain: ContractDesk;
beforeAll(async () => {
  server = await runningServer();
  desk = await server.desk('north', 'lead');
  plain = await server.desk('north', 'desk');
});
afterAll(() => server.close());

const names = Object.keys(endpoints) as EndpointName[];
const title = { title: 'T', author: 'A' };
const dueAt = '2026-04-01T00:00:00Z';
const quoted = (tag: string) => ({ 'if-match': `"${tag}"` });
const lend = () => ({ id: uuidv7(), ...title, itemBarcode: '1', dueAt });
const reservation = () => ({ id: uuidv7(), ...title, pickupBranch: 'main' });
const debt = (amount = 500) => ({ id: uuidv7(), kind: 'lost', description: 'T', amount });

async function withPatron(sections?: object) {
  const patron = await desk.register(sections);
  return { patron, params: { patronId: patron.id } };
}

test('the committed document is current', () => {
  const committed: unknown = JSON.parse(readFileSync(documentPath, 'utf8'));
  expect(committed, 'run npm run generate').toEqual(JSON.parse(JSON.stringify(openApiDocument())));
});

test('the server gives the document away', async () => {
  const answer = await fetch(`${server.url}/openapi.json`);
  expect(await answer.json()).toMatchObject({ openapi: '3.1.0' });
});

describe('as asked', () => {
  test('sessions', async () => {
    expect((await server.send('describe')).body).toMatchObject({ kind: 'circdesk-reference' });
    const other = await server.desk('south', 'lead');
    const refreshed = await server.send('refresh', { body: { refreshToken: other.session.refreshToken } });
    expect(refreshed.status).toBe(201);
    expect(
      (await other.ask('signOut', { body: { waitingActs: [{ id: uuidv7(), patronId: uuidv7() }] } })).status,
    ).toBe(200);
  });

  test('reading', async () => {
    const { patron, params } = await withPatron();
    expect((await desk.ask('search', { query: { query: 'öberg ada' } })).body['total']).toBeGreaterThan(0);
    const read = await desk.ask('patron', { params });
    expect(read.headers.get('etag')).toBe(`"${patron.tag}"`);
    const section = await desk.ask('section', { params: { ...params, section: 'contact' } });
    expect(section.headers.get('etag')).toBe(`"${patron.sections['contact']?.tag ?? ''}"`);
    for (const name of ['standing', 'notifications', 'agreements', 'audit'] as const)
      expect((await desk.ask(name, { params })).status).toBe(200);
    expect((await desk.ask('snapshot', { query: { limit: 2 } })).status).toBe(200);
    const { epoch } = desk.session;
    expect((await desk.ask('changes', { query: { after: 0, epoch } })).status).toBe(200);
  });

  test('acts on patrons', async () => {
    const { patron, params } = await withPatron();
    const id = uuidv7();
    const key = uuidv7();
    const save = await desk.act('saveSection', {
      params: { ...params, section: 'contact' },
      body: { changes: { phones: ['070-1740605'] } },
      headers: { ...quoted(patron.sections['contact']?.tag ?? ''), 'idempotency-key': key },
    });
    expect(save.status).toBe(200);
    expect((await desk.ask('act', { params: { key } })).body['status']).toBe(200);
    const setPin = await desk.act('setPin', { params, body: { pin: '4711' } });
    expect(setPin.status).toBe(200);
    expect((await desk.act('block', { params, body: { id, comment: 'x' } })).status).toBe(201);
    expect((await desk.act('unblock', { params, body: { blocks: [id], comment: 'x' } })).status).toBe(200);
    const begun = await desk.act('exportPatronData', { params, body: { requester: 'patron' } });
    expect(begun.status).toBe(200);
    const { exportId, upTo } = begun.body as { exportId: string; upTo: string };
    for (const part of LONG_PARTS) {
      const page = await desk.ask('patronDataPart', {
        params: { ...params, exportId, part },
        query: { upTo },
      });
      expect(page.status).toBe(200);
    }
    const events = [{ id: uuidv7(), kind: 'looked', patronId: patron.id, at: dueAt }];
    expect((await desk.act('logEvents', { body: { events } })).status).toBe(200);
    const { tag } = (await desk.ask('patron', { params })).body as { tag: string };
    expect((await desk.act('deletePatron', { params, headers: quoted(tag) })).status).toBe(200);
  });

  test('circulation', async () => {
    const { params } = await withPatron({ card: { cards: [{ number: '4712', state: 'active' }] } });
    const [loan, held, owed] = [lend(), reservation(), debt()];
    expect((await desk.act('lend', { params, body: loan })).status).toBe(201);
    const ofLoan = { ...params, loanId: loan.id };
    expect((await desk.act('renew', { params: ofLoan, body: { dueAt } })).status).toBe(201);
    expect((await desk.act('returnLoan', { params: ofLoan })).status).toBe(200);
    expect((await desk.act('reserve', { params, body: held })).status).toBe(201);
    const ofReservation = { ...params, reservationId: held.id };
    expect((await desk.act('cancelReservation', { params: ofReservation })).status).toBe(200);
    expect((await desk.act('addDebt', { params, body: owed })).status).toBe(201);
    const ofDebt = { ...params, debtId: owed.id };
    expect((await desk.act('payDebt', { params: ofDebt, body: { amount: 500 } })).status).toBe(201);
    await desk.act('setPin', { params, body: { pin: '4711' } });
    const own = { library: 'north', cardNumber: '4712', pin: '4711' };
    expect((await server.send('patronSignIn', { body: own })).status).toBe(201);
  });
});

/** A request of each endpoint that would be fine, for patron `patronId`. */
const fine: Partial<Record<EndpointName, (patronId: string) => Request>> = {
  signIn: () => ({ body: { library: 'north', username: 'x', password: 'x', desk: uuidv7() } }),
  refresh: () => ({ body: { refreshToken: 'r.x' } }),
  patronSignIn: () => ({ body: { library: 'north', cardNumber: 'x1', pin: '1' } }),
  signOut: () => ({ body: { waitingActs: [] } }),
  search: () => ({ query: { query: 'x' } }),
  changes: () => ({ query: { after: 0, epoch: desk.session.epoch } }),
  act: () => ({ params: { key: uuidv7() } }),
  createPatron: (id) => ({ body: { id, sections: { personal: { familyName: 'X' } } } }),
  section: (patronId) => ({ params: { patronId, section: 'note' } }),
  saveSection: (patronId) => ({
    params: { patronId, section: 'note' },
    body: { changes: { staffNote: 'x' } },
    headers: quoted('x'),
  }),
  setPin: (patronId) => ({ params: { patronId }, body: { pin: '4711' } }),
  block: (patronId) => ({ params: { patronId }, body: { id: uuidv7(), comment: 'x' } }),
  unblock: (patronId) => ({ params: { patronId }, body: { blocks: [uuidv7()], comment: 'x' } }),
  deletePatron: (patronId) => ({ params: { patronId }, headers: quoted('x') }),
  lend: (patronId) => ({ params: { patronId }, body: lend() }),
  renew: (patronId) => ({ params: { patronId, loanId: uuidv7() }, body: { dueAt } }),
  returnLoan: (patronId) => ({ params: { patronId, loanId: uuidv7() } }),
  reserve: (patronId) => ({ params: { patronId }, body: reservation() }),
  cancelReservation: (patronId) => ({ params: { patronId, reservationId: uuidv7() } }),
  addDebt: (patronId) => ({ params: { patronId }, body: debt() }),
  payDebt: (patronId) => ({ params: { patronId, debtId: uuidv7() }, body: { amount: 1 } }),
  exportPatronData: (patronId) => ({ params: { patronId }, body: { requester: 'patron' } }),
  patronDataPart: (patronId) => ({
    params: { patronId, exportId: uuidv7(), part: 'payments' },
    query: { upTo: dueAt },
  }),
  logEvents: (patronId) => ({
    body: { events: [{ id: uuidv7(), kind: 'looked', patronId, at: dueAt }] },
  }),
};
const request = (name: EndpointName, patronId: string): Request =>
  fine[name]?.(patronId) ?? { params: { patronId } };

const of = (holds: (endpoint: Endpoint) => boolean) => names.filter((name) => holds(endpoints[name]));
const lists = (problem: Endpoint['problems'][number]) => of(({ problems }) => problems.includes(problem));
const acts = of(({ auth, method }) => auth === 'act' && method !== 'GET');

describe('problems', () => {
  test.each(of(({ auth }) => auth !== 'none'))('%s: signed-out', async (name) => {
    const answer = await server.send(name, request(name, uuidv7()));
    expect(answer.problem).toBe('signed-out');
  });

  test.each(of(({ permission }) => permission !== undefined))('%s: not-permitted', async (name) => {
    const { patron } = await withPatron();
    expect((await plain.act(name, request(name, patron.id))).problem).toBe('not-permitted');
  });

  test.each(of(({ params }) => params !== undefined))(
    '%s: bad-request for an id that is none',
    async (name) => {
      const params = Object.fromEntries(
        Object.keys(request(name, 'x').params ?? {}).map((part) => [part, 'x']),
      );
      expect((await desk.act(name, { ...request(name, 'x'), params })).problem).toBe('bad-request');
    },
  );

  test.each(of(({ body }) => body !== undefined))(
    '%s: bad-request for what is no JSON, too-large',
    async (name) => {
      const { patron } = await withPatron();
      const ask = request(name, patron.id);
      const json = { 'content-type': 'application/json' };
      const broken = await desk.act(name, { ...ask, body: '{"a":', headers: { ...ask.headers, ...json } });
      expect(broken.problem).toBe('bad-request');
      const large = JSON.stringify({ x: 'x'.repeat(300_000) });
      expect((await desk.act(name, { ...ask, body: large })).problem).toBe('too-large');
    },
  );

  test.each(lists('not-found'))('%s: not-found', async (name) => {
    expect((await desk.act(name, request(name, uuidv7()))).problem).toBe('not-found');
  });

  test.each(lists('patron-gone'))('%s: patron-gone', async (name) => {
    const { patron, params } = await withPatron();
    await desk.act('deletePatron', { params, headers: quoted(patron.tag) });
    expect((await desk.act(name, request(name, patron.id))).problem).toBe('patron-gone');
  });

  test.each(acts)('%s: key-required, key-reused, other-epoch', async (name) => {
    const { patron } = await withPatron();
    const ask = request(name, patron.id);
    expect((await desk.ask(name, ask)).problem).toBe('key-required');
    const other = await desk.act(name, { ...ask, headers: { ...ask.headers, 'circdesk-epoch': 'other' } });
    expect(other.problem).toBe('other-epoch');
    const key = uuidv7();
    const headers = { ...ask.headers, 'idempotency-key': key };
    await desk.act('block', { params: { patronId: patron.id }, body: { id: key, comment: 'x' }, headers });
    expect((await desk.act(name, { ...ask, headers })).problem).toBe('key-reused');
  });

  test.each(acts)('%s: already-done, long ago', async (name) => {
    const { patron } = await withPatron();
    const ask = request(name, patron.id);
    const act = uuidv7();
    server.central.parts.store.run('INSERT INTO done_act (act) VALUES (?)', act);
    const answer = await desk.act(name, { ...ask, headers: { ...ask.headers, 'circdesk-act': act } });
    expect(answer).toMatchObject({ problem: 'already-done', body: { applied: true } });
  });

  const bodies = acts.filter((name) => (endpoints[name] as Endpoint).body);
  test.each(bodies)('%s: invalid for a body of another shape', async (name) => {
    const { patron } = await withPatron();
    const answer = await desk.act(name, { ...request(name, patron.id), body: {} });
    expect(answer.problem).toBe('invalid');
    expect(answer.body['fields']).not.toEqual([]);
  });

  test.each(lists('stale-tag'))('%s: stale-tag, tag-required', async (name) => {
    const { patron } = await withPatron();
    const { params = {}, body } = request(name, patron.id);
    const ask = body === undefined ? { params } : { params, body };
    expect((await desk.act(name, { ...ask, headers: quoted('x') })).problem).toBe('stale-tag');
    expect((await desk.act(name, ask)).problem).toBe('tag-required');
  });

  test.each(lists('refused'))('%s: refused', async (name) => {
    const card = uuidv7();
    const { params } = await withPatron({ card: { cards: [{ number: card, state: 'active' }] } });
    const loan = lend();
    await desk.act('lend', { params, body: loan });
    await desk.act('setPin', { params, body: { pin: '4711' } });
    await desk.act('block', { params, body: { id: uuidv7(), comment: 'x' } });
    const own = { body: { library: 'north', cardNumber: card, pin: '4711' } };
    const renewal = { params: { ...params, loanId: loan.id }, body: { dueAt } };
    const asks: Partial<Record<EndpointName, Request>> = { patronSignIn: own, renew: renewal };
    expect((await desk.act(name, asks[name] ?? request(name, params.patronId))).problem).toBe('refused');
  });

  test('not-deletable and not-blocked', async () => {
    const { patron, params } = await withPatron();
    await desk.act('addDebt', { params, body: debt() });
    const kept = await desk.act('deletePatron', { params, headers: quoted(patron.tag) });
    expect(kept.problem).toBe('not-deletable');
    expect(kept.body['obstacles']).toEqual({ loans: 0, reservations: 0, debts: 1, guarantorFor: 0 });
    expect((await desk.act('unblock', request('unblock', patron.id))).problem).toBe('not-blocked');
  });

  test('wrong-credentials and account-locked, with Retry-After', async () => {
    const body = { library: 'north', username: 'lead', password: 'wrong', desk: uuidv7() };
    for (let n = 0; n < 5; n++)
      expect((await server.send('signIn', { body })).problem).toBe('wrong-credentials');
    const locked = await server.send('signIn', { body: { ...body, password: PASSWORD } });
    expect(locked.problem).toBe('account-locked');
    expect(Number(locked.headers.get('retry-after'))).toBeGreaterThan(0);
    const own = { library: 'north', cardNumber: 'nobody', pin: '1234' };
    for (let n = 0; n < 5; n++)
      expect((await server.send('patronSignIn', { body: own })).problem).toBe('wrong-credentials');
    expect((await server.send('patronSignIn', { body: own })).problem).toBe('account-locked');
    expect((await server.send('refresh', request('refresh', ''))).problem).toBe('signed-out');
  });

  test('account-locked, to a former session and to its grant', async () => {
    const left = await server.desk('south', 'lead');
    const { refreshToken, staff } = left.session;
    const { body } = await left.ask('signOut', {
      body: { waitingActs: [{ id: uuidv7(), patronId: uuidv7() }] },
    });
    server.central.staff.setLocked(staff.id, true);
    expect((await server.send('refresh', { body: { refreshToken } })).problem).toBe('account-locked');
    const authorization = `Bearer ${String(body['pushGrant'])}`;
    for (const name of of(({ byGrant }) => byGrant === true)) {
      const asked = request(name, uuidv7());
      const headers = { ...asked.headers, authorization, 'circdesk-desk': left.id };
      expect([name, (await server.send(name, { ...asked, headers })).problem]).toEqual([
        name,
        'account-locked',
      ]);
    }
    server.central.staff.setLocked(staff.id, false);
  });

  test('cursors', async () => {
    const changes = async (after: number, epoch = desk.session.epoch) =>
      (await desk.ask('changes', { query: { after, epoch } })).problem;
    expect(await changes(0, 'other')).toBe('other-epoch');
    expect(await changes(1e9)).toBe('cursor-unknown');
    server.central.parts.store.run("UPDATE library SET floor = 1 WHERE id = 'north'");
    expect(await changes(0)).toBe('cursor-too-old');
  });

  test('too-many, with Retry-After, for one session and not for another', async () => {
    const strict = await runningServer({ session: 5, signIn: 100 });
    const [a, b] = [await strict.desk('north', 'lead'), await strict.desk('north', 'desk')];
    const search = { query: { query: 'x' } };
    const answers = await Promise.all(Array.from({ length: 20 }, () => a.ask('search', search)));
    const refused = answers.filter(({ problem }) => problem === 'too-many');
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]?.headers.get('retry-after')).toBe('1');
    expect((await b.ask('search', search)).status).toBe(200);
    await strict.close();
  });

  test('internal says nothing of its cause', async () => {
    const broken = await runningServer();
    const member = await broken.desk('north', 'lead');
    broken.central.parts.records.find = () => {
      throw new Error('SELECT secret FROM patron');
    };
    const answer = await member.ask('patron', { params: { patronId: uuidv7() } });
    expect(answer.problem).toBe('internal');
    expect(JSON.stringify(answer.body)).not.toContain('secret');
    await broken.close();
  });

  test('an address that isn’t there', async () => {
    const answer = await fetch(`${server.url}/nothing`);
    expect(answer.status).toBe(404);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.headers.get('circdesk-epoch')).toBe(desk.session.epoch);
  });
});

test('every endpoint was seen to answer well, and with each problem that it lists', () => {
  const wanted = names.flatMap((name) => {
    const endpoint: Endpoint = endpoints[name];
    return [String(endpoint.status), ...endpoint.problems].map((what) => `${name} ${what}`);
  });
  expect(wanted.filter((what) => !server.seen.has(what))).toEqual([]);
});
