// A librarian at a made-up Koha, with a desk's copy, and one patron in it. What is exported is the test's that runs.
import type { CentralSession } from '../../electron/central/central-server.ts';
import { KohaIds } from '../../electron/central/koha/ids.ts';
import type { HttpRequest } from '../../electron/central/transport.ts';
import type { FieldValues, SectionId, TaggedValues } from '../../shared/patrons/sections.ts';
import { DeskCopy } from '../port/desk-copy.ts';
import { steppingClock } from '../port/world.ts';
import type { FakeKoha } from './fake/koha.ts';
import { ADDRESS, serverOn, smallLibrary, STAFF, type ServerOptions } from './fake/small-library.ts';
import type { Field, PatronRow } from './fake/world.ts';

export const ids = new KohaIds(ADDRESS);
export let clock: ReturnType<typeof steppingClock>;
export let koha: FakeKoha;
export let session: CentralSession;
export let desk: DeskCopy;
export let row: PatronRow;
export let ada: string;

/** Before each test. */
export function begin(): void {
  clock = steppingClock();
  koha = smallLibrary(clock);
}

/** Registers the patron, signs in, and fills the copy. */
export async function open(fields: Record<string, Field> = {}, options: ServerOptions = {}): Promise<void> {
  row = koha.world.addPatron({
    ...{ surname: 'Öberg', firstname: 'Ada', cardnumber: '2100001', category_id: 'PT', library_id: 'MPL' },
    ...fields,
  });
  ada = ids.id('patron', row.patron_id);
  session = await serverOn(koha, options).server.signIn(STAFF);
  desk = new DeskCopy(session);
  await desk.fill();
  koha.world.clock.now();
  koha.heard.length = 0;
}

/** Somebody else goes on at the desk. */
export function goOnIn(other: CentralSession): void {
  session = other;
}

export const at = (): number => koha.world.clock.now();

export function save(section: SectionId, changes: FieldValues, further: object = {}) {
  const base = desk.patron(ada).sections[section] as unknown as TaggedValues;
  return session.send(desk.act(ada, { kind: 'saveSection', section, base, changes }, at(), further));
}

/** A gateway refuses what `isRefused`. Answers how it lets all through again. */
export function refuse(
  status: number,
  body: string,
  isRefused: (request: HttpRequest) => boolean,
): () => void {
  const answer = koha.answer.bind(koha);
  koha.answer = (request) => (isRefused(request) ? { status, headers: {}, body } : answer(request));
  return () => {
    koha.answer = answer;
  };
}

/** What would have changed something. */
export const sent = () => koha.heard.filter(({ method }) => method !== 'GET');
