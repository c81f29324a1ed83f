// Backups of a server at work, and what a killed one leaves behind.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { historyFileAt } from '../store/history-file.ts';
import { Store } from '../store/store.ts';
import { testNetwork } from '../testing/network.ts';
import { lockBackups } from './data-folder.ts';

let folder: string;
const data = () => join(folder, 'data');
const database = () => join(data(), 'circdesk.sqlite');
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'circdesk-backup-'));
  mkdirSync(data());
});
afterEach(() => rmSync(folder, { recursive: true }));

const makeBackup = (name: string) =>
  spawn(
    process.execPath,
    [join(import.meta.dirname, '..', 'main.ts'), 'backup', '--data', data(), '--out', join(folder, name)],
    { stdio: 'ignore' },
  );

/** A server's database, some 20 MB of it. */
function filledStore(): Store {
  testNetwork({
    database: database(),
    historyFile: historyFileAt(join(data(), 'history.json')),
  }).central.close();
  const store = new Store(database());
  store.run(
    `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
     INSERT INTO setting (name, value) SELECT 'filler ' || i, hex(randomblob(500)) FROM n`,
  );
  return store;
}

test('a copy is made though somebody writes all the time', { timeout: 30_000 }, async () => {
  const store = filledStore();
  const colleague = new Store(database());
  let n = 0;
  const writing = setInterval(
    () => colleague.run('INSERT INTO setting (name, value) VALUES (?, 1)', `look ${n++}`),
    2,
  );
  const made = store.copyTo(join(folder, 'copy.sqlite')).then(() => 'made');
  expect(await Promise.race([made, pause(10_000, 'not made in ten seconds')])).toBe('made');
  clearInterval(writing);
  [colleague, store].forEach((one) => one.close());
});

test('what a backup leaves that was killed, the next one removes', { timeout: 60_000 }, async () => {
  filledStore().close();
  const killed = makeBackup('monday.sqlite');
  const left = () => readdirSync(folder).filter((name) => name.endsWith('.unfinished'));
  while (left().length === 0) await pause(1);
  killed.kill('SIGKILL');
  await once(killed, 'exit');
  expect([left().length, existsSync(join(folder, 'monday.sqlite'))]).toEqual([1, false]);
  const [status] = (await once(makeBackup('tuesday.sqlite'), 'exit')) as [number];
  expect([status, readdirSync(folder).sort()]).toEqual([0, ['data', 'tuesday.sqlite']]);
});

test('who asks at the same moment, and is refused, keeps nobody else from making one', async () => {
  // As SQLite holds the file while it finds out that another one has it.
  const look = `const file = new (require('better-sqlite3'))(process.argv[1]);
    file.exec('BEGIN; SELECT * FROM sqlite_master');
    console.log('looks');
    setTimeout(() => file.exec('COMMIT'), 50);`;
  const other = spawn(process.execPath, ['-e', look, join(data(), 'lock.sqlite.backup')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(other.stdout, 'data');
  lockBackups(data())();
  await once(other, 'exit');
});
