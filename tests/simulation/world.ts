// A world: desks, their lines, a server, staff, and one time for all of them, made from one seed.
import { mkdirSync, rmSync } from 'node:fs';
import type { Outgoing } from '../../electron/cache/desk-store.ts';
import type { PageSizes } from '../../electron/sync/pull.ts';
import { isFailure } from '../../electron/support/failure.ts';
import { Luck } from '../../server/demo/luck.ts';
import { Colleague } from './colleague.ts';
import { DeskSite } from './desk-site.ts';
import { Weather, type Fault } from './faults.ts';
import { Ledger } from './ledger.ts';
import { Line, type AnyLine, type LineParts } from './line.ts';
import { ServerSite } from './server-site.ts';
import { isDiskError, StaffAtDesk } from './staff.ts';
import { watchNobody } from './steps.ts';
import { ELSEWHERE, START, type Templates } from './templates.ts';
import { VirtualTime } from './time.ts';
import { Timeline } from './timeline.ts';
import { Typing } from './typing.ts';

export interface WorldOptions {
  seed: string;
  folder: string;
  templates: Templates;
  /** From 2 to 5 by the seed, if not said. */
  desks?: number | undefined;
  /** Only these. */
  faults?: readonly Fault[] | undefined;
  lineOf?: (parts: LineParts) => AnyLine;
  pages?: PageSizes;
  /** Whether every desk begins with the whole copy, and keeps it. */
  alike?: boolean;
}

export interface Place {
  site: DeskSite;
  line: AnyLine;
  staff: StaffAtDesk;
  libraries: readonly string[];
}

export class World {
  readonly luck: Luck;
  readonly time: VirtualTime;
  readonly weather: Weather;
  readonly timeline = new Timeline();
  readonly ledger: Ledger;
  readonly server: ServerSite;
  readonly places: Place[];
  /** Most worlds are two desks and one day, so that many are run in little time. */
  readonly days: number;
  readonly colleague: Colleague;
  readonly templates: Templates;
  readonly violations: string[] = [];
  /** The faults are over: what fails now has no excuse. */
  quiet = false;
  readonly #folder: string;

  constructor(options: WorldOptions) {
    const { seed, folder, templates, desks, faults } = options;
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    this.#folder = folder;
    this.templates = templates;
    this.luck = new Luck(`${seed}/world`);
    this.time = new VirtualTime(START, watchNobody);
    this.weather = new Weather(new Luck(`${seed}/weather`), faults);
    this.ledger = new Ledger(this.time);
    const [time, timeline] = [this.time, this.timeline];
    for (const [staff, permissions] of templates.permissions) timeline.allow(staff, permissions);
    this.server = new ServerSite(
      {
        ...{ folder, time, timeline, luck: new Luck(`${seed}/server`) },
        onKilled: () => this.#startServerSoon(),
        onKilledAtStep: (request) => this.weather.happened('serverKilledAtStep', [request]),
        onThrown: (request, thrown) => this.violates(`the server threw at ${request}`, thrown),
      },
      templates.server,
    );
    const typing = new Typing(new Luck(`${seed}/typing`));
    const common = { time, typing, timeline, weather: this.weather };
    this.colleague = new Colleague({ ...common, server: this.server, luck: new Luck(`${seed}/colleague`) });
    const small = this.luck.chance(0.85);
    const count = desks ?? (small ? 2 : this.luck.pick([2, 2, 2, 2, 2, 2, 3, 3, 4, 5]));
    this.days = small ? 1 : this.luck.pick([1, 1, 1, 1, 1, 1, 2, 3]);
    this.places = Array.from({ length: count }, (_, index) => this.#place(index + 1, typing, options));
  }

  #place(number: number, typing: Typing, options: WorldOptions): Place {
    const { seed, alike = false, lineOf = (parts) => new Line(parts) } = options;
    const name = `desk${number}`;
    const { time, weather, ledger, timeline, templates } = this;
    const luck = new Luck(`${seed}/${name}`);
    const line = lineOf({
      ...{ name, time, weather, luck: new Luck(`${seed}/${name}/line`) },
      ask: (request) => this.server.handle(request),
    });
    const site: DeskSite = new DeskSite({
      ...{ name, time, line, luck, folder: this.#folder },
      pages: options.pages ?? { fill: 3, changes: 2 },
      id: `0190a000-0000-4000-8000-${String(number).padStart(12, '0')}`,
      template: alike || luck.chance(0.7) ? templates.filledDesk : templates.emptyDesk,
      scope: alike ? 'library' : luck.pick(['library', 'library', 'library', 'library', 'active', 'none']),
      onDone: (method, args, result) => {
        if (method === 'append' || method === 'update' || method === 'replace')
          time.note(`${name} ${method} ${JSON.stringify(args)}`);
        if (method === 'outgoing')
          for (const { id } of (result as Outgoing).revived) time.note(`${name} revives ${id}`);
        ledger.done(name, method, args, result);
      },
      onDisk: (fault) => weather.happened(fault, ledger.kindsUnderWay(name)),
      onTrouble: (what, thrown) => {
        if (!isDiskError(thrown) && (this.quiet || !isFailure(thrown)))
          this.violates(`${name}: ${what}`, thrown);
      },
    });
    // All staff of the north; some desks are shared with colleagues of the south.
    const shared = !alike && luck.chance(0.25);
    const colleagues = templates.staff.filter(
      ({ library, username }) => username !== ELSEWHERE && (library === 'north' || shared),
    );
    const staff = new StaffAtDesk({
      ...{ site, time, ledger, typing, colleagues, luck: new Luck(`${seed}/${name}/staff`) },
      patrons: () => timeline.patrons(this.#libraryAt(site)),
      onUnexpected: (what, thrown) => this.violates(what, thrown),
    });
    return { site, line, staff, libraries: shared ? ['north', 'south'] : ['north'] };
  }

  #libraryAt({ running }: DeskSite): string {
    const state = running?.session.state;
    return state && state.status !== 'signedOut' ? state.library.id : 'north';
  }

  /** Somebody notices, and starts it again; a restore may come first. */
  #startServerSoon(): void {
    this.time.after(this.luck.between(500, 60_000), 'the server is started again', () => {
      if (!this.server.central) this.server.start();
    });
  }

  violates(what: string, thrown?: unknown): void {
    const because =
      thrown instanceof Error
        ? `: ${thrown.stack ?? thrown.message}`
        : thrown === undefined
          ? ''
          : `: ${String(thrown)}`;
    this.violations.push(`${what}${because}`);
  }

  close(): void {
    for (const { site } of this.places) site.close();
    this.server.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
