// What goes wrong at a desk: each has a message fit for staff, and nothing that was typed is lost.
import { execFileSync } from 'node:child_process';
import { readdir, rm, writeFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { BLOCK_PATRON, DELETE_PATRON } from '../../shared/permissions.ts';
import { cardOf, isFree } from '../drive/central.ts';
import { DeskApp } from '../drive/desk-app.ts';
import { expect, testOnLine as test } from './fixtures.ts';

const typeIntoContact = async (window: Page, phone: string) => {
  await window.getByRole('button', { name: 'Edit Contact' }).click();
  await window.getByLabel('Phone', { exact: true }).fill(phone);
};
const phone = (window: Page) => window.getByLabel('Phone', { exact: true });
const save = (window: Page) => window.getByRole('button', { name: 'Save', exact: true }).click();

/** An administrator ends every session of a member of staff at `north`. */
const endSessions = (dataFolder: string, username: string) =>
  execFileSync(process.execPath, [
    ...['server/main.ts', 'staff', '--data', dataFolder],
    ...['--library', 'north', '--username', username, '--end-sessions'],
  ]);

const withdraw = (dataFolder: string, username: string, permission: string) =>
  execFileSync(process.execPath, [
    ...['server/main.ts', 'staff', '--data', dataFolder],
    ...['--library', 'north', '--username', username, '--revoke', permission],
  ]);
const WITHDRAWN = [
  ['block', BLOCK_PATRON, false, 'Block patron', 'Block account'],
  ['unblock', BLOCK_PATRON, true, 'Unblock patron', 'Unblock account'],
  ['delete', DELETE_PATRON, false, 'Delete patron', 'Delete patron'],
] as const;

test.describe('Signing in', () => {
  test('a wrong password says so, and keeps library and username', async ({ desk, account }) => {
    await desk.trySignIn({ ...account('lead'), password: 'wrong' });
    await expect(desk.desk.getByRole('alert')).toContainText('The username or the password is wrong.');
    await expect(desk.desk.getByLabel('Username')).toHaveValue('lead');
    await expect(desk.desk.getByLabel('Library')).toHaveValue('north');
  });

  test('an account that is locked says so, and when to try again', async ({ desk, account }) => {
    await expect(async () => {
      await desk.trySignIn({ ...account('lead'), password: 'wrong' });
      await expect(desk.desk.getByRole('alert')).toContainText(/locked/i, { timeout: 500 });
    }).toPass({ timeout: 40_000 });
    await desk.trySignIn(account('lead'));
    await expect(desk.desk.getByRole('alert')).toContainText(/locked/i);
  });

  test('a server that is away says so; when it is back, signing in works', async ({
    desk,
    line,
    account,
  }) => {
    await desk.desk.getByLabel('Library').selectOption('north');
    line.state = 'cut';
    await desk.trySignIn(account('lead'));
    await expect(desk.desk.getByRole('alert')).toContainText(/reach/i);
    line.state = 'good';
    await desk.signIn(account('lead'));
  });

  test('a network that answers for the server is not believed', async ({ desk, line, account }) => {
    await desk.desk.getByLabel('Library').selectOption('north');
    line.state = 'rubbish';
    await desk.trySignIn(account('lead'));
    await expect(desk.desk.getByRole('alert')).toBeVisible();
    await expect(desk.desk.getByRole('searchbox')).toHaveCount(0);
  });
});

test.describe('In the middle of an edit', () => {
  test('the line is cut: the edit is kept at the desk, and sent when the line is back', async ({
    colleague,
    line,
    openPatronData,
  }) => {
    const { patron, window } = await openPatronData('desk');
    await typeIntoContact(window, '+44 1632 960001');
    line.state = 'cut';
    await save(window);
    await expect(window.getByRole('log')).toContainText('saved at this desk');
    await expect(window.getByText('One act at this desk waits to be sent')).toBeVisible();
    line.state = 'good';
    const phones = async () => (await colleague.patron(patron.id)).sections.contact.values.phones;
    await expect.poll(phones, { timeout: 20_000 }).toContain('+44 1632 960001');
    await expect(window.getByText('waits to be sent')).toHaveCount(0);
  });

  test('an answer that is lost: the block is made once, however often it is sent', async ({
    colleague,
    line,
    openPatronData,
  }) => {
    const { patron, window } = await openPatronData('lead');
    await window.getByRole('button', { name: 'Block patron' }).click();
    await window.getByLabel('Comment').fill('Only once.');
    line.state = 'losesAnswers';
    await window.getByRole('button', { name: 'Block account' }).click();
    await expect(window.getByRole('button', { name: 'Unblock patron' })).toBeVisible();
    await expect(window.getByText('Not in force elsewhere yet')).toBeVisible();
    const comments = async () => (await colleague.patron(patron.id)).blocks.map(({ comment }) => comment);
    expect(await comments()).toEqual(['Only once.']);
    line.state = 'good';
    await expect(window.getByText('Not in force elsewhere yet')).toHaveCount(0, { timeout: 20_000 });
    expect(await comments()).toEqual(['Only once.']);
  });

  test('a server that stays silent keeps nobody waiting: the edit is kept within seconds', async ({
    line,
    openPatronData,
  }) => {
    const { window } = await openPatronData('desk');
    await typeIntoContact(window, '+44 1632 960002');
    line.state = 'silent';
    const began = Date.now();
    await save(window);
    await expect(window.getByRole('log')).toContainText('saved at this desk');
    expect(Date.now() - began).toBeLessThan(6_000);
    await expect(window.getByText('+44 1632 960002')).toBeVisible();
  });

  test('the session ends: the edit is kept, and sent once its author has signed in again', async ({
    account,
    colleague,
    dataFolder,
    line,
    openPatronData,
  }) => {
    const { patron, window } = await openPatronData('desk');
    const { username, password } = account('desk');
    await typeIntoContact(window, '+44 1632 960003');
    // Without the line: else the desk may hear of it, and ask for the password, before Save is pressed.
    line.state = 'cut';
    endSessions(dataFolder, username);
    await save(window);
    await expect(window.getByRole('log')).toContainText('saved at this desk');
    line.state = 'good';
    const again = window.getByRole('dialog').filter({ has: window.getByLabel('Password') });
    await again.getByLabel('Password').fill(password);
    await again.getByRole('button', { name: 'Sign in' }).click();
    await expect(again).toHaveCount(0);
    await expect(window.getByText('+44 1632 960003')).toBeVisible();
    const phones = async () => (await colleague.patron(patron.id)).sections.contact.values.phones;
    await expect.poll(phones).toContain('+44 1632 960003');
  });

  for (const [what, permission, isBlocked, open, submit] of WITHDRAWN)
    test(`the permission to ${what} is withdrawn while its dialog is open: that is said, and nothing is done`, async ({
      colleague,
      dataFolder,
      openPatronData,
    }) => {
      const { patron, window } = await openPatronData(
        'lead',
        isBlocked ? ({ blocks }) => blocks.length > 0 : isFree,
      );
      await window.getByRole('button', { name: open }).click();
      const dialog = window.getByRole('dialog');
      const comment = dialog.getByLabel('Comment');
      if (what !== 'delete') await comment.fill('Kept the atlas.');
      withdraw(dataFolder, 'lead', permission);
      await dialog.getByRole('button', { name: submit }).click();
      await expect(dialog.getByRole('alert')).toContainText(permission);
      if (what !== 'delete') await expect(comment).toHaveValue('Kept the atlas.');
      await dialog.getByRole('button', { name: 'Cancel' }).click();
      await expect(window.getByRole('button', { name: 'Edit Contact' })).toBeVisible();
      await expect(window.getByRole('button', { name: open })).toHaveCount(0);
      expect((await colleague.patron(patron.id)).blocks).toEqual(patron.blocks);
    });

  test('a colleague takes over from unsaved text only where they say that it may be lost', async ({
    account,
    dataFolder,
    desk,
    openPatronData,
  }) => {
    const { window } = await openPatronData('desk');
    const colleague = account('privacy');
    await typeIntoContact(window, '+44 1632 960006');
    endSessions(dataFolder, 'desk');
    await desk.desk.evaluate(() => globalThis.window.circdesk.sync.now({}));
    const again = window.getByRole('dialog').filter({ has: window.getByLabel('Password') });
    const allTheSame = again.getByRole('checkbox', { name: 'Sign in all the same' });
    const signIn = async () => {
      await again.getByLabel('Username').fill(colleague.username);
      await again.getByLabel('Password').fill(colleague.password);
      await again.getByRole('button', { name: 'Sign in', exact: true }).click();
    };
    await expect(allTheSame).toHaveCount(0);
    await signIn();
    await expect(again.getByRole('alert')).toContainText(/saved/i);
    await expect(phone(window)).toHaveValue('+44 1632 960006');
    await signIn();
    await expect(again.getByRole('alert')).toContainText(/saved/i);
    await allTheSame.check();
    const closed = window.waitForEvent('close');
    await signIn();
    await closed;
    await expect(desk.desk.getByLabel('Password')).toHaveCount(0);
  });

  test('another desk deletes the patron: the window says so, and the text can still be copied', async ({
    colleague,
    openPatronData,
  }) => {
    const { patron, window } = await openPatronData('desk');
    await typeIntoContact(window, '+44 1632 960004');
    const { tag } = await colleague.patron(patron.id);
    expect((await colleague.act('DELETE', `/patrons/${patron.id}`, undefined, tag)).ok).toBe(true);
    await save(window);
    await expect(window.getByText(/deleted/i).first()).toBeVisible();
    await expect(phone(window)).toHaveValue('+44 1632 960004');
  });

  test('leaving asks first', async ({ desk, openPatronData }) => {
    const { window } = await openPatronData('desk');
    await typeIntoContact(window, '+44 1632 960005');
    await desk.app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows().forEach((open) => open.close()),
    );
    await expect(window.getByRole('button', { name: 'Stay' })).toBeVisible();
    await window.getByRole('button', { name: 'Stay' }).click();
    await expect(phone(window)).toHaveValue('+44 1632 960005');
    await window.getByRole('tab', { name: 'Loans' }).click();
    await window.getByRole('button', { name: 'Stay' }).click();
    await expect(phone(window)).toHaveValue('+44 1632 960005');
  });
});

