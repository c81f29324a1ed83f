// The built app on one folder, killed again and again at random instants of its start, its sign-in and its work, over a
// line that is bad and to a server that is killed too. Keeps what staff were told, and what each start showed of it.
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import type { AppHost } from '../../build/app-host.ts';
import { startServer, type DemoAccount, type RunningServer } from '../../build/reference-server.ts';
import type { Luck } from '../../server/demo/luck.ts';
import type { DeskAct } from '../../shared/ipc/sync.ts';
import type { Patron } from '../../shared/patrons/patron.ts';
import { openLine, type BadLine } from '../drive/bad-line.ts';
import { DeskApp, type DeskFolders } from '../drive/desk-app.ts';
import { MARK, workInPage, type Heard, type PressedKind } from './acts-in-page.ts';

export interface Pressed {
  kind: PressedKind;
  staff: string;
  told: 'nothing' | 'saved' | 'refused';
  code: string | undefined;
}

/** `acting`: just after a button was pressed. */
export type Instant = 'starting' | 'signingIn' | 'working' | 'acting';

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

export class CrashRun {
  /** By the words that stand in them and nowhere else. */
  readonly pressed = new Map<string, Pressed>();
  /** Acts as the page Sync showed them, by id, as it showed them last. */
  readonly shown = new Map<string, DeskAct>();
  readonly kills: Record<Instant, number> = { starting: 0, signingIn: 0, working: 0, acting: 0 };
  serverKills = 0;
  server: RunningServer;
  readonly line: BadLine;
  readonly #host: AppHost;
  readonly #folders: DeskFolders;
  readonly #data: string;
  readonly #luck: Luck;
  #lives = 0;
  #onPressed: () => void = () => undefined;

  private constructor(
    host: AppHost,
    folders: DeskFolders,
    luck: Luck,
    on: { server: RunningServer; line: BadLine },
  ) {
    this.#host = host;
    this.#folders = folders;
    this.#data = join(folders.home, 'server');
    this.#luck = luck;
    this.server = on.server;
    this.line = on.line;
  }

  static async open(host: AppHost, folders: DeskFolders, luck: Luck): Promise<CrashRun> {
    const server = await startServer(join(folders.home, 'server'), DEMO);
    return new CrashRun(host, folders, luck, { server, line: await openLine(server.url) });
  }

  account(username: string): DemoAccount {
    const found = this.server.accounts.find((one) => one.library === 'north' && one.username === username);
    if (!found) throw new Error(`There is no demo account ${username}.`);
    return found;
  }

  launch(): Promise<DeskApp> {
    return DeskApp.launch(this.#host, this.#folders, [`--server=${this.line.url}`]);
  }

  /** One life of the program, and its end. */
  async live(patron: Patron): Promise<void> {
    const luck = this.#luck;
    const life = `life ${++this.#lives}`;
    this.line.state = luck.pick(['good', 'good', 'good', 'cut', 'losesAnswers', 'losesAnswers']);
    const wanted: Instant =
      this.#lives === 1
        ? 'working'
        : luck.pick(['starting', 'signingIn', 'working', 'working', 'acting', 'acting', 'acting']);
    const staff = luck.pick(['lead', 'lead', 'desk']);
    const app = await this.launch();
    let instant: Instant = 'starting';
    let lineChanges = Promise.resolve();
    let reached: () => void = () => undefined;
    const isTime = new Promise<void>((resolve) => (reached = resolve));
    const comes = (to: Instant) => {
      instant = to;
      if (to === wanted) reached();
    };
    comes('starting');
    const lives = (async () => {
      await app.desk.getByLabel('Username').waitFor();
      comes('signingIn');
      if (!(await this.signIn(app.desk, staff))) return;
      await this.#keepList(app.desk);
      const window = await this.#open(app, patron.id);
      comes('working');
      let left = luck.between(1, 12);
      this.#onPressed = () => --left <= 0 && comes('acting');
      lineChanges = this.#lineChanges();
      const kinds: PressedKind[] =
        staff === 'lead' ? ['saveSection', 'saveSection', 'block', 'unblock'] : ['saveSection'];
      await window.evaluate(workInPage, { life, staff, kinds, pauseMs: luck.pick([0, 30, 150]) });
    })().catch(() => undefined);
    await Promise.race([isTime, pause(15_000)]);
    // In the middle of an act, or any time after what was wanted came about.
    await pause(wanted === 'acting' ? luck.between(0, 8) : luck.between(0, 1_500));
    this.kills[instant]++;
    if (luck.chance(0.1)) this.#killServer();
    await app.kill();
    this.#onPressed = () => undefined;
    await lives;
    await lineChanges;
    await this.#serverIsThere();
  }

  async signIn(desk: Page, username: string): Promise<boolean> {
    const { library, password } = this.account(username);
    await desk.getByLabel('Username').waitFor();
    return desk.evaluate(async (credentials) => (await window.circdesk.session.signIn(credentials)).ok, {
      ...{ library, username, password, discard: false },
    });
  }

  /** The page Sync shows the latest: so it's read at each start. */
  async #keepList(desk: Page): Promise<void> {
    const acts = await desk.evaluate(async () => {
      const answer = await window.circdesk.sync.acts({});
      return answer.ok ? answer.value.acts : [];
    });
    for (const act of acts) this.shown.set(act.id, act);
  }

