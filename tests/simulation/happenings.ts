// What goes wrong in the course of one day, at moments that the seed decides, and what colleagues elsewhere and the
// administrator do meanwhile.
import {
  BLOCK_PATRON,
  DELETE_PATRON,
  DOWNLOAD_PATRON_DATA,
  type Permission,
} from '../../shared/permissions.ts';
import type { Fault } from './faults.ts';
import type { Backup } from './server-site.ts';
import { ELSEWHERE, type Staff } from './templates.ts';
import type { Place, World } from './world.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

export async function happenings(world: World, until: number): Promise<void> {
  await Promise.all([
    elsewhere(world, until),
    ...SERVER.map(([fault, does]) => once(world, fault, until, () => does(world))),
    ...world.places.flatMap((place) =>
      DESK.map(([fault, does]) => once(world, fault, until, () => does(world, place))),
    ),
  ]);
}

/** Perhaps; and then at any moment of the day. */
async function once(
  world: World,
  fault: Fault,
  until: number,
  does: () => Promise<void> | void,
): Promise<void> {
  const { luck, time, weather } = world;
  if (!luck.chance(weather.chance(fault))) return;
  await time.sleep(luck.between(0, Math.max(0, until - time.now())), fault);
  await does();
}

async function elsewhere(world: World, until: number): Promise<void> {
  const { luck, time, colleague } = world;
  while (time.now() < until) {
    await time.sleep(luck.between(2_000, 20_000), 'elsewhere');
    if (world.server.central) await colleague.does();
  }
}

const underWay = ({ ledger }: World, { site }: Place) => ledger.kindsUnderWay(site.name);
const underWayAnywhere = (world: World) => world.places.flatMap((place) => underWay(world, place));

type AtDesk = (world: World, place: Place) => Promise<void> | void;
const DESK: [Fault, AtDesk][] = [
  [
    'lineCut',
    async ({ luck, time }, { line }) => {
      line.cut = true;
      await time.sleep(luck.between(3_000, 120_000), 'line cut');
      line.cut = false;
    },
  ],
  [
    'deskKilled',
    (world, place) => {
      if (place.site.isOff) return;
      world.weather.happened('deskKilled', underWay(world, place));
      place.site.kill();
    },
  ],
  [
    'deskKilledAtStep',
    (world, { site }) => {
      site.disk.killIn = world.luck.between(1, 300);
    },
  ],
  [
    'deskKilledAtAwait',
    (world, { site }) => {
      site.disk.killAtAwait = world.luck.between(1, 200);
    },
  ],
  [
    'powerCut',
    (world, place) => {
      if (place.site.isOff) return;
      world.weather.happened('powerCut', underWay(world, place));
      place.site.losePower(world.luck.fraction());
    },
  ],
  [
    'copyDamaged',
    (world, place) => {
      world.weather.happened('copyDamaged', underWay(world, place));
      place.site.kill();
      place.site.damageCopy(world.luck);
    },
  ],
  [
    'diskFull',
    async ({ luck, time }, { site }) => {
      site.disk.full = true;
      await time.sleep(luck.between(500, 40_000), 'disk full');
      site.disk.full = false;
    },
  ],
  [
    'writeFailed',
    ({ luck }, { site }) => {
      site.disk.failIn = luck.between(1, 60);
    },
  ],
  [
    'clockJumped',
    (world, place) => {
      world.weather.happened('clockJumped', underWay(world, place));
      place.site.offset += world.luck.pick([HOUR, 20 * HOUR, 3 * DAY, 100 * DAY]);
    },
  ],
  [
    'clockSetBack',
    (world, place) => {
      world.weather.happened('clockSetBack', underWay(world, place));
      place.site.offset -= world.luck.pick([60_000, HOUR, 20 * HOUR, 30 * DAY]);
    },
  ],
  [
    'appUpgraded',
    async (world, place) => {
      const { site } = place;
      if (world.luck.chance(0.5)) await site.shutdown();
      else site.kill();
      world.weather.happened('appUpgraded', underWay(world, place));
      site.upgrade();
    },
  ],
  [
    'deskRevoked',
    async (world, place) => {
      const { server, time, luck, weather } = world;
      if (!server.central) return;
      weather.happened('deskRevoked', underWay(world, place));
      server.central.desks.revoke(place.site.id);
      await time.sleep(luck.between(5_000, 60_000), 'revoked');
      server.central?.desks.allow(place.site.id);
    },
  ],
];

const someStaff = ({ luck, templates }: World): Staff | undefined => {
  const staff = templates.staff.filter(({ username }) => username !== ELSEWHERE);
  return staff[luck.between(0, staff.length - 1)];
};

