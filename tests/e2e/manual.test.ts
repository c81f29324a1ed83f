// Every sentence of the manual page on patron data, done by hand, so to say: in the real windows, by the names
// that the manual gives things, with the server's own word on what came of it. Run on our reference server and on a Koha;
// what only the former is asked is tagged.
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { v7 as newId } from 'uuid';
import { patronDataFileSchema } from '../../shared/patron-data/document.ts';
import { Central, cardOf, isFree, nameOf } from '../drive/central.ts';
import { expect, test } from './manual-fixtures.ts';

/** Asks our own server past the desk. */
const ONLY_OURS = { tag: '@reference' };

test.describe('Downloading patron data', () => {
  test('only users with the permission have access to the button Download patron data', async ({
    openPatron,
  }) => {
    const { window } = await openPatron('desk');
    await expect(window.getByRole('button', { name: 'Download patron data' })).toHaveCount(0);
    // The gate refuses it too: the page asks main without the button.
    const answer = await window.evaluate(() =>
      globalThis.window.circdesk.patron.download({ requester: 'patron', saveElsewhere: false }),
    );
    expect(answer).toMatchObject({ ok: false, error: { code: 'notPermitted' } });
  });

  test(
    'the server refuses the download without the permission',
    ONLY_OURS,
    async ({ server, account, colleague }) => {
      const patron = await colleague.patronWho(isFree);
      const staff = await Central.signIn(server.url, account('desk'));
      const answer = await staff.act('POST', `/patrons/${patron.id}/exports`, { requester: 'patron' });
      expect(answer.status).toBe(403);
      expect(await answer.json()).toMatchObject({ permission: 'Patrons - Download patron data' });
    },
  );

  test('from the main menu to the file in the Downloads folder', async ({
    desk,
    account,
    atServer,
    folders,
  }) => {
    const patron = await atServer.patronWho(
      (p) => p.loans.length > 0 && p.debts.length > 0 && cardOf(p) !== '',
    );
    await desk.signIn(account('privacy'));
    await desk.desk.getByRole('navigation').getByText('Patrons', { exact: true }).click();
    await desk.search(cardOf(patron));
    const opened = desk.app.waitForEvent('window');
    await desk.hit(cardOf(patron)).click();
    const window = await opened;
    await window.getByRole('tab', { name: 'Patron data' }).click();
    await window.getByRole('button', { name: 'Download patron data' }).click();
    await expect(window.getByRole('button', { name: 'Show in folder' })).toBeVisible();

    const files = (await readdir(folders.downloads)).sort();
    const [file = '', pdf = ''] = files;
    expect(files).toEqual([file, file.replace('.json', '.pdf')]);
    expect(file).toMatch(/^patron-data-\d{4}-\d\d-\d\d-[0-9a-f]{16}\.json$/);
    for (const name of [file, pdf]) {
      await expect(window.getByText(name)).toBeVisible();
      expect((await stat(join(folders.downloads, name))).mode & 0o777).toBe(0o600);
    }
    await expect(window.getByText(folders.downloads)).toBeVisible();

    const saved = patronDataFileSchema.parse(
      JSON.parse(await readFile(join(folders.downloads, file), 'utf8')),
    );
    expect(saved.patron.id).toBe(patron.id);
    expect(saved.patron.personal).toEqual(patron.sections.personal.values);
    expect(saved.loans).toHaveLength(patron.loans.length);
    expect(saved.debts).toHaveLength(patron.debts.length);
    expect([1, undefined]).toContain(await atServer.exportsLogged(patron));
  });

  test('a second download makes files of its own; the first ones stay as they were', async ({
    folders,
    openPatron,
  }) => {
    const { window } = await openPatron('privacy');
    for (const count of [1, 2]) {
      await window.getByRole('button', { name: 'Download patron data' }).click();
      await expect(window.getByRole('button', { name: 'Show in folder' })).toBeVisible();
      await expect.poll(async () => (await readdir(folders.downloads)).length).toBe(2 * count);
    }
  });
});

