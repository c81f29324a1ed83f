// The server of a world: the real logic on a real database, that is killed, starts again, is backed up and restored.
import { copyFileSync, cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { HttpAnswer, HttpRequest } from '../../electron/central/transport.ts';
import { createCentral, type Central } from '../../server/central.ts';
import type { Luck } from '../../server/demo/luck.ts';
import { markBackup, recordBackup } from '../../server/store/backup.ts';
import { historyFileAt } from '../../server/store/history-file.ts';
import { StartProblem } from '../../server/store/store.ts';
import { endpoints } from '../../shared/central/contract.ts';
import { answerOf, routed, type Routed } from './routes.ts';
import { Killed, watch, watchNobody, type Watcher } from './steps.ts';
import type { VirtualTime } from './time.ts';
import type { Mark, Timeline } from './timeline.ts';

export const DATABASE = 'circdesk.sqlite';
export const HISTORY = 'history.json';
/** Short, so that sessions are refreshed within a day's work. */
const ACCESS_SECONDS = 90;

export interface Backup {
  file: string;
  mark: Mark;
  /** Still one of the two newest of the history that the server is in. */
  head: number;
}

export interface SiteParts {
  folder: string;
  time: VirtualTime;
  luck: Luck;
  timeline: Timeline;
  onKilled: () => void;
  /** It was killed between two steps of this request. */
  onKilledAtStep: (request: string) => void;
  /** The server's logic threw, which it never should. */
  onThrown: (request: string, thrown: unknown) => void;
}

export class ServerSite implements Watcher {
  readonly #parts: SiteParts;
  #folder: string;
  #lives = 0;
  #copies = 0;
  #central: Central | undefined;
  #letGo: (() => void)[] = [];
  #cutShort: Routed | undefined;
  /** The process dies at so many steps from now. */
  killIn: number | undefined;
  diskFull = false;
  /** The server's clock minus the true time, in ms. */
  offset = 0;
  backups: Backup[] = [];

  constructor(parts: SiteParts, template: string) {
    this.#parts = parts;
    this.#folder = join(parts.folder, 'server-0');
    cpSync(template, this.#folder, { recursive: true });
  }

  get central(): Central | undefined {
    return this.#central;
  }

  start(): void {
    const { time, luck, timeline } = this.#parts;
    const historyFile = historyFileAt(join(this.#folder, HISTORY));
    try {
      const central = createCentral({
        ...{ database: join(this.#folder, DATABASE), historyFile, random: luck },
        clock: { now: () => time.now() + this.offset },
        // Without a time there is nothing to wait for, but for other requests: these come when they are let through.
        pause: (ms) => (ms > 0 ? time.sleep(ms, 'pause') : Promise.resolve()),
        rest: () => Promise.resolve(),
        ...{ version: 'simulated', accessSeconds: ACCESS_SECONDS, secretCost: 2 },
      });
      this.#central = central;
      this.#letGo.push(() => {
        central.close();
        historyFile.close();
      });
    } catch (thrown) {
      historyFile.close();
      throw thrown;
    }
    timeline.look(this.#central, this.#cutShort);
    this.#cutShort = undefined;
  }

  stop(): void {
    this.#central = undefined;
    for (const letGo of this.#letGo.splice(0)) letGo();
  }

  step(writes: boolean): void {
    if (writes && this.diskFull)
      throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
    if (this.killIn === undefined || --this.killIn > 0) return;
    this.kill();
    throw new Killed();
  }

  /** As SIGKILL leaves it: what the system holds of its files stays, what the process held is gone. */
  kill(): void {
    this.killIn = undefined;
    if (!this.#central) return;
    this.#central = undefined;
    const next = join(this.#parts.folder, `server-${++this.#lives}`);
    mkdirSync(next);
    for (const name of [DATABASE, `${DATABASE}-wal`, HISTORY])
      if (existsSync(join(this.#folder, name))) copyFileSync(join(this.#folder, name), join(next, name));
    this.#folder = next;
    this.#parts.onKilled();
  }

  /** What `server -- backup` does, in one go: copying page by page would take a time that no seed decides. */
  backUp(): void {
    const { time } = this.#parts;
    if (!this.#central) return;
    const { store } = this.#central.parts;
    const { file, mark } = this.copyByHand();
    const madeAt = new Date(time.now()).toISOString();
    const head = markBackup(file, madeAt);
    recordBackup(store, head, madeAt);
    this.backups.push({ file, mark, head });
    time.note(`backup ${this.backups.length} reaches to ${head}`);
  }

  /** The database's file copied by hand, without the note beside it and without being marked as a backup. */
  copyByHand(): Backup {
    const mark = this.#parts.timeline.mark;
    const head = this.#central?.marks().head ?? 0;
    const file = join(this.#parts.folder, `copy-${++this.#copies}.sqlite`);
    const reader = new Database(join(this.#folder, DATABASE));
    writeFileSync(file, reader.serialize());
    reader.close();
    return { file, mark, head };
  }

  /** What docs/server.md says of restoring. Answers whether the server took the backup. */
  restore(backup: Backup): boolean {
    this.stop();
    this.#cutShort = undefined;
    const database = join(this.#folder, DATABASE);
    // A server that was killed has left much of its database in the log.
    const written = ['', '-wal'].filter((end) => existsSync(database + end));
    for (const end of written) copyFileSync(database + end, `${database}.aside${end}`);
    for (const end of ['-wal', '-shm']) rmSync(database + end, { force: true });
    copyFileSync(backup.file, database);
    try {
      this.start();
    } catch (thrown) {
      if (!(thrown instanceof StartProblem)) throw thrown;
      for (const end of ['-wal', '-shm']) rmSync(database + end, { force: true });
      for (const end of written) copyFileSync(`${database}.aside${end}`, database + end);
      this.start();
      this.#parts.time.note(`backup to ${backup.head} is refused`);
      return false;
    }
    this.#parts.time.note(`restored to ${backup.head}: ${JSON.stringify(this.#central?.marks())}`);
    return true;
  }

  /** One request from the line; nothing where the server is not there, or dies over it. */
  handle(request: HttpRequest): Promise<HttpAnswer | undefined> {
    return this.ask(routed(request));
  }

  async ask(asked: Routed): Promise<HttpAnswer | undefined> {
    const { timeline, onThrown, onKilledAtStep } = this.#parts;
    const central = this.#central;
    if (!central) return undefined;
    watch('server', this);
    try {
      const answer = await answerOf(central, asked);
      if (this.#central !== central) return undefined;
      watchNobody();
      if (endpoints[asked.name].auth === 'act') {
        const effects = timeline.look(central, asked);
        this.#parts.time.note(
          `server ${asked.name} ${JSON.stringify(asked.call.headers)} ${JSON.stringify(asked.call.params)} → ${answer.status} ${answer.body.slice(0, 300)}: ${effects.length} effects`,
        );
      }
      this.#learnTokens(asked, answer);
      return answer;
    } catch (thrown) {
      watchNobody();
      if (this.#central !== central) {
        if (thrown instanceof Killed) {
          this.#cutShort = asked;
          onKilledAtStep(asked.name);
        }
        return undefined;
      }
      if (!this.diskFull) onThrown(asked.name, thrown);
      return { status: 500, headers: {}, body: '{}' };
    }
  }

  #learnTokens({ name, call }: Routed, { status, body }: HttpAnswer): void {
    if (status >= 400) return;
    const { timeline } = this.#parts;
    if (name === 'signIn' || name === 'refresh') {
      const { accessToken, staff } = JSON.parse(body) as { accessToken: string; staff: { id: string } };
      timeline.knowToken(accessToken, staff.id);
    }
    if (name !== 'signOut') return;
    const { pushGrant } = JSON.parse(body) as { pushGrant: string | null };
    const staff = timeline.staffBy(call.headers['authorization']);
    if (pushGrant !== null && staff !== undefined) timeline.knowToken(pushGrant, staff);
  }
}
