// npm start: the reference server with a demo network, and the app. Data stays in .data/ until --reset.
import { spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { findAppHost } from './app-host.ts';
import { bundle } from './bundle.ts';
import { given } from './options.ts';
import { startServer } from './reference-server.ts';

const root = join(import.meta.dirname, '..');
const kept = join(root, '.data');

const USAGE = `npm start -- [--reset]
  --reset  begins anew: what the demo server and the desk keep is deleted`;

const { values } = given(USAGE, { reset: { type: 'boolean', default: false } });
const hasDisplay = process.platform !== 'linux' || process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY'];

if (hasDisplay) await start();
else {
  console.error('There is no display here. See the app in pictures instead: npm run tour -- --out tour');
  process.exitCode = 1;
}

async function start(): Promise<void> {
  if (values.reset) await rm(kept, { recursive: true, force: true });
  const host = await findAppHost(console.log, { fetch: true });
  if (host.name === 'chromium-host') {
    console.log("Electron's binary can't be had here: running the app on the Chromium host instead.");
  }
  console.log('Building …');
  await bundle();
  const server = await startServer(join(kept, 'server'), ['--demo', '1000', '--seed', '1']);
  console.log(`The reference server is at ${server.url}. Sign in as one of these:`);
  console.table(
    server.accounts.map((account) => ({ ...account, permissions: account.permissions.length || 'none' })),
  );

  const app = spawn(
    process.execPath,
    [
      join(root, 'node_modules', 'electron', 'cli.js'),
      root,
      `--user-data-dir=${join(kept, 'desk')}`,
      `--server=${server.url}`,
    ],
    { stdio: 'inherit', env: { ...process.env, CHROMIUM_HOST_DISPLAY: 'window', ...host.environment } },
  );
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => app.kill(signal));
  app.once('exit', (code) => {
    process.exitCode = code ?? 1;
    void server.stop();
  });
}