test.describe('Two desks edit the same patron', () => {
  test('different fields of a section merge by themselves', async ({ colleague, openPatronData }) => {
    const { patron, window } = await openPatronData('desk');
    await window.getByRole('button', { name: 'Edit Address' }).click();
    await window.getByLabel('Town', { exact: true }).fill('Visby');
    await colleague.saveSection(patron.id, 'address', { postcode: '621 57' });
    await save(window);
    await expect(window.getByRole('button', { name: 'Edit Address' })).toBeVisible();
    expect((await colleague.patron(patron.id)).sections.address.values).toMatchObject({
      town: 'Visby',
      postcode: '621 57',
    });
  });

  test('the same field: both values are shown, nothing is lost, staff decide', async ({
    colleague,
    openPatronData,
  }) => {
    const { patron, window } = await openPatronData('desk');
    await window.getByRole('button', { name: 'Edit Address' }).click();
    await window.getByLabel('Town', { exact: true }).fill('Visby');
    await colleague.saveSection(patron.id, 'address', { town: 'Ystad' });
    await save(window);
    await expect(window.getByText('Ystad').first()).toBeVisible();
    await expect(window.getByText('Visby').first()).toBeVisible();
    expect((await colleague.patron(patron.id)).sections.address.values.town).toBe('Ystad');
    await window.getByRole('radio', { name: /yours/i }).click();
    await window.getByRole('button', { name: 'Save', exact: true }).last().click();
    await expect(window.getByRole('button', { name: 'Edit Address' })).toBeVisible();
    expect((await colleague.patron(patron.id)).sections.address.values.town).toBe('Visby');
  });
});

