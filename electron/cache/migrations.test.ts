import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { COPY } from './copy-shape.ts';
import { EncryptedFile } from './encrypted-file.ts';
import { bringUpToDate, NewerFile, OtherFile, type FileShape } from './migrations.ts';
import { openStore } from './open-store.ts';
import { OUTBOX } from './outbox-shape.ts';
import { actOf, clock, Folders, giveWay, KEY, LIBRARY, patronOf, renamed } from './testing.ts';

const folders = new Folders();
afterEach(() => folders.removeAll());

const shape = (...sqls: string[]): FileShape => ({
  applicationId: 1234,
  migrations: sqls.map((sql, index) => ({ version: index + 1, name: `step ${index + 1}`, sql })),
});
const FIRST = 'CREATE TABLE a (x)';
const fresh = () => EncryptedFile.open(join(folders.make(), 'a.db'), KEY, 'FULL');

test('each is a transaction: what fails leaves the file at the one before', () => {
  const file = fresh();
  const broken = shape(FIRST, 'CREATE TABLE b (x); CREATE TABLE a (x)');
  expect(() => bringUpToDate(file, broken)).toThrow('already exists');
  expect(file.setting('user_version')).toBe(1);
  expect(file.rows('SELECT name FROM sqlite_schema')).toEqual([{ name: 'a' }]);
  bringUpToDate(file, shape(FIRST, 'CREATE TABLE b (x)'));
  expect(file.setting('user_version')).toBe(2);
  file.close();
});

test('out of order, newer, or not ours: refused before anything is written', () => {
  const file = fresh();
  const { applicationId, migrations } = shape(FIRST, 'CREATE TABLE b (x)');
  expect(() => bringUpToDate(file, { applicationId, migrations: migrations.toReversed() })).toThrow(
    'out of order',
  );
  expect(file.setting('user_version')).toBe(0);
  bringUpToDate(file, { applicationId, migrations });
  expect(() => bringUpToDate(file, shape(FIRST))).toThrow(NewerFile);
  expect(() => bringUpToDate(file, { applicationId: 5, migrations })).toThrow(OtherFile);
  file.close();
});

test.each([COPY, OUTBOX])('the steps of our own files stand in order', ({ migrations }) => {
  expect(migrations.map(({ version }) => version)).toEqual(migrations.map((_, index) => index + 1));
});

test('a copy from when lists had one order, an edition half filled with it, has the Swedish one too', async () => {
  const people = ['Åberg', 'Zander', 'Ek'].map((familyName, n) => patronOf(n, { personal: { familyName } }));
  const { store, folder } = await folders.filled(people);
  await store.beginFill(LIBRARY, 'epoch-2', 200, 2);
  await store.fillPage(LIBRARY, people.slice(0, 1), 'more', 1);
  await store.close();
  const copy = () => EncryptedFile.open(join(folder, 'copy.db'), KEY, 'NORMAL');
  const names = (file: EncryptedFile, sql: string) =>
    file.rows<{ name: string }>(sql).map(({ name }) => name);
  const indexes = "SELECT name FROM sqlite_schema WHERE name LIKE '%swedish%'";
  const before = copy();
  const tables = names(before, "SELECT name FROM sqlite_schema WHERE name GLOB 'patron_[0-9]'");
  expect(tables).toHaveLength(2);
  const made = names(before, indexes);
  for (const name of made) before.execute(`DROP INDEX ${name}`);
  for (const name of tables) before.execute(`ALTER TABLE ${name} DROP COLUMN swedish`);
  before.set('user_version', 1);
  before.close();

  const again = folders.open(folder).store;
  const { patrons } = await again.search(LIBRARY, '*', 0, 10, 'sv');
  expect(patrons.map(({ familyName }) => familyName)).toEqual(['Ek', 'Zander', 'Åberg']);
  await again.fillPage(LIBRARY, people.slice(1, 2), null, 2);
  await again.finishFill(LIBRARY);
  const filled = await again.search(LIBRARY, '*', 0, 10, 'sv');
  expect(filled.patrons.map(({ familyName }) => familyName)).toEqual(['Zander', 'Åberg']);
  await again.close();
  const after = copy();
  expect(names(after, indexes)).not.toEqual([]);
  after.close();
});

test('a newer outbox is left as it is, and what waits in it is read', async () => {
  const { store, folder } = folders.open();
  await store.append(actOf(1, 1, renamed('Aalto')));
  await store.append(actOf(2, 1, renamed('Berg'), { state: 'withdrawn' }));
  await store.close();
  const file = EncryptedFile.open(join(folder, 'outbox.db'), KEY, 'FULL');
  file.set('user_version', 99);
  file.close();
  const before = readFileSync(join(folder, 'outbox.db'));
  const opening = openStore({ folder, key: KEY, clock, giveWay });
  expect(opening).toMatchObject({ outcome: 'newer', waiting: [{ id: actOf(1, 1, renamed('')).id }] });
  expect(opening).toHaveProperty('waiting.length', 1);
  expect(readFileSync(join(folder, 'outbox.db')).equals(before)).toBe(true);
});
