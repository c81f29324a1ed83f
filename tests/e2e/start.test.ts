// How the app starts: by policy, twice, after a restart, and not at all with a policy that is wrong.
import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DeskApp } from '../drive/desk-app.ts';
import { expect, test } from './fixtures.ts';

const root = join(import.meta.dirname, '..', '..');

test("the policy's server is the desk's server, and the last library is remembered", async ({
  host,
  folders,
  server,
  account,
}) => {
  const policy = join(folders.home, 'policy.json');
  await writeFile(policy, JSON.stringify({ server: { url: server.url } }));
  const first = await DeskApp.launch(host, folders, [`--policy=${policy}`]);
  await first.signIn(account('desk', 'south'));
  await first.close();
  const second = await DeskApp.launch(host, folders, [`--policy=${policy}`]);
  await expect(second.desk.getByLabel('Library')).toHaveValue('south');
  await second.close();
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
