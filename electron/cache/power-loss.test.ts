// The power goes between any two writes of SQLite's: the log is cut at every frame and in the middle of every frame, and
// the moving of its pages into the file after every page. What a desk was told is saved is there, and nothing by halves.
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { SqliteStore } from './sqlite-store.ts';
import { actOf, deskIdOf, EPOCH, fill, Folders, LIBRARY, patronOf, renamed, STAFF } from './testing.ts';

const folders = new Folders();
afterEach(() => folders.removeAll());

const PAGE = 4096;
const LOG_HEADER = 32;
const FRAME = 24 + PAGE;
const STATES = ['waiting', 'sent', 'confirmed', 'conflict', 'refused', 'withdrawn'] as const;

const logOf = (folder: string, file: string) => readFileSync(join(folder, `${file}-wal`));
const framesIn = (log: Buffer) => (log.length - LOG_HEADER) / FRAME;

const outboxOf = async (store: SqliteStore) =>
  JSON.stringify([await store.acts([...STATES]), await store.logEvents(LIBRARY, 50)]);

const copyOf = async (store: SqliteStore, patrons: number) => {
  const state = await store.pullState(LIBRARY);
  const ids = Array.from({ length: patrons }, (_, n) => patronOf(n + 1).id);
  const held = await Promise.all(ids.map((id) => store.patron(LIBRARY, id)));
  return JSON.stringify([state, held.map((view) => view?.patron ?? null)]);
};

interface Told {
  /** How far the log reached when the desk was told. */
  frames: number;
  state: string;
}

/** The files as a cut of the power leaves them: of `file` so many bytes of its log. */
function cutAt(folder: string, file: string, log: Buffer, bytes: number): string {
  const cut = folders.make();
  for (const name of ['outbox.db', 'copy.db', 'key-check'])
    if (existsSync(join(folder, name))) copyFileSync(join(folder, name), join(cut, name));
  writeFileSync(join(cut, `${file}-wal`), log.subarray(0, bytes));
  return cut;
}

/** Every place where the log may end, with what must be there then. */
function* cuts(log: Buffer, told: readonly Told[]) {
  for (let frame = 0; frame <= framesIn(log); frame++) {
    const state = told.findLast(({ frames }) => frames <= frame)?.state;
    const bytes = LOG_HEADER + frame * FRAME;
    yield { bytes, state };
    if (bytes + FRAME / 2 < log.length) yield { bytes: bytes + FRAME / 2, state };
  }
}

test('an act that a desk was told is saved outlives a cut of the outbox at any write', async () => {
  const { folder, store } = folders.open();
  const told: Told[] = [];
  const tell = async () => {
    told.push({ frames: framesIn(logOf(folder, 'outbox.db')), state: await outboxOf(store) });
  };
  await tell();
  for (let n = 1; n <= 8; n++) {
    const act = await store.append(actOf(n, n % 3, renamed(`Name ${n} ${'x'.repeat(n * 400)}`)));
    await tell();
    await store.update(act.id, { state: 'sent', tries: 1 });
    await tell();
    if (n % 2 === 0) await store.update(act.id, { state: 'confirmed', confirmed: null });
    await tell();
    await store.appendLogEvent({
      ...{ id: deskIdOf(n + 500), library: LIBRARY, patronId: patronOf(n).id, staff: STAFF },
      ...{ kind: 'looked', at: '2026-11-24T10:00:00.000Z' },
    });
    await tell();
  }
  const log = logOf(folder, 'outbox.db');
  let opened = 0;
  for (const { bytes, state } of cuts(log, told)) {
    const cut = cutAt(folder, 'outbox.db', log, bytes);
    // The first start, cut off: it makes the copy afterwards.
    if (state === undefined) rmSync(join(cut, 'copy.db'));
    const { store: again, report } = folders.open(cut);
    expect(report).toMatchObject({
      outbox: state === undefined ? expect.stringMatching(/^(new|kept)$/) : 'kept',
      lost: 0,
    });
    if (state !== undefined) expect(await outboxOf(again)).toBe(state);
    await again.close();
    opened++;
  }
  expect(opened).toBeGreaterThan(50);
}, 120_000);

test("the copy's rows and its position are as of the same page after a cut at any write", async () => {
  const { folder, store } = folders.open();
  const patrons = Array.from({ length: 12 }, (_, n) => patronOf(n + 1));
  await fill(store, patrons);
  const told: Told[] = [];
  const tell = async () => {
    told.push({ frames: framesIn(logOf(folder, 'copy.db')), state: await copyOf(store, patrons.length) });
  };
  await tell();
  for (let page = 1; page <= 6; page++) {
    const renamedPatrons = [1, 2, 3].map((n) =>
      patronOf(((page * 2 + n) % 11) + 1, { personal: { familyName: `Page ${page}` } }),
    );
    await store.applyChanges(
      LIBRARY,
      [
        ...renamedPatrons.map((patron) => ({ kind: 'patron' as const, patron })),
        ...(page === 4 ? [{ kind: 'deleted' as const, patronId: patronOf(12).id }] : []),
      ],
      100 + page * 10,
      EPOCH,
      null,
    );
    await tell();
  }
  const log = logOf(folder, 'copy.db');
  const first = told[0]?.frames ?? 0;
  for (const { bytes, state } of cuts(log, told)) {
    // How a first fill that was cut off goes on is another test's.
    if (bytes < LOG_HEADER + first * FRAME) continue;
    const { store: again, report } = folders.open(cutAt(folder, 'copy.db', log, bytes));
    expect(report.copy).toBe('kept');
    expect(await copyOf(again, patrons.length)).toBe(state);
    await again.close();
  }
}, 120_000);

test('the log is moved into the file page by page, and a cut after any of them loses nothing', async () => {
  const { folder, store } = folders.open();
  for (let n = 1; n <= 30; n++) await store.append(actOf(n, n % 7, renamed(`Name ${n} ${'x'.repeat(600)}`)));
  const state = await outboxOf(store);
  const log = logOf(folder, 'outbox.db');
  const before = readFileSync(join(folder, 'outbox.db'));
  await store.close();
  const after = readFileSync(join(folder, 'outbox.db'));
  expect(existsSync(join(folder, 'outbox.db-wal'))).toBe(false);
  for (let page = 0; page <= after.length / PAGE; page++) {
    const cut = cutAt(folder, 'outbox.db', log, log.length);
    const moved = after.subarray(0, page * PAGE);
    writeFileSync(join(cut, 'outbox.db'), Buffer.concat([moved, before.subarray(moved.length)]));
    const { store: again, report } = folders.open(cut);
    expect(report.outbox).toBe('kept');
    expect(await outboxOf(again)).toBe(state);
    await again.close();
  }
}, 120_000);
