// Backups, restored servers and copied files: what the epoch, the tags and `durable` promise desks.
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { EndpointAnswer } from '../../shared/central/contract.ts';
import { problemOf, testNetwork, valueOf, type TestOptions } from '../testing/network.ts';
import { undoMigrations } from '../testing/older-database.ts';
import { markBackup, recordBackup } from './backup.ts';
import { historyFileAt } from './history-file.ts';
import { migrations } from './migrations.ts';
import { StartProblem, Store } from './store.ts';
import Database from 'better-sqlite3';

let folder: string;
let starts = 0;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'circdesk-history-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const path = (name: string) => join(folder, name);
const open = (options: TestOptions = {}) =>
  testNetwork({
    database: path('circdesk.sqlite'),
    historyFile: historyFileAt(path('history.json')),
    seed: `start ${starts++}`,
    ...options,
  });
type Network = ReturnType<typeof open>;

async function backup(network: Network, name: string): Promise<number> {
  const { store } = network.central.parts;
  await store.copyTo(path(name));
  const head = markBackup(path(name), 'now');
  recordBackup(store, head, 'now');
  return head;
}

/** Stops the server and puts a backup, or a plain copy, in the place of its database. */
function restore(network: Network, name: string): void {
  network.central.close();
  for (const end of ['-wal', '-shm']) rmSync(path(`circdesk.sqlite${end}`), { force: true });
  copyFileSync(path(name), path('circdesk.sqlite'));
}

test('a server that only starts again stays in its epoch', async () => {
  const first = open();
  const desk = await first.signIn('north', 'lead');
  await desk.register();
  const marks = first.central.marks();
  first.central.close();
  expect(open().central.marks()).toEqual(marks);
});

test('a server that starts from a backup is in a new epoch, once', async () => {
  const first = open();
  const { epoch } = first.central.marks();
  await backup(first, 'b1');
  restore(first, 'b1');
  const second = open();
  const minted = second.central.marks().epoch;
  expect(minted).not.toBe(epoch);
  second.central.close();
  expect(open().central.marks().epoch).toBe(minted);
});

test('a backup put back beside the log of a killed server is refused as it is, and starts once the log is set aside', async () => {
  const first = open();
  const desk = await first.signIn('north', 'lead');
  await desk.register();
  const { epoch } = first.central.marks();
  await backup(first, 'b1');
  for (let n = 0; n < 60; n++) await desk.register();
  copyFileSync(path('circdesk.sqlite-wal'), path('left'));
  restore(first, 'b1');
  copyFileSync(path('left'), path('circdesk.sqlite-wal'));
  expect(() => open()).toThrow(StartProblem);
  expect(() => open()).toThrow(
    /Set that file aside, whose name ends in -wal: see Restore in docs\/server\.md\.$/,
  );
  expect(readFileSync(path('circdesk.sqlite'))).toEqual(readFileSync(path('b1')));
  rmSync(path('circdesk.sqlite-wal'));
  expect(open().central.marks().epoch).not.toBe(epoch);
});

test('a server that was killed after it had started from a backup starts again on its own log', async () => {
  const first = open();
  await backup(first, 'b1');
  restore(first, 'b1');
  const second = open();
  const desk = await second.signIn('north', 'lead');
  await desk.register();
  const marks = second.central.marks();
  for (const end of ['', '-wal']) copyFileSync(path(`circdesk.sqlite${end}`), path(`killed${end}`));
  expect(open({ database: path('killed') }).central.marks()).toEqual(marks);
});

test('a server that was killed before an act was committed goes on in its epoch', async () => {
  const first = open();
  const desk = await first.signIn('north', 'lead');
  const patron = await desk.register();
  const { epoch } = first.central.marks();
  const { store, attempts } = first.central.parts;
  vi.spyOn(attempts, 'markApplied').mockImplementationOnce(() => {
    store.close();
    throw new Error('killed');
  });
  await expect(desk.block(patron, 'x')).rejects.toThrow();
  const second = open();
  expect([second.central.parts.history.wasRestored, second.central.marks().epoch]).toEqual([false, epoch]);
});

test('a file copied back, or without the note beside it, is in a new epoch', async () => {
  const first = open();
  const { epoch } = first.central.marks();
  const desk = await first.signIn('north', 'lead');
  await first.central.parts.store.copyTo(path('plain'));
  await desk.register();
  first.central.marks();
  restore(first, 'plain');
  const second = open();
  const minted = second.central.marks().epoch;
  expect(minted).not.toBe(epoch);
  second.central.close();
  rmSync(path('history.json'));
  expect(open().central.marks().epoch).not.toBe(minted);
});

