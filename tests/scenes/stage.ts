// Where scenes are played: a server of its own with demo patrons, a line that can be cut, and the built app at it.
import { writeFile } from 'node:fs/promises';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import type { AppHost } from '../../build/app-host.ts';
import { startServer, type DemoAccount, type RunningServer } from '../../build/reference-server.ts';
import type { Patron } from '../../shared/patrons/patron.ts';
import { openLine, type BadLine } from '../drive/bad-line.ts';
import { Central, cardOf } from '../drive/central.ts';
import { DeskApp, makeDeskFolders, type DeskFolders } from '../drive/desk-app.ts';

/** Shows a window as it is now under a name that no other scene has. */
export type Show = (name: string, window: Page) => Promise<void>;

/** Scenes that follow from one another, at one desk. */
export interface Act {
  name: string;
  /** How many there are at the server; 300 unless said otherwise. */
  patrons?: number;
  play: (stage: Stage, show: Show) => Promise<void>;
}

export class Stage {
  readonly #host: AppHost;
  readonly #server: RunningServer;
  readonly #started: DeskApp[] = [];
  readonly folders: DeskFolders;
  readonly line: BadLine;
  readonly central: Central;
  readonly dataFolder: string;

  private constructor(
    host: AppHost,
    server: RunningServer,
    folders: DeskFolders,
    line: BadLine,
    central: Central,
    dataFolder: string,
  ) {
    this.#host = host;
    this.#server = server;
    this.folders = folders;
    this.line = line;
    this.central = central;
    this.dataFolder = dataFolder;
  }

  static async open(host: AppHost, { patrons = 300 }: Pick<Act, 'patrons'> = {}): Promise<Stage> {
    const dataFolder = await mkdtemp(join(tmpdir(), 'circdesk-stage-'));
    const server = await startServer(dataFolder, ['--demo', String(patrons), '--seed', '7']);
    const account = accountOf(server, 'lead');
    const [folders, line, central] = await Promise.all([
      makeDeskFolders(),
      openLine(server.url),
      Central.signIn(server.url, account),
    ]);
    return new Stage(host, server, folders, line, central, dataFolder);
  }

  account(username = 'lead'): DemoAccount {
    return accountOf(this.#server, username);
  }

  /** Starts the app, again or for the first time, under this policy; `host` may lack a keyring. */
  async launch(policy: object = {}, environment: Record<string, string> = {}): Promise<DeskApp> {
    const file = join(this.folders.home, 'policy.json');
    await writeFile(file, JSON.stringify({ server: { url: this.line.url }, ...policy }));
    const host = { ...this.#host, environment: { ...this.#host.environment, ...environment } };
    const desk = await DeskApp.launch(host, this.folders, [`--policy=${file}`]);
    this.#started.push(desk);
    return desk;
  }

  /** Starts the app and signs in; the copy is whole then. */
  async signedIn(policy: object = {}, username = 'lead'): Promise<DeskApp> {
    const desk = await this.launch(policy);
    await desk.signIn(this.account(username));
    await desk.desk
      .getByText(/^As of/)
      .first()
      .waitFor();
    return desk;
  }

  /** The first patrons who fit, each with a card. */
  async patrons(...fits: ((patron: Patron) => boolean)[]): Promise<Patron[]> {
    const all = (await this.central.patrons()).filter((patron) => cardOf(patron) !== '');
    const taken = new Set<string>();
    return fits.map((fit) => {
      const found = all.find((patron) => !taken.has(patron.id) && fit(patron));
      if (!found) throw new Error('The demo data has no such patron.');
      taken.add(found.id);
      return found;
    });
  }

  async close(): Promise<void> {
    for (const desk of this.#started) await desk.close();
    await this.line.close();
    await this.#server.stop();
    await this.folders.remove();
    await rm(this.dataFolder, { recursive: true, force: true });
  }
}

function accountOf(server: RunningServer, username: string): DemoAccount {
  const account = server.accounts.find((one) => one.library === 'north' && one.username === username);
  if (!account) throw new Error(`There is no demo account ${username} at north.`);
  return account;
}
