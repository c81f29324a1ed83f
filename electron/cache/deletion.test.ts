import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { NewAct, OutboxAct } from './act.ts';
import { EncryptedFile } from './encrypted-file.ts';
import type { SqliteStore } from './sqlite-store.ts';
import { actOf, AT, deskIdOf, EPOCH, fill, Folders, idOf, KEY, LIBRARY, patronOf } from './testing.ts';

const folders = new Folders();
afterEach(() => folders.removeAll());

const others = Array.from({ length: 400 }, (_, n) =>
  patronOf(n + 10, { personal: { familyName: `Andersson${n}` }, cards: [`C${n}`], note: `Note ${n}` }),
);
const planted = patronOf(1, {
  personal: { familyName: 'Quixotova', nationalId: '19010203-9999' },
  contact: { emails: ['quix@example.org'] },
  cards: ['QX777'],
  note: 'Zanzibar',
});
const WORDS = [
  'Quixotova',
  'quixotova',
  'uixoto',
  '19010203',
  '9999',
  'QX777',
  'qx777',
  'quix',
  'Zanzibar',
  'Teapot',
  idOf(1),
];
const confirmed = { epoch: EPOCH, head: 1000, at: AT };

/** The decrypted bytes of a file and of what its log still holds. */
function decrypted(folder: string, name: string): Buffer {
  const file = EncryptedFile.openToRead(join(folder, name), KEY);
  const bytes = file.decrypted();
  file.close();
  return bytes;
}
const left = (bytes: Buffer) => WORDS.filter((word) => bytes.includes(word));

test("a deleted patron's values are gone from the decrypted bytes of both files", async () => {
  const { store, folder } = await folders.filled([...others.slice(0, 200), planted, ...others.slice(200)]);
  await store.append(
    actOf(
      1,
      1,
      {
        kind: 'saveSection',
        section: 'personal',
        base: { values: { familyName: 'Quixotova' }, tag: 'x' },
        changes: { familyName: 'Teapot' },
      },
      { patronName: 'Quixotova', state: 'confirmed', confirmed },
    ),
  );
  await store.append(actOf(2, 1, { kind: 'block', comment: 'Teapot' }, { state: 'confirmed', confirmed }));
  const patron = { ...planted, totalDebt: 'Teapot' };
  await store.applyChanges(LIBRARY, [{ kind: 'patron', position: 101, patron }], 101, EPOCH, AT);
  expect(left(decrypted(folder, 'copy.db')).sort()).toEqual([...WORDS].sort());
  expect(left(decrypted(folder, 'outbox.db'))).toContain('Teapot');

  const deleted = [{ kind: 'deleted', position: 102, patronId: idOf(1) }];
  expect(await store.applyChanges(LIBRARY, deleted, 102, EPOCH, AT)).toEqual([idOf(1)]);
  expect(left(decrypted(folder, 'copy.db'))).toEqual([]);
  // The outbox keeps of it whom the acts were about: id, key and kind.
  expect(left(decrypted(folder, 'outbox.db'))).toEqual([idOf(1)]);
  for (const name of ['copy.db-wal', 'outbox.db-wal'])
    expect(readFileSync(join(folder, name))).toHaveLength(0);

  expect(await store.acts(['confirmed'])).toEqual([]);
  const act = await store.act(deskIdOf(1));
  expect(act).toMatchObject<Partial<OutboxAct>>({
    wiped: true,
    key: actOf(1, 1, { kind: 'block', comment: 'x' }).key,
    patronName: '',
    deed: { kind: 'saveSection', section: 'personal', base: { values: {}, tag: 'x' }, changes: {} },
  });
  expect((await store.search(LIBRARY, 'andersson', 0, 1)).total).toBe(400);
  const { patron: kept } = (await store.patron(LIBRARY, idOf(10))) ?? {};
  expect(kept).toEqual(others[0]);
});

test('of what another version of the desk did on a deleted patron nothing is left that was typed', async () => {
  const { store } = await folders.filled([planted]);
  const deed = { kind: 'warn', words: ['Teapot'] } as unknown as NewAct['deed'];
  const told = { patronName: 'Quixotova', state: 'confirmed', confirmed, deedVersion: 99 } as const;
  await store.append(actOf(1, 1, deed, told));
  await store.applyChanges(LIBRARY, [{ kind: 'deleted', position: 101, patronId: idOf(1) }], 101, EPOCH, AT);
  expect(await store.act(deskIdOf(1))).toMatchObject({ wiped: true, patronName: '', deed: { kind: 'warn' } });
  expect(JSON.stringify(await store.act(deskIdOf(1)))).not.toContain('Teapot');
});

