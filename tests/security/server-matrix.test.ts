// Who may ask the reference server what: every endpoint, by every set of permissions, on the own library's patrons and
// on another's; and every way of not being who one says.
import { beforeAll, describe, expect, test } from 'vitest';
import { PASSWORD, problemOf, testNetwork, type TestDesk } from '../../server/testing/network.ts';
import {
  endpoints,
  type EndpointAnswer,
  type EndpointName,
  type GrantedAct,
} from '../../shared/central/contract.ts';
import type { Patron } from '../../shared/patrons/patron.ts';
import type { SectionId } from '../../shared/patrons/sections.ts';
import { PERMISSIONS, type Permission } from '../../shared/permissions.ts';

const [DOWNLOAD, BLOCK, DELETE] = PERMISSIONS;

/** Said here once more, so that a change of the contract is a change of this table. */
const NEEDS: Record<EndpointName, 'nothing' | 'session' | Permission> = {
  describe: 'nothing',
  signIn: 'nothing',
  refresh: 'nothing',
  patronSignIn: 'nothing',
  signOut: 'session',
  search: 'session',
  patron: 'session',
  standing: 'session',
  notifications: 'session',
  agreements: 'session',
  section: 'session',
  saveSection: 'session',
  createPatron: 'session',
  setPin: 'session',
  block: BLOCK,
  unblock: BLOCK,
  deletePatron: DELETE,
  exportPatronData: DOWNLOAD,
  patronDataPart: DOWNLOAD,
  lend: 'session',
  renew: 'session',
  returnLoan: 'session',
  reserve: 'session',
  cancelReservation: 'session',
  addDebt: 'session',
  payDebt: 'session',
  logEvents: 'session',
  audit: DOWNLOAD,
  act: 'session',
  snapshot: 'session',
  changes: 'session',
};
const NAMES = Object.keys(NEEDS) as EndpointName[];
const guarded = NAMES.filter((name) => NEEDS[name] !== 'nothing');
/** Whose address names a patron. */
const aboutOne = guarded.filter((name) => endpoints[name].path.includes('{patronId}'));
const LATER = '2026-05-01T00:00:00Z';

const network = testNetwork();
let north: TestDesk;
let south: TestDesk;
let theirs: Patron;

/** A patron with something of everything. */
async function fullPatron(desk: TestDesk, familyName: string) {
  const { id } = await desk.register({ personal: { familyName } });
  const params = { patronId: id };
  const loan = { id: desk.newId(), title: 'Atlas', itemBarcode: '1', dueAt: LATER };
  const reservation = { id: desk.newId(), title: 'Globe', pickupBranch: 'main' };
  const debt = { id: desk.newId(), kind: 'other', description: 'x', amount: 100 };
  const block = { id: desk.newId(), comment: 'x' };
  for (const [name, body] of [
    ['lend', loan],
    ['reserve', reservation],
    ['addDebt', debt],
    ['block', block],
  ] as const)
    expect((await desk.act(name, { params, body })).status).toBe(201);
  return { patron: await desk.patron(id), loan, reservation, debt, block };
}

beforeAll(async () => {
  north = await network.signIn('north', 'lead');
  south = await network.signIn('south', 'lead');
  theirs = (await fullPatron(south, 'Söder')).patron;
});

/** Signs out, and goes on with the grant for what waits. */
async function leaveFor(desk: TestDesk, ...waitingActs: GrantedAct[]): Promise<void> {
  const answer = await desk.ask('signOut', { body: { waitingActs } });
  desk.token = (answer.body as { pushGrant: string }).pushGrant;
}

type Full = Awaited<ReturnType<typeof fullPatron>>;

