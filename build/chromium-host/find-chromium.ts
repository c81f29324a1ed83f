// Finds the Chromium that stands in for Electron's: the one that is named, Playwright's, or the system's.
import { accessSync, constants, globSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

const ON_PATH = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'microsoft-edge',
  'microsoft-edge-stable',
];

const IN_APPLICATIONS = ['Chromium', 'Google Chrome', 'Microsoft Edge'].map(
  (name) => `/Applications/${name}.app/Contents/MacOS/${name}`,
);

/** Where Playwright keeps the browsers that it downloaded, the newest revision first. */
function playwrightBrowsers(environment: NodeJS.ProcessEnv): string[] {
  const root =
    environment.PLAYWRIGHT_BROWSERS_PATH ??
    join(homedir(), process.platform === 'darwin' ? 'Library/Caches' : '.cache', 'ms-playwright');
  const binaries = ['chrome-linux*/chrome', 'chrome-mac*/Chromium.app/Contents/MacOS/Chromium'];
  const revision = (path: string) => Number(/chromium-(\d+)/.exec(path)?.[1] ?? 0);
  return globSync(binaries.map((binary) => join(root, 'chromium-*', binary))).sort(
    (a, b) => revision(b) - revision(a),
  );
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The path of a Chromium's executable; throws, telling what to install, where there is none. */
export function findChromium(environment: NodeJS.ProcessEnv = process.env): string {
  const named = environment.CHROMIUM_HOST_CHROMIUM;
  if (named) {
    if (isExecutable(named)) return named;
    throw new Error(`CHROMIUM_HOST_CHROMIUM names ${named}, which can't be run.`);
  }
  const folders = (environment.PATH ?? '').split(delimiter);
  const candidates = [
    ...playwrightBrowsers(environment),
    ...ON_PATH.flatMap((name) => folders.map((folder) => join(folder, name))),
    ...IN_APPLICATIONS,
  ];
  const found = candidates.find(isExecutable);
  if (found) return found;
  throw new Error(
    'No Chromium was found. Install one (Debian: apt install chromium), or name it by CHROMIUM_HOST_CHROMIUM.',
  );
}