test('what still waits about a deleted patron keeps its text, for staff to deal with', async () => {
  const { store } = await folders.filled([planted]);
  await store.append(actOf(1, 1, { kind: 'block', comment: 'Teapot' }));
  await store.applyChanges(LIBRARY, [{ kind: 'deleted', position: 101, patronId: idOf(1) }], 101, EPOCH, AT);
  expect(await store.acts(['waiting'])).toMatchObject([{ deed: { comment: 'Teapot' }, wiped: false }]);
});

/** Fills anew beside what is there, up to position 100. */
async function filledAnew(store: SqliteStore, patrons: readonly unknown[], everybody: boolean) {
  await store.beginFill(LIBRARY, EPOCH, 100, patrons.length);
  await store.fillPage(LIBRARY, patrons, null, patrons.length);
  await store.finishFill(LIBRARY, everybody);
}
const done = (head: number, epoch = EPOCH) =>
  ({ state: 'confirmed', confirmed: { epoch, head, at: AT } }) as const;

test('who is missing from a copy of everybody was deleted: what is settled about them is emptied, and nothing else', async () => {
  const { store } = folders.open();
  const acts: [patron: number, Partial<NewAct>][] = [
    [1, done(100)],
    [1, { state: 'withdrawn' }],
    [1, { state: 'waiting' }],
    [1, { state: 'sent' }],
    [1, { state: 'conflict' }],
    [1, { state: 'refused' }],
    // Registered, perhaps, once the fill had begun.
    [1, done(101)],
    // Of a history that the server lost.
    [1, done(50, 'epoch-0')],
    // Of another version.
    [1, { ...done(100), deedVersion: 99 }],
    [2, done(100)],
    [3, done(100)],
  ];
  for (const [at, [patron, told]] of acts.entries())
    await store.append(actOf(at, patron, { kind: 'block', comment: 'Teapot' }, told));
  const wiped = async () => {
    const all = await Promise.all(acts.map((_, at) => store.act(deskIdOf(at))));
    return all.flatMap((act, at) => (act?.wiped ? at : []));
  };
  const damaged = { ...patronOf(3), loans: 'none' };
  await filledAnew(store, [patronOf(2), damaged], false);
  expect(await wiped()).toEqual([]);
  await filledAnew(store, [patronOf(2), damaged, { of: 'whom?' }], true);
  expect(await wiped()).toEqual([]);
  await filledAnew(store, [patronOf(2), damaged], true);
  expect(await wiped()).toEqual([0, 1]);
});

test('deleted and made again in one page keeps the new one', async () => {
  const { store } = await folders.filled([planted]);
  const page = [
    { kind: 'deleted', position: 101, patronId: idOf(1) },
    { kind: 'patron', position: 102, patron: patronOf(1, { personal: { familyName: 'Ny' } }) },
  ];
  await store.applyChanges(LIBRARY, page, 102, EPOCH, AT);
  expect((await store.patron(LIBRARY, idOf(1)))?.patron.sections.personal.values.familyName).toBe('Ny');
  expect((await store.search(LIBRARY, 'quixotova', 0, 1)).total).toBe(0);
});

test('a deletion reaches a former copy that is not swept away yet', async () => {
  const { store, folder } = await folders.filled([planted, ...others]);
  await fill(store, [planted, ...others.slice(0, 20)], 200);
  await store.applyChanges(LIBRARY, [{ kind: 'deleted', position: 201, patronId: idOf(1) }], 201, EPOCH, AT);
  expect(left(decrypted(folder, 'copy.db'))).toEqual([]);
});

test('erasing leaves nothing in the decrypted bytes, and a small file', async () => {
  const { store, folder } = await folders.filled([planted, ...others]);
  await store.erasePatrons(LIBRARY);
  const bytes = decrypted(folder, 'copy.db');
  expect(left(bytes)).toEqual([]);
  expect(bytes.includes('Andersson')).toBe(false);
  expect(bytes.length).toBeLessThan(100_000);
});
