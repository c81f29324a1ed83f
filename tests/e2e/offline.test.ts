// A branch works without the line, and nothing is lost: what issue-weary staff would try, on the built app.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { cardOf, isFree, nameOf } from '../drive/central.ts';
import { DeskApp } from '../drive/desk-app.ts';
import { expect, testOnLine } from './fixtures.ts';

interface OfflineFixtures {
  /** Starts the desk once more on the same folders, as after a crash. */
  restart: () => Promise<DeskApp>;
  /** Keeps a picture of a window beside the results. */
  picture: (window: Page, name: string) => Promise<void>;
}

const test = testOnLine.extend<OfflineFixtures>({
  restart: async ({ host, folders, line }, use) => {
    const started: DeskApp[] = [];
    await use(async () => {
      const desk = await DeskApp.launch(host, folders, [`--server=${line.url}`]);
      started.push(desk);
      return desk;
    });
    for (const desk of started) await desk.close();
  },
  picture: async ({}, use) => {
    await use(async (window, name) => {
      await window.screenshot({ path: join('test-results', 'pictures', `${name}.png`) });
    });
  },
});

const save = (window: Page) => window.getByRole('button', { name: 'Save', exact: true }).click();
const status = (desk: DeskApp) => desk.desk.getByRole('button', { name: /Online|Offline|Sign in to sync/ });

async function editPhone(window: Page, phone: string): Promise<void> {
  await window.getByRole('button', { name: 'Edit Contact' }).click();
  await window.getByLabel('Phone', { exact: true }).fill(phone);
  await save(window);
  await expect(window.getByRole('button', { name: 'Edit Contact' })).toBeVisible();
}

async function block(window: Page, comment: string): Promise<void> {
  await window.getByRole('button', { name: 'Block patron' }).click();
  await window.getByLabel('Comment').fill(comment);
  await window.getByRole('button', { name: 'Block account' }).click();
  await expect(window.getByRole('button', { name: 'Unblock patron' })).toBeVisible();
}

async function unblock(window: Page, comment: string): Promise<void> {
  await window.getByRole('button', { name: 'Unblock patron' }).click();
  await window.getByLabel('Comment').fill(comment);
  await window.getByRole('button', { name: 'Unblock account' }).click();
  await expect(window.getByRole('button', { name: 'Block patron' })).toBeVisible();
}

const openSync = (desk: DeskApp) =>
  desk.desk.getByRole('navigation').getByRole('button', { name: /^Sync/ }).click();

/** The copy is filled, and says so. */
const synced = (desk: DeskApp) => expect(status(desk)).toContainText(/As of/);

test('the line goes, the desk is killed, staff sign in without the line and work on: every act applies once, in the right name', async ({
  desk,
  account,
  colleague,
  line,
  restart,
  picture,
}) => {
  test.setTimeout(120_000);
  const [first, second] = (await colleague.patrons()).filter(isFree);
  if (!first || !second) throw new Error('The demo data has no two such patrons.');
  await desk.signIn(account('lead'));
  await synced(desk);

  line.state = 'cut';
  let window = await desk.openPatronData(cardOf(first));
  await editPhone(window, '+44 1632 960010');
  await expect(status(desk)).toContainText('Offline');
  await block(window, 'Kept the atlas.');
  await picture(window, 'offline-patron');
  await expect(status(desk)).toContainText('2 acts wait');

  await desk.kill();

  const again = await restart();
  await again.signIn(account('lead'));
  await expect(status(again)).toContainText('Offline');
  await expect(status(again)).toContainText('2 acts wait');
  window = await again.openPatronData(cardOf(first));
  await expect(window.getByText('+44 1632 960010')).toBeVisible();
  await expect(window.getByText('Not in force elsewhere yet')).toBeVisible();
  await unblock(window, 'Brought it back.');
  const other = await again.openPatronData(cardOf(second));
  await editPhone(other, '+44 1632 960011');
  await openSync(again);
  await expect(again.desk.getByRole('listitem').filter({ hasText: 'Waiting' })).toHaveCount(4);
  await picture(again.desk, 'offline-sync');

  line.state = 'good';
  await again.desk.getByRole('button', { name: 'Sync now' }).click();
  await expect(again.desk.getByRole('listitem').filter({ hasText: 'Confirmed' })).toHaveCount(4, {
    timeout: 20_000,
  });
  await expect(status(again)).toContainText('Online');
  await expect(status(again)).not.toContainText('wait');
  await picture(again.desk, 'offline-sync-confirmed');

  const phones = async (id: string) => (await colleague.patron(id)).sections.contact.values.phones;
  expect(await phones(first.id)).toContain('+44 1632 960010');
  expect(await phones(second.id)).toContain('+44 1632 960011');
  expect((await colleague.patron(first.id)).blocks).toEqual([]);
  const lead = account('lead');
  const log = (await colleague.audit(first.id)).filter(({ kind }) => /changed|blocked/.test(kind));
  expect(log.map(({ kind }) => kind).sort()).toEqual(['blocked', 'changed', 'unblocked']);
  const staff = new Set(log.map((entry) => entry.staff));
  expect(staff.size).toBe(1);
  expect(lead.username).toBe('lead');
});

