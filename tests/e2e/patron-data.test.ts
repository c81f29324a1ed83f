// The patron data file as a patron gets it: read back as a person, a program and a screen reader would, with the line
// and without it, of a long record too, and never left half done.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startServer } from '../../build/reference-server.ts';
import { validate } from '../../build/validate-patron-data.ts';
import { Store } from '../../server/store/store.ts';
import { patronDataFileSchema } from '../../shared/patron-data/document.ts';
import type { Patron } from '../../shared/patrons/patron.ts';
import { Central, cardOf, isFree } from '../drive/central.ts';
import { DeskApp } from '../drive/desk-app.ts';
import { axeFindings } from '../scenes/checks.ts';
import { all, readPdf } from '../drive/pdf.ts';
import { taskbarOf } from '../drive/taskbar.ts';
import { addLoans, download, expect, isSaved, isSwedish, saved, test } from './patron-data-fixtures.ts';

test.describe('The file for people', () => {
  test('is tagged, titled, bookmarked and in the patron’s language; names stand right', async ({
    colleague,
    dataFolder,
    folders,
    openPatronData,
  }) => {
    const swedish = await colleague.patronWho(isSwedish);
    await colleague.saveSection(swedish.id, 'personal', { givenName: 'שלום', familyName: 'עזרא' });
    await colleague.saveSection(swedish.id, 'note', {
      staffNote: '<b>fet</b> =1+1 Lind\u202Eqvist\n\nandra stycket',
    });
    addLoans(dataFolder, swedish.id, 180);
    const { window } = await openPatronData('privacy', (one) => one.id === swedish.id);
    await download(window);
    await isSaved(window);
    const pdf = await readPdf(await saved(folders.downloads, '.pdf'));
    expect(pdf).toMatchObject({
      title: 'Låntagaruppgifter från Norrby Library',
      showsTitle: true,
      language: 'sv',
      isTagged: true,
    });
    // Nothing of the patron shows where a viewer shows titles.
    expect(pdf.title).not.toContain('עזרא');

    const [first] = pdf.pages;
    if (!first) throw new Error('There is no page.');
    expect(all(first.structure, 'H1').map(({ text }) => text.trim())).toEqual(['Låntagaruppgifter']);
    for (const words of [
      'Norrby Library',
      'Dataskyddsombud',
      'Bibliotekets centrala server, som den var vid den tiden.',
      'Vad som inte finns med, och varför',
      'PIN-kod',
    ])
      expect(first.structure.text).toContain(words);
    // Right to left: the given name comes first, which is on the right.
    expect(first.leftOf('שלום') ?? 0).toBeGreaterThan(first.leftOf('עזרא') ?? Infinity);
    expect(first.structure.text).toMatch(/שלום|עזרא/);

    const whole = pdf.pages.map(({ structure }) => structure.text).join('\n');
    for (const words of ['Till vad', 'Vem som får dem', 'Hur länge', 'Rättigheter', 'Klagomål'])
      expect(pdf.bookmarks).toContain(words);
    for (const heading of ['Personuppgifter', 'Kontakt', 'Kort', 'Spärrar', 'Lån', 'Lånehistorik', '2025'])
      expect(pdf.bookmarks).toContain(heading);
    expect(whole).toContain('<b>fet</b> =1+1 Lind');
    expect(whole).toContain('U+202E');
    expect(whole).toContain('1 jan. 2026');

    // A list over several pages: each row has its header, and the columns' headers are read once.
    expect(whole).toContain('Bok 179');
    const headers = pdf.pages
      .flatMap(({ structure }) => all(structure, 'TH'))
      .filter(({ text }) => text.trim() === 'Återlämnad');
    expect(headers.length).toBe(pdf.bookmarks.filter((words) => /^20\d\d$/.test(words)).length);
    pdf.pages.forEach(({ text, structure, width, height }, index) => {
      expect(text.replace(/\s+/g, ' ')).toContain(`Sida ${index + 1} av ${pdf.pages.length}`);
      expect(structure.text).not.toContain('Sida ');
      expect([Math.round(width), Math.round(height)]).toEqual([596, 843]);
    });
  });

  test('says all that the JSON says', async ({ colleague, folders, openPatronData }) => {
    const rich = (patron: Patron) =>
      patron.loans.length > 1 && patron.reservations.length > 0 && patron.debts.length > 0;
    const { window } = await openPatronData('privacy', (one) => rich(one) && one.ageGroup === 'adult');
    await download(window);
    await isSaved(window);
    const json = await saved(folders.downloads, '.json');
    expect(validate(json.toString()).problems).toEqual([]);
    const file = patronDataFileSchema.parse(JSON.parse(json.toString()));
    const pdf = await readPdf(await saved(folders.downloads, '.pdf'));
    const text = pdf.pages
      .map(({ structure }) => structure.text)
      .join('')
      .replace(/\s/g, '');
    const typed = [
      ...Object.values(file.patron.personal).filter((value) => value !== file.patron.personal.language),
      ...file.patron.contact.phones,
      ...file.patron.contact.emails,
      file.patron.address.line1,
      ...(file.loans ?? []).flatMap(({ title, author, itemBarcode }) => [title, author, itemBarcode]),
      ...file.reservations.map(({ title }) => title),
      ...(file.debts ?? []).map(({ description }) => description),
      ...(file.agreements ?? []).map(({ version }) => version),
      ...(file.notifications ?? []).flatMap(({ recipient, subject }) => [recipient, subject]),
    ].filter((value) => typeof value === 'string' && !/^(\d{4}-|female|male|other|unspecified)/.test(value));
    expect(typed.length).toBeGreaterThan(10);
    for (const value of typed) expect(text).toContain(String(value).replace(/\s/g, ''));
    expect(colleague.session.library.name).toBe(file.library.name);
  });
});