test.describe('Editing patron data', () => {
  test('the pen in the upper right corner opens the section; Save keeps what was typed', async ({
    atServer,
    openPatron,
  }) => {
    const { patron, window } = await openPatron('desk');
    const pen = window.getByRole('button', { name: 'Edit Address' });
    const section = window.getByRole('region', { name: 'Address', exact: true });
    const [penBox, sectionBox] = [await pen.boundingBox(), await section.boundingBox()];
    if (!penBox || !sectionBox) throw new Error('The pen or its section is not on the page.');
    expect(sectionBox.x + sectionBox.width - (penBox.x + penBox.width)).toBeLessThan(24);
    expect(penBox.y - sectionBox.y).toBeLessThan(24);

    await pen.click();
    await window.getByLabel('Address line 1', { exact: true }).fill('Ågatan 3 B');
    await window.getByLabel('Postcode', { exact: true }).fill('582 22');
    await window.getByLabel('Town', { exact: true }).fill('Linköping');
    await section.getByRole('button', { name: 'Save', exact: true }).click();
    await expect(pen).toBeVisible();
    await expect(section.getByText('Linköping')).toBeVisible();
    expect((await atServer.patron(patron.id)).sections.address.values).toMatchObject({
      line1: 'Ågatan 3 B',
      postcode: '582 22',
      town: 'Linköping',
    });
  });

  const EDITS = [
    ['Personal details', 'Given name', 'Zoë Ana'],
    ['Contact', 'E-mail', 'new.address@example.org'],
    ['Staff note', 'Staff note', 'Prefers to be rung after four.'],
  ] as const;
  test('Personal details, Contact and Staff note save what was typed', async ({ atServer, openPatron }) => {
    const { patron, window } = await openPatron('desk');
    for (const [section, field, value] of EDITS) {
      await window.getByRole('button', { name: `Edit ${section}` }).click();
      await window.getByRole('textbox', { name: field, exact: true }).fill(value);
      await window.getByRole('button', { name: 'Save', exact: true }).click();
      await expect(window.getByRole('button', { name: `Edit ${section}` })).toBeVisible();
      expect(JSON.stringify((await atServer.patron(patron.id)).sections)).toContain(value);
    }
  });

  test('the sections Library and Preferences save what was chosen', async ({ atServer, openPatron }) => {
    const { patron, window } = await openPatron('desk');
    const { branch } = patron.sections.library.values;
    const other = atServer.library.branches.find(({ id }) => id !== branch)?.id ?? '';
    await window.getByRole('button', { name: 'Edit Library' }).click();
    await window.getByLabel('Branch', { exact: true }).selectOption(other);
    await window.getByRole('button', { name: 'Save', exact: true }).click();
    await expect(window.getByRole('button', { name: 'Edit Library' })).toBeVisible();
    await window.getByRole('button', { name: 'Edit Preferences' }).click();
    await window.getByRole('checkbox').first().click();
    await window.getByRole('button', { name: 'Save', exact: true }).click();
    await expect(window.getByRole('button', { name: 'Edit Preferences' })).toBeVisible();
    const { library, preferences } = (await atServer.patron(patron.id)).sections;
    expect(library.values.branch).toBe(other);
    expect(preferences.values.keepLoanHistory).toBe(!patron.sections.preferences.values.keepLoanHistory);
  });

  test('a new PIN is typed twice, saved by its own button, and shown nowhere', async ({
    atServer,
    openPatron,
  }) => {
    const { patron, window } = await openPatron('desk');
    await window.getByRole('button', { name: 'Edit Card' }).click();
    await window.getByLabel('New PIN').fill('8264');
    await window.getByLabel('Repeat PIN').fill('8265');
    await window.getByRole('button', { name: 'Save PIN' }).click();
    await expect(window.getByLabel('Repeat PIN')).toHaveAttribute('aria-invalid', 'true');
    await window.getByLabel('Repeat PIN').fill('8264');
    await window.getByRole('button', { name: 'Save PIN' }).click();
    await expect(window.getByLabel('New PIN')).toHaveValue('');
    expect(await atServer.signsInWith(patron, '8264')).toBe(true);
    expect(await window.locator('body').innerText()).not.toContain('8264');
  });
});