test.describe('Names that break things', () => {
  const NAMES = [
    `O'Brien "Bo" <script>alert(1)</script> & Söhne`,
    'Ana 🧑‍🚀 Ünal',
    'שלום עזרא',
    'Lind\u202Eqvist',
  ];
  test('quotes and markup, emoji, right-to-left script and a bidi override are saved, shown as text and found', async ({
    desk,
    colleague,
    openPatronData,
  }) => {
    const { patron, window } = await openPatronData('desk');
    for (const name of NAMES) {
      await window.getByRole('button', { name: 'Edit Personal details' }).click();
      await window.getByLabel('Family name', { exact: true }).fill(name);
      await save(window);
      await expect(window.getByRole('button', { name: 'Edit Personal details' })).toBeVisible();
      await expect(window.locator('body')).toContainText(name);
      expect((await colleague.patron(patron.id)).sections.personal.values.familyName).toBe(name);
      await desk.search(name);
      await expect(desk.hit(cardOf(patron))).toContainText(name);
    }
  });

  test('5,000 characters are refused at the field, and stay', async ({ openPatronData }) => {
    const { window } = await openPatronData('desk');
    const long = 'Åsa '.repeat(1250);
    await window.getByRole('button', { name: 'Edit Personal details' }).click();
    const field = window.getByLabel('Family name', { exact: true });
    await field.fill(long);
    await save(window);
    await expect(field).toHaveAttribute('aria-invalid', 'true');
    await expect(field).toHaveValue(long);
  });

  test('a staff note of 5,000 characters is saved and does not break the page', async ({
    colleague,
    openPatronData,
  }) => {
    const { patron, window } = await openPatronData('desk');
    const long = 'W'.repeat(5000);
    await window.getByRole('button', { name: 'Edit Staff note' }).click();
    await window.getByRole('textbox', { name: 'Staff note' }).fill(long);
    await save(window);
    await expect(window.getByRole('button', { name: 'Edit Staff note' })).toBeVisible();
    expect((await colleague.patron(patron.id)).sections.note.values.staffNote).toBe(long);
    const sideways = await window.evaluate(() => document.documentElement.scrollWidth > innerWidth);
    expect(sideways).toBe(false);
  });
});