test('a PIN is in no file, and in no log', async ({ host, folders, dataFolder }) => {
  const pin = '90817263';
  let log = '';
  const server = await startServer(
    dataFolder,
    ['--demo', '60', '--seed', '7', '--log'],
    (text) => (log += text),
  );
  try {
    const account = server.accounts.find(
      ({ library, username }) => library === 'north' && username === 'lead',
    );
    if (!account) throw new Error('There is no demo account.');
    const colleague = await Central.signIn(server.url, account);
    const patron = await colleague.patronWho(isFree);
    const desk = await DeskApp.launch(host, folders, [`--server=${server.url}`]);
    try {
      await desk.signIn(account);
      const window = await desk.openPatronData(cardOf(patron));
      await window.getByRole('button', { name: 'Edit Card' }).click();
      await window.getByLabel('New PIN').fill(pin);
      await window.getByLabel('Repeat PIN').fill(pin);
      await window.getByRole('button', { name: 'Save PIN' }).click();
      await expect(window.getByLabel('New PIN')).toHaveValue('');
      await window.getByRole('button', { name: 'Cancel' }).click();
      await download(window);
      await isSaved(window);
    } finally {
      await desk.close();
    }
    const store = new Store(join(dataFolder, 'circdesk.sqlite'));
    const { hash } = store.row<{ hash: string }>(
      'SELECT pin AS hash FROM patron WHERE id = ?',
      patron.id,
    ) ?? {
      hash: '',
    };
    store.close();
    expect(hash).not.toBe('');
    expect(log).toContain('/patrons/');
    const pdf = await readPdf(await saved(folders.downloads, '.pdf'));
    const texts = [log, ...pdf.pages.map(({ text }) => text.replace(/\s/g, ''))];
    for (const entry of await readdir(folders.home, { recursive: true, withFileTypes: true }))
      if (entry.isFile()) texts.push((await readFile(join(entry.parentPath, entry.name))).toString('latin1'));
    expect(texts.length).toBeGreaterThan(6);
    for (const text of texts) {
      expect(text).not.toContain(pin);
      expect(text).not.toContain(hash);
    }
  } finally {
    await server.stop();
  }
});

