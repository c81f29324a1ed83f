// What a patron with decades of history costs: `node bench/patron-data.ts --loans N --formats json,pdf`. Puts N returned
// loans, and what comes with them, into a server's database, downloads the patron's data in the built app, and prints
// one line of JSON: seconds, and the most memory that server, main process and pages took beyond what they had (Linux).
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { v7 } from 'uuid';
import { findAppHost } from '../build/app-host.ts';
import { bundle } from '../build/bundle.ts';
import { startServer } from '../build/reference-server.ts';
import { Store } from '../server/store/store.ts';
import { Central, cardOf, isFree } from '../tests/drive/central.ts';
import { DeskApp, makeDeskFolders } from '../tests/drive/desk-app.ts';

const { values } = parseArgs({
  options: {
    loans: { type: 'string', default: '50000' },
    formats: { type: 'string', default: 'json,pdf' },
  },
});
const loans = Number(values.loans);
const formats = values.formats.split(',');
const YEARS = 20;

/** Twenty years, oldest first: for each loan three entries of the log, for every fifth a message, for every tenth a fee. */
function addHistory(database: string, patronId: string): void {
  const store = new Store(database);
  const { number, library } = store.row<{ number: number; library: string }>(
    'SELECT number, library FROM patron WHERE id = ?',
    patronId,
  ) ?? { number: 0, library: '' };
  const staff = store.row<{ id: string }>('SELECT id FROM staff')?.id ?? '';
  const step = (YEARS * 365 * 86_400_000) / loans;
  store.together(() => {
    for (let n = 0; n < loans; n++) {
      const moment = Date.now() - (loans - n) * step;
      const at = new Date(moment).toISOString();
      const title = `Of the many books that were read, the ${n + 1}th`;
      store.run(
        'INSERT INTO past_loan (patron, title, author, loaned_at, returned_at) VALUES (?, ?, ?, ?, ?)',
        ...[number, title, 'Lindqvist, Åsa', new Date(moment - 20 * 86_400_000).toISOString(), at],
      );
      for (const detail of ['lent', 'renewed', 'returned'])
        store.run(
          `INSERT INTO audit (id, library, patron_id, staff, kind, at, detail, keep_until)
           VALUES (?, ?, ?, ?, 'circulation', ?, ?, '2999-01-01T00:00:00.000Z')`,
          ...[v7({ msecs: moment }), library, patronId, staff, at, detail],
        );
      if (n % 5 === 0)
        store.run(
          `INSERT INTO notification (id, patron, kind, channel, recipient, subject, sent_at, state)
           VALUES (?, ?, 'dueSoon', 'email', 'somebody@example.org', ?, ?, 'sent')`,
          ...[v7({ msecs: moment }), number, `Due soon: ${title}`, at],
        );
      if (n % 10 === 0)
        store.run(
          'INSERT INTO payment (patron, paid_at, amount, description) VALUES (?, ?, 1000, ?)',
          ...[number, at, title],
        );
    }
  });
  store.close();
}

interface Process {
  pid: number;
  parent: number;
  command: string;
  memory: number;
}

function processes(): Process[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const status = readFileSync(`/proc/${name}/status`, 'utf8');
      const field = (key: string) => Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0);
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ');
      return [{ pid: Number(name), parent: field('PPid'), command, memory: field('VmRSS') / 1024 }];
    } catch {
      // It ended meanwhile.
      return [];
    }
  });
}

/** Megabytes of each part of what this bench started. */
function memory(): Record<'server' | 'main' | 'pages', number> {
  const all = processes();
  const own = new Set([process.pid]);
  for (const { pid, parent } of all.toSorted((a, b) => a.pid - b.pid)) if (own.has(parent)) own.add(pid);
  const sum = (holds: (command: string) => boolean) =>
    all
      .filter(({ pid, command }) => own.has(pid) && pid !== process.pid && holds(command))
      .reduce((megabytes, one) => megabytes + one.memory, 0);
  return {
    server: sum((command) => command.includes('server/main.ts')),
    main: sum((command) => command.includes('chromium-host/host.ts')),
    pages: sum((command) => command.includes('--type=renderer')),
  };
}

const host = await findAppHost(console.error);
await bundle();
const data = await mkdtemp(join(tmpdir(), 'circdesk-bench-'));
const server = await startServer(data, ['--demo', '50', '--seed', '1']);
const folders = await makeDeskFolders();
try {
  const account = server.accounts.find(({ library, username }) => library === 'north' && username === 'lead');
  if (!account) throw new Error('There is no demo account.');
  const patron = await (await Central.signIn(server.url, account)).patronWho(isFree);
  addHistory(join(data, 'circdesk.sqlite'), patron.id);
  const policy = join(folders.home, 'policy.json');
  await writeFile(policy, JSON.stringify({ patronData: { formats } }));
  const desk = await DeskApp.launch(host, folders, [`--server=${server.url}`, `--policy=${policy}`]);
  await desk.signIn(account);
  const window = await desk.openPatronData(cardOf(patron));
  const before = memory();
  const most = { ...before };
  const sampling = setInterval(() => {
    const now = memory();
    for (const part of ['server', 'main', 'pages'] as const) most[part] = Math.max(most[part], now[part]);
  }, 100);
  const began = performance.now();
  await window.getByRole('button', { name: 'Download patron data' }).click();
  const made = window.getByRole('button', { name: 'Show in folder' });
  if (formats.includes('pdf')) await window.getByText('Making the PDF…').waitFor({ timeout: 300_000 });
  else await made.waitFor({ timeout: 600_000 });
  const read = performance.now();
  await made.waitFor({ timeout: 600_000 });
  const ended = performance.now();
  clearInterval(sampling);
  const files: Record<string, number> = {};
  for (const name of await readdir(folders.downloads))
    files[name.split('.').at(-1) ?? ''] = (await stat(join(folders.downloads, name))).size;
  const seconds = (ms: number) => Math.round(ms / 100) / 10;
  const more = (part: keyof typeof most) => Math.round(most[part] - before[part]);
  console.log(
    JSON.stringify({
      loans,
      formats,
      secondsToRead: seconds(read - began),
      secondsToPrint: seconds(ended - read),
      bytes: files,
      megabytesMore: { server: more('server'), main: more('main'), pages: more('pages') },
      megabytesBefore: {
        server: Math.round(before.server),
        main: Math.round(before.main),
        pages: Math.round(before.pages),
      },
    }),
  );
  await desk.close();
} finally {
  await server.stop();
  await folders.remove();
  await rm(data, { recursive: true, force: true });
}