function request(desk: TestDesk, name: EndpointName, { patron, loan, reservation, debt, block }: Full) {
  const params = {
    patronId: patron.id,
    section: 'contact',
    loanId: loan.id,
    reservationId: reservation.id,
    debtId: debt.id,
    key: desk.newId(),
    exportId: desk.newId(),
    part: 'loanHistory',
  };
  const bodies: Partial<Record<EndpointName, unknown>> = {
    signOut: { waitingActs: [] },
    saveSection: { changes: { phones: ['0123'] } },
    createPatron: { id: desk.newId(), sections: { personal: { familyName: 'Ny' } } },
    setPin: { pin: '8264' },
    block: { id: desk.newId(), comment: 'x' },
    unblock: { blocks: [block.id], comment: 'x' },
    lend: { id: desk.newId(), title: 'Map', itemBarcode: '2', dueAt: LATER },
    renew: { dueAt: LATER },
    reserve: { id: desk.newId(), title: 'Map', pickupBranch: 'main' },
    addDebt: { id: desk.newId(), kind: 'other', description: 'x', amount: 1 },
    payDebt: { amount: 1 },
    exportPatronData: { requester: 'unchecked' },
    logEvents: {
      events: [{ id: desk.newId(), kind: 'looked', patronId: patron.id, at: '2026-03-01T00:00:00Z' }],
    },
  };
  const query =
    {
      search: { query: '*' },
      changes: { after: 0, epoch: network.central.marks().epoch },
      patronDataPart: { upTo: LATER },
    }[name as 'search'] ?? {};
  return { params, query, ...(bodies[name] !== undefined && { body: bodies[name] }) };
}

/** Asks as a desk would: an act with its keys, anything else without. */
function ask(desk: TestDesk, name: EndpointName, full: Full) {
  const asked = request(desk, name, full);
  if (endpoints[name].auth !== 'act' || name === 'act') return desk.ask(name, asked);
  const ifMatch = name === 'saveSection' ? full.patron.sections.contact.tag : full.patron.tag;
  return desk.act(name, asked, { ifMatch });
}

test('the table names every endpoint there is', () => {
  expect(NAMES.toSorted()).toEqual((Object.keys(endpoints) as EndpointName[]).toSorted());
});

/** Who asked for what of a patron, and lacked the permission, as the log tells it. */
async function refusedOf({ id }: Patron): Promise<string[]> {
  const { body } = await north.ask('audit', { params: { patronId: id } });
  const { entries } = body as EndpointAnswer<'audit'>;
  return entries.flatMap(({ kind, staff, detail }) => (kind === 'refused' ? `${staff}: ${detail}` : []));
}

test('who asks time and again to read what they may not is logged once an hour', async () => {
  const { patron } = await fullPatron(north, 'Nord');
  const desk = await network.signIn('north', 'desk');
  const other = await network.signIn('north', 'desk');
  const ask = async (from: TestDesk) =>
    expect(problemOf(await from.ask('audit', { params: { patronId: patron.id } }))).toBe('not-permitted');
  for (let n = 0; n < 5; n++) await ask(n % 2 ? desk : other);
  expect(await refusedOf(patron)).toEqual(['desk of north: audit']);
  network.clock.pass(3_601_000);
  north = await network.signIn('north', 'lead');
  await ask(await network.signIn('north', 'desk'));
  expect(await refusedOf(patron)).toHaveLength(2);
});

const subsets = PERMISSIONS.reduce<Permission[][]>(
  (sets, permission) => [...sets, ...sets.map((set) => [...set, permission])],
  [[]],
);

