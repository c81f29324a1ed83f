// Where scenes are played: a server of its own with demo patrons, our own or a made-up Koha, a line that can be cut, and
// the built app at it.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import type { AppHost } from '../../build/app-host.ts';
import { startServer, type DemoAccount, type RunningServer } from '../../build/reference-server.ts';
import type { Patron } from '../../shared/patrons/patron.ts';
import { openLine, type BadLine } from '../drive/bad-line.ts';
import { Central, cardOf } from '../drive/central.ts';
import { DeskApp, makeDeskFolders, type DeskFolders } from '../drive/desk-app.ts';
import { demoKoha } from '../koha/fake/demo.ts';
import type { FakeKoha } from '../koha/fake/koha.ts';
import { listen } from '../koha/fake/listen.ts';

/** Shows a window as it is now under a name that no other scene has. */
export type Show = (name: string, window: Page) => Promise<void>;

/** Scenes that follow from one another, at one desk. */
export interface Act {
  name: string;
  /** How many there are at the server; 300 unless said otherwise. */
  patrons?: number;
  /** Played at a Koha, with fewer patrons. */
  atKoha?: boolean;
  play: (stage: Stage, show: Show) => Promise<void>;
}

type Served = Pick<RunningServer, 'url' | 'accounts' | 'stop'>;

interface StageParts {
  host: AppHost;
  server: Served;
  folders: DeskFolders;
  line: BadLine;
  central: Central | undefined;
  koha: FakeKoha | undefined;
  dataFolder: string;
}

export class Stage {
  readonly #parts: StageParts;
  readonly #started: DeskApp[] = [];
  readonly folders: DeskFolders;
  readonly line: BadLine;
  readonly dataFolder: string;

  private constructor(parts: StageParts) {
    this.#parts = parts;
    this.folders = parts.folders;
    this.line = parts.line;
    this.dataFolder = parts.dataFolder;
  }

  static async open(host: AppHost, { patrons = 300, atKoha = false }: Omit<Act, 'name' | 'play'> = {}) {
    const dataFolder = await mkdtemp(join(tmpdir(), 'circdesk-stage-'));
    const made = atKoha ? demoKoha(36, 7) : undefined;
    const server = made
      ? await served(made)
      : await startServer(dataFolder, ['--demo', String(patrons), '--seed', '7']);
    const [folders, line, central] = await Promise.all([
      makeDeskFolders(),
      openLine(server.url),
      made ? undefined : Central.signIn(server.url, accountOf(server, 'lead')),
    ]);
    return new Stage({ host, server, folders, line, central, koha: made?.koha, dataFolder });
  }

  /** Our own server, as a colleague elsewhere uses it. */
  get central(): Central {
    if (!this.#parts.central) throw new Error('This is played at a Koha.');
    return this.#parts.central;
  }

  get koha(): FakeKoha {
    if (!this.#parts.koha) throw new Error('This is played at our own server.');
    return this.#parts.koha;
  }

  account(username = 'lead'): DemoAccount {
    return accountOf(this.#parts.server, username);
  }

  /** Starts the app, again or for the first time, under this policy; `host` may lack a keyring. */
  async launch(policy: object = {}, environment: Record<string, string> = {}): Promise<DeskApp> {
    const file = join(this.folders.home, 'policy.json');
    await writeFile(file, JSON.stringify({ server: { url: this.line.url }, ...policy }));
    const host = { ...this.#parts.host, environment: { ...this.#parts.host.environment, ...environment } };
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
    await this.#parts.server.stop();
    await this.folders.remove();
    await rm(this.dataFolder, { recursive: true, force: true });
  }
}

async function served({ koha, accounts }: ReturnType<typeof demoKoha>): Promise<Served> {
  const { url, close } = await listen(koha);
  return { url, accounts, stop: close };
}

function accountOf(server: Served, username: string): DemoAccount {
  const account = server.accounts.find((one) => one.library === 'north' && one.username === username);
  if (!account) throw new Error(`There is no demo account ${username} at north.`);
  return account;
}