test('what the copy was looked at for reaches the audit log once, and is no act that waits', async ({
  desk,
  account,
  colleague,
  line,
}) => {
  const patron = await colleague.patronWho(isFree);
  const looks = async () => (await colleague.audit(patron.id)).filter(({ kind }) => kind === 'looked').length;
  await desk.signIn(account('privacy'));
  await synced(desk);
  const before = await looks();
  line.state = 'cut';
  await desk.openPatron(cardOf(patron));
  await expect(status(desk)).not.toContainText('wait');
  line.state = 'good';
  await desk.desk.evaluate(() => globalThis.window.circdesk.sync.now({}));
  await expect.poll(looks).toBe(before + 1);
  await desk.desk.evaluate(() => globalThis.window.circdesk.sync.now({}));
  expect(await looks()).toBe(before + 1);
});

test('a conflict found while nobody looked is put before staff field by field, and decided', async ({
  desk,
  account,
  colleague,
  line,
  picture,
}) => {
  const patron = await colleague.patronWho(isFree);
  await desk.signIn(account('desk'));
  await synced(desk);
  const window = await desk.openPatronData(cardOf(patron));
  line.state = 'cut';
  await window.getByRole('button', { name: 'Edit Address' }).click();
  await window.getByLabel('Town', { exact: true }).fill('Visby');
  await window.getByLabel('Postcode', { exact: true }).fill('621 57');
  await save(window);
  await expect(window.getByRole('button', { name: 'Edit Address' })).toBeVisible();
  await colleague.saveSection(patron.id, 'address', { town: 'Ystad' });
  line.state = 'good';
  await desk.desk.evaluate(() => globalThis.window.circdesk.sync.now({}));

  await expect(status(desk)).toContainText('One needs a decision');
  await openSync(desk);
  const row = desk.desk.getByRole('listitem').filter({ hasText: 'Conflict' });
  for (const value of ['Visby', 'Ystad', '621 57']) await expect(row).toContainText(value);
  await picture(desk.desk, 'conflict-sync');
  await window.bringToFront();
  await window.getByRole('button', { name: 'Decide' }).click();
  await picture(window, 'conflict-decide');
  await window.getByLabel('Town', { exact: true }).fill('Lund');
  await save(window);
  await expect(window.getByRole('button', { name: 'Edit Address' })).toBeVisible();
  const saved = (await colleague.patron(patron.id)).sections.address.values;
  expect(saved).toMatchObject({ town: 'Lund', postcode: '621 57' });
  await expect(status(desk)).not.toContainText('decision');
});

test('what one member of staff left waiting goes out in their name while another works', async ({
  desk,
  account,
  colleague,
  line,
}) => {
  const patron = await colleague.patronWho(isFree);
  await desk.signIn(account('lead'));
  await synced(desk);
  line.state = 'cut';
  const window = await desk.openPatronData(cardOf(patron));
  await block(window, 'Kept the globe.');
  await desk.desk.getByRole('button', { name: 'Sign out' }).click();
  await expect(desk.desk.getByLabel('Password')).toBeVisible();
  line.state = 'good';
  await desk.signIn(account('privacy'));
  const blocks = async () => (await colleague.patron(patron.id)).blocks;
  await expect.poll(blocks, { timeout: 20_000 }).toMatchObject([{ comment: 'Kept the globe.' }]);
  const [blocked] = (await colleague.audit(patron.id)).filter(({ kind }) => kind === 'blocked');
  expect(blocked?.staff).toBe((await colleague.patron(patron.id)).blocks[0]?.blockedBy);
  expect(blocked?.staff).toBe(colleague.session.staff.name);
});

