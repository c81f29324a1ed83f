// Sees to it that there's a Chromium for the host: finds one, or installs one and says so.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { findChromium } from './chromium-host/find-chromium.ts';

const playwright = join(import.meta.dirname, '..', 'node_modules', 'playwright-core', 'cli.js');

/** The path of a Chromium. Fails with one clear line where there is none and none can be installed. */
export async function ensureChromium(say: (line: string) => void): Promise<string> {
  const found = findChromium();
  if (found) return found;

  say('No Chromium found; installing one with Playwright.');
  run(process.execPath, [playwright, 'install', 'chromium']);
  const downloaded = findChromium();
  if (downloaded) return downloaded;

  if (process.platform === 'linux' && process.getuid?.() === 0) {
    say("Playwright's download failed; installing the system's chromium with apt-get.");
    run('apt-get', ['update']);
    run('apt-get', ['install', '--yes', '--no-install-recommends', 'chromium']);
    const installed = findChromium();
    if (installed) return installed;
  }
  throw new Error(
    'There is no Chromium here: install Chromium, Chrome or Edge, or name one by CHROMIUM_HOST_CHROMIUM.',
  );
}

const run = (command: string, args: string[]) =>
  spawnSync(command, args, { stdio: 'ignore', timeout: 600_000 });
