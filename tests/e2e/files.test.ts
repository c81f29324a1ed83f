// The desk's files when something is wrong with them: each start says what happened, what was kept, and what to do.
import { readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EncryptedFile } from '../../electron/cache/encrypted-file.ts';
import { SEALED_KEY } from '../../electron/cache/key.ts';
import { cardOf, isFree } from '../drive/central.ts';
import { openLine } from '../drive/bad-line.ts';
import { DeskApp, type DeskFolders } from '../drive/desk-app.ts';
import { expect, test } from './fixtures.ts';

const store = (folders: DeskFolders, ...name: string[]) => join(folders.userData, 'store', ...name);
const status = (desk: DeskApp) => desk.desk.getByRole('button', { name: /Online|Offline/ });
const picture = (desk: DeskApp, name: string) =>
  desk.desk.screenshot({ path: join('test-results', 'pictures', `${name}.png`) });

/** A desk that has synced, blocked a patron without the line, and ended. */
async function leftWaiting(
  host: Parameters<typeof DeskApp.launch>[0],
  folders: DeskFolders,
  url: string,
  account: Parameters<DeskApp['signIn']>[0],
  card: string,
) {
  const line = await openLine(url);
  const desk = await DeskApp.launch(host, folders, [`--server=${line.url}`]);
  await desk.signIn(account);
  await expect(status(desk)).toContainText('As of');
  line.state = 'cut';
  const window = await desk.openPatronData(card);
  await window.getByRole('button', { name: 'Block patron' }).click();
  await window.getByLabel('Comment').fill('Kept the atlas.');
  await window.getByRole('button', { name: 'Block account' }).click();
  await expect(window.getByText('Not in force elsewhere yet')).toBeVisible();
  const sealed = [...readFileSync(store(folders, SEALED_KEY))];
  const key = await desk.app.evaluate(
    async ({ safeStorage }, bytes) => (await safeStorage.decryptStringAsync(Buffer.from(bytes))).result,
    sealed,
  );
  await desk.quit();
  await line.close();
  return new Uint8Array(Buffer.from(key, 'hex'));
}

test('nothing of a patron is readable in the desk’s files, and only their user may open them', async ({
  desk,
  account,
  colleague,
  folders,
}) => {
  const patron = await colleague.patronWho(isFree);
  await desk.signIn(account('lead'));
  await expect(status(desk)).toContainText('As of');
  await desk.quit();
  const { familyName } = patron.sections.personal.values;
  const files = readdirSync(store(folders));
  expect(files).toEqual(expect.arrayContaining(['copy.db', 'outbox.db', SEALED_KEY]));
  for (const name of files) {
    const content = readFileSync(store(folders, name));
    for (const words of [familyName, cardOf(patron), 'SQLite format 3'])
      expect(content.includes(words), name).toBe(false);
    if (process.platform !== 'win32') expect(statSync(store(folders, name)).mode & 0o077, name).toBe(0);
  }
});

test('a damaged outbox: what waited is rescued and sent, and staff are told', async ({
  host,
  folders,
  server,
  account,
  colleague,
}) => {
  const patron = await colleague.patronWho(isFree);
  await leftWaiting(host, folders, server.url, account('lead'), cardOf(patron));
  const file = store(folders, 'outbox.db');
  const bytes = readFileSync(file);
  bytes.fill(0x5a, bytes.length - 4096 - 300, bytes.length - 4096 - 200);
  bytes.fill(0x5a, bytes.length - 300, bytes.length - 200);
  writeFileSync(file, bytes);
  const desk = await DeskApp.launch(host, folders, [`--server=${server.url}`]);
  await desk.signIn(account('lead'));
  await desk.desk.getByRole('navigation').getByRole('button', { name: /^Sync/ }).click();
  await expect(desk.desk.getByText("This desk's outbox was damaged and has been repaired")).toBeVisible();
  await picture(desk, 'trouble-rescued');
  const blocks = async () => (await colleague.patron(patron.id)).blocks.map(({ comment }) => comment);
  await expect.poll(blocks).toEqual(['Kept the atlas.']);
  await desk.desk.getByRole('button', { name: 'Noted' }).click();
  await expect(desk.desk.getByText('damaged and has been repaired')).toHaveCount(0);
  expect(readdirSync(store(folders)).filter((name) => name.includes('damaged'))).toEqual([]);
  await desk.close();
});

