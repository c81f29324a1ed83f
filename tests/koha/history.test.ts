// Random histories of two desks and a colleague on a server without keys and versions, over lines that lose requests and
// answers, with starts in between. What must hold afterwards is what staff were told.
import { afterEach, expect, test } from 'vitest';
import fc from 'fast-check';
import { readBlockText } from '../../electron/central/koha/block-text.ts';
import { KohaIds } from '../../electron/central/koha/ids.ts';
import type { OutboxAct } from '../../electron/cache/act.ts';
import { ACT_STATES } from '../../electron/cache/act.ts';
import type { TaggedValues } from '../../shared/patrons/sections.ts';
import { steppingClock } from '../port/world.ts';
import { FOUND } from './found-histories.ts';
import { FIELDS, step, type FieldName, type Step } from './history-steps.ts';
import { ignoreFailure, rest, SimulatedDesk } from './simulated-desk.ts';
import { ADDRESS, smallLibrary } from './fake/small-library.ts';
import type { FakeKoha } from './fake/koha.ts';

const RUNS = Number(process.env['KOHA_RUNS'] ?? 60);
const SEED = Number(process.env['KOHA_SEED'] ?? 5);
const ids = new KohaIds(ADDRESS);

/** Each value that a field of a patron ever had at Koha, and who had put it there. */
interface Written {
  patron: number;
  field: string;
  from: unknown;
  to: unknown;
}

class History {
  readonly clock = steppingClock();
  readonly koha: FakeKoha = smallLibrary(this.clock);
  readonly desks = [new SimulatedDesk(this.koha, 11), new SimulatedDesk(this.koha, 12)];
  readonly patrons: number[];
  /** Changes that came by a desk's requests, in their order. */
  readonly written: Written[] = [];
  readonly faults = { dropsRequests: 0, losesAnswers: 0, restart: 0 };
  #count = 0;

  constructor() {
    const { world } = this.koha;
    this.patrons = [1, 2].map(
      (n) => world.addPatron({ surname: `Family${n}`, firstname: `Given${n}`, library_id: 'MPL' }).patron_id,
    );
    const change = world.change.bind(world);
    world.change = (number, fields) => {
      for (const [name, to] of Object.entries(fields)) {
        const from = world.patron(number)[name];
        if (from !== to && this.#byDesk) this.written.push({ patron: number, field: name, from, to });
      }
      change(number, fields);
    };
  }
  #byDesk = true;

  async run(steps: readonly Step[]): Promise<void> {
    for (const desk of this.desks) {
      await desk.start();
      await desk.sync();
    }
    for (const one of steps) {
      this.clock.pass(1000);
      await this.#take(one);
      await rest();
    }
    for (const desk of this.desks) desk.line.state = 'good';
    for (let rounds = 0; rounds < 6; rounds++)
      for (const desk of this.desks) {
        this.clock.pass(200_000);
        await desk.sync();
      }
  }

  async #take(one: Step): Promise<void> {
    const number = 'patron' in one ? (this.patrons[one.patron] ?? 0) : 0;
    const desk = this.desks['desk' in one ? one.desk : 0];
    if (!desk) return;
    switch (one.kind) {
      case 'edit':
        return this.#edit(desk, number, one.field);
      case 'block':
        await this.#signedIn(desk, (parts) =>
          parts.patrons.block(ids.id('patron', number), `Block ${++this.#count}`),
        );
        return;
      case 'unblock':
        return this.#unblock(desk, number);
      case 'colleague':
        this.#byDesk = false;
        this.koha.world.change(number, {
          [FIELDS[one.field]]: this.#colleagues(number, FIELDS[one.field], one.back),
        });
        this.#byDesk = true;
        return;
      case 'line':
        if (one.state !== 'good') this.faults[one.state]++;
        desk.line.state = one.state;
        return;
      case 'sync':
        return desk.sync();
      case 'restart':
        this.faults.restart++;
        await desk.start();
        return;
      case 'pass':
        this.clock.pass(one.seconds * 1000);
    }
  }

  /** A new value, or the one before the last desk's: somebody undid that. */
  #colleagues(number: number, name: string, back: boolean): string {
    const last = this.written.findLast((one) => one.patron === number && one.field === name);
    return back && last ? String(last.from) : `Colleague${++this.#count}`;
  }

  async #edit(desk: SimulatedDesk, number: number, field: FieldName): Promise<void> {
    await this.#signedIn(desk, async ({ patrons }) => {
      const { patron } = await patrons.read(ids.id('patron', number), false);
      const base = patron.sections.personal as unknown as TaggedValues;
      await patrons.saveSection(patron.id, 'personal', base, { [field]: `Desk${++this.#count}` });
    });
  }

  async #unblock(desk: SimulatedDesk, number: number): Promise<void> {
    await this.#signedIn(desk, async ({ patrons }) => {
      const { patron } = await patrons.read(ids.id('patron', number), false);
      const blocks = patron.blocks.map(({ id }) => id);
      if (blocks.length > 0) await patrons.unblock(patron.id, blocks, 'Settled.');
    });
  }

  async #signedIn(
    desk: SimulatedDesk,
    work: (parts: SimulatedDesk['parts']) => Promise<unknown>,
  ): Promise<void> {
    if (desk.parts.session.state.status !== 'signedIn') return;
    await work(desk.parts).catch(ignoreFailure);
  }

  acts(desk: SimulatedDesk): Promise<OutboxAct[]> {
    return desk.parts.store.acts([...ACT_STATES]);
  }
}

