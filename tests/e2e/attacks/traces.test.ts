// What a day's work leaves behind. Marked values (names, numbers, ids, comments, PINs, passwords, tokens) go through the
// manual's tasks, through failures, a cut line and crashes; then everything that the app wrote is searched for them.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { chmod, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { openLine } from '../../drive/bad-line.ts';
import { cardOf, isFree } from '../../drive/central.ts';
import { DeskApp } from '../../drive/desk-app.ts';
import { expect, test as base } from '../fixtures.ts';
import { filesBelow, isNewer, Marks, marksInFile, processTraces } from './traces.ts';

interface Traced {
  marks: Marks;
  /** What may stand nowhere, not in the patron's own file either. */
  secrets: Marks;
}

const test = base.extend<Traced>({
  marks: async ({}, use) => {
    await use(new Marks());
  },
  secrets: async ({}, use) => {
    await use(new Marks());
  },
  line: async ({ server, secrets }, use) => {
    const line = await openLine(server.url, (body) => {
      for (const [token] of body.matchAll(/\b[arg]\.[\w-]{43}/g)) secrets.add(token);
    });
    await use(line);
    await line.close();
  },
});

const FAMILY = 'Zqplantedsson';
const NATIONAL_ID = '19811218-9873';
const PIN = '918273';
const WRONG_PASSWORD = 'Zq-wrong-password';
const PHONES = ['+44 1632 960777', '+44 1632 960778'];
const EMAIL = 'zq.planted@planted.example';
const COMMENT = 'Zq threw the planted globe';
const NOTE = 'Zq note with a planted word';
const STREET = 'Zqplantedgatan 7';
const SEARCHED = 'zqsearchedfor';
const THROWN = 'Zqthrown by a fault';

/** A folder for temporary files that every process of the app may use, whichever user it runs as. */
async function makeTemporary(home: string): Promise<string> {
  const folder = join(home, 'tmp');
  await mkdir(folder);
  await chmod(folder, 0o1777);
  await chmod(home, 0o711);
  return folder;
}

const save = (window: Page) => window.getByRole('button', { name: 'Save', exact: true }).click();
const edit = async (window: Page, section: string, field: string, value: string) => {
  await window.getByRole('button', { name: `Edit ${section}` }).click();
  await window.getByRole('textbox', { name: field, exact: true }).fill(value);
  await save(window);
};
const pen = (window: Page, section: string) => window.getByRole('button', { name: `Edit ${section}` });

