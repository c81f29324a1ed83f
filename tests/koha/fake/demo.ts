// A made-up Koha full of people, for tests that drive the app: two libraries, three accounts, patrons with all that the
// manual page speaks of.
import type { DemoAccount } from '../../../build/reference-server.ts';
import { seededRandom } from './random.ts';
import { FakeKoha } from './koha.ts';
import { KohaWorld } from './world.ts';

const GIVEN = ['Ada', 'Bo', 'Zoë', 'Karin', 'Li', 'Omar', 'Åsa', 'Nils', 'Ewa', 'José'];
const FAMILY = ['Öberg', 'Dahl', 'Nguyen', 'Ek', 'O’Brien', 'Svensson', 'Łukasz', 'Ahmed', 'Lund', 'Sjö'];
const TITLES = ['Dune', 'Emma', 'Röda rummet', 'Die Verwandlung', 'The Trial', 'Niels Lyhne'];
const PASSWORDS = { lead: 'lead-koha-1', desk: 'desk-koha-1', privacy: 'privacy-koha-1' };

export function demoKoha(patrons: number, seed: number): { koha: FakeKoha; accounts: DemoAccount[] } {
  const world = new KohaWorld({ now: () => Date.now() });
  world.libraries.set('north', 'Norrby Library').set('south', 'Söderåsa Library');
  for (const category of ['ADULT', 'CHILD', 'STAFF']) world.categories.add(category);
  world.attributeTypes.set('DESKBLOCK', { repeatable: true });
  const staff = (username: keyof typeof PASSWORDS, flags: Parameters<KohaWorld['addStaff']>[2]) => {
    const name = { surname: 'Staff', firstname: username, userid: username };
    world.addStaff({ ...name, category_id: 'STAFF', library_id: 'north' }, PASSWORDS[username], flags);
  };
  staff('lead', 'superlibrarian');
  // Whoever may change patrons in Koha has the whole module: the rest is policy's.
  const all = {
    borrowers: true,
    circulate: true,
    reserveforothers: true,
    updatecharges: true,
    catalogue: true,
  } as const;
  staff('desk', all);
  staff('privacy', all);
  for (let n = 0; n < patrons; n++) addPatron(world, n, seededRandom(seed * 1000 + n + 1));
  // Whom the loans of those are given to who want no history.
  const anonymous = world.addPatron({ surname: 'Anonymous', category_id: 'ADULT', library_id: 'south' });
  world.anonymousPatron = anonymous.patron_id;
  const accounts = Object.entries(PASSWORDS).map(([username, password]) => ({
    ...{ username, password, library: 'north', permissions: [] },
  }));
  return { koha: new FakeKoha(world), accounts };
}

/** Every sixth has nothing at all; the others some or all of what stands in the way. */
function addPatron(world: KohaWorld, n: number, { below }: ReturnType<typeof seededRandom>): void {
  const pick = (words: readonly string[]) => words[below(words.length)] ?? '';
  const { patron_id } = world.addPatron({
    ...{ firstname: pick(GIVEN), surname: pick(FAMILY), cardnumber: `21${String(10_000 + n)}` },
    ...{
      category_id: 'ADULT',
      library_id: 'north',
      date_of_birth: `19${60 + below(40)}-0${1 + below(9)}-1${below(9)}`,
    },
    ...{ address: `Storgatan ${1 + below(90)}`, postal_code: '983 21', city: 'Norrby', country: 'Sweden' },
    ...{ email: `patron${n}@example.org`, phone: `070-${100_000 + n}`, gender: pick(['F', 'M', 'O']) },
  });
  const book = () => world.addBook(pick(TITLES), 'An Author', `B${n}`);
  const kind = n % 6;
  if (kind === 1 || kind === 2) world.lend(patron_id, book().item, below(2) === 0 ? 14 : -3);
  if (kind === 2 || kind === 3) world.hold(patron_id, book().biblio);
  if (kind === 1 || kind === 2) world.charge(patron_id, 2.5, 'OVERDUE', 'Overdue');
  if (kind === 4) world.charge(patron_id, 40, 'LOST', 'Lost book');
  if (kind === 5)
    world.addAttribute(
      patron_id,
      'DESKBLOCK',
      `north|2026-01-0${1 + below(9)}|Bo Dahl|Took number ${n} away.`,
    );
}
