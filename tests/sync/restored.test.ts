// A server that goes on from a backup of itself: what desks had been told is done, is done in the restored history, too,
// once and in its order.
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { markBackup, recordBackup } from '../../server/store/backup.ts';
import { StartProblem } from '../../server/store/store.ts';
import { testNetwork } from '../../server/testing/network.ts';
import { BLOCK_PATRON } from '../../shared/permissions.ts';
import { cut, Desk, goodLine } from './desk.ts';
import { afterwards, started } from './filled.ts';

/** A desk with its copy of one patron, at a server that can be restored from the backups that are made of it. */
async function restorable() {
  const folder = mkdtempSync(join(tmpdir(), 'circdesk-restored-'));
  afterwards(() => rmSync(folder, { recursive: true }));
  const [database, copy] = [join(folder, 'live.sqlite'), join(folder, 'copy.sqlite')];
  const network = testNetwork({ database });
  afterwards(() => network.central.close());
  const colleague = await network.signIn('north', 'lead');
  const patron = await colleague.register({ note: { staffNote: 'before' } });
  const desk = await started(new Desk({ central: () => network.central, clock: network.clock }));
  await desk.signIn();
  const { patrons } = desk.parts;
  return {
    ...{ network, desk, colleague, patron },
    writeNote: async (staffNote: string) => {
      const { note } = (await patrons.read(patron.id, false)).patron.sections;
      await patrons.saveSection(patron.id, 'note', structuredClone(note), { staffNote });
    },
    backUp: () => network.central.parts.store.copyTo(copy),
    /** As the command does: desks forget what the two newest hold. */
    async backUpFor(day: string) {
      const { store } = network.central.parts;
      const file = join(folder, day);
      await store.copyTo(file);
      recordBackup(store, markBackup(file, day), day);
      await desk.sync();
      return file;
    },
    /** The desk hears of it, and sends again what it has to. */
    async restore(backup = copy, username = 'lead') {
      const { epoch } = await desk.store.pullState('north');
      network.restart(() => {
        for (const end of ['', '-wal', '-shm']) rmSync(database + end, { force: true });
        copyFileSync(backup, database);
      });
      expect(network.central.marks().epoch).not.toBe(epoch);
      await desk.signIn(username);
      await desk.sync();
    },
    /** What is there in the end, at the server and in the copy. */
    async patronNow() {
      const { records } = network.central.parts;
      const found = records.find('north', patron.id);
      const now = found.ok ? records.whole(found.value) : undefined;
      expect((await desk.store.patron('north', patron.id))?.patron).toEqual(now);
      return now;
    },
    /** In which history each of the desk's acts is done. */
    async doneIn() {
      const acts = await desk.store.acts(['waiting', 'sent', 'conflict', 'refused', 'confirmed']);
      return acts.map(({ state, confirmed }) =>
        state === 'confirmed' && confirmed?.epoch === network.central.marks().epoch ? 'this' : state,
      );
    },
  };
}

test("from yesterday's backup: what it had confirmed since goes out again, once, in its order", async () => {
  const { desk, patron, backUp, restore, writeNote, patronNow, doneIn } = await restorable();
  await backUp();
  await desk.parts.patrons.block(patron.id, 'After the backup.');
  await writeNote('after the backup');
  await desk.sync();
  expect(await desk.store.acts(['confirmed'])).toHaveLength(2);
  await restore();
  const now = await patronNow();
  expect(now?.blocks.map(({ comment }) => comment)).toEqual(['After the backup.']);
  expect(now?.sections.note.values).toEqual({ staffNote: 'after the backup' });
  expect(await doneIn()).toEqual(['this', 'this']);
});

test('what a restore may hold is never called what has never left: nobody lets go of it while its author is away', async () => {
  const { network, desk, colleague, patron, backUp, restore, doneIn } = await restorable();
  await desk.parts.patrons.block(patron.id, 'Took the till.');
  await desk.sync();
  await backUp();
  await colleague.block(patron, 'Lost by the restore.');
  const { session, deskActs } = desk.parts;
  await session.signOut();
  await session.end();
  await restore(undefined, 'desk');
  expect(await doneIn()).toEqual(['waiting']);
  const [act] = await deskActs.list();
  expect(act).toMatchObject({ needsAuthor: true, neverLeft: false });
  network.central.staff.grant(network.central.staff.byUsername('north', 'desk')?.id ?? '', BLOCK_PATRON);
  await session.signOut();
  await desk.signIn('desk');
  await expect(deskActs.withdraw(act?.id ?? '')).rejects.toMatchObject({ error: { code: 'notUndecided' } });
});

test('what a colleague wrote just so is done all the same, where a restore has taken theirs back', async () => {
  const { desk, colleague, patron, backUp, restore, writeNote, patronNow, doneIn } = await restorable();
  await backUp();
  desk.line.asked = cut;
  await writeNote('the same');
  await colleague.save(patron, 'note', { staffNote: 'the same' });
  desk.line = goodLine();
  await desk.sync();
  expect(await doneIn()).toEqual(['this']);
  await restore();
  expect(await doneIn()).toEqual(['this']);
  expect((await patronNow())?.sections.note.values).toEqual({ staffNote: 'the same' });
});

test('what a colleague wrote just so came before what this desk did next, where a restore kept both', async () => {
  const { desk, colleague, patron, backUp, restore, writeNote, patronNow, doneIn } = await restorable();
  desk.line.asked = cut;
  await writeNote('the same');
  await colleague.save(patron, 'note', { staffNote: 'the same' });
  desk.line = goodLine();
  await desk.sync();
  await writeNote('next');
  await desk.sync();
  await backUp();
  await colleague.block(patron, 'Lost by the restore.');
  await restore();
  expect(await doneIn()).toEqual(['this', 'this']);
  expect((await patronNow())?.sections.note.values).toEqual({ staffNote: 'next' });
});

test('of two restores, one after the other, neither loses what the desk has forgotten', async () => {
  const { desk, colleague, patron, backUpFor, restore, patronNow } = await restorable();
  const sunday = await backUpFor('sunday');
  await desk.parts.patrons.block(patron.id, 'Threatened staff.');
  await desk.sync();
  const monday = await backUpFor('monday');
  await colleague.block(patron, 'Lost by the restore.');
  await backUpFor('tuesday');
  expect(await desk.store.acts(['waiting', 'sent', 'confirmed'])).toEqual([]);
  await restore(monday);
  await expect(restore(sunday)).rejects.toThrow(StartProblem);
  await restore(monday);
  expect((await patronNow())?.blocks.map(({ comment }) => comment)).toEqual(['Threatened staff.']);
});
