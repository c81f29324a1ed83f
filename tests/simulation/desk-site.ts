// One desk of a world: the real parts on real files, that is started, ended, killed and started again. Its clock is its
// own, and need not be right.
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { COPY } from '../../electron/cache/copy-shape.ts';
import type { DeskStore } from '../../electron/cache/desk-store.ts';
import type { FileShape } from '../../electron/cache/migrations.ts';
import { FILES, markCopyDamaged, openStore, type StoreReport } from '../../electron/cache/open-store.ts';
import { OUTBOX } from '../../electron/cache/outbox-shape.ts';
import type { SqliteStore } from '../../electron/cache/sqlite-store.ts';
import type { Method } from '../../electron/cache/thread-messages.ts';
import { ReferenceServer } from '../../electron/central/reference/reference-server.ts';
import type { Transport } from '../../electron/central/transport.ts';
import { buildParts, type DeskParts } from '../../electron/desk-parts.ts';
import { policySchema } from '../../electron/policy/policy.ts';
import type { PageSizes } from '../../electron/sync/pull.ts';
import { isFailure } from '../../electron/support/failure.ts';
import type { Luck } from '../../server/demo/luck.ts';
import { DeskDisk, type DiskFault } from './desk-disk.ts';
import { deskStore } from './desk-store.ts';
import type { AnyLine } from './line.ts';
import { Killed, watch } from './steps.ts';
import type { VirtualTime } from './time.ts';

export const DESK_KEY = new Uint8Array(32).fill(9);

export interface DeskSiteParts {
  name: string;
  id: string;
  folder: string;
  /** What it starts from, empty or filled. */
  template: string;
  scope: 'library' | 'active' | 'none';
  time: VirtualTime;
  luck: Luck;
  line: AnyLine;
  pages: PageSizes;
  onDone: (method: Method, args: readonly unknown[], result: unknown) => void;
  onDisk: (fault: DiskFault) => void;
  /** What nobody waited for failed in a way that no part of the desk expects. */
  onTrouble: (what: string, thrown: unknown) => void;
}

interface Life {
  parts: DeskParts | undefined;
  ended: Promise<void>;
  end: () => void;
}

export class DeskSite {
  readonly name: string;
  readonly id: string;
  readonly disk: DeskDisk;
  readonly line: AnyLine;
  /** The computer's clock minus the true time, in ms. */
  offset = 0;
  online = true;
  report: StoreReport | undefined;
  /** How often damage of its copy was met while it ran. */
  damagesMet = 0;
  readonly #parts: DeskSiteParts;
  #folder: string;
  #deaths = 0;
  #upgrades = 0;
  #lastLibrary: string | null = null;
  #life: Life | undefined;
  readonly #toClose: (() => void)[] = [];

