// The built app, driven as a member of staff would, by the names that the manual gives things.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron, type ElectronApplication, type Page } from '@playwright/test';
import type { AppHost } from '../../build/app-host.ts';
import type { DemoAccount } from '../../build/reference-server.ts';

export interface DeskFolders {
  home: string;
  downloads: string;
  userData: string;
  remove(): Promise<void>;
}

/** A home of its own: Downloads and user data go nowhere else. */
export async function makeDeskFolders(): Promise<DeskFolders> {
  const home = await mkdtemp(join(tmpdir(), 'circdesk-home-'));
  const downloads = join(home, 'Downloads');
  await mkdir(downloads);
  return {
    home,
    downloads,
    userData: join(home, 'desk'),
    remove: () => rm(home, { recursive: true, force: true, maxRetries: 5 }),
  };
}

export class DeskApp {
  /** Done with each before its test is over. */
  static beforeClose: ((desk: DeskApp) => Promise<void>) | undefined;

  readonly app: ElectronApplication;
  readonly desk: Page;
  readonly #closed: Promise<void>;

  private constructor(app: ElectronApplication, desk: Page) {
    this.app = app;
    this.desk = desk;
    this.#closed = new Promise<void>((resolve) => app.once('close', () => resolve()));
  }

  static async launch(
    host: AppHost,
    folders: DeskFolders,
    options: string[],
    environment: Record<string, string> = {},
  ): Promise<DeskApp> {
    const { home, userData } = folders;
    const app = await _electron.launch({
      executablePath: host.executable,
      args: [join(import.meta.dirname, '..', '..'), `--user-data-dir=${userData}`, ...options],
      env: {
        PATH: process.env['PATH'] ?? '',
        HOME: home,
        XDG_CONFIG_HOME: join(home, '.config'),
        XDG_DATA_HOME: join(home, '.local', 'share'),
        XDG_CACHE_HOME: join(home, '.cache'),
        ...host.environment,
        ...(process.env['CHROMIUM_HOST_CHROMIUM'] && {
          CHROMIUM_HOST_CHROMIUM: process.env['CHROMIUM_HOST_CHROMIUM'],
        }),
        ...environment,
      },
    });
    return new DeskApp(app, await app.firstWindow());
  }

  async trySignIn({ library, username, password }: Omit<DemoAccount, 'permissions'>): Promise<void> {
    await this.desk.getByLabel('Library').selectOption(library);
    await this.desk.getByLabel('Username').fill(username);
    await this.desk.getByLabel('Password').fill(password);
    await this.desk.getByRole('button', { name: 'Sign in' }).click();
  }

  async signIn(account: DemoAccount): Promise<void> {
    await this.trySignIn(account);
    await this.desk.getByRole('searchbox', { name: 'Search patrons' }).waitFor();
  }

  /** The page makes way for a new one, often before it is answered. */
  async signOut(): Promise<void> {
    await this.desk.evaluate(() => void globalThis.window.circdesk.session.signOut({ discard: true }));
    await this.desk.getByLabel('Password').waitFor();
  }

  async search(words: string): Promise<void> {
    await this.desk.getByRole('searchbox', { name: 'Search patrons' }).fill(words);
  }

  /** The row of a hit, by words that stand in it. */
  hit(words: string | RegExp) {
    return this.desk.getByRole('row').filter({ hasText: words }).first();
  }

  /** Searches by card and clicks the hit; answers the patron details window. */
  async openPatron(card: string): Promise<Page> {
    await this.search(card);
    const window = this.app.waitForEvent('window');
    await this.hit(card).click();
    const patron = await window;
    await patron.getByRole('tab', { name: 'Patron data' }).waitFor();
    return patron;
  }

  /** Opens the patron details window on its tab Patron data. */
  async openPatronData(card: string): Promise<Page> {
    const patron = await this.openPatron(card);
    await patron.getByRole('tab', { name: 'Patron data' }).click();
    await patron.getByRole('button', { name: 'Edit Contact' }).waitFor();
    return patron;
  }

  /** What each window says, as who can't see it hears it. */
  async said(): Promise<string> {
    const said = (window: Page) =>
      window.ariaSnapshot({ timeout: 5_000 }).catch((thrown: unknown) => `(${String(thrown)})`);
    return (await Promise.all(this.app.windows().map(said))).join('\n\n');
  }

  /** Ends the app without asking about unsaved text: the test is over. */
  async close(): Promise<void> {
    await DeskApp.beforeClose?.(this);
    // The app may be gone before it can answer.
    await this.app.evaluate(({ app }) => app.exit(0)).catch(() => undefined);
    await this.#closed;
  }

  /** As staff end it: sessions are ended, files closed. A window may say a moment late that its text is saved. */
  async quit(): Promise<void> {
    const ended = this.#closed.then(() => true);
    const aMoment = () => new Promise<false>((resolve) => setTimeout(() => resolve(false), 4_000));
    do await this.app.evaluate(({ app }) => app.quit()).catch(() => undefined);
    while (!(await Promise.race([ended, aMoment()])));
  }

  /** As a power cut ends it, or the task manager. */
  async kill(): Promise<void> {
    this.app.process().kill('SIGKILL');
    await this.#closed;
  }
}