test('names, numbers, comments, PINs, passwords and tokens stand in no file, title, log or process', async ({
  host,
  folders,
  dataFolder,
  account,
  colleague,
  line,
  marks,
  secrets,
}) => {
  test.setTimeout(120_000);
  const began = Date.now() - 1;
  const { password } = account('lead');
  const patron = await colleague.patronWho(isFree);
  for (const value of [
    FAMILY,
    NATIONAL_ID,
    ...PHONES,
    EMAIL,
    COMMENT,
    NOTE,
    STREET,
    SEARCHED,
    THROWN,
    cardOf(patron),
    // At a Koha it holds the patron's number there.
    patron.id,
    patron.id.replaceAll('-', ''),
  ])
    marks.add(value);
  for (const value of [PIN, WRONG_PASSWORD, password]) secrets.add(value);

  const temporary = await makeTemporary(folders.home);
  const launch = () => DeskApp.launch(host, folders, [`--server=${line.url}`], { TMPDIR: temporary });
  const desk = await launch();
  const printed: string[] = [];
  const { stdout, stderr } = desk.app.process();
  for (const stream of [stdout, stderr]) stream?.on('data', (text: Buffer) => printed.push(text.toString()));

  // A wrong password, then the day's work: find, open, edit, PIN, block, download.
  await desk.desk.getByLabel('Library').selectOption('north');
  await desk.desk.getByLabel('Username').fill('lead');
  await desk.desk.getByLabel('Password').fill(WRONG_PASSWORD);
  await desk.desk.getByRole('button', { name: 'Sign in' }).click();
  await expect(desk.desk.getByRole('alert')).toBeVisible();
  await desk.signIn(account('lead'));
  await desk.search(SEARCHED);
  const window = await desk.openPatronData(cardOf(patron));
  await edit(window, 'Personal details', 'Family name', FAMILY);
  await expect(pen(window, 'Personal details')).toBeVisible();
  await colleague.saveSection(patron.id, 'personal', { nationalId: NATIONAL_ID });
  await edit(window, 'Contact', 'E-mail', EMAIL);
  await expect(pen(window, 'Contact')).toBeVisible();
  await edit(window, 'Staff note', 'Staff note', NOTE);
  await expect(pen(window, 'Staff note')).toBeVisible();
  await pen(window, 'Card').click();
  await window.getByLabel('New PIN').fill(PIN);
  await window.getByLabel('Repeat PIN').fill(PIN);
  await window.getByRole('button', { name: 'Save PIN' }).click();
  await expect(window.getByLabel('New PIN')).toHaveValue('');
  await window.getByRole('button', { name: 'Cancel' }).first().click();
  await window.getByRole('button', { name: 'Download patron data' }).click();
  await expect(window.getByRole('button', { name: 'Show in folder' })).toBeVisible();

  // What fails: a refused edit, an answer that is rubbish, a cut line, a fault in main, a page that crashes.
  await edit(window, 'Contact', 'E-mail', `${EMAIL} no e-mail`);
  await expect(window.getByRole('textbox', { name: 'E-mail', exact: true })).toHaveAttribute(
    'aria-invalid',
    'true',
  );
  await window.getByRole('textbox', { name: 'E-mail', exact: true }).fill(EMAIL);
  await window.getByRole('button', { name: 'Cancel' }).first().click();
  const leave = window.getByRole('button', { name: 'Leave', exact: true });
  if (await leave.isVisible()) await leave.click();
  line.state = 'rubbish';
  await desk.desk.evaluate(() => globalThis.window.circdesk.sync.now({}));
  line.state = 'cut';
  await edit(window, 'Contact', 'Phone', PHONES[0] ?? '');
  await expect(pen(window, 'Contact')).toBeVisible();
  await edit(window, 'Address', 'Address line 1', STREET);
  await expect(pen(window, 'Address')).toBeVisible();
  await window.getByRole('button', { name: 'Block patron' }).click();
  await window.getByLabel('Comment').fill(COMMENT);
  await window.getByRole('button', { name: 'Block account' }).click();
  await expect(window.getByRole('button', { name: 'Unblock patron' })).toBeVisible();
  await window.evaluate((thrown) => {
    setTimeout(() => {
      throw new Error(thrown);
    });
  }, THROWN);
  await desk.app.evaluate((_electron, thrown) => {
    setTimeout(() => {
      throw new Error(`${thrown}\n    at ${thrown} (/home/x.js:1:1)`);
    });
    void Promise.reject(new TypeError(thrown));
  }, THROWN);

  const titles = await desk.app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows().map((w) => w.getTitle()),
  );
  const held = {
    titles: [...titles, ...(await Promise.all(desk.app.windows().map((page) => page.title())))].join('\n'),
    addresses: desk.app
      .windows()
      .map((page) => page.url())
      .join('\n'),
    clipboard: await desk.app.evaluate(({ clipboard }) => clipboard.readText()),
    storage: JSON.stringify(
      await Promise.all(
        desk.app
          .windows()
          .map((page) =>
            page.evaluate(async () => [
              { ...localStorage },
              { ...sessionStorage },
              document.cookie,
              history.state as unknown,
              await indexedDB.databases(),
            ]),
          ),
      ),
    ),
  };
  for (const [where, text] of Object.entries(held))
    expect([where, ...marks.in(text), ...secrets.in(text)]).toEqual([where]);
  if (process.platform === 'linux') {
    const seen = processTraces(desk.app.process().pid ?? 0);
    expect(seen.length).toBeGreaterThan(2);
    for (const { pid, shown } of seen) expect([pid, ...marks.in(shown), ...secrets.in(shown)]).toEqual([pid]);
  }

  /** What programs leave in the system's folder for temporary files when nobody tells them of another. */
  const strays = () =>
    readdirSync(tmpdir())
      .filter((name) => /^(\.org\.chromium|etilqs|sqlite|scoped_dir|\.com\.google)/i.test(name))
      .map((name) => join(tmpdir(), name))
      .filter((path) => isNewer(path, began));
  const findings = (): string[] =>
    [folders.home, ...strays()].flatMap(filesBelow).flatMap((path) => {
      const isPatronData = path.startsWith(folders.downloads);
      const found = [...(isPatronData ? [] : marksInFile(path, marks)), ...marksInFile(path, secrets)];
      return found.map((mark) => `${mark}: ${path}`);
    });

  const store = join(folders.userData, 'store');
  for (const name of ['copy.db', 'copy.db-wal', 'outbox.db', 'outbox.db-wal', 'key.sealed'])
    expect(existsSync(join(store, name))).toBe(true);
  // Chromium's own files are among them: its profile lies in the one folder or in the other.
  expect(filesBelow(folders.home).some((path) => /Local State|Preferences/.test(path))).toBe(true);
  expect(secrets.size).toBeGreaterThan(4);
  expect(findings()).toEqual([]);
  const forOthers = (path: string) => (statSync(path).mode & 0o077) !== 0;
  if (process.platform !== 'win32') expect(filesBelow(folders.userData).filter(forOthers)).toEqual([]);

  await desk.app.evaluate(({ webContents }) => {
    for (const contents of webContents.getAllWebContents()) contents.forcefullyCrashRenderer();
  });
  await new Promise((resolve) => setTimeout(resolve, 500));
  await desk.kill();
  expect(findings()).toEqual([]);

  // A new start on what was left, with the line; then out as staff end it.
  const again = await launch();
  await again.signIn(account('lead'));
  await expect(again.desk.getByRole('button', { name: /Offline/ })).toBeVisible();
  line.state = 'good';
  await again.desk.evaluate(() => globalThis.window.circdesk.sync.now({}));
  const phones = async () => (await colleague.patron(patron.id)).sections.contact.values.phones;
  await expect.poll(phones, { timeout: 20_000 }).toContain(PHONES[0]);
  await again.desk.getByRole('button', { name: 'Sign out' }).click();
  await expect(again.desk.getByLabel('Password')).toBeVisible();
  await again.quit();
  expect(findings()).toEqual([]);

  const text = printed.join('');
  expect([...marks.in(text), ...secrets.in(text)]).toEqual([]);
  expect(existsSync(join(folders.userData, 'logs/circdesk.log'))).toBe(true);
  // The search finds what there is to be found: the server's own files, which are not encrypted, hold the names.
  const known = filesBelow(dataFolder).flatMap((path) => marksInFile(path, marks));
  expect(known).toEqual(expect.arrayContaining([FAMILY, PHONES[0], COMMENT, STREET, patron.id]));
});

test('who was deleted at another desk is named no more among the patrons opened lately', async ({
  desk,
  colleague,
  openPatronData,
}) => {
  const { patron, window } = await openPatronData('desk');
  const recent = () => desk.desk.evaluate(() => globalThis.window.circdesk.patrons.recent({}));
  expect(await recent()).toMatchObject({ value: { patrons: [{ id: patron.id }] } });
  await window.evaluate(() => void setTimeout(() => void globalThis.window.circdesk.window.close({})));
  const { tag } = await colleague.patron(patron.id);
  expect((await colleague.act('DELETE', `/patrons/${patron.id}`, undefined, tag)).ok).toBe(true);
  await desk.desk.evaluate(() => globalThis.window.circdesk.sync.now({}));
  expect(await recent()).toMatchObject({ value: { patrons: [] } });
});