test.describe('A Downloads folder that can not take the file', () => {
  const mounts = process.platform === 'linux' && process.getuid?.() === 0;
  const download = async (desk: DeskApp, card: string) => {
    const window = await desk.openPatronData(card);
    await window.getByRole('button', { name: 'Download patron data' }).click();
    return window;
  };

  test('it is read-only', async ({ desk, account, colleague, folders }) => {
    test.skip(!mounts, 'a read-only folder needs root on Linux');
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'ro,size=64k', 'tmpfs', folders.downloads]);
    try {
      await desk.signIn(account('lead'));
      const window = await download(desk, cardOf(await colleague.patronWho(isFree)));
      await expect(window.getByRole('alert').first()).toContainText(folders.downloads);
    } finally {
      execFileSync('umount', [folders.downloads]);
    }
  });

  test('the disk is full: no half file stays', async ({ desk, account, colleague, folders }) => {
    test.skip(!mounts, 'a full disk needs root on Linux');
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4k', 'tmpfs', folders.downloads]);
    try {
      await writeFile(`${folders.downloads}/other`, 'x'.repeat(4096));
      await desk.signIn(account('lead'));
      const window = await download(desk, cardOf(await colleague.patronWho(isFree)));
      await expect(window.getByRole('alert').first()).toContainText(/full|space/i);
      expect(await readdir(folders.downloads)).toEqual(['other']);
    } finally {
      execFileSync('umount', [folders.downloads]);
    }
  });

  test('a file stands where the folder should be', async ({ desk, account, colleague, folders }) => {
    await rm(folders.downloads, { recursive: true });
    await writeFile(folders.downloads, 'a file');
    await desk.signIn(account('lead'));
    const window = await download(desk, cardOf(await colleague.patronWho(isFree)));
    await expect(window.getByRole('alert').first()).toContainText(folders.downloads);
  });
});
