// Patrons of whom there were none, or who weren't shown, as a copy was filled: whose copy it is from then on.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { KohaIds } from '../../electron/central/koha/ids.ts';
import { ADDRESS, STAFF } from './fake/small-library.ts';
import {
  NARROW,
  begin,
  clock,
  comes,
  comesWithoutLine,
  dataFile,
  desk,
  koha,
  names,
  search,
  unseen,
} from './narrow-librarian.ts';

const ONE = { library: 'MPL', username: 'one', password: 'one one one' };
const FEW = { borrowers: ['edit_borrowers', 'list_borrowers'] };
const READS = { circulate: true, reserveforothers: true, updatecharges: true, catalogue: true } as const;
const hidden = { surname: 'Hemlig', library_id: 'CPL' };
let one: number;

beforeEach(async () => {
  await begin();
  const { world } = koha;
  const narrow = [...world.patrons.values()].find(({ userid }) => userid === NARROW.username);
  world.change(narrow?.patron_id ?? 0, { library_id: 'MPL' });
  world.flags.set(narrow?.patron_id ?? 0, { ...FEW, ...READS });
  const staff = { surname: 'On', userid: ONE.username, library_id: 'MPL' };
  ({ patron_id: one } = world.addStaff(staff, ONE.password, { ...FEW, ...READS }));
  clock.pass(7_200_000);
});
afterEach(() => desk.end());

async function looks(): Promise<void> {
  clock.pass(60_000);
  await desk.parts.sync.now();
}

const isHidden = async (id: string) => {
  await expect(search('Hemlig')).rejects.toMatchObject({ error: { code: 'copyOfOthers' } });
  await expect(desk.parts.patrons.read(id, false)).rejects.toMatchObject({
    error: { code: 'needsServer' },
  });
  await expect(dataFile(id)).rejects.toMatchObject({ error: { code: 'needsServer' } });
};

test('patrons who come into the copy aren’t shown to who may not see them, with the line or without', async () => {
  await comes(NARROW);
  await comes(STAFF);
  const added = koha.world.addPatron(hidden);
  await looks();
  // For whom they came nothing is erased, nor is anybody kept from it once the line is cut.
  expect([await names('Hemlig'), await names('Öberg')]).toEqual([['Hemlig'], ['Öberg']]);
  await comesWithoutLine(STAFF);
  expect([await names('Hemlig'), await names('Öberg')]).toEqual([['Hemlig'], ['Öberg']]);
  const id = new KohaIds(ADDRESS).id('patron', added.patron_id);
  await comesWithoutLine(NARROW);
  await isHidden(id);
  desk.line.state = 'good';
  await comes(NARROW, 0);
  expect(await names('Hemlig')).toEqual([]);
  await expect(desk.parts.patrons.read(id, false)).rejects.toMatchObject(unseen);
});

test('nor who came before a fill, after which the line broke', async () => {
  const answer = koha.answer.bind(koha);
  let added = 0;
  koha.answer = (request) => {
    const q = String(request.query?.['q']);
    if (q.includes('"me.patron_id":{">":0')) added ||= koha.world.addPatron(hidden).patron_id;
    return q.includes('updated_on') ? { status: 503, headers: {}, body: '' } : answer(request);
  };
  await comes(STAFF, 0);
  await expect.poll(() => names('Hemlig')).toEqual(['Hemlig']);
  const id = new KohaIds(ADDRESS).id('patron', added);
  await comes(NARROW, 0);
  expect(await names('Hemlig')).toEqual([]);
  await expect(desk.parts.patrons.read(id, false)).rejects.toMatchObject(unseen);
});

test('nor patrons of another library who come in since somebody was given the right while signed in', async () => {
  const added = koha.world.addPatron(hidden);
  koha.world.addPatron({ ...hidden, surname: 'Holm' });
  clock.pass(7_200_000);
  await comes(NARROW);
  await comes(ONE);
  const any = [...FEW.borrowers, 'view_borrower_infos_from_any_libraries'];
  koha.world.flags.set(one, { ...READS, borrowers: any });
  koha.world.change(added.patron_id, { address: 'Secret street 1' });
  await looks();
  expect([await names('Hemlig'), await names('Holm')]).toEqual([['Hemlig'], []]);
  const id = new KohaIds(ADDRESS).id('patron', added.patron_id);
  await comesWithoutLine(NARROW);
  await isHidden(id);
  desk.line.state = 'good';
  // Nor is anybody missing for who now sees all, of those who didn't change.
  await comes(ONE);
  expect([await names('Hemlig'), await names('Holm')]).toEqual([['Hemlig'], ['Holm']]);
});

test('nor what a colleague did to such a patron without the line', async () => {
  await comes(STAFF);
  const added = koha.world.addPatron(hidden);
  await looks();
  await comesWithoutLine(STAFF);
  await desk.parts.patrons.block(new KohaIds(ADDRESS).id('patron', added.patron_id), 'Threw a globe');
  desk.line.state = 'good';
  await comes(NARROW);
  const [act] = await desk.parts.deskActs.list();
  expect(act).toMatchObject({ unseen: true, patronName: '', comment: '' });
  await expect(desk.parts.deskActs.withdraw(act?.id ?? '')).rejects.toMatchObject(unseen);
});

test('a library whose code is written in other capitals with a patron is no other one', async () => {
  await comes(STAFF);
  koha.world.addPatron({ surname: 'Holm', library_id: 'mpl' });
  await looks();
  koha.heard.length = 0;
  await comes(NARROW);
  expect(koha.heard.some(({ query }) => String(query['q']).includes('"me.patron_id":{">":'))).toBe(false);
});