/** The administrator gives and takes a permission; what the server judges from now on goes by it. */
function change(
  world: World,
  fault: 'permissionWithdrawn' | 'permissionGiven',
  staff = someStaff(world),
  permission: Permission = world.luck.pick([BLOCK_PATRON, BLOCK_PATRON, DELETE_PATRON, DOWNLOAD_PATRON_DATA]),
): void {
  const { server, timeline, weather } = world;
  if (!server.central || !staff) return;
  const others: readonly Permission[] = timeline.permissions(staff.id).filter((one) => one !== permission);
  const gives = fault === 'permissionGiven';
  if (gives) server.central.staff.grant(staff.id, permission);
  else server.central.staff.revoke(staff.id, permission);
  timeline.allow(staff.id, gives ? [...others, permission] : others);
  weather.happened(fault, underWayAnywhere(world));
}

/** The wrong one was taken, and is given back before what it was refused for is forgotten on the line. */
async function slip(world: World): Promise<void> {
  const { luck, time } = world;
  const staff = someStaff(world);
  change(world, 'permissionWithdrawn', staff, BLOCK_PATRON);
  await time.sleep(luck.between(5_000, 60_000), 'withdrawn');
  change(world, 'permissionGiven', staff, BLOCK_PATRON);
}

const SERVER: [Fault, (world: World) => Promise<void> | void][] = [
  [
    'serverKilled',
    (world) => {
      world.weather.happened('serverKilled', underWayAnywhere(world));
      world.server.kill();
    },
  ],
  [
    'serverKilledAtStep',
    ({ server, luck }) => {
      server.killIn = luck.between(1, 400);
    },
  ],
  [
    'serverDiskFull',
    async (world) => {
      world.weather.happened('serverDiskFull', underWayAnywhere(world));
      world.server.diskFull = true;
      await world.time.sleep(world.luck.between(1_000, 30_000), 'server disk full');
      world.server.diskFull = false;
    },
  ],
  [
    'serverClockMoved',
    (world) => {
      world.weather.happened('serverClockMoved', underWayAnywhere(world));
      world.server.offset += world.luck.pick([-HOUR, -60_000, HOUR, 3 * HOUR]);
    },
  ],
  [
    'serverRestored',
    async (world) => {
      const { server, time, luck } = world;
      if (server.backups.length < 2 || luck.chance(0.5)) server.backUp();
      await time.sleep(luck.between(0, 90_000), 'until the restore');
      restoreSome(world);
    },
  ],
  [
    'databaseCopiedBack',
    async (world) => {
      const { server, time, luck } = world;
      if (!server.central) return;
      const copied = server.copyByHand();
      await time.sleep(luck.between(1_000, 60_000), 'until the copy is put back');
      restoreTo(world, copied, 'databaseCopiedBack');
    },
  ],
  ['permissionWithdrawn', (world) => change(world, 'permissionWithdrawn')],
  ['permissionGiven', (world) => change(world, 'permissionGiven')],
  ['permissionWithdrawn', (world) => change(world, 'permissionWithdrawn')],
  ['permissionWithdrawn', slip],
  [
    'accountLocked',
    async (world) => {
      const staff = someStaff(world);
      if (!world.server.central || !staff) return;
      world.server.central.staff.setLocked(staff.id, true);
      world.weather.happened('accountLocked', underWayAnywhere(world));
      await world.time.sleep(world.luck.between(5_000, 60_000), 'locked');
      world.server.central?.staff.setLocked(staff.id, false);
    },
  ],
  [
    'sessionsEnded',
    (world) => {
      const staff = someStaff(world);
      if (!world.server.central || !staff) return;
      world.server.central.staff.endSessions(staff.id);
      world.weather.happened('sessionsEnded', underWayAnywhere(world));
    },
  ],
  ['patronDeleted', ({ colleague }) => colleague.deletes()],
];

/** One of the two newest backups, as docs/server.md says; an older one is tried too, and has to be refused. */
export function restoreSome(world: World): void {
  const { server, luck } = world;
  const newest = server.backups.slice(-2);
  const backup = luck.chance(0.1) ? server.backups[0] : newest[luck.between(0, newest.length - 1)];
  if (backup) restoreTo(world, backup, 'serverRestored');
}

export function restoreTo(
  world: World,
  backup: Backup,
  fault: 'serverRestored' | 'databaseCopiedBack',
): void {
  const { server, time, timeline, weather } = world;
  const lost = timeline.since(backup.mark).map(({ endpoint }) => endpoint);
  if (!server.restore(backup) || !server.central) return;
  timeline.cutBack(backup.mark, server.central, time.now());
  weather.happened(fault, lost);
}