describe.each(subsets.map((set) => [set.join(' + ') || 'no permission', set] as const))(
  'with %s',
  (_which, held) => {
    let desk: TestDesk;
    beforeAll(async () => {
      desk = await network.signIn('north', 'desk');
      const { id } = desk.session.staff;
      for (const permission of PERMISSIONS)
        if (held.includes(permission)) network.central.staff.grant(id, permission);
        else network.central.staff.revoke(id, permission);
    });

    test.each(guarded)('%s on a patron of the own library', async (name) => {
      const full = await fullPatron(north, 'Nord');
      const asked = name === 'signOut' ? await network.signIn('north', 'desk') : desk;
      const answer = await ask(asked, name, full);
      const needs = NEEDS[name];
      const may = needs === 'session' || held.includes(needs as Permission);
      expect(problemOf(answer) === 'not-permitted').toBe(!may);
      expect(answer.status).not.toBe(401);
      // A block holds loans up, loans stand in the way of deleting, nobody took the key: each a word on the matter.
      if (may)
        expect([200, 201, 404, 409, 422].includes(answer.status) || problemOf(answer) === 'refused').toBe(
          true,
        );
      if (may) return;
      expect(await north.patron(full.patron.id)).toEqual(full.patron);
      expect(await refusedOf(full.patron)).toContain(`desk of north: ${name}`);
    });

    test.each(aboutOne)('%s on a patron of another library: as if there were none', async (name) => {
      const before = JSON.stringify(await south.patron(theirs.id));
      const full = { ...(await fullPatron(north, 'Nord')), patron: theirs };
      const answer = await ask(desk, name, full);
      // The own library's log may tell that its own staff tried, and were refused.
      const tried = (answer.body as { entries?: { kind: string }[] }).entries ?? [];
      if (name === 'audit' && tried.length > 0)
        expect(new Set(tried.map(({ kind }) => kind))).toEqual(new Set(['refused']));
      else expect(['not-found', 'not-permitted']).toContain(problemOf(answer));
      expect(JSON.stringify(answer.body)).not.toMatch(/Söder|south/);
      expect(JSON.stringify(await south.patron(theirs.id))).toBe(before);
    });

    test('lists and logs hold nobody of another library', async () => {
      const full = { ...(await fullPatron(north, 'Nord')), patron: theirs };
      for (const name of ['search', 'snapshot', 'changes'] as const) {
        const answer = await ask(desk, name, full);
        expect(answer.status).toBe(200);
        expect(JSON.stringify(answer.body)).not.toMatch(new RegExp(`Söder|"south"|${theirs.id}`));
      }
      expect((await ask(desk, 'logEvents', full)).body).toEqual({ logged: 0 });
      const entries = (await south.ask('audit', { params: { patronId: theirs.id } })).body;
      expect(JSON.stringify(entries)).not.toContain('desk of north');
    });
  },
);

