// The made-up Koha for the port's contract suite.
import { KohaIds } from '../../electron/central/koha/ids.ts';
import { ADDRESS, serverOn, smallLibrary, STAFF } from '../koha/fake/small-library.ts';
import { overLine, steppingClock, type PortWorld } from './world.ts';

export async function kohaWorld(): Promise<PortWorld> {
  const clock = steppingClock();
  const koha = smallLibrary(clock);
  const { world } = koha;
  const line: PortWorld['line'] = { state: 'good' };
  const transport = overLine(line, (request) => Promise.resolve(koha.answer(request)));
  const ids = new KohaIds(ADDRESS);
  const numberOf = (id: string) => ids.number('patron', id) ?? -1;
  const book = (title: string) => world.addBook(title, 'An Author', 'b1');
  const done = Promise.resolve();
  return Promise.resolve({
    ...{ line, clock, credentials: STAFF },
    server: serverOn(koha, { transport }).server,
    addPatron({ givenName, familyName, card }) {
      const row = world.addPatron({ firstname: givenName, surname: familyName, cardnumber: card });
      return Promise.resolve(ids.id('patron', row.patron_id));
    },
    changeElsewhere(id, { givenName, postcode }) {
      if (givenName !== undefined) world.change(numberOf(id), { firstname: givenName });
      if (postcode !== undefined) world.change(numberOf(id), { postal_code: postcode });
      return done;
    },
    lend(id, title) {
      world.lend(numberOf(id), book(title).item);
      return done;
    },
    reserve(id, title) {
      world.hold(numberOf(id), book(title).biblio);
      return done;
    },
    charge(id, amount) {
      world.charge(numberOf(id), amount, 'LOST', 'Lost');
      return done;
    },
    deleteElsewhere(id) {
      world.delete(numberOf(id));
      return done;
    },
    pinWorks: (id, pin) => Promise.resolve(world.passwords.get(numberOf(id)) === pin),
    isThere: (id) => Promise.resolve(world.patrons.has(numberOf(id))),
    close: () => done,
  });
}
