// The logs that nobody rewrites: who did what with a patron's data, and who signed in.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, describe, expect, test } from 'vitest';
import type { EndpointAnswer } from '../shared/central/contract.ts';
import { LOOK_LASTS } from '../shared/clock.ts';
import { PERMISSIONS } from '../shared/permissions.ts';
import { DAY, daysFrom } from './ports.ts';
import { SignInLog } from './sessions/sign-in-log.ts';
import { entries } from './testing/audit.ts';
import { problemOf, testNetwork, type TestDesk } from './testing/network.ts';

const { central } = testNetwork();
afterAll(() => central.close());

test('the log takes no change and no deletion from what runs in the server', () => {
  const { store, audit, records } = central.parts;
  const library = 'north';
  const patronId = '0d7f5b7c-9a10-4e7e-9c5e-3f0e9a526a37';
  audit.log({ library, patronId, staff: 'x', kind: 'looked', detail: 'true' });
  const [entry] = audit.entries(library, patronId);
  const id = entry?.id ?? '';
  expect(() => store.run("UPDATE audit SET detail = 'false' WHERE id = ?", id)).toThrow('append-only');
  expect(() => store.run('DELETE FROM audit WHERE id = ?', id)).toThrow('append-only');
  expect(audit.log({ library, patronId, staff: 'x', kind: 'looked', detail: 'false', id })).toBe(false);
  expect(audit.entries(library, patronId)).toEqual([entry]);
  expect(records.find(library, patronId).ok).toBe(false);
});

test('neither it nor that of sign-ins takes no change, deletion or replacement from another program', () => {
  const folder = mkdtempSync(join(tmpdir(), 'circdesk-'));
  const database = join(folder, 'circdesk.sqlite');
  const { central } = testNetwork({ database });
  const { audit, clock, store } = central.parts;
  for (const id of ['a', 'b'])
    audit.log({ id, library: 'north', patronId: 'p', staff: 's', kind: 'looked', detail: 'true' });
  new SignInLog(store, clock).note('wrong password', { staff: 's', desk: 'd' });
  const program = new Database(database);
  const logs = () => [
    ...program.prepare('SELECT * FROM audit').all(),
    ...program.prepare('SELECT * FROM sign_in_event').all(),
  ];
  const before = logs();
  for (const statement of [
    "INSERT OR REPLACE INTO audit SELECT id, library, patron_id, staff, kind, at, 'false', keep_until FROM audit",
    "INSERT OR REPLACE INTO sign_in_event SELECT number, at, 'x', desk, event, keep_until FROM sign_in_event",
  ])
    program.exec(statement);
  for (const statement of [
    "UPDATE OR REPLACE audit SET id = 'b' WHERE id = 'a'",
    'UPDATE sign_in_event SET number = 7',
    'DELETE FROM audit',
    'DELETE FROM sign_in_event',
  ])
    expect(() => program.exec(statement)).toThrow('append-only');
  expect(logs()).toEqual(before);
  new SignInLog(store, clock).note('signed in', { staff: 's', desk: 'd' });
  expect(logs()).toHaveLength(before.length + 1);
  program.close();
  central.close();
  rmSync(folder, { recursive: true });
});

test('the log lets go of entries when their time is over, and not before', () => {
  const { audit, clock } = central.parts;
  const patronId = '0d7f5b7c-9a10-4e7e-9c5e-3f0e9a526a38';
  audit.log({ library: 'north', patronId, staff: 'x', kind: 'looked', detail: '' });
  audit.expire(daysFrom(clock, 29));
  expect(audit.entries('north', patronId)).toHaveLength(1);
  audit.expire(daysFrom(clock, 31));
  expect(audit.entries('north', patronId)).toEqual([]);
});

