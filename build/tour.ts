// npm run tour -- --out DIR: does the main job once, headless, and takes a picture of every step.
import { copyFile, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Page } from '@playwright/test';
import type { Patron } from '../shared/patrons/patron.ts';
import { Central, cardOf, isFree, nameOf } from '../tests/drive/central.ts';
import { DeskApp, makeDeskFolders } from '../tests/drive/desk-app.ts';
import { findAppHost } from './app-host.ts';
import { bundle } from './bundle.ts';
import { startServer } from './reference-server.ts';

const { values } = parseArgs({ options: { out: { type: 'string', default: 'tour' } } });
const out = resolve(values.out);
const SIZE = { width: 1366, height: 768 };

interface Step {
  name: string;
  ok: boolean;
  ms: number;
  picture: string;
}
const steps: Step[] = [];

/** Does one step and takes its picture, of the step done or of where it failed. */
async function step(name: string, window: () => Page, work: () => Promise<void>): Promise<void> {
  const began = performance.now();
  const failure = await work().then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  const ms = Math.round(performance.now() - began);
  const number = String(steps.length + 1).padStart(2, '0');
  const picture = `${number}-${name.toLowerCase().replaceAll(/[^a-z]+/g, '-')}.png`;
  await window().setViewportSize(SIZE);
  await window().screenshot({ path: join(out, picture), animations: 'disabled' });
  steps.push({ name, ok: !failure, ms, picture });
  console.log(`${failure ? 'FAILED' : 'ok'}  ${String(ms).padStart(5)} ms  ${name}`);
  if (failure) throw failure;
}

async function tour(desk: DeskApp, central: Central, downloads: string): Promise<void> {
  const { desk: page } = desk;
  const account = { library: 'north', username: 'lead' };
  const patrons = await central.patrons();
  const pick = (fits: (patron: Patron) => boolean): Patron => {
    const found = patrons.find(fits);
    if (!found) throw new Error('The demo data has no such patron.');
    return found;
  };
  const main = pick(
    (p) =>
      isFree(p) && p.sections.contact.values.phones.length > 0 && p.sections.note.values.staffNote === '',
  );
  const busy = pick((p) => p.loans.length > 0 && p.debts.length > 0 && p.reservations.length > 0);
  const leaving = pick((p) => isFree(p) && p.id !== main.id);
  const family = main.sections.personal.values.familyName;
  let patron = page;
  const dialog = () => patron.getByRole('dialog');

  await step(
    'Sign in',
    () => page,
    async () => {
      await page.getByLabel('Library').selectOption(account.library);
      await page.getByLabel('Username').fill(account.username);
      await page.getByRole('button', { name: 'Sign in' }).waitFor();
    },
  );
  await step(
    'Patrons',
    () => page,
    () => desk.signIn(demoAccount(account.library, account.username)),
  );
  await step(
    'Search',
    () => page,
    async () => {
      await desk.search(family);
      await desk.hit(family).waitFor();
    },
  );
  await step(
    'Open the patron details window',
    () => patron,
    async () => {
      patron = await desk.openPatron(cardOf(main));
    },
  );
  await step(
    'Patron data',
    () => patron,
    async () => {
      await patron.getByRole('tab', { name: 'Patron data' }).click();
      await patron.getByRole('button', { name: 'Edit Contact' }).waitFor();
    },
  );
  await step(
    'Edit a section',
    () => patron,
    async () => {
      await patron.getByRole('button', { name: 'Edit Contact' }).click();
      await patron.getByLabel('Phone', { exact: true }).fill('+44 1632 960123');
    },
  );
  await step(
    'Save',
    () => patron,
    async () => {
      await patron.getByRole('button', { name: 'Save', exact: true }).click();
      await patron.getByRole('button', { name: 'Edit Contact' }).waitFor();
      await patron.getByText('+44 1632 960123').first().waitFor();
    },
  );
  await step(
    'Block patron',
    () => patron,
    async () => {
      await patron.getByRole('button', { name: 'Block patron' }).click();
      await dialog()
        .getByLabel('Comment')
        .fill('Returned two library tablets with broken screens on 20 November.');
    },
  );
  await step(
    'Blocked',
    () => patron,
    async () => {
      await dialog().getByRole('button', { name: 'Block account' }).click();
      await patron.getByRole('button', { name: 'Unblock patron' }).waitFor();
    },
  );
  await step(
    'Unblock patron',
    () => patron,
    async () => {
      await patron.getByRole('button', { name: 'Unblock patron' }).click();
      await dialog().getByLabel('Comment').fill('Both screens are paid for.');
    },
  );
  await step(
    'Unblocked',
    () => patron,
    async () => {
      await dialog().getByRole('button', { name: 'Unblock account' }).click();
      await patron.getByRole('button', { name: 'Block patron' }).waitFor();
    },
  );
  await step(
    'Download patron data',
    () => patron,
    async () => {
      await patron.getByRole('button', { name: 'Download patron data' }).click();
      await patron.getByRole('button', { name: 'Show in folder' }).waitFor();
      const files = (await readdir(downloads)).filter((name) => name.startsWith('patron-data-'));
      if (files.length === 0) throw new Error('There is no file in the Downloads folder.');
      for (const file of files) await copyFile(join(downloads, file), join(out, file));
    },
  );
  await step(
    'Loans of another patron',
    () => patron,
    async () => {
      patron = await desk.openPatron(cardOf(busy));
      await patron.getByRole('tab', { name: 'Loans' }).click();
      await patron.getByRole('row').nth(1).waitFor();
    },
  );
  await step(
    'Delete patron, refused',
    () => patron,
    async () => {
      await patron.getByRole('tab', { name: 'Patron data' }).click();
      await patron.getByRole('button', { name: 'Delete patron' }).click();
      await dialog().getByText(/loan/i).first().waitFor();
    },
  );
  await step(
    'Delete patron, confirm',
    () => patron,
    async () => {
      patron = await desk.openPatronData(cardOf(leaving));
      await patron.getByRole('button', { name: 'Delete patron' }).click();
      await dialog().getByRole('button', { name: 'Delete patron' }).waitFor();
    },
  );
  await step(
    'Deleted',
    () => patron,
    async () => {
      await dialog().getByRole('button', { name: 'Delete patron' }).click();
      await patron.getByRole('button', { name: 'Close' }).first().waitFor();
      const gone = await central.ask('GET', `/patrons/${leaving.id}`);
      if (gone.status !== 410)
        throw new Error(`The server still answers ${gone.status} for ${nameOf(leaving)}.`);
    },
  );
}

const host = await findAppHost(console.log);
await bundle();
await mkdir(out, { recursive: true });
const data = join(tmpdir(), `circdesk-tour-${process.pid}`);
const server = await startServer(data, ['--demo', '300', '--seed', '1']);
const folders = await makeDeskFolders();

function demoAccount(library: string, username: string) {
  const account = server.accounts.find((a) => a.library === library && a.username === username);
  if (!account) throw new Error(`There is no demo account ${username} at ${library}.`);
  return account;
}

try {
  const desk = await DeskApp.launch(host, folders, [`--server=${server.url}`]);
  try {
    await desk.desk.setViewportSize(SIZE);
    await tour(desk, await Central.signIn(server.url, demoAccount('north', 'lead')), folders.downloads);
  } finally {
    await desk.close();
  }
} catch (thrown) {
  console.error(thrown);
  process.exitCode = 1;
} finally {
  await writeFile(join(out, 'tour.json'), `${JSON.stringify({ host: host.name, steps }, null, 2)}\n`);
  await server.stop();
  await folders.remove();
  await rm(data, { recursive: true, force: true });
}