test('a version from before the backup keeps its tag; a new one never gets the tag of one that was lost', async () => {
  const first = open();
  const desk = await first.signIn('north', 'lead');
  const patron = await desk.register();
  const contactTag = patron.sections.contact.tag;
  await backup(first, 'b1');
  const lost = await desk.save(patron, 'note', { staffNote: 'lost' });
  restore(first, 'b1');
  const second = open();
  const again = await second.signIn('north', 'lead');
  const restored = await again.patron(patron.id);
  expect(restored.sections.contact.tag).toBe(contactTag);
  expect(restored.sections.note.tag).toBe(patron.sections.note.tag);
  const other = await again.save(restored, 'note', { staffNote: 'other' });
  expect(other.status).toBe(200);
  expect(valueOf<{ tag: string }>(other).tag).not.toBe(valueOf<{ tag: string }>(lost).tag);
});

test('after a restore acts of the old epoch are refused, and replayed under their old keys have one effect', async () => {
  const first = open();
  const desk = await first.signIn('north', 'lead');
  const patron = await desk.register();
  const kept = { key: desk.newId(), act: desk.newId(), id: desk.newId() };
  const lost = { key: desk.newId(), act: desk.newId(), id: desk.newId() };
  await desk.block(patron, 'kept', kept);
  await backup(first, 'b1');
  await desk.block(patron, 'lost', lost);
  const { epoch } = first.central.marks();
  restore(first, 'b1');
  const second = open();
  const again = await second.signIn('north', 'lead');
  expect(problemOf(await again.block(patron, 'lost', { ...lost, epoch }))).toBe('other-epoch');
  expect((await again.block(patron, 'kept', kept)).status).toBe(201);
  expect((await again.block(patron, 'lost', lost)).status).toBe(201);
  expect((await again.patron(patron.id)).blocks.map(({ comment }) => comment).sort()).toEqual([
    'kept',
    'lost',
  ]);
});

test('after a restore a cursor of the old epoch gets no page', async () => {
  const first = open();
  const desk = await first.signIn('north', 'lead');
  await backup(first, 'b1');
  await desk.register();
  const { epoch, head } = first.central.marks();
  restore(first, 'b1');
  const second = open();
  const again = await second.signIn('north', 'lead');
  const now = second.central.marks().epoch;
  const changes = (query: object) => again.ask('changes', { query: { ...query } });
  expect(problemOf(await changes({ after: head, epoch }))).toBe('other-epoch');
  expect(problemOf(await changes({ after: head, epoch: now }))).toBe('cursor-unknown');
});

test('durable is the head of the older of the two newest backups, and never goes back', async () => {
  const network = open();
  const desk = await network.signIn('north', 'lead');
  const { durable } = network.central.marks();
  expect(durable).toBe(0);
  await desk.register();
  const one = await backup(network, 'b1');
  expect(network.central.marks().durable).toBe(one);
  const answer = await desk.act('logEvents', {
    body: {
      events: [{ id: desk.newId(), kind: 'looked', patronId: desk.newId(), at: '2026-01-01T00:00:00Z' }],
    },
  });
  expect(answer.status).toBe(200);
  await desk.register();
  const two = await backup(network, 'b2');
  expect(network.central.marks().durable).toBe(one);
  await backup(network, 'b3');
  expect(network.central.marks().durable).toBe(two);
});

test('a backup that is older than what desks rely on is refused, unless an administrator accepts the loss', async () => {
  const first = open();
  const desk = await first.signIn('north', 'lead');
  await backup(first, 'b1');
  await desk.register();
  await backup(first, 'b2');
  await backup(first, 'b3');
  first.central.marks();
  restore(first, 'b1');
  expect(() => open()).toThrow(StartProblem);
  const second = open({ acceptLoss: true });
  const again = await second.signIn('north', 'lead');
  const snapshot = (await again.ask('snapshot')).body as EndpointAnswer<'snapshot'>;
  expect(snapshot.total).toBe(0);
});

/** Monday's backup, Tuesday's, and a patron who was there before both; restored is Monday's. */
async function restoredToMonday() {
  const first = open();
  const desk = await first.signIn('north', 'lead');
  await backup(first, 'sunday');
  const patron = await desk.register();
  await backup(first, 'monday');
  for (let n = 0; n < 9; n++) await desk.register();
  await backup(first, 'tuesday');
  const { durable } = first.central.marks();
  restore(first, 'monday');
  const network = open();
  return { network, patron, durable, desk: await network.signIn('north', 'lead') };
}

test('after a restore desks rely on as much as before: an even older backup is still refused', async () => {
  const { network, durable } = await restoredToMonday();
  expect(network.central.marks().durable).toBe(durable);
  restore(network, 'sunday');
  expect(() => open()).toThrow(StartProblem);
  restore(network, 'tuesday');
  const again = open();
  expect(again.central.marks().durable).toBe(durable);
  restore(again, 'sunday');
  expect(() => open()).toThrow(StartProblem);
});