describe('the audit log', () => {
  test('says who looked, changed and deleted, and stays after the patron is gone', async () => {
    const network = testNetwork();
    const desk = await network.signIn('north', 'lead');
    const patron = await desk.register();
    await desk.save(await desk.patron(patron.id), 'contact', { phones: ['070-1740605'] });
    await desk.delete(await desk.patron(patron.id));
    const log = await entries(desk, patron.id);
    expect(log.map(({ kind }) => kind).sort()).toEqual(['changed', 'created', 'deleted', 'looked', 'looked']);
    expect(log.every(({ staff }) => staff === 'lead of north')).toBe(true);
    expect(JSON.stringify(log)).not.toContain('070-1740605');
  });

  test('takes looks that a desk made from its copy, each once', async () => {
    const network = testNetwork();
    const desk = await network.signIn('north', 'lead');
    const patron = await desk.register();
    const south = await network.signIn('south', 'lead');
    const event = { id: desk.newId(), kind: 'looked', patronId: patron.id, at: '2026-02-28T09:00:00.000Z' };
    const log = (from: TestDesk, events: unknown[]) => from.act('logEvents', { body: { events } });
    expect((await log(desk, [event, { ...event, id: desk.newId() }])).body).toEqual({ logged: 2 });
    expect((await log(desk, [event])).body).toEqual({ logged: 0 });
    expect((await log(south, [{ ...event, id: desk.newId() }])).body).toEqual({ logged: 0 });
    const looks = (await entries(desk, patron.id)).filter(({ detail }) => detail === 'copy');
    expect(looks.map(({ at }) => at)).toEqual([event.at, event.at]);
  });

  test('has a look again that follows none of today, though one was logged by a clock that was ahead', async () => {
    const network = testNetwork();
    const { id } = await (await network.signIn('north', 'lead')).register();
    const openAgain = async () => {
      const desk = await network.signIn('north', 'lead');
      await desk.ask('patron', { params: { patronId: id }, query: { again: '1' } });
      return (await entries(desk, id)).filter(({ kind }) => kind === 'looked').length;
    };
    network.clock.pass(365 * DAY);
    expect([await openAgain(), await openAgain()]).toEqual([1, 1]);
    network.clock.pass(-365 * DAY);
    expect([await openAgain(), await openAgain()]).toEqual([2, 2]);
  });

  test('has everybody’s own look at a patron who is read again: a colleague’s, one of long ago, or at somebody else stands in for none', async () => {
    const network = testNetwork();
    const lead = await network.signIn('north', 'lead');
    const { id } = await lead.register();
    await lead.patron((await lead.register()).id);
    const openAgain = async (username: string) => {
      const desk = await network.signIn('north', username);
      await desk.ask('patron', { params: { patronId: id }, query: { again: '1' } });
      return (await entries(desk, id)).filter(({ kind }) => kind === 'looked').length;
    };
    const { staff } = network.central;
    const colleague = staff.byUsername('north', 'desk')?.id ?? '';
    for (const permission of PERMISSIONS) staff.grant(colleague, permission);
    expect([await openAgain('lead'), await openAgain('desk'), await openAgain('desk')]).toEqual([1, 2, 2]);
    network.clock.pass(LOOK_LASTS + 1);
    expect([await openAgain('lead'), await openAgain('lead')]).toEqual([3, 3]);
  });

  test('has each one’s reads that were refused: a colleague’s, or one that was of somebody else or of another kind, hides none', async () => {
    const network = testNetwork();
    const lead = await network.signIn('north', 'lead');
    const [{ id }, other] = [await lead.register(), await lead.register()];
    for (const permission of PERMISSIONS) network.central.staff.revoke(lead.session.staff.id, permission);
    for (const desk of [lead, await network.signIn('north', 'desk')])
      for (let time = 0; time < 2; time++)
        expect(problemOf(await desk.ask('audit', { params: { patronId: id } }))).toBe('not-permitted');
    expect(problemOf(await lead.ask('audit', { params: { patronId: other.id } }))).toBe('not-permitted');
    const part = { patronId: id, exportId: lead.newId(), part: 'payments' };
    const query = { upTo: '2026-03-01T10:00:00.000Z', limit: 1 };
    expect(problemOf(await lead.ask('patronDataPart', { params: part, query }))).toBe('not-permitted');
    const entriesOf = (patronId: string) => network.central.parts.audit.entries('north', patronId);
    const log = entriesOf(id);
    const refused = log.filter(({ kind }) => kind === 'refused').map(({ staff }) => staff);
    expect(refused.sort()).toEqual(['desk of north', 'lead of north', 'lead of north']);
    expect(entriesOf(other.id).filter(({ kind }) => kind === 'refused')).toHaveLength(1);
  });

  test('dates nothing later than now, where it would stand on top of all else for good, and in no patron data file', async () => {
    const network = testNetwork();
    const desk = await network.signIn('north', 'lead');
    const patron = await desk.register();
    const event = { id: desk.newId(), kind: 'looked', patronId: patron.id, at: '2999-01-01T00:00:00Z' };
    expect((await desk.act('logEvents', { body: { events: [event] } })).body).toEqual({ logged: 1 });
    const [look] = (await entries(desk, patron.id)).filter(({ detail }) => detail === 'copy');
    expect(Date.parse(look?.at ?? '')).toBe(network.clock.now());
  });

  test('comes by pages, so that nobody makes it too long to be read', async () => {
    const network = testNetwork();
    const desk = await network.signIn('north', 'lead');
    const patron = await desk.register();
    const params = { patronId: patron.id };
    for (let look = 0; look < 4; look++) await desk.patron(patron.id);
    const whole = await entries(desk, patron.id);
    const pages: EndpointAnswer<'audit'>[] = [];
    for (let next: string | null | undefined; next !== null; next = pages.at(-1)?.next ?? null) {
      const query = { limit: 2, ...(next && { after: next }) };
      pages.push((await desk.ask('audit', { params, query })).body as EndpointAnswer<'audit'>);
    }
    expect(pages.map((page) => page.entries.length)).toEqual([2, 2, 1]);
    expect(pages.flatMap((page) => page.entries)).toEqual(whole);
    const nowhere = await desk.ask('audit', { params, query: { after: 'nowhere' } });
    expect(problemOf(nowhere)).toBe('bad-request');
  });

  test('takes so many looks of one member of staff at a desk in an hour; the rest waits, and nobody elsewhere', async () => {
    const network = testNetwork();
    const lead = await network.signIn('north', 'lead');
    const patron = await lead.register();
    const at = '2026-02-28T09:00:00.000Z';
    const looks = (desk: TestDesk, count: number) =>
      Array.from({ length: count }, () => ({ id: desk.newId(), kind: 'looked', patronId: patron.id, at }));
    const logOne = (desk: TestDesk) => desk.act('logEvents', { body: { events: looks(desk, 1) } });
    const there = lead.newId();
    for (let call = 0; call < 10; call++) {
      const desk = await network.signIn('north', 'desk', there);
      const answer = await desk.act('logEvents', { body: { events: looks(desk, 500) } });
      expect(answer.body).toEqual({ logged: 500 });
    }
    const attempt = { key: lead.newId(), act: lead.newId() };
    const body = { events: looks(lead, 1) };
    const again = async () =>
      (await network.signIn('north', 'desk', there)).act('logEvents', { body }, attempt);
    const answer = await again();
    expect(answer.status).toBe(429);
    for (const colleague of [
      await network.signIn('north', 'desk'),
      await network.signIn('north', 'lead', there),
    ])
      expect((await logOne(colleague)).body).toEqual({ logged: 1 });
    network.clock.pass(Date.parse((answer.body as { retryAt: string }).retryAt) - network.clock.now());
    expect((await again()).body).toEqual({ logged: 1 });
  });

  test('takes no more of one member of staff for saying to be at ever new desks', async () => {
    const network = testNetwork();
    const patron = await (await network.signIn('north', 'lead')).register();
    const at = '2026-02-28T09:00:00.000Z';
    const log = async () => {
      const desk = await network.signIn('north', 'desk');
      const look = () => ({ id: desk.newId(), kind: 'looked', patronId: patron.id, at });
      return (await desk.act('logEvents', { body: { events: Array.from({ length: 500 }, look) } })).status;
    };
    for (let call = 0; call < 40; call++) expect(await log()).toBe(200);
    expect(await log()).toBe(429);
  });

  test('can’t be changed, and can’t be cut before its time; then it goes, and so do lifted blocks', async () => {
    const network = testNetwork();
    const desk = await network.signIn('north', 'lead');
    const patron = await desk.register();
    const blockId = desk.newId();
    await desk.block(patron, 'x', { id: blockId });
    const params = { patronId: patron.id };
    await desk.act('unblock', { params, body: { blocks: [blockId], comment: 'x' } });
    const { store } = network.central.parts;
    expect(() => store.run("UPDATE audit SET staff = 'x'")).toThrow(/append-only/);
    expect(() => store.run('DELETE FROM audit')).toThrow(/append-only/);
    const count = (table: 'audit' | 'block') => store.rows(`SELECT id FROM ${table}`).length;
    network.passDays(21);
    expect([count('audit'), count('block')]).toEqual([3, 0]);
    network.passDays(10);
    expect(count('audit')).toBe(0);
  });
});