describe('who is nobody', () => {
  let full: Full;
  beforeAll(async () => {
    full = await fullPatron(north, 'Nord');
  });
  const withToken = async (change: (desk: TestDesk) => unknown) => {
    const desk = await network.signIn('north', 'lead');
    await change(desk);
    return desk;
  };
  const ways: [string, (desk: TestDesk) => unknown][] = [
    ['no token', (desk) => (desk.token = '')],
    ['a token that nobody gave', (desk) => (desk.token = `a.${'x'.repeat(43)}`)],
    ['a refresh token', (desk) => (desk.token = desk.session.refreshToken)],
    ['a token whose session was signed out', (desk) => desk.ask('signOut', { body: { waitingActs: [] } })],
    ['a token whose time is over', () => network.clock.pass(601_000)],
  ];
  test('signing out ends refresh tokens too, of this session and of no other', async () => {
    const [leaving, staying] = [await network.signIn('north', 'lead'), await network.signIn('north', 'lead')];
    const waitingActs = [{ id: leaving.newId(), patronId: full.patron.id }];
    await leaving.ask('signOut', { body: { waitingActs } });
    const refresh = ({ session }: TestDesk) =>
      leaving.ask('refresh', { body: { refreshToken: session.refreshToken } });
    expect(problemOf(await refresh(leaving))).toBe('signed-out');
    expect((await refresh(staying)).status).toBe(201);
  });

  test.each(ways)('%s opens nothing', async (_how, change) => {
    const desk = await withToken(change);
    for (const name of guarded)
      expect([name, problemOf(await ask(desk, name, full))]).toEqual([name, 'signed-out']);
  });

  test('an account that was locked opens nothing, nor does a desk that was revoked', async () => {
    const { central } = network;
    const desk = await network.signIn('north', 'desk');
    central.staff.setLocked(desk.session.staff.id, true);
    for (const name of guarded)
      expect([name, problemOf(await ask(desk, name, full))]).toEqual([name, 'signed-out']);
    central.staff.setLocked(desk.session.staff.id, false);
    central.desks.revoke(desk.desk);
    for (const name of NAMES)
      expect([name, problemOf(await ask(desk, name, full))]).toEqual([name, 'desk-revoked']);
    // Nor does it get in by not saying in the header which desk it is.
    const body = { library: 'north', username: 'desk', password: PASSWORD, desk: desk.desk };
    const again = await central.answer('signIn', { params: {}, query: {}, headers: {}, body });
    expect(problemOf(again)).toBe('desk-revoked');
  });

  test('a push-only grant sends what waited, and opens nothing else: least of all to read', async () => {
    const fresh = await network.signIn('north', 'lead');
    const whole = await fullPatron(fresh, 'Nord');
    const act = fresh.newId();
    await leaveFor(fresh, { id: act, patronId: whole.patron.id });
    for (const name of guarded.filter((one) => one !== 'act')) {
      const asked = request(fresh, name, whole);
      const { status } = await fresh.act(name, asked, { act: fresh.newId(), ifMatch: whole.patron.tag });
      expect([name, status]).toEqual([name, 401]);
    }
    const WAITING: EndpointName[] = ['saveSection', 'block', 'unblock'];
    for (const name of guarded.filter((one) => one !== 'act' && !WAITING.includes(one))) {
      const { status } = await fresh.act(name, request(fresh, name, whole), {
        act,
        ifMatch: whole.patron.tag,
      });
      expect([name, status]).toEqual([name, 401]);
    }
    expect((await fresh.act('block', request(fresh, 'block', whole), { act })).status).toBe(201);
    const again = await fresh.act('unblock', request(fresh, 'unblock', whole), { act });
    expect(problemOf(again)).toBe('key-reused');
  });

  test('nor does it read by acts that are refused: it is for the patron and the section that waited', async () => {
    const fresh = await network.signIn('north', 'lead');
    const [whole, other] = [await fullPatron(fresh, 'Nord'), await fullPatron(fresh, 'Nord')];
    const [edit, block] = [fresh.newId(), fresh.newId()];
    const about = { patronId: whole.patron.id };
    await leaveFor(fresh, { id: edit, ...about, section: 'contact' }, { id: block, ...about });
    const read = async (act: string, { patron }: Full, section: SectionId) => {
      const asked = { params: { patronId: patron.id, section }, body: { changes: {} } };
      const answers = [
        await fresh.act('saveSection', asked, { act, ifMatch: 'another' }),
        await fresh.act('saveSection', asked, { act, ifMatch: patron.sections[section].tag }),
      ];
      return answers.map(({ status }) => status);
    };
    expect(await read(edit, other, 'contact')).toEqual([401, 401]);
    expect(await read(edit, whole, 'personal')).toEqual([401, 401]);
    expect(await read(block, whole, 'contact')).toEqual([401, 401]);
    expect((await fresh.act('block', request(fresh, 'block', other), { act: block })).status).toBe(401);
    expect((await fresh.act('block', request(fresh, 'block', whole), { act: edit })).status).toBe(401);
    // What a change of somebody else's made of it meanwhile, the desk has to know.
    expect(await read(edit, whole, 'contact')).toEqual([412, 200]);
  });

  test('no answer to who is refused tells whether the patron is there', async () => {
    const nobody = await withToken((desk) => (desk.token = ''));
    const missing = { ...full, patron: { ...full.patron, id: nobody.newId() } };
    for (const name of aboutOne)
      expect(await ask(nobody, name, missing)).toEqual(await ask(nobody, name, full));
  });
});