test('a backup from before an earlier restore is refused once desks rely on what was done since, however high its head', async () => {
  const { network, patron, desk } = await restoredToMonday();
  expect((await desk.block(patron, 'threatened staff')).status).toBe(201);
  await backup(network, 'wednesday');
  const blockedAt = network.central.marks().head;
  await backup(network, 'thursday');
  expect(network.central.marks().durable).toBe(blockedAt);
  restore(network, 'tuesday');
  expect(() => open()).toThrow(StartProblem);
  restore(network, 'thursday');
  const again = await open().signIn('north', 'lead');
  expect((await again.patron(patron.id)).blocks.map(({ comment }) => comment)).toEqual(['threatened staff']);
});

test('a loss that was accepted is no leave for another one', async () => {
  const { network, desk } = await restoredToMonday();
  await desk.register();
  await backup(network, 'wednesday');
  await backup(network, 'thursday');
  network.central.marks();
  restore(network, 'tuesday');
  const second = open({ acceptLoss: true });
  restore(second, 'monday');
  expect(() => open()).toThrow(StartProblem);
  restore(second, 'tuesday');
  expect(open().central.parts.history.wasRestored).toBe(true);
});

test('a server from before lineages were kept goes on in its epoch, and refuses what it refused', async () => {
  const first = open();
  const desk = await first.signIn('north', 'lead');
  for (const name of ['b1', 'b2', 'b3']) {
    await backup(first, name);
    await desk.register();
  }
  const { epoch, head, durable } = first.central.marks();
  first.central.close();
  for (const name of ['circdesk.sqlite', 'b1', 'b2']) {
    const before = new Database(path(name));
    undoMigrations(before, 9);
    before.close();
  }
  writeFileSync(path('history.json'), JSON.stringify({ epoch, head, durable }));
  const second = open();
  expect(second.central.marks()).toEqual({ epoch, head, durable });
  restore(second, 'b1');
  expect(() => open()).toThrow(StartProblem);
  restore(second, 'b2');
  expect(open().central.marks().durable).toBe(durable);
});

test('a database of a newer server is refused and left as it is; so is a file of another program', () => {
  const newer = new Database(path('newer'));
  newer.pragma(`user_version = ${migrations.length + 1}`);
  newer.close();
  expect(() => new Store(path('newer'))).toThrow(/newer server/);
  const other = new Database(path('other'));
  other.exec('CREATE TABLE recipes (title TEXT)');
  other.close();
  expect(() => new Store(path('other'))).toThrow(/not a database of this server/);
});

test('patrons from when lists had one order have the Swedish one too', async () => {
  const first = open();
  const desk = await first.signIn('north', 'lead');
  for (const familyName of ['Åberg', 'Zander']) await desk.register({ personal: { familyName } });
  first.central.close();
  const before = new Database(path('circdesk.sqlite'));
  undoMigrations(before, 5);
  before.close();
  const again = await open().signIn('north', 'lead');
  const answer = await again.ask('search', { query: { query: '*', order: 'sv' } });
  const { patrons } = answer.body as EndpointAnswer<'search'>;
  expect(patrons.map(({ familyName }) => familyName)).toEqual(['Zander', 'Åberg']);
});

test('answers from when they told what was lent tell it no more, nor do fingerprints', async () => {
  const first = open();
  const desk = await first.signIn('north', 'lead');
  const { id } = await desk.register();
  const key = desk.newId();
  const item = { title: 'Lent', author: 'A', itemBarcode: '1' };
  const body = { id: desk.newId(), ...item, dueAt: '2026-04-01T00:00:00Z' };
  const lent = await desk.act('lend', { params: { patronId: id }, body }, { key });
  first.central.close();
  const before = new Database(path('circdesk.sqlite'));
  undoMigrations(before, 13);
  before
    .prepare("UPDATE attempt SET body = ?, fingerprint = 'of the title' WHERE key = ?")
    .run(JSON.stringify(lent.body), key);
  before.close();
  const again = open();
  const sql = 'SELECT body, fingerprint FROM attempt WHERE key = ?';
  const kept = again.central.parts.store.row<{ body: string; fingerprint: string }>(sql, key);
  expect(kept?.fingerprint).toBe('');
  expect(JSON.parse(kept?.body ?? '')).toMatchObject({ value: { title: '', author: '', itemBarcode: '' } });
  expect(valueOf(lent)).toMatchObject(item);
});

test('migrations are numbered without gaps', () => {
  expect(migrations.map(({ version }) => version)).toEqual(migrations.map((_, index) => index + 1));
});