test.describe('Blocking a patron', () => {
  test('a block with a comment takes effect at this library only, and shows wherever the patron does', async ({
    desk,
    kind,
    atServer,
    openPatron,
  }) => {
    const both = new Set(await atServer.idsKnownElsewhere());
    const { patron, window } = await openPatron('lead', (p) => isFree(p) && both.has(p.id));
    await window.getByRole('button', { name: 'Block patron' }).click();
    await window.getByRole('dialog').getByLabel('Comment').fill('Took the café’s till.');
    // What the block stops, the dialog says before, and the banner afterwards.
    const isNote = kind === 'koha';
    await expect(window.getByRole('dialog').getByText(/Koha itself refuses nothing/)).toHaveCount(
      isNote ? 1 : 0,
    );
    await window.getByRole('button', { name: 'Block account' }).click();
    await expect(window.getByRole('button', { name: 'Unblock patron' })).toBeVisible();

    await expect(window.getByText('Took the café’s till.')).toBeVisible();
    await expect(window.getByText(/Kept in Koha as a note/)).toHaveCount(isNote ? 1 : 0);
    for (const tab of await window.getByRole('tab').all()) {
      await tab.click();
      await expect(window.getByText('Took the café’s till.')).toBeInViewport();
    }
    await expect(desk.hit(cardOf(patron))).toContainText('Blocked');

    const refused = isNote ? [] : ['loans', 'renewals', 'reservations', 'signIn'];
    expect(await atServer.refusedServices(patron)).toEqual(refused);
    expect(await atServer.isBlockedElsewhere(patron)).toBe(false);
  });

  test('a comment is required', async ({ atServer, openPatron }) => {
    const { patron, window } = await openPatron('lead');
    await window.getByRole('button', { name: 'Block patron' }).click();
    await window.getByRole('button', { name: 'Block account' }).click();
    await expect(window.getByLabel('Comment')).toHaveAttribute('aria-invalid', 'true');
    expect((await atServer.patron(patron.id)).blocks).toEqual([]);
  });

  test('a patron with loans and debts can be blocked', async ({ atServer, openPatron }) => {
    const { patron, window } = await openPatron(
      'lead',
      (p) => p.loans.length > 0 && p.debts.length > 0 && p.blocks.length === 0,
    );
    await window.getByRole('button', { name: 'Block patron' }).click();
    await window.getByLabel('Comment').fill('Shouted at staff.');
    await window.getByRole('button', { name: 'Block account' }).click();
    await expect(window.getByRole('button', { name: 'Unblock patron' })).toBeVisible();
    expect((await atServer.patron(patron.id)).blocks).toMatchObject([{ comment: 'Shouted at staff.' }]);
  });

  test('Unblock patron asks for a comment and lifts the block', async ({ atServer, openPatron }) => {
    const { patron, window } = await openPatron('lead', (p) => p.blocks.length > 0);
    await expect(window.getByText(patron.blocks[0]?.comment ?? '').first()).toBeVisible();
    await window.getByRole('button', { name: 'Unblock patron' }).click();
    await window.getByRole('dialog').getByLabel('Comment').fill('Settled with the branch.');
    await window.getByRole('button', { name: 'Unblock account' }).click();
    await expect(window.getByRole('button', { name: 'Block patron' })).toBeVisible();
    expect((await atServer.patron(patron.id)).blocks).toEqual([]);
  });

  test('a debt block is shown apart, with amount and limit, and no button lifts it', async ({
    atServer,
    openPatron,
  }) => {
    const { patron, window } = await openPatron('lead', (p) => p.debtBlock !== null && p.blocks.length === 0);
    await expect(window.getByText(/debt block/i).first()).toBeVisible();
    await expect(window.getByText(/paying|paid/i).first()).toBeVisible();
    await expect(window.getByRole('button', { name: 'Unblock patron' })).toHaveCount(0);
    await atServer.payDebts(patron);
    expect((await atServer.patron(patron.id)).debtBlock).toBeNull();
  });

  test('without the permission there is no button, and the gate refuses', async ({ openPatron }) => {
    const { window } = await openPatron('desk');
    await expect(window.getByRole('button', { name: 'Block patron' })).toHaveCount(0);
    const answer = await window.evaluate(() =>
      globalThis.window.circdesk.patron.block({ comment: 'by hand' }),
    );
    expect(answer).toMatchObject({ ok: false, error: { code: 'notPermitted' } });
  });

  test(
    'the server refuses a block without the permission',
    ONLY_OURS,
    async ({ account, server, colleague }) => {
      const patron = await colleague.patronWho(isFree);
      const staff = await Central.signIn(server.url, account('desk'));
      const refused = await staff.act('POST', `/patrons/${patron.id}/blocks`, {
        id: newId(),
        comment: 'by hand',
      });
      expect(refused.status).toBe(403);
    },
  );
});

