// The made-up Koha as a colleague finds it: read through the port, with what only Koha itself knows from its own records.
import { KohaIds } from '../../electron/central/koha/ids.ts';
import type { CentralSession } from '../../electron/central/central-server.ts';
import { isFailure } from '../../electron/support/failure.ts';
import { KohaServer } from '../../electron/central/koha/koha-server.ts';
import { kohaPolicySchema } from '../../electron/policy/koha-policy.ts';
import { systemClock, systemTimers } from '../../electron/support/system.ts';
import type { DemoAccount } from '../../build/reference-server.ts';
import type { FakeKoha } from '../koha/fake/koha.ts';
import { seededRandom } from '../koha/fake/random.ts';
import type { AtServer } from './at-server.ts';
import type { Patron } from '../../shared/patrons/patron.ts';
import { v7 } from 'uuid';

export async function atKoha(koha: FakeKoha, address: string, account: DemoAccount): Promise<AtServer> {
  const ids = new KohaIds(address);
  const numberOf = (id: string) => ids.number('patron', id) ?? -1;
  const server = new KohaServer({
    ...{ address: new URL(address).href, policy: kohaPolicySchema.parse({}), branch: undefined },
    ...{ clock: systemClock, timers: systemTimers, random: seededRandom(1), readSecret: () => '' },
    transport: (request) => Promise.resolve(koha.answer(request)),
  });
  const { username, password } = account;
  const north = await server.signIn({ library: 'north', username, password });
  const south = await server.signIn({ library: 'south', username, password });
  const { world } = koha;
  return {
    library: north.library,
    patron: (id) => north.patron(id, true),
    async patronWho(fits) {
      const found = (await everybody(north)).find(fits);
      if (!found) throw new Error('The demo data has no such patron.');
      return found;
    },
    isGone: (id) => Promise.resolve(!world.patrons.has(numberOf(id))),
    // One Koha, one account for all its libraries: known here is known there, and gone here is gone there.
    idsKnownElsewhere: async () => (await everybody(north)).map(({ id }) => id),
    isThereElsewhere: ({ id }) => Promise.resolve(world.patrons.has(numberOf(id))),
    isBlockedElsewhere: async ({ id }) => (await south.patron(id, true)).blocks.length > 0,
    // A note stops nothing.
    refusedServices: () => Promise.resolve([]),
    signsInWith: ({ id }, pin) => Promise.resolve(world.passwords.get(numberOf(id)) === pin),
    payDebts({ id }) {
      world.pay(numberOf(id), 1000);
      return Promise.resolve();
    },
    exportsLogged: () => Promise.resolve(undefined),
    async tryToDelete({ id, tag }) {
      const act = { id: v7(), key: v7(), at: new Date().toISOString() };
      try {
        await north.deletePatron(act, '', id, tag);
        return undefined;
      } catch (thrown) {
        if (isFailure(thrown, 'notDeletable')) return thrown.error.obstacles;
        throw thrown;
      }
    },
  };
}

async function everybody(session: CentralSession): Promise<Patron[]> {
  const patrons: Patron[] = [];
  for (let after: string | null = null; ;) {
    const page = await session.snapshot(after, 100);
    patrons.push(...(page.patrons as Patron[]));
    after = page.next;
    if (after === null) return patrons;
  }
}