let history: History | undefined;
afterEach(async () => {
  for (const desk of history?.desks ?? []) await desk.end();
});

test(`${RUNS} random histories: nothing lost, nothing done twice, nothing overwritten in silence`, async () => {
  const sums = { acts: 0, dropsRequests: 0, losesAnswers: 0, restart: 0, refused: 0, conflict: 0 };
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 12, maxLength: 40 }), async (steps) => {
      const told: OutboxAct[] = [];
      history = new History();
      const { koha, desks, patrons, written, faults } = history;
      // Every act that ever was in an outbox, as it stood last.
      for (const desk of desks) keepTelling(desk, told);
      await history.run(steps);
      for (const name of ['dropsRequests', 'losesAnswers', 'restart'] as const) sums[name] += faults[name];
      for (const desk of desks) for (const act of await history.acts(desk)) put(told, act);
      sums.acts += told.length;
      for (const act of told) {
        if (act.state === 'refused' || act.state === 'conflict') sums[act.state]++;
        // Quiet and online: nothing waits any more, but behind an edit that staff have to decide on.
        if (act.state === 'waiting') expect(told.some((one) => holds(one, act))).toBe(true);
        else expect(['confirmed', 'refused', 'conflict', 'withdrawn']).toContain(act.state);
        if (act.deed.kind === 'saveSection') expectEdit(act, written);
        if (act.deed.kind === 'block') expectBlock(act, told, koha);
      }
      for (const desk of desks) for (const number of patrons) await expectInStep(desk, number);
      for (const desk of desks) await desk.end();
      history = undefined;
    }),
    { numRuns: RUNS, seed: SEED, endOnFailure: true, examples: FOUND },
  );
  // A fault that never fired proves nothing.
  for (const name of ['dropsRequests', 'losesAnswers', 'restart'] as const)
    expect(sums[name]).toBeGreaterThan(RUNS / 4);
  expect(sums.acts).toBeGreaterThan(RUNS);
}, 300_000);

/** A parked edit holds later ones of its section. */
const holds = (parked: OutboxAct, act: OutboxAct) =>
  (parked.state === 'conflict' || parked.state === 'refused') &&
  parked.patronId === act.patronId &&
  parked.deed.kind === 'saveSection' &&
  act.deed.kind === 'saveSection' &&
  parked.sequence < act.sequence;

const put = (told: OutboxAct[], act: OutboxAct) => {
  const at = told.findIndex(({ id }) => id === act.id);
  if (at < 0) told.push(act);
  else told[at] = act;
};

/** Confirmed acts leave the outbox once the copy has passed them: what they said last is kept here. */
function keepTelling(desk: SimulatedDesk, told: OutboxAct[]): void {
  const { start } = desk;
  desk.start = async () => {
    await start.call(desk);
    const { store } = desk.parts;
    const { update, append } = store;
    store.append = async (act) => {
      const appended = await append.call(store, act);
      put(told, appended);
      return appended;
    };
    store.update = async (id, change, onlyIn) => {
      const updated = await update.call(store, id, change, onlyIn);
      const act = await store.act(id);
      if (act) put(told, act);
      return updated;
    };
  };
}

/** Confirmed: its value was put there, once, and over the value that staff had seen, or a merge of it. */
function expectEdit(act: OutboxAct, written: readonly Written[]): void {
  if (act.deed.kind !== 'saveSection') return;
  const number = ids.number('patron', act.patronId);
  for (const [field, value] of Object.entries(act.deed.changes)) {
    const name = FIELDS[field as FieldName];
    const puts = written.filter((one) => one.patron === number && one.field === name && one.to === value);
    expect(puts.length).toBeLessThanOrEqual(1);
    if (act.state === 'confirmed') expect(puts).toHaveLength(1);
    for (const { from } of puts) expect(from).toBe(act.deed.base.values[field]);
  }
}

/** Confirmed: there once, unless somebody lifted it who was told of it. */
function expectBlock(act: OutboxAct, told: readonly OutboxAct[], koha: FakeKoha): void {
  const there = koha.world.attributes.filter(({ value }) => readBlockText(value)?.id === act.id);
  const lifted = told.some(({ deed }) => deed.kind === 'unblock' && deed.blocks.includes(act.id));
  expect(there.length).toBeLessThanOrEqual(1);
  if (act.state === 'confirmed' && !lifted) expect(there).toHaveLength(1);
}

async function expectInStep(desk: SimulatedDesk, number: number): Promise<void> {
  const { store, session } = desk.parts;
  const id = ids.id('patron', number);
  const library = session.require().library.id;
  const shown = await store.patron(library, id);
  const there = await session.central?.patron(id, true);
  // What still waits here is laid over what is there.
  if (shown?.acts.some(({ state }) => state === 'waiting')) return;
  expect(shown?.patron.sections).toEqual(there?.sections);
  expect(shown?.patron.blocks).toEqual(there?.blocks);
}
