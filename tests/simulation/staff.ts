// Staff at one desk through one day: they sign in, look, type, block, decide, and leave. Whatever the windows tell them
// goes into the ledger; what a window forbids they don't try.
import type { DeskParts } from '../../electron/desk-parts.ts';
import { openExport } from '../../electron/patron-data/open-export.ts';
import { Failure, isFailure } from '../../electron/support/failure.ts';
import { requestersFor, type Requester } from '../../shared/patron-data/requester.ts';
import type { Luck } from '../../server/demo/luck.ts';
import type { Patron } from '../../shared/patrons/patron.ts';
import type { DeskAct } from '../../shared/ipc/sync.ts';
import type { FieldValues, SectionId, TaggedValues } from '../../shared/patrons/sections.ts';
import {
  BLOCK_PATRON,
  DELETE_PATRON,
  DOWNLOAD_PATRON_DATA,
  type Permission,
} from '../../shared/permissions.ts';
import type { Deed } from '../../electron/cache/act.ts';
import { ENDED } from './desk-store.ts';
import type { DeskSite } from './desk-site.ts';
import type { Ledger } from './ledger.ts';
import { decideOn, isLeftAlone, isUndecided } from './staff-page.ts';
import { PASSWORD, type Staff } from './templates.ts';
import type { VirtualTime } from './time.ts';
import type { Typing } from './typing.ts';

export interface StaffParts {
  site: DeskSite;
  time: VirtualTime;
  luck: Luck;
  ledger: Ledger;
  typing: Typing;
  colleagues: readonly Staff[];
  /** Patrons whom somebody at this library may have on a note beside the desk. */
  patrons: () => readonly Patron[];
  /** A window failed in a way that it has no words for. */
  onUnexpected: (what: string, thrown: unknown) => void;
}

interface Form {
  patronId: string;
  section: SectionId;
  base: TaggedValues;
}

export class StaffAtDesk {
  readonly #parts: StaffParts;
  #forms: Form[] = [];
  /** Forms in which a button was pressed; it is pressed for nothing else before there is an answer, or staff give up. */
  readonly #pressing = new Set<string>();
  /** How often the windows were closed on whoever worked here. */
  #closings = 0;

  constructor(parts: StaffParts) {
    this.#parts = parts;
  }

  /** Until then they do one thing after another, now and then two at once. */
  async work(until: number): Promise<void> {
    const { time, luck, site, ledger } = this.#parts;
    while (time.now() < until) {
      await time.sleep(luck.between(100, 1_500), `${site.name} staff`);
      if (!site.running) {
        if (site.isOff && luck.chance(0.5)) await Promise.race([site.start(), site.ended]);
        this.#forms = [];
        this.#pressing.clear();
        ledger.givenUp(site.name);
        continue;
      }
      const done = this.does(site.running);
      if (luck.chance(0.8))
        await Promise.race([done, site.ended, time.sleep(45_000, `${site.name} patience`)]);
    }
  }