test('a permission that was withdrawn parks the act with its reason; given back, it is sent again', async ({
  desk,
  account,
  colleague,
  dataFolder,
  line,
}) => {
  const { execFileSync } = await import('node:child_process');
  const staff = (...options: string[]) =>
    execFileSync(process.execPath, [
      ...['server/main.ts', 'staff', '--data', dataFolder, '--library', 'north', '--username', 'lead'],
      ...options,
    ]);
  const permission = 'Patrons - Block/unblock patron';
  const patron = await colleague.patronWho(isFree);
  await desk.signIn(account('lead'));
  await synced(desk);
  const window = await desk.openPatronData(cardOf(patron));
  line.state = 'cut';
  await block(window, 'Kept the map.');
  staff('--revoke', permission);
  line.state = 'good';
  await desk.desk.evaluate(() => globalThis.window.circdesk.sync.now({}));
  await openSync(desk);
  const row = desk.desk.getByRole('listitem').filter({ hasText: 'Refused' });
  await expect(row).toContainText(permission);
  await expect(row).toContainText('Kept the map.');
  expect((await colleague.patron(patron.id)).blocks).toEqual([]);
  staff('--grant', permission);
  // The desk knows that it was withdrawn; that it was given back it learns as they sign in again.
  await desk.desk.evaluate(() => globalThis.window.circdesk.session.lock({}));
  await desk.desk.getByLabel('Password').fill(account('lead').password);
  await desk.desk.getByRole('button', { name: 'Sign in' }).click();
  await row.getByRole('button', { name: 'Send again' }).click();
  await expect(desk.desk.getByRole('listitem').filter({ hasText: 'Confirmed' })).toHaveCount(1);
  expect((await colleague.patron(patron.id)).blocks).toMatchObject([{ comment: 'Kept the map.' }]);
});

test('without the line a PIN and a deletion are not offered, and the window says why', async ({
  desk,
  account,
  colleague,
  line,
}) => {
  const patron = await colleague.patronWho(isFree);
  await desk.signIn(account('lead'));
  await synced(desk);
  line.state = 'cut';
  await desk.desk.evaluate(() => globalThis.window.circdesk.sync.now({}));
  const window = await desk.openPatronData(cardOf(patron));
  await expect(window.getByText(/Without the line: this is the patron as of/)).toBeVisible();
  await window.getByRole('button', { name: 'Edit Card' }).click();
  await expect(window.getByText(/A PIN can only be set with the central server/)).toBeVisible();
  await expect(window.getByLabel('New PIN')).toHaveCount(0);
  await window.getByRole('button', { name: 'Cancel' }).click();
  await window.getByRole('button', { name: 'Delete patron' }).click();
  const dialog = window.getByRole('dialog');
  await expect(dialog).toContainText('A patron can only be deleted with the central server');
  await expect(dialog.getByRole('button', { name: 'Delete patron' })).toHaveCount(0);
});

test('who never signed in at this desk can not sign in without the line; who did can, with the right password only', async ({
  desk,
  account,
  line,
  restart,
}) => {
  await desk.signIn(account('desk'));
  await synced(desk);
  await desk.quit();
  line.state = 'cut';
  const again = await restart();
  await again.trySignIn(account('lead'));
  await expect(again.desk.getByRole('alert')).toContainText("you can't sign in without it here");
  await again.trySignIn({ ...account('desk'), password: 'wrong' });
  await expect(again.desk.getByRole('alert')).toContainText('password is wrong');
  await again.signIn(account('desk'));
  await again.search('*');
  await expect(again.desk.getByRole('row').nth(1)).toBeVisible();
});

test('signed in without the line, staff are asked to sign in once it is back, and then it is sent', async ({
  desk,
  account,
  colleague,
  line,
  restart,
  picture,
}) => {
  const patron = await colleague.patronWho(isFree);
  await desk.signIn(account('lead'));
  await synced(desk);
  await desk.quit();
  line.state = 'cut';
  const again = await restart();
  await again.signIn(account('lead'));
  await block(await again.openPatronData(cardOf(patron)), 'Kept the atlas.');
  await openSync(again);
  line.state = 'good';
  // The desk may notice by itself before: the dialog is over the button then.
  await again.desk.getByRole('button', { name: 'Sync now' }).dispatchEvent('click');
  const dialog = again.desk.getByRole('dialog', { name: 'Sign in again to go on' });
  await expect(dialog).toBeVisible();
  await picture(again.desk, 'sign-in-to-sync');
  expect((await colleague.patron(patron.id)).blocks).toEqual([]);
  await dialog.getByLabel('Password').fill(account('lead').password);
  await dialog.getByRole('button', { name: 'Sign in' }).click();
  const blocks = async () => (await colleague.patron(patron.id)).blocks;
  await expect.poll(blocks, { timeout: 20_000 }).toMatchObject([{ comment: 'Kept the atlas.' }]);
});

