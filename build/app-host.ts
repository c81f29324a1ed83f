// Which program runs the built app: the real Electron where its binary is there or can be fetched, else the
// Chromium host. Tests and the tour name the executable themselves, so that the two differ by nothing else.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureChromium } from './ensure-chromium.ts';

const root = join(import.meta.dirname, '..');
const electronPackage = join(root, 'node_modules', 'electron');
const chromiumHost = join(root, 'build', 'chromium-host');

export interface AppHost {
  name: 'electron' | 'chromium-host';
  executable: string;
  /** For the command line `electron`, which finds its program by them. */
  environment: Record<string, string>;
}

/** Electron's own binary, if it is on this machine. */
export function electronBinary(): string | undefined {
  const named = join(electronPackage, 'path.txt');
  if (!existsSync(named)) return undefined;
  const binary = join(electronPackage, 'dist', readFileSync(named, 'utf8'));
  return existsSync(binary) ? binary : undefined;
}

/** Fetches Electron's binary; undefined where it can't be had. */
export function fetchElectron(): string | undefined {
  const fetched = spawnSync(process.execPath, [join(electronPackage, 'install.js')], {
    stdio: 'ignore',
    timeout: 180_000,
  });
  return fetched.status === 0 ? electronBinary() : undefined;
}

/** Finds a program to run the app. Installs a Chromium where there's neither; says what it does by `say`. */
export async function findAppHost(say: (line: string) => void, { fetch = false } = {}): Promise<AppHost> {
  const executable = electronBinary() ?? (fetch ? fetchElectron() : undefined);
  if (executable) return { name: 'electron', executable, environment: {} };
  await ensureChromium(say);
  return {
    name: 'chromium-host',
    executable: join(chromiumHost, 'electron'),
    environment: { ELECTRON_OVERRIDE_DIST_PATH: chromiumHost },
  };
}