  constructor(parts: DeskSiteParts) {
    const { name, id, line, folder, template } = parts;
    this.#parts = parts;
    this.name = name;
    this.id = id;
    this.line = line;
    this.#folder = join(folder, `${name}-0`);
    cpSync(template, this.#folder, { recursive: true });
    this.disk = new DeskDisk(() => this.kill(), parts.onDisk);
  }

  get scope(): DeskSiteParts['scope'] {
    return this.#parts.scope;
  }

  /** Its parts, once it has started. */
  get running(): DeskParts | undefined {
    return this.#life?.parts;
  }

  get isOff(): boolean {
    return this.#life === undefined;
  }

  /** Resolves when this life of the desk ends, however it does. */
  get ended(): Promise<void> {
    return this.#life?.ended ?? Promise.resolve();
  }

  readonly clock = { now: () => this.#parts.time.now() + this.offset };

  async start(): Promise<void> {
    const { time, luck, line, name, scope, onTrouble, onDone } = this.#parts;
    if (this.#life) return;
    let end: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    const life: Life = { parts: undefined, ended, end };
    this.#life = life;
    const isAlive = () => this.#life === life;
    const began = time.now();
    let store: DeskStore;
    try {
      store = deskStore({
        ...{ name, time, luck, disk: this.disk, isAlive, onDone },
        open: () => this.#open(() => time.sleep(1, `${name} gives way`)),
        onDamaged: () => {
          this.damagesMet++;
          markCopyDamaged(this.#folder);
        },
        onLost: (thrown) => this.#failedToStart(thrown),
      });
    } catch (thrown) {
      return this.#failedToStart(thrown);
    }
    const building = buildParts({
      store,
      server: new ReferenceServer(
        'http://central.test',
        this.id,
        this.#mortal(
          isAlive,
          line.transport(isAlive, (reachable) => (this.online = reachable)),
        ),
        this.clock,
      ),
      policy: policySchema.parse({ copy: { scope } }),
      clock: this.clock,
      counter: () => time.now() - began,
      random: luck,
      pages: this.#parts.pages,
      timers: {
        after: (ms, work) => time.after(ms, `${name} timer`, () => isAlive() && work()),
      },
      lastLibrary: {
        read: () => this.#lastLibrary,
        write: (library) => (this.#lastLibrary = library),
      },
      isOnline: () => this.online,
      openPatrons: () => [],
      onSession: () => undefined,
      onPatrons: () => undefined,
      onDeleted: () => undefined,
      onSyncState: () => undefined,
      onActs: () => undefined,
      onTrouble: (what, thrown) => isAlive() && onTrouble(what, thrown),
    });
    try {
      const parts = await building;
      if (isAlive()) life.parts = parts;
    } catch (thrown) {
      this.#failedToStart(thrown);
    }
  }

  /** It may die before it asks, and before it hears. */
  #mortal(isAlive: () => boolean, transport: Transport): Transport {
    return (request) =>
      new Promise((resolve, reject) => {
        const heard = (work: () => void) => {
          this.disk.awaits();
          if (isAlive()) work();
        };
        heard(() => {
          transport(request).then(
            (answer) => heard(() => resolve(answer)),
            (thrown: unknown) => heard(() => reject(thrown as Error)),
          );
        });
      });
  }

  /** Dead, or a disk that fails at the start: the app says so and ends, and is started again. */
  #failedToStart(thrown: unknown): void {
    this.#end();
    const expected = thrown instanceof Killed || isFailure(thrown, 'diskFull') || isIoError(thrown);
    if (!expected) this.#parts.onTrouble('starting', thrown);
  }

  #open(giveWay: () => Promise<void>): SqliteStore {
    watch('desk', this.disk);
    const opening = openStore({
      ...{ folder: this.#folder, key: DESK_KEY, clock: this.clock, giveWay },
      shapes: { copy: upgraded(COPY, this.#upgrades), outbox: upgraded(OUTBOX, this.#upgrades) },
    });
    if (opening.outcome !== 'open') throw new Error(`The desk's files: ${opening.outcome}`);
    this.report = opening.report;
    this.#toClose.push(() => void opening.store.close());
    return opening.store;
  }

  #end(): void {
    const life = this.#life;
    this.#life = undefined;
    life?.end();
  }

  /** Ends as staff end it; a desk that doesn't end in time is killed by the system. */
  async shutdown(): Promise<void> {
    const parts = this.running;
    if (!parts) return this.kill();
    const life = this.#life;
    const { time, name } = this.#parts;
    const ended = await Promise.race([
      parts.shutdown().then(
        () => true,
        () => false,
      ),
      time.sleep(60_000, `${name} is ending`).then(() => false),
    ]);
    if (this.#life !== life) return;
    if (ended) this.#end();
    else this.kill();
  }

  /** As SIGKILL leaves it: what the system holds of its files stays, what the process held is gone. */
  kill(): void {
    if (!this.#life) return;
    const next = join(this.#parts.folder, `${this.name}-${++this.#deaths}`);
    mkdirSync(next);
    for (const name of [
      ...filesOf('copy'),
      ...filesOf('outbox'),
      'key-check',
      'copy.damaged',
      'outbox.rescue.db',
    ])
      if (existsSync(join(this.#folder, name))) copyFileSync(join(this.#folder, name), join(next, name));
    this.#folder = next;
    this.disk.disarm();
    this.#end();
  }

  /** A cut of the power: the copy's last commits, which are not pressed onto the disk one by one, may be gone. */
  losePower(share: number): void {
    this.kill();
    const log = join(this.#folder, `${FILES.copy}-wal`);
    if (existsSync(log)) truncateSync(log, Math.floor(statSync(log).size * share));
  }

  /** Some bytes of the copy are other than they were written. */
  damageCopy(luck: Luck): void {
    const path = join(this.#folder, luck.pick([FILES.copy, `${FILES.copy}-wal`]));
    if (!existsSync(path)) return;
    const bytes = readFileSync(path);
    if (bytes.length === 0) return;
    const from = luck.between(0, bytes.length - 1);
    bytes.set(luck.bytes(Math.min(luck.between(1, 64), bytes.length - from)), from);
    writeFileSync(path, bytes);
  }

  /** From its next start on it is a newer version of the program. */
  upgrade(): void {
    this.#upgrades++;
  }

  /** After the run: nothing is open any more. */
  close(): void {
    this.#end();
    for (const close of this.#toClose) close();
  }
}

const filesOf = (file: keyof typeof FILES) => ['', '-wal'].map((part) => FILES[file] + part);

const isIoError = (thrown: unknown) =>
  thrown instanceof Error &&
  /SQLITE_IOERR/.test(`${thrown.message} ${'code' in thrown ? String(thrown.code) : ''}`);

/** What a later version of the program may bring: another column, another index. */
function upgraded(shape: FileShape, times: number): FileShape {
  const table = shape === COPY ? 'set_aside' : 'act';
  const later = Array.from({ length: times }, (_, index) => ({
    version: shape.migrations.length + index + 1,
    name: `later ${index}`,
    sql: `ALTER TABLE ${table} ADD COLUMN later_${index} TEXT; CREATE INDEX later_${table}_${index} ON ${table} (later_${index});`,
  }));
  return { ...shape, migrations: [...shape.migrations, ...later] };
}