  /** One thing that staff do now. */
  does(desk: DeskParts): Promise<void> {
    return this.#tries(desk, () =>
      desk.session.state.status === 'signedIn' ? this.#chooses(desk) : this.signIn(desk),
    );
  }

  /** About one act on the page Sync. */
  decides(desk: DeskParts, act: DeskAct): Promise<void> {
    const { ledger, luck, typing } = this.#parts;
    return this.#tries(desk, () => decideOn(act, { desk, ledger, luck, typing }));
  }

  async #tries(desk: DeskParts, work: () => Promise<void>): Promise<void> {
    const { site, onUnexpected } = this.#parts;
    try {
      await work();
    } catch (thrown) {
      // Dead by now, or a disk that fails: the window has words for a failure, none for anything else.
      if (isFailure(thrown) || site.running !== desk || isDiskError(thrown)) return;
      onUnexpected(`${site.name}: a window`, thrown);
    }
  }

  async signIn(desk: DeskParts, who?: Staff): Promise<void> {
    const { luck, colleagues } = this.#parts;
    const { state } = desk.session;
    const back =
      state.status === 'signedOut' ? undefined : colleagues.find(({ id }) => id === state.staff.id);
    const staff =
      who ?? (back && luck.chance(0.6) ? back : colleagues[luck.between(0, colleagues.length - 1)]);
    if (!staff) return;
    const password = !who && luck.chance(0.04) ? 'forgotten' : PASSWORD;
    this.#forms = [];
    await desk.session.signIn(
      { library: staff.library, username: staff.username, password },
      () => void this.#closings++,
    );
  }

  async #chooses(desk: DeskParts): Promise<void> {
    const { luck } = this.#parts;
    const what = luck.pick([
      ...(['open', 'open', 'open', 'save', 'save', 'save', 'save', 'block', 'block', 'unblock'] as const),
      ...(['page', 'page', 'now', 'out', 'lock', 'pin', 'delete', 'export', 'look', 'search'] as const),
    ]);
    switch (what) {
      case 'open':
        return this.#open(desk);
      case 'save':
        return this.#save(desk);
      case 'block':
        return this.#block(desk);
      case 'unblock':
        return this.#unblock(desk);
      case 'page':
        return this.#page(desk);
      case 'now':
        return desk.sync.now();
      case 'out':
        if (luck.chance(0.5)) {
          this.#closings++;
          await desk.session.signOut();
        }
        return;
      case 'lock':
        return desk.session.lock();
      case 'pin':
        return this.#setPin(desk);
      case 'delete':
        return luck.chance(0.3) ? this.#delete(desk) : undefined;
      case 'export':
        return this.#export(desk);
      case 'look':
        return desk.patrons.logLook(this.#anybody().id);
      case 'search':
        await desk.patrons.search(luck.pick(['*', 'ada', 't1']), {
          ...{ offset: 0, limit: 20, order: 'plain' },
          from: luck.pick(['copy', 'server']),
        });
    }
  }

  #anybody(): Patron {
    const { typing, patrons } = this.#parts;
    const patron = typing.whom(patrons());
    if (!patron) throw new Failure({ code: 'patronUnknown' });
    return patron;
  }

  async #seen(desk: DeskParts): Promise<Patron> {
    return this.#read(desk, this.#anybody().id);
  }

  async #read(desk: DeskParts, patronId: string): Promise<Patron> {
    return (await desk.patrons.read(patronId, this.#parts.luck.chance(0.5))).patron;
  }

  /** The pen: what the form shows now is what staff will type over, whenever they save. */
  async #open(desk: DeskParts): Promise<void> {
    await this.#openForm(desk, this.#anybody().id, this.#parts.typing.section());
  }

  async #openForm(desk: DeskParts, patronId: string, section: SectionId): Promise<void> {
    const patron = await this.#read(desk, patronId);
    const base = structuredClone(patron.sections[section]) as TaggedValues;
    this.#forms.push({ patronId, section, base });
  }

  async #save(desk: DeskParts): Promise<void> {
    const { luck, time, typing } = this.#parts;
    const [form] = this.#forms.splice(luck.between(0, Math.max(0, this.#forms.length - 1)), 1);
    if (!form) return this.#open(desk);
    const { patronId, section } = form;
    await this.#saveForm(desk, form, typing.changes(section), 2);
    if (!luck.chance(0.3)) return;
    // They read it over, and take the pen once more.
    await time.sleep(luck.between(500, 20_000), 'reading over');
    await this.#openForm(desk, patronId, section);
  }

  async #saveForm(desk: DeskParts, form: Form, changes: FieldValues, again: number): Promise<void> {
    const { patronId, section, base } = form;
    try {
      await this.#saves(patronId, { kind: 'saveSection', section, base, changes }, () =>
        desk.patrons.saveSection(patronId, section, base, changes),
      );
    } catch (thrown) {
      if (!isFailure(thrown, 'conflict') || again === 0) throw thrown;
      const { current, conflicts = [] } = thrown.error;
      if (!current) throw thrown;
      // The form stays open on what the section holds now, both values side by side.
      const chosen = { ...changes };
      for (const { field, mine, theirs } of conflicts)
        chosen[field] = this.#parts.luck.pick([mine, theirs, this.#parts.typing.value(field)]) ?? null;
      const differing = Object.entries(chosen).filter(
        ([field, value]) => JSON.stringify(value) !== JSON.stringify(current.values[field]),
      );
      if (differing.length === 0) return;
      await this.#saveForm(desk, { ...form, base: current }, Object.fromEntries(differing), again - 1);
    }
  }

  async #saves(patronId: string, deed: Deed, press: () => Promise<unknown>): Promise<void> {
    const { ledger, site } = this.#parts;
    const saying = ledger.say(site.name, patronId, deed);
    try {
      await ledger.waits(site.name, deed.kind, press);
      ledger.saved(saying);
    } catch (thrown) {
      ledger.refused(saying);
      throw thrown;
    }
  }

  #needs(desk: DeskParts, permission: Permission): void {
    if (!desk.session.require().permissions.includes(permission))
      throw new Failure({ code: 'notPermitted', permission });
  }

  async #block(desk: DeskParts): Promise<void> {
    this.#needs(desk, BLOCK_PATRON);
    const { id } = this.#anybody();
    const comment = this.#parts.typing.comment();
    await this.#saves(id, { kind: 'block', comment }, () => desk.patrons.block(id, comment));
  }

  async #unblock(desk: DeskParts): Promise<void> {
    this.#needs(desk, BLOCK_PATRON);
    const { luck, typing } = this.#parts;
    const { id, blocks: all } = await this.#seen(desk);
    const blocks = all.map((block) => block.id).filter(() => luck.chance(0.8));
    if (blocks.length === 0) return;
    const comment = typing.comment();
    const deed = { kind: 'unblock' as const, blocks, comment };
    await this.#saves(id, deed, () => desk.patrons.unblock(id, blocks, comment));
  }

  /** The page Sync: some of what needs a decision. */
  async #page(desk: DeskParts): Promise<void> {
    const acts = (await desk.deskActs.list()).filter((one) => isUndecided(one) || isLeftAlone(one));
    const act = acts[this.#parts.luck.between(0, acts.length - 1)];
    if (!act) return;
    // Two windows may show it.
    const twice = this.#parts.luck.chance(0.4);
    await Promise.all([this.decides(desk, act), ...(twice ? [this.decides(desk, act)] : [])]);
  }

  async #setPin(desk: DeskParts): Promise<void> {
    const { ledger, typing, luck } = this.#parts;
    const { id } = this.#anybody();
    const form = `PIN of ${id}`;
    if (this.#pressing.has(form)) return;
    this.#pressing.add(form);
    const set = { pin: typing.pin(), patronId: id, told: false };
    ledger.pins.push(set);
    await this.#pressed('setPin', luck.between(1, 3), () => desk.patrons.setPin(id, set.pin)).finally(() =>
      this.#pressing.delete(form),
    );
    set.told = true;
  }

  async #delete(desk: DeskParts): Promise<void> {
    this.#needs(desk, DELETE_PATRON);
    const { ledger, luck, time } = this.#parts;
    const patron = await this.#seen(desk);
    await this.#pressed('deletePatron', luck.between(1, 3), () => desk.patrons.delete(patron.id, patron.tag));
    ledger.deleted.push({ patronId: patron.id, at: time.now() });
  }

  async #export(desk: DeskParts): Promise<void> {
    this.#needs(desk, DOWNLOAD_PATRON_DATA);
    const { ledger, luck, time, site } = this.#parts;
    const { session, acts, store } = desk;
    const { id, ageGroup } = this.#anybody();
    const requester = luck.pick(requestersFor(ageGroup) as [Requester, ...Requester[]]);
    const staff = session.require().staff.id;
    const form = `export of ${id}`;
    if (this.#pressing.has(form)) return;
    this.#pressing.add(form);
    ledger.exports.push({ staff, patronId: id });
    await this.#pressed('exportPatronData', luck.between(1, 3), () =>
      openExport({ session, acts, store, clock: site.clock }, id, requester),
    ).finally(() => this.#pressing.delete(form));
    ledger.exported.push({ staff, patronId: id, at: time.now() });
  }

  /** Without an answer staff press the button once more, so many times, unless their window was closed meanwhile. */
  async #pressed<T>(kind: string, times: number, press: () => Promise<T>): Promise<T> {
    const { ledger, site } = this.#parts;
    const closings = this.#closings;
    for (let time = 1; ; time++) {
      try {
        return await ledger.waits(site.name, kind, press);
      } catch (thrown) {
        const unknown = isFailure(thrown, 'serverAway', 'serverSlow', 'serverRubbish', 'serverFailed');
        if (!unknown || time >= times) throw thrown;
        await this.#parts.time.sleep(this.#parts.luck.between(500, 20_000), 'pressing again');
        if (closings !== this.#closings) throw thrown;
      }
    }
  }
}

/** As the desk's thread tells of it: a write that failed, a copy that was damaged, or its own end. */
export const isDiskError = (thrown: unknown) =>
  thrown instanceof Error && (/^SQLITE_(IOERR|CORRUPT)/.test(thrown.message) || thrown.message === ENDED);
