// Our reference server as a colleague finds it: over its own contract.
import type { RunningServer } from '../../build/reference-server.ts';
import type { Obstacles, Patron } from '../../shared/patrons/patron.ts';
import type { AtServer } from './at-server.ts';
import { Central, cardOf } from './central.ts';

const nationalIdOf = ({ sections }: Patron) => sections.personal.values.nationalId;

export async function atReferenceServer(server: RunningServer): Promise<AtServer> {
  const lead = (library: string) => {
    const account = server.accounts.find((one) => one.username === 'lead' && one.library === library);
    if (!account) throw new Error(`There is no lead at ${library}.`);
    return Central.signIn(server.url, account);
  };
  const [north, south] = [await lead('north'), await lead('south')];
  /** The same person's account at the other library. */
  const twinOf = async (patron: Patron) =>
    (await south.patrons()).find((one) => nationalIdOf(one) === nationalIdOf(patron));
  return {
    library: north.session.library,
    patron: (id) => north.patron(id),
    patronWho: (fits) => north.patronWho(fits),
    isGone: async (id) => (await north.ask('GET', `/patrons/${id}`)).status === 410,
    async idsKnownElsewhere() {
      const known = new Set((await south.patrons()).map(nationalIdOf).filter((id) => id !== ''));
      return (await north.patrons()).filter((one) => known.has(nationalIdOf(one))).map(({ id }) => id);
    },
    isThereElsewhere: async (patron) => (await twinOf(patron)) !== undefined,
    async isBlockedElsewhere(patron) {
      const twin = await twinOf(patron);
      if (!twin) throw new Error('The patron is not at the other library.');
      return (await south.standing(twin.id)).signIn.refused;
    },
    async refusedServices({ id }) {
      const standing = Object.entries(await north.standing(id));
      return standing.flatMap(([service, { refused }]) => (refused ? [service] : [])).sort();
    },
    async signsInWith(patron, pin) {
      const body = { library: 'north', cardNumber: cardOf(patron), pin };
      return (await north.ask('POST', '/patron-sessions', body)).status === 201;
    },
    async payDebts({ id, debts }) {
      for (const debt of debts)
        await north.act('POST', `/patrons/${id}/debts/${debt.id}/payments`, { amount: debt.amount });
    },
    exportsLogged: async ({ id }) => (await north.audit(id)).filter(({ kind }) => kind === 'exported').length,
    async tryToDelete({ id, tag }) {
      const answer = await north.act('DELETE', `/patrons/${id}`, undefined, tag);
      return answer.ok ? undefined : ((await answer.json()) as { obstacles: Obstacles }).obstacles;
    },
  };
}
