// The two hosts that the same tests hold to the same answers: the Chromium host, and Electron where its binary is.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe } from 'vitest';

const root = join(import.meta.dirname, '../..');
export const fixtureApp = join(import.meta.dirname, 'fixture-app');

export interface Host {
  name: string;
  isEmulated: boolean;
  executable: string | undefined;
}

function electronBinary(): { executable: string | undefined; why: string } {
  const package_ = join(root, 'node_modules/electron');
  const pathFile = join(package_, 'path.txt');
  const executable =
    process.env.ELECTRON_BINARY ??
    (existsSync(pathFile) ? join(package_, 'dist', readFileSync(pathFile, 'utf8').trim()) : undefined);
  if (executable === undefined || !existsSync(executable)) {
    return { executable: undefined, why: ': skipped, its binary is not installed' };
  }
  if (process.platform === 'linux' && !process.env.DISPLAY) {
    return { executable: undefined, why: ': skipped, there is no display' };
  }
  return { executable, why: '' };
}

const electron = electronBinary();

const hosts: Host[] = [
  { name: 'Chromium host', isEmulated: true, executable: join(root, 'build/chromium-host/electron') },
  { name: `Electron${electron.why}`, isEmulated: false, executable: electron.executable },
];

/** Runs the tests on each host that is there; reports those on the other as skipped, with the reason. */
export function onEachHost(tests: (host: Host) => void): void {
  for (const host of hosts) {
    describe.skipIf(host.executable === undefined)(host.name, () => {
      tests(host);
    });
  }
}

export interface Launched {
  app: ElectronApplication;
  /** The host's own process; Playwright no longer tells it once the app has ended. */
  process: ReturnType<ElectronApplication['process']>;
  folder: string;
  /** The lines of what happened in the app's life, also after it has ended. */
  life(): string[];
  /** Quits the app, and removes its folder. */
  end(): Promise<void>;
}

export interface LaunchOptions {
  args?: string[];
  env?: Record<string, string>;
  /** Another start's folder, to share its user data. */
  folder?: string;
}

/** What a page of the fixture app finds on its window. */
export interface FixtureApi {
  invoke(channel: string, ...args: unknown[]): Promise<unknown>;
  send(channel: string, ...args: unknown[]): void;
  subscribe(channel: string, listener: (...args: never[]) => void): () => void;
  describe(value: unknown): string;
  echo(value: unknown): unknown;
  fails(): never;
  rejects(): Promise<never>;
  later(value: unknown): Promise<unknown>;
  nested: { deep: { answer: number; list: unknown[] } };
  process(): Record<string, unknown>;
  requires(name: string): unknown;
  exposesTwice(): unknown;
  sendsFunction(): unknown;
}

export async function launch(host: Host, options: LaunchOptions = {}): Promise<Launched> {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'host-test-'));
  const lifeFile = join(folder, 'life');
  const app = await _electron.launch({
    executablePath: host.executable ?? '',
    args: [
      fixtureApp,
      `--user-data-dir=${join(folder, 'data')}`,
      `--life=${lifeFile}`,
      ...(options.args ?? []),
    ],
    env: { ...inherited(), CHROMIUM_HOST_KEYRING_DIR: join(folder, 'keyring'), ...options.env },
  });
  return {
    app,
    process: app.process(),
    folder,
    life: () => readFileSync(lifeFile, 'utf8').trim().split('\n'),
    async end() {
      await app.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const inherited = () =>
  Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );

/** One app with one window for all tests of a block, for tests that leave it as it was. */
export function sharedWindow(host: Host, options: LaunchOptions = {}) {
  let launched: Launched | undefined;
  let page: Page | undefined;
  beforeAll(async () => {
    launched = await launch(host, options);
    page = await loadedWindow(launched.app);
  });
  afterAll(() => launched?.end());
  const there = <T>(thing: T | undefined): T => {
    if (thing === undefined) throw new Error('the app has not started');
    return thing;
  };
  return {
    get page() {
      return there(page);
    },
    get app() {
      return there(launched).app;
    },
    get launched() {
      return there(launched);
    },
  };
}

/** The app's first window, with its page in it: a launched app may stand at any point before that. */
export async function loadedWindow(app: ElectronApplication): Promise<Page> {
  const page = await app.firstWindow();
  await page.waitForFunction(() => 'fixture' in window && document.readyState === 'complete');
  return page;
}