test('the list of what waits can be printed: without the menu, whole', async ({
  desk,
  account,
  colleague,
  line,
}) => {
  await desk.signIn(account('lead'));
  await synced(desk);
  line.state = 'cut';
  const patron = await colleague.patronWho(isFree);
  const comment = `Kept the atlas. <img src=x onerror="globalThis.ran=true">${'W'.repeat(300)}`;
  await block(await desk.openPatronData(cardOf(patron)), comment);
  await openSync(desk);
  await desk.desk.emulateMedia({ media: 'print' });
  const written = desk.desk.getByText(comment);
  await expect(written).toBeVisible();
  expect(await written.evaluate((one) => one.getBoundingClientRect().right - innerWidth)).toBeLessThan(0);
  expect(await desk.desk.evaluate(() => 'ran' in globalThis)).toBe(false);
  await expect(desk.desk.getByRole('button', { name: 'Sign out' })).toBeHidden();
  await expect(desk.desk.getByRole('button', { name: 'Print' })).toBeHidden();
});

test('an idle desk locks, shows nothing of the patron, and comes back to what was typed', async ({
  desk,
  account,
  openPatronData,
  picture,
}) => {
  const { patron, window } = await openPatronData('desk');
  await window.getByRole('button', { name: 'Edit Contact' }).click();
  await window.getByLabel('Phone', { exact: true }).fill('+44 1632 960020');
  await desk.app.evaluate(({ powerMonitor }) => powerMonitor.emit('lock-screen'));
  const locked = window.getByRole('dialog').filter({ hasText: 'The desk is locked' });
  await expect(locked).toBeVisible();
  await picture(window, 'locked-patron');
  await picture(desk.desk, 'locked-desk');
  await expect(window.getByText(nameOf(patron)).first()).toBeHidden();
  const refused = await window.evaluate(() => globalThis.window.circdesk.patron.read({ fresh: false }));
  expect(refused).toMatchObject({ ok: false, error: { code: 'locked' } });
  const shown = await window.evaluate(() => globalThis.window.circdesk.patron.showFile({ file: 'any' }));
  expect(shown).toMatchObject({ ok: false, error: { code: 'locked' } });
  await locked.getByLabel('Password').fill(account('desk').password);
  await locked.getByRole('button', { name: 'Sign in' }).click();
  await expect(window.getByLabel('Phone', { exact: true })).toHaveValue('+44 1632 960020');
});

test('a revoked desk loses its copy at its next contact, says so, and stays revoked without its desk.json', async ({
  desk,
  account,
  colleague,
  dataFolder,
  folders,
  restart,
}) => {
  const { execFileSync } = await import('node:child_process');
  const server = (...args: string[]) =>
    execFileSync(process.execPath, ['server/main.ts', 'desks', '--data', dataFolder, ...args], {
      encoding: 'utf8',
    });
  const free = await colleague.patronWho(isFree);
  await desk.signIn(account('desk'));
  await synced(desk);
  const window = await desk.openPatron(cardOf(free));
  const desks = server()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { desk: string; lastStaff: string });
  const own = desks.find(({ lastStaff }) => lastStaff === 'desk');
  server('--revoke', own?.desk ?? '');
  // Where the desk hears of it by itself, its page is gone before it can be asked to sync.
  await desk.desk.evaluate(() => void globalThis.window.circdesk.sync.now({})).catch(() => undefined);
  await expect(desk.desk.getByLabel('Password')).toBeVisible();
  await expect.poll(() => window.isClosed()).toBe(true);
  const refusal = 'may no longer use the central server';
  await desk.desk.getByRole('button', { name: 'Try again' }).click();
  await expect(desk.desk.getByRole('alert')).toContainText(refusal);
  await desk.quit();
  await rm(join(folders.userData, 'desk.json'));
  const again = await restart();
  await expect(again.desk.getByRole('alert')).toContainText(refusal);
});
