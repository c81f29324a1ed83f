// One run from its first morning until the world is quiet: days of work under faults, nights between them, and at the
// end everybody signs in, syncs and decides until nothing waits any more.
import type { DeskParts } from '../../electron/desk-parts.ts';
import type { DeskAct } from '../../shared/ipc/sync.ts';
import type { Patron } from '../../shared/patrons/patron.ts';
import { happenings } from './happenings.ts';
import type { LedgerAct } from './ledger.ts';
import { isUndecided } from './staff-page.ts';
import { RETENTION, type Staff } from './templates.ts';
import type { Place, World } from './world.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const ROUNDS = 12;

/** What a desk shows at the end. */
export interface Shown {
  desk: string;
  library: string;
  acts: DeskAct[];
  /** By id; what the copy holds, with nothing laid over it that the server doesn't know. */
  patrons: Map<string, Patron>;
}

export async function live(world: World): Promise<Shown[]> {
  const { luck, time } = world;
  for (let day = 0; day < world.days; day++) {
    await morning(world);
    const until = time.now() + luck.between(10_000, 25_000);
    await Promise.all([happenings(world, until), ...world.places.map(({ staff }) => staff.work(until))]);
    await evening(world);
  }
  return becomeQuiet(world);
}

async function morning({ places, luck, server, timeline }: World): Promise<void> {
  if (!server.central) server.start();
  server.central?.housekeep();
  if (server.central) timeline.look(server.central, undefined);
  await Promise.all(
    places.map(({ site }) =>
      // Some desks are not used every day.
      luck.chance(0.2) ? undefined : Promise.race([site.start(), site.ended]),
    ),
  );
}

async function evening({ places, luck, server, time, weather, timeline, ledger }: World): Promise<void> {
  for (const { site } of places) {
    if (luck.chance(0.6)) await site.shutdown();
    else site.kill();
  }
  if (luck.chance(0.6)) server.backUp();
  const underWay = places.flatMap(({ site }) => ledger.kindsUnderWay(site.name));
  let night = luck.between(9 * HOUR, 16 * HOUR);
  if (luck.chance(weather.chance('tombstonesCollected'))) {
    night = (RETENTION.deletions + 1) * DAY;
    const deletions = timeline.effects.filter(({ deleted }) => deleted).map(() => 'deletePatron');
    weather.happened('tombstonesCollected', deletions);
  }
  if (luck.chance(weather.chance('keysExpired'))) {
    night = (RETENTION.attempts + 1) * DAY;
    weather.happened('keysExpired', underWay);
  }
  // In the longest, the server does what it does each day.
  if (night > DAY) {
    await time.sleep(night - DAY, 'nights');
    server.central?.housekeep();
    night = DAY;
  }
  await time.sleep(night, 'night');
}

async function becomeQuiet(world: World): Promise<Shown[]> {
  const { places, server, time, templates } = world;
  for (const { site } of places) await site.shutdown();
  // Whatever is still on its way arrives.
  await time.sleep(4 * DAY, 'everything arrives');
  world.quiet = true;
  for (const { line, site } of places) {
    line.healed = true;
    line.cut = false;
    site.disk.full = false;
    site.disk.disarm();
  }
  Object.assign(server, { killIn: undefined, diskFull: false });
  if (!server.central) server.start();
  for (const { id } of templates.staff) server.central?.staff.setLocked(id, false);
  for (const { site } of places) server.central?.desks.allow(site.id);

  return settleDown(world);
}

/** Everybody signs in, syncs and decides until nothing waits any more. */
export async function settleDown(world: World): Promise<Shown[]> {
  const { places } = world;
  let waiting: string[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    waiting = [];
    for (const place of places) waiting.push(...(await bringInStep(world, place)));
    if (waiting.length === 0) break;
  }
  for (const id of waiting) world.violates(`still waiting after ${ROUNDS} rounds without a fault: ${id}`);
  const shown: Shown[] = [];
  for (const place of places) shown.push(...(await showWhole(world, place)));
  return shown;
}

/** Damage that nobody had met is met by looking at the latest: the copy is filled anew then, and looked at once more. */
async function showWhole(world: World, place: Place): Promise<Shown[]> {
  const { damagesMet } = place.site;
  const shown = await show(world, place).catch(() => undefined);
  return shown && place.site.damagesMet === damagesMet ? shown : show(world, place);
}

/** Everybody whose acts wait at a desk signs in there, one after another, and somebody in any case. Answers what waits. */
async function bringInStep(world: World, place: Place): Promise<string[]> {
  const { ledger, templates, time } = world;
  const { site } = place;
  for (let times = 0; times < 3 && !site.running; times++) await site.start();
  const authors = new Set(
    [...ledger.acts.values()]
      .filter((act) => act.desk === site.name && !isSettled(act))
      .map(({ author }) => author),
  );
  // Whom the page is shown to at the end comes last, and is still there then.
  const staff = templates.staff.filter(({ id }, index) => index === 0 || authors.has(id)).reverse();
  for (const who of staff) {
    const desk = await signInAndSync(world, place, who);
    if (!desk) return [`${site.name}, which does not start`];
    const undecided = (await desk.deskActs.list()).filter(isUndecided);
    for (const act of undecided) await place.staff.decides(desk, act);
    if (undecided.length > 0) await desk.sync.now();
    await time.sleep(2_000, 'next');
  }
  return ((await site.running?.store.acts(['waiting', 'sent'])) ?? []).map(({ id }) => id);
}

const isSettled = ({ state }: Pick<LedgerAct, 'state'>) => state === 'confirmed' || state === 'withdrawn';

async function signIn(world: World, { site, staff }: Place, who: Staff): Promise<void> {
  if (!site.running) return;
  try {
    await staff.signIn(site.running, who);
  } catch (thrown) {
    world.violates(`${who.username} can't sign in at ${site.name} though all is well`, thrown);
  }
}

/** Who got in without the line, since the server was still slow, is asked again once it has been heard. */
async function signInAndSync(world: World, place: Place, who: Staff): Promise<DeskParts | undefined> {
  const { site } = place;
  for (let times = 0; times < 2; times++) {
    const state = site.running?.session.state;
    const isThere = state?.status === 'signedIn' && state.staff.id === who.id;
    if (state?.status === 'signedIn' && !isThere) await site.running?.session.signOut();
    if (!isThere) await signIn(world, place, who);
    await site.running?.sync.now();
    if (site.running?.session.state.status === 'signedIn') break;
  }
  return site.running;
}

async function show(world: World, place: Place): Promise<Shown[]> {
  const { templates, timeline } = world;
  const { site } = place;
  const shown: Shown[] = [];
  for (const library of place.libraries) {
    const who = templates.staff.find((one) => one.library === library);
    if (!who) continue;
    const desk = await signInAndSync(world, place, who);
    if (!desk) continue;
    const acts = await desk.deskActs.list();
    const found = await desk.store.search(library, '*', 0, 200);
    const ids = new Set([...found.patrons, ...timeline.patrons(library)].map(({ id }) => id));
    const patrons = new Map<string, Patron>();
    for (const id of ids) {
      const view = await desk.store.patron(library, id);
      if (view) patrons.set(id, view.patron);
    }
    // Emptied while the desk died: nobody heard of it.
    for (const { id, desk: where } of world.ledger.acts.values()) {
      const act = where === site.name ? await desk.store.act(id) : undefined;
      if (act?.wiped && isSettled(act)) world.ledger.wiped.add(id);
    }
    shown.push({ ...{ desk: site.name, library, acts, patrons } });
  }
  return shown;
}
