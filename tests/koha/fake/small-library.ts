// A small Koha for tests: two libraries, a librarian who may do everything, one who may only look, a patron attribute type
// for blocks. And a server of ours on top of it, without any socket.
import { KohaServer } from '../../../electron/central/koha/koha-server.ts';
import type { Transport } from '../../../electron/central/transport.ts';
import { kohaPolicySchema } from '../../../electron/policy/koha-policy.ts';
import { seededRandom } from './random.ts';
import { FakeKoha } from './koha.ts';
import { KohaWorld, type Settings } from './world.ts';

export const ADDRESS = 'https://koha.example/';
export const STAFF = { library: 'MPL', username: 'lead', password: 'correct horse' };
export const LOOKER = { library: 'MPL', username: 'looker', password: 'battery staple' };

let version: Settings['version'] = '23.05';

/** Of every Koha of a file of tests from here on. */
export function beOfVersion(now: Settings['version']): void {
  version = now;
}

export function smallLibrary(clock: { now(): number }): FakeKoha {
  const world = new KohaWorld(clock);
  world.settings.version = version;
  world.libraries.set('MPL', 'Midway').set('CPL', 'Centerville');
  world.categories.add('PT').add('J').add('S');
  world.attributeTypes.set('DESKBLOCK', { repeatable: true });
  world.addStaff(
    { surname: 'Ek', firstname: 'Eva', userid: STAFF.username, library_id: 'MPL' },
    STAFF.password,
    'superlibrarian',
  );
  // Koha's update gave the second to whoever had the first.
  const looking = ['edit_borrowers', 'list_borrowers', 'view_borrower_infos_from_any_libraries'];
  world.addStaff(
    { surname: 'Al', firstname: 'Ada', userid: LOOKER.username, library_id: 'MPL' },
    LOOKER.password,
    { borrowers: looking },
  );
  return new FakeKoha(world);
}

export interface ServerOptions {
  policy?: unknown;
  /** In place of the plain line to the made-up Koha. */
  transport?: Transport;
  branch?: string;
  /** The desk's, where it differs from Koha's. */
  clock?: { now(): number };
}

/** Timers that don't wait: a pause that the server asked for is over at once, and noted. */
export function serverOn(koha: FakeKoha, options: ServerOptions = {}) {
  const pauses: number[] = [];
  const server = new KohaServer({
    address: ADDRESS,
    transport: options.transport ?? ((request) => Promise.resolve(koha.answer(request))),
    policy: kohaPolicySchema.parse(options.policy ?? {}),
    branch: options.branch,
    readSecret: (file) => {
      if (file !== '/secret') throw new Error('no such file');
      return 'key secret';
    },
    clock: options.clock ?? koha.world.clock,
    random: seededRandom(1),
    timers: {
      after: (ms, work) => {
        pauses.push(ms);
        queueMicrotask(work);
        return () => undefined;
      },
    },
  });
  return { server, pauses };
}