test.describe('Deleting a patron', () => {
  test('a patron with loans, reservations and debts can not be deleted; each is listed with a way to its tab', async ({
    atServer,
    openPatron,
  }) => {
    const { patron, window } = await openPatron(
      'lead',
      (p) => p.loans.length > 0 && p.reservations.length > 0 && p.debts.length > 0,
    );
    for (const tab of ['Loans', 'Reservations', 'Debts'] as const) {
      await window.getByRole('tab', { name: 'Patron data' }).click();
      await window.getByRole('button', { name: 'Delete patron' }).click();
      const dialog = window.getByRole('dialog');
      await expect(dialog.getByRole('button', { name: 'Delete patron' })).toHaveCount(0);
      await dialog.getByRole('button', { name: new RegExp(tab) }).click();
      await expect(window.getByRole('tab', { name: tab })).toHaveAttribute('aria-selected', 'true');
    }
    expect(await atServer.tryToDelete(patron)).toMatchObject({ loans: patron.loans.length });
    expect(await atServer.isGone(patron.id)).toBe(false);
  });

  test('Delete patron, once more to confirm: gone here, still found at other libraries', async ({
    desk,
    kind,
    atServer,
    openPatron,
  }) => {
    const both = new Set(await atServer.idsKnownElsewhere());
    const { patron, window } = await openPatron('lead', (p) => isFree(p) && both.has(p.id));
    await window.getByRole('button', { name: 'Delete patron' }).click();
    const dialog = window.getByRole('dialog');
    await expect(dialog).toContainText(nameOf(patron));
    await expect(dialog).toContainText(/undone/);
    // A Koha has one account for all its libraries: that is said, and what happens.
    const isShared = kind === 'koha';
    if (!isShared) await expect(dialog).toContainText(atServer.library.name);
    await expect(dialog.getByText(/whole of Koha/)).toHaveCount(isShared ? 1 : 0);
    await dialog.getByRole('button', { name: 'Delete patron' }).click();
    await expect(window.getByRole('button', { name: 'Close' }).first()).toBeVisible();
    expect(await atServer.isGone(patron.id)).toBe(true);

    await desk.search(cardOf(patron));
    await expect(desk.hit(cardOf(patron))).toHaveCount(0);
    expect(await atServer.isThereElsewhere(patron)).toBe(!isShared);
  });

  test('without the permission there is no button, and the gate refuses', async ({ openPatron }) => {
    const { patron, window } = await openPatron('privacy');
    await expect(window.getByRole('button', { name: 'Delete patron' })).toHaveCount(0);
    const answer = await window.evaluate(
      (tag) => globalThis.window.circdesk.patron.delete({ tag }),
      patron.tag,
    );
    expect(answer).toMatchObject({ ok: false, error: { code: 'notPermitted' } });
  });

  test(
    'the server refuses to delete without the permission',
    ONLY_OURS,
    async ({ account, colleague, server }) => {
      const patron = await colleague.patronWho(isFree);
      const staff = await Central.signIn(server.url, account('privacy'));
      expect((await staff.act('DELETE', `/patrons/${patron.id}`, undefined, patron.tag)).status).toBe(403);
      expect((await colleague.patron(patron.id)).id).toBe(patron.id);
    },
  );
});