  async #open({ app, desk }: DeskApp, patronId: string): Promise<Page> {
    const opened = app.waitForEvent('window');
    // Killed before it came: whoever asked is told so by what they asked.
    opened.catch(() => undefined);
    await desk.evaluate((id) => window.circdesk.patrons.open({ patronId: id }), patronId);
    const page = await opened;
    await page.getByRole('tab', { name: 'Patron data' }).waitFor();
    page.on('console', (message) => this.#hear(message.text()));
    return page;
  }

  #hear(text: string): void {
    if (!text.startsWith(MARK)) return;
    const heard = JSON.parse(text.slice(MARK.length)) as Heard;
    if (heard.said === 'pressed') {
      const { kind, staff, word } = heard;
      this.pressed.set(word, { kind, staff, told: 'nothing', code: undefined });
      this.#onPressed();
      return;
    }
    const pressed = this.pressed.get(heard.word);
    if (pressed) Object.assign(pressed, { told: heard.ok ? 'saved' : 'refused', code: heard.code });
  }

  async #lineChanges(): Promise<void> {
    await pause(this.#luck.between(0, 1_500));
    this.line.state = this.#luck.pick(['good', 'good', 'cut', 'losesAnswers']);
  }

  #killServer(): void {
    this.serverKills++;
    this.server.kill('SIGKILL');
  }

  async #serverIsThere(): Promise<void> {
    const { port } = new URL(this.server.url);
    const answers = await fetch(this.server.url).then(
      () => true,
      () => false,
    );
    if (!answers) this.server = await startServer(this.#data, [...DEMO, '--port', port]);
  }

  /** After the last kill: everybody whose acts wait signs in over a good line, until nothing waits. */
  async settle(patron: Patron): Promise<{ waiting: number; copy: Patron | undefined }> {
    this.line.state = 'good';
    await this.#serverIsThere();
    const app = await this.launch();
    let waiting = 0;
    let copy: Patron | undefined;
    for (const staff of ['desk', 'lead']) {
      await this.signIn(app.desk, staff);
      const deadline = Date.now() + 60_000;
      do {
        await app.desk.evaluate(() => window.circdesk.sync.now({}));
        await this.#keepList(app.desk);
        waiting = [...this.shown.values()].filter(({ state }) => /waiting|sent/.test(state)).length;
      } while (waiting > 0 && staff === 'lead' && Date.now() < deadline);
      if (staff === 'lead') {
        const window = await this.#open(app, patron.id);
        copy = await window.evaluate(async () => {
          const read = await globalThis.window.circdesk.patron.read({ fresh: false });
          return read.ok ? read.value.patron : undefined;
        });
      } else await app.desk.evaluate(() => globalThis.window.circdesk.session.signOut({ discard: true }));
    }
    await app.close();
    return { waiting, copy };
  }

  get database(): string {
    return join(this.#data, 'circdesk.sqlite');
  }

  async close(): Promise<void> {
    await this.line.close();
    await this.server.stop();
  }
}

const DEMO = ['--demo', '40', '--seed', '1'];