test('without the line the copy is saved, says so, and is in the server’s log once it is back', async ({
  colleague,
  desk,
  folders,
  line,
  openPatronData,
}) => {
  test.setTimeout(120_000);
  const exports = async (patronId: string) =>
    (
      await colleague.get<{ entries: { kind: string; detail: string }[] }>(`/patrons/${patronId}/audit`)
    ).entries.flatMap(({ kind, detail }) => (kind === 'exported' ? [detail] : []));
  const { patron, window } = await openPatronData('privacy', (one) => isFree(one) && !isSwedish(one));
  await expect(desk.desk.getByRole('button', { name: /Online/ })).toContainText(/As of/);
  line.state = 'cut';
  await window.getByRole('button', { name: 'Edit Contact' }).click();
  await window.getByLabel('Phone', { exact: true }).fill('+44 1632 960077');
  await window.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(window.getByRole('button', { name: 'Edit Contact' })).toBeVisible();
  await download(window);
  await isSaved(window);
  await expect(window.getByText("It was made from this desk's copy, and says so")).toBeVisible();

  const json = (await saved(folders.downloads, '.json')).toString();
  expect(validate(json).problems).toEqual([]);
  const file = patronDataFileSchema.parse(JSON.parse(json));
  expect(file).toMatchObject({
    madeFrom: { kind: 'copy', asOf: expect.stringMatching(/^\d{4}-/) },
    patron: { contact: { phones: ['+44 1632 960077'] } },
    waiting: [{ kind: 'saveSection', section: 'contact' }],
    loanHistory: null,
    processing: null,
  });
  const pdf = await readPdf(await saved(folders.downloads, '.pdf'));
  expect(pdf.bookmarks.slice(0, 3)).toEqual([
    'Patron data',
    'Made without the central server',
    'About this file',
  ]);
  expect(pdf.bookmarks).toContain('Not yet at the central server');
  expect(await exports(patron.id)).toEqual([]);

  line.state = 'good';
  await expect.poll(() => exports(patron.id), { timeout: 80_000 }).toEqual(['copy']);
});

test.describe('A long record', () => {
  test('is read with its progress in sight, on the taskbar too, and can be cancelled', async ({
    colleague,
    dataFolder,
    desk,
    folders,
    openPatronData,
  }) => {
    const patron = await colleague.patronWho(isFree);
    addLoans(dataFolder, patron.id, 20_000);
    const { window } = await openPatronData('privacy', (one) => one.id === patron.id);
    const shown = await taskbarOf(desk);
    await download(window);
    await expect(window.getByRole('progressbar')).toBeVisible();
    expect(await axeFindings(window)).toEqual([]);
    await window.getByRole('button', { name: 'Cancel' }).click();
    await expect(window.getByText('The download was cancelled. No file was saved.')).toBeVisible();
    await expect(window.getByRole('progressbar')).toHaveCount(0);
    await expect.poll(() => readdir(folders.downloads)).toEqual([]);
    const parts = await shown();
    expect(parts.at(-1)).toBe(-1);
    expect(parts.some((part) => part > 0 && part < 1)).toBe(true);
  });

  test('goes whole into the JSON, and the PDF says where the rest is', async ({
    colleague,
    dataFolder,
    folders,
    openPatronData,
  }) => {
    test.setTimeout(120_000);
    const patron = await colleague.patronWho((one) => isFree(one) && !isSwedish(one));
    addLoans(dataFolder, patron.id, 6000);
    const { window } = await openPatronData('privacy', (one) => one.id === patron.id);
    await download(window);
    await isSaved(window);
    const file = patronDataFileSchema.parse(JSON.parse((await saved(folders.downloads, '.json')).toString()));
    expect(new Set(file.loanHistory?.map(({ title }) => title)).size).toBeGreaterThanOrEqual(6000);
    const pdf = await readPdf(await saved(folders.downloads, '.pdf'));
    const whole = pdf.pages.map(({ structure }) => structure.text).join('');
    expect(whole).toMatch(/the newest 5,000 of 6,\d{3}\. All of them are in the file patron-data-/);
    expect(pdf.bookmarks).toContain('December 2025');
  });

  test('a desk that is killed in the middle leaves nothing half done after its next start', async ({
    colleague,
    dataFolder,
    desk,
    host,
    folders,
    server,
    openPatronData,
  }) => {
    const patron = await colleague.patronWho(isFree);
    addLoans(dataFolder, patron.id, 20_000);
    const { window } = await openPatronData('privacy', (one) => one.id === patron.id);
    await download(window);
    await expect.poll(() => readdir(folders.downloads)).not.toEqual([]);
    const ended = desk.app.waitForEvent('close');
    desk.app.process().kill('SIGKILL');
    await ended;
    const half = await readdir(folders.downloads);
    expect(half.every((name) => name.startsWith('.patron-data-') && name.endsWith('.part'))).toBe(true);
    const next = await DeskApp.launch(host, folders, [`--server=${server.url}`]);
    await expect.poll(() => readdir(folders.downloads)).toEqual([]);
    await next.close();
  });
});
