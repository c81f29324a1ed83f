// The logs that nobody rewrites: who did what with a patron's data, and who signed in.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, expect, test } from 'vitest';
import { daysFrom } from './ports.ts';
import { SignInLog } from './sessions/sign-in-log.ts';
import { testNetwork } from './testing/network.ts';

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
