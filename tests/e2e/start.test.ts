// How the app starts: by policy, twice, after a restart, and not at all with a policy that is wrong.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { _electron } from '@playwright/test';
import manifest from '../../package.json' with { type: 'json' };
import { DeskApp } from '../drive/desk-app.ts';
import { expect, test } from './fixtures.ts';

const root = join(import.meta.dirname, '..', '..');

test("the policy's server is the desk's server, and the last library is remembered", async ({
  underPolicy,
  account,
}) => {
  const first = await underPolicy({});
  await first.signIn(account('desk', 'south'));
  await first.close();
  const second = await underPolicy({});
  await expect(second.desk.getByLabel('Library')).toHaveValue('south');
});

test('a desk whose desk.json is lost, or changed, takes no other server than the one that staff chose', async ({
  host,
  folders,
  server,
  account,
}) => {
  const file = join(folders.userData, 'desk.json');
  const choose = async ({ desk }: DeskApp, address: string) => {
    await desk.getByLabel('Address').fill(address);
    await desk.getByRole('button', { name: 'Connect' }).click();
  };
  const first = await DeskApp.launch(host, folders, []);
  await choose(first, server.url);
  await first.signIn(account('lead'));
  await first.quit();
  await rm(file);
  const second = await DeskApp.launch(host, folders, []);
  await choose(second, 'http://127.0.0.1:9');
  await expect(second.desk.getByText(/^This desk works with .+\.$/)).toContainText(server.url);
  await choose(second, server.url);
  await second.signIn(account('lead'));
  await second.quit();
  // Nor the one that somebody wrote into it.
  const written = await readFile(file, 'utf8');
  await writeFile(file, written.replace(new URL(server.url).host, '127.0.0.1:9'));
  const third = await DeskApp.launch(host, folders, []);
  await choose(third, 'http://127.0.0.1:9');
  await expect(third.desk.getByText(/^This desk works with .+\.$/)).toContainText(server.url);
  await third.close();
});

test('a policy with a wrong value names it, and the app does not start', async ({ host, folders }) => {
  const policy = join(folders.home, 'policy.json');
  await writeFile(policy, JSON.stringify({ server: { url: 'http://library.example/' } }));
  const { status, stderr } = spawnSync(
    host.executable,
    [root, `--user-data-dir=${folders.userData}`, `--policy=${policy}`],
    { encoding: 'utf8', timeout: 30_000, env: { ...process.env, HOME: folders.home } },
  );
  expect(status).toBe(1);
  expect(stderr).toContain('server.url: must be https');
});

test('a second start ends at once, and the first one stays', async ({ host, folders, server, desk }) => {
  const { status } = spawnSync(
    host.executable,
    [root, `--user-data-dir=${folders.userData}`, `--server=${server.url}`],
    { encoding: 'utf8', timeout: 30_000, env: { ...process.env, HOME: folders.home } },
  );
  expect(status).toBe(0);
  await expect(desk.desk.getByLabel('Library')).toBeVisible();
  expect(desk.app.windows()).toHaveLength(1);
});

test('a second start while the first one is still starting keeps nobody from work', async ({
  host,
  folders,
  server,
}) => {
  const twice = join(folders.home, 'twice');
  await mkdir(twice);
  await writeFile(join(twice, 'package.json'), JSON.stringify({ type: 'module', main: 'main.js' }));
  const main = pathToFileURL(join(root, manifest.main)).href;
  await writeFile(
    join(twice, 'main.js'),
    `import { app } from 'electron';
    app.whenReady().then(() => setImmediate(() => app.emit('second-instance')));
    await import(${JSON.stringify(main)});`,
  );
  const app = await _electron.launch({
    executablePath: host.executable,
    args: [twice, `--user-data-dir=${folders.userData}`, `--server=${server.url}`],
    env: { ...process.env, HOME: folders.home, ...host.environment },
  });
  const desk = await app.firstWindow();
  await expect(desk.getByLabel('Library')).toBeVisible();
  expect(app.windows()).toHaveLength(1);
  await app.close();
});

test('a start on a full disk says so in words', async ({ host, folders, server }) => {
  test.skip(process.platform !== 'linux' || process.getuid?.() !== 0, 'needs leave to mount');
  await mkdir(folders.userData);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4k', 'tmpfs', folders.userData]);
  try {
    await writeFile(join(folders.userData, 'of somebody else'), 'x'.repeat(4_096));
    const { status, stderr } = spawnSync(
      host.executable,
      [root, `--user-data-dir=${folders.userData}`, `--server=${server.url}`],
      { encoding: 'utf8', timeout: 30_000, env: { ...process.env, HOME: folders.home } },
    );
    expect(status).toBe(1);
    expect(stderr).toContain('There is no room left on the disk.');
  } finally {
    execFileSync('umount', [folders.userData]);
  }
});