test('a damaged copy is filled again by itself', async ({ host, folders, server, account, colleague }) => {
  const patron = await colleague.patronWho(isFree);
  await leftWaiting(host, folders, server.url, account('lead'), cardOf(patron));
  truncateSync(store(folders, 'copy.db'), 5000);
  const desk = await DeskApp.launch(host, folders, [`--server=${server.url}`]);
  await desk.signIn(account('lead'));
  await expect(status(desk)).toContainText('As of');
  const blocks = async () => (await colleague.patron(patron.id)).blocks.length;
  await expect.poll(blocks).toBe(1);
  await desk.openPatron(cardOf(patron));
  await desk.close();
});

test('a keyring that was reset is no damage: the files stay, and staff decide to begin anew', async ({
  host,
  folders,
  server,
  account,
  colleague,
}) => {
  const patron = await colleague.patronWho(isFree);
  await leftWaiting(host, folders, server.url, account('lead'), cardOf(patron));
  rmSync(join(folders.home, '.local', 'share', 'chromium-host-keyring'), { recursive: true });
  const before = readFileSync(store(folders, 'outbox.db'));
  const desk = await DeskApp.launch(host, folders, [`--server=${server.url}`]);
  await expect(desk.desk.getByRole('heading', { level: 1 })).toContainText('keyring no longer knows');
  await picture(desk, 'trouble-forgotten-key');
  await desk.desk.getByRole('button', { name: 'Begin anew' }).click();
  await desk.desk.getByRole('button', { name: 'Cancel' }).click();
  expect(readFileSync(store(folders, 'outbox.db')).equals(before)).toBe(true);
  await desk.desk.getByRole('button', { name: 'Begin anew' }).click();
  await desk.desk.getByRole('alertdialog').getByRole('button', { name: 'Begin anew' }).click();
  await desk.signIn(account('lead'));
  await expect(status(desk)).toContainText('As of');
  const aside = readdirSync(store(folders)).filter((name) => name.startsWith('outbox.db.forgotten'));
  expect(aside.length).toBeGreaterThan(0);
  await desk.close();
});

test('files of a newer version are left as they are', async ({
  host,
  folders,
  server,
  account,
  colleague,
}) => {
  const patron = await colleague.patronWho(isFree);
  const key = await leftWaiting(host, folders, server.url, account('lead'), cardOf(patron));
  const file = EncryptedFile.open(store(folders, 'outbox.db'), key, 'FULL');
  file.set('user_version', 99);
  file.close();
  const before = readFileSync(store(folders, 'outbox.db'));
  const desk = await DeskApp.launch(host, folders, [`--server=${server.url}`]);
  await expect(desk.desk.getByRole('heading', { level: 1 })).toContainText('A newer Circdesk was used');
  await expect(desk.desk.getByText('One act waits in them')).toBeVisible();
  await picture(desk, 'trouble-newer-files');
  await desk.close();
  expect(readFileSync(store(folders, 'outbox.db')).equals(before)).toBe(true);
});

test.describe('without a keyring', () => {
  test.skip(({ host }) => host.name === 'electron', 'a system’s own keyring can’t be taken away here');
  const launch = async (
    host: Parameters<typeof DeskApp.launch>[0],
    folders: DeskFolders,
    url: string,
    policy: unknown,
  ) => {
    const file = join(folders.home, 'policy.json');
    writeFileSync(file, JSON.stringify(policy));
    const without = { ...host, environment: { ...host.environment, CHROMIUM_HOST_KEYRING: 'absent' } };
    return DeskApp.launch(without, folders, [`--server=${url}`, `--policy=${file}`]);
  };

  test('the desk does not start, and says what it needs', async ({ host, folders, server }) => {
    const desk = await launch(host, folders, server.url, {});
    await expect(desk.desk.getByRole('heading', { level: 1 })).toContainText('no keyring');
    await picture(desk, 'trouble-no-keyring');
    expect(readdirSync(store(folders))).toEqual([]);
    await desk.close();
  });

  test('where policy allows it, it works with a warning in sight, and keeps nothing', async ({
    host,
    folders,
    server,
    account,
    colleague,
  }) => {
    const policy = { copy: { withoutKeyring: 'memoryOnly' } };
    const desk = await launch(host, folders, server.url, policy);
    await desk.signIn(account('lead'));
    await expect(status(desk)).toContainText('Nothing is kept when Circdesk ends');
    await desk.openPatron(cardOf(await colleague.patronWho(isFree)));
    await desk.quit();
    expect(readdirSync(store(folders)).includes(SEALED_KEY)).toBe(false);
    const again = await launch(host, folders, server.url, policy);
    await again.signIn(account('lead'));
    await expect(status(again)).toContainText('As of');
    await again.close();
  });
});
