// Staff of one desk whose accounts see different patrons at Koha, or different things of them.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LOOKER, STAFF } from './fake/small-library.ts';
import {
  begin,
  clock,
  comes,
  comesWithoutLine,
  dataFile,
  desk,
  id,
  koha,
  names,
  NARROW,
  number,
  search,
  unseen,
} from './narrow-librarian.ts';

const GROUPED = { library: 'MPL', username: 'grouped', password: 'grouped grouped' };

beforeEach(begin);
afterEach(() => desk.end());

test('whom Koha doesn’t show to a librarian, the copy that a colleague’s account filled doesn’t either', async () => {
  await comes(STAFF);
  expect(await names('Öberg')).toEqual(['Öberg']);
  await comes(NARROW, 0);
  const { patrons, scannedCards, sync } = desk.parts;
  const nothing = async () => {
    expect(await search('Öberg')).toMatchObject({ total: 0, patrons: [] });
    await expect(patrons.read(id, false)).rejects.toMatchObject(unseen);
    await expect(dataFile()).rejects.toMatchObject(unseen);
    const card = String(koha.world.patron(number)['cardnumber']);
    expect((await scannedCards.find(card, desk)).found).toBeNull();
  };
  await nothing();
  await sync.now();
  await nothing();
  expect(await names('Na')).toEqual(['Na']);
});

test('nor once the line is cut, before the copy was filled for them or after', async () => {
  await comes(NARROW);
  await comes(STAFF);
  await comesWithoutLine(NARROW);
  const { patrons } = desk.parts;
  await expect(search('Öberg')).rejects.toMatchObject({ error: { code: 'copyOfOthers' } });
  await expect(patrons.read(id, false)).rejects.toMatchObject({ error: { code: 'needsServer' } });
  await expect(dataFile()).rejects.toMatchObject({ error: { code: 'needsServer' } });
  desk.line.state = 'good';
  await comes(NARROW);
  await comesWithoutLine(NARROW);
  expect([await names('Öberg'), await names('Na')]).toEqual([[], ['Na']]);
});

test('nor do a colleague’s acts tell of them; who sees all decides on them', async () => {
  koha.world.addStaff(
    { surname: 'Li', userid: 'second', library_id: 'MPL' },
    'second second',
    'superlibrarian',
  );
  await comes(STAFF);
  await comesWithoutLine(STAFF);
  const { patrons, deskActs } = desk.parts;
  const { contact } = (await patrons.read(id, false)).patron.sections;
  await patrons.block(id, 'Threw a globe at Eva');
  await patrons.saveSection(id, 'contact', contact, { ...contact.values, emails: ['secret@oberg.example'] });
  desk.line.state = 'good';
  await comes(NARROW, 0);
  const acts = await deskActs.list();
  expect(acts.map(({ kind, unseen }) => ({ kind, unseen }))).toEqual([
    { kind: 'saveSection', unseen: true },
    { kind: 'block', unseen: true },
  ]);
  expect(JSON.stringify(acts)).not.toMatch(/Öberg|globe|secret/);
  for (const { id: act } of acts) await expect(deskActs.withdraw(act)).rejects.toMatchObject(unseen);
  await comes({ library: 'MPL', username: 'second', password: 'second second' }, 0);
  const [, block] = await deskActs.list();
  expect(block).toMatchObject({ patronName: 'Öberg', comment: 'Threw a globe at Eva', unseen: false });
  await deskActs.withdraw(block?.id ?? '');
});

test('nor what was done to a former patron, where somebody whom the account is shown has their number now', async () => {
  await comes(STAFF);
  await comesWithoutLine(STAFF);
  const { patrons, deskActs } = desk.parts;
  await patrons.block(id, 'Threw a globe at Eva');
  koha.world.change(number, { surname: 'Ek', date_enrolled: '2024-05-06', library_id: 'CPL' });
  desk.line.state = 'good';
  await comes(NARROW);
  expect(await names('Ek')).toEqual(['Ek']);
  const [act] = await deskActs.list();
  expect(act).toMatchObject({ unseen: true, patronName: '', comment: '' });
  await expect(deskActs.withdraw(act?.id ?? '')).rejects.toMatchObject(unseen);
});

test('nor what a librarian did who has left, where their number is now of one who sees few', async () => {
  const { world } = koha;
  const left = world.addStaff(
    { surname: 'Old', userid: 'eve', library_id: 'MPL' },
    'eve eve',
    'superlibrarian',
  );
  await comes({ library: 'MPL', username: 'eve', password: 'eve eve' });
  desk.line.state = 'dropsRequests';
  await desk.parts.patrons.block(id, 'Threw a globe at Eva');
  await desk.parts.session.signOut();
  desk.line.state = 'good';
  const now = { surname: 'New', userid: 'nils', date_enrolled: '2026-02-20', library_id: 'CPL' };
  world.change(left.patron_id, now);
  world.passwords.set(left.patron_id, 'nils nils');
  world.flags.set(left.patron_id, { borrowers: ['edit_borrowers', 'list_borrowers'] });
  await comes({ library: 'MPL', username: 'nils', password: 'nils nils' }, 0);
  expect(await desk.parts.deskActs.list()).toMatchObject([{ unseen: true, patronName: '', comment: '' }]);
});

test('a copy that was filled for who sees few is filled for who sees all', async () => {
  await comes(NARROW);
  await comes(STAFF);
  expect(await names('Öberg')).toEqual(['Öberg']);
  expect(await search('Öberg')).toMatchObject({ partial: false });
});

describe('of a group of libraries', () => {
  /** Staff of Midway see Centerville's patrons, too; not those from far away. */
  function addGrouped(further: Record<string, true> = {}): void {
    const { world } = koha;
    world.libraries.set('FAR', 'Far away');
    world.libraryGroups.push(['MPL', 'CPL']);
    world.addPatron({ surname: 'Holm', library_id: 'FAR' });
    const flags = { borrowers: ['edit_borrowers', 'list_borrowers'], ...further };
    world.addStaff({ surname: 'Gr', userid: GROUPED.username, library_id: 'MPL' }, GROUPED.password, flags);
  }

  test('is no patron of another in the copy, whoever filled it, and for who sees all nobody is missing', async () => {
    addGrouped();
    await comes(LOOKER);
    expect(await names('Holm')).toEqual(['Holm']);
    await comes(GROUPED, 0);
    expect(await names('Holm')).toEqual([]);
    await comes(GROUPED);
    expect([await names('Holm'), await names('Na')]).toEqual([[], ['Na']]);
    await comes(LOOKER);
    expect(await names('Holm')).toEqual(['Holm']);
  });

  describe('where Koha lets change whoever may edit', () => {
    beforeEach(() => {
      koha.world.settings.version = 'main';
      addGrouped({ circulate: true, reserveforothers: true, updatecharges: true, catalogue: true });
    });

    test('whom who sees everybody has in the copy isn’t shown to who may not, with the line or without', async () => {
      await comes(GROUPED);
      await comes(STAFF);
      expect(await names('Holm')).toEqual(['Holm']);
      await comesWithoutLine(GROUPED);
      await expect(search('Holm')).rejects.toMatchObject({ error: { code: 'copyOfOthers' } });
      desk.line.state = 'good';
      await comes(GROUPED, 0);
      expect(await names('Holm')).toEqual([]);
    });

    test('for who sees everybody nobody is missing afterwards', async () => {
      await comes(GROUPED);
      await comes(STAFF);
      expect([await names('Holm'), await search('Holm')]).toMatchObject([['Holm'], { partial: false }]);
    });
  });

  test.each([
    ['a gateway lets only reads through', 405, '<html>Method not allowed</html>'],
    ['Koha fails', 500, '{"error":"x","error_code":"internal_server_error"}'],
  ])(
    'whom who may change everybody has in the copy isn’t shown to who may not, where %s as that is asked',
    async (_how, status, body) => {
      addGrouped({ circulate: true, reserveforothers: true, updatecharges: true, catalogue: true });
      await comes(STAFF);
      expect(await names('Holm')).toEqual(['Holm']);
      const answer = koha.answer.bind(koha);
      koha.answer = (request) => (request.method === 'PUT' ? { status, headers: {}, body } : answer(request));
      await comes(GROUPED, 0);
      expect(await names('Holm')).toEqual([]);
    },
  );
});

test('what changed while a colleague worked who may not see it is in the copy of who may, and nobody is missing', async () => {
  await comes(STAFF);
  await comes(NARROW);
  koha.world.change(number, { surname: 'Lindgren' });
  // The check of the copy comes round, too.
  clock.pass(25 * 3_600_000);
  await comes(NARROW);
  expect(desk.parts.sync.state.unseen).toBe(0);
  await comes(STAFF);
  expect([await names('Lindgren'), await names('Öberg')]).toEqual([['Lindgren'], []]);
});

test.each([
  ['more', STAFF, LOOKER],
  ['less', LOOKER, STAFF],
])(
  'loans and debts in the copy are what the reader’s account sees, whoever saw %s of them before',
  async (_what, first, second) => {
    await comes(first);
    await comes(second);
    const { session, patrons } = desk.parts;
    const { loans, debts } = (await patrons.read(id, false)).patron;
    const atKoha = await session.use((central) => central.patron(id, false));
    expect({ loans, debts }).toEqual({ loans: atKoha.loans, debts: atKoha.debts });
  },
);

test.each([
  ['Koha fails', 500, '{"error":"x","error_code":"internal_server_error"}'],
  ['a gateway wants fewer requests', 403, '<h1>Forbidden</h1>'],
])(
  'loans and debts that a librarian may not see aren’t theirs to see since %s as Koha is asked for that right',
  async (_what, status, body) => {
    const SOME = { library: 'MPL', username: 'some', password: 'some some' };
    koha.world.addStaff({ surname: 'So', userid: SOME.username, library_id: 'MPL' }, SOME.password, {
      borrowers: ['edit_borrowers', 'list_borrowers', 'view_borrower_infos_from_any_libraries', '1'],
      ...{ reserveforothers: true, catalogue: true },
    });
    await comes(STAFF);
    const answer = koha.answer.bind(koha);
    koha.answer = (request) =>
      /(checkouts|account)$/.test(request.path) ? { status, headers: {}, body } : answer(request);
    await comes(SOME, 0);
    koha.answer = answer;
    const seen = async () => (await desk.parts.patrons.read(id, false)).patron;
    await expect(seen()).rejects.toMatchObject({ error: { code: 'missingRight' } });
    await comesWithoutLine(SOME);
    await expect(seen()).rejects.toMatchObject({ error: { code: 'needsServer' } });
    // Nor does a colleague take over what somebody in doubt has filled.
    desk.line.state = 'good';
    await comes(STAFF);
    expect(await seen()).toMatchObject({ loans: [{ title: 'Dune' }], debts: [{ description: 'Lost book' }] });
  },
);

test('who sees the same as the one before goes on with the copy as it is, at an API key whoever comes', async () => {
  koha.world.addStaff(
    { surname: 'Lu', userid: 'second', library_id: 'CPL' },
    'second second',
    'superlibrarian',
  );
  const filledAnew = async (who: typeof STAFF) => {
    koha.heard.length = 0;
    await comes(who);
    return koha.heard.some(({ query }) => String(query['q']).includes('"me.patron_id":{">":'));
  };
  const second = { library: 'MPL', username: 'second', password: 'second second' };
  expect([await filledAnew(STAFF), await filledAnew(second), await filledAnew(LOOKER)]).toEqual([
    true,
    false,
    true,
  ]);
  const { patron_id: key } = koha.world.addStaff({ surname: 'Key', userid: 'key' }, 'x', 'superlibrarian');
  koha.world.apiKeys.push({ clientId: 'desk', secret: 'key secret', patron: key });
  await desk.start({ apiKey: { clientId: 'desk', secretFile: '/secret', staffCategories: ['S'] } });
  expect([await filledAnew(LOOKER), await filledAnew(NARROW)]).toEqual([true, false]);
});

describe('at an API key', () => {
  let account: number;
  beforeEach(() => {
    koha.world.addPatron({ surname: 'Holm', library_id: 'CPL' });
    const all = { circulate: true, reserveforothers: true, updatecharges: true, catalogue: true } as const;
    // With the right to change that this Koha asks for, and of its own library's patrons all the same.
    const flags = { borrowers: ['edit_borrowers', 'list_borrowers', '1'], ...all };
    ({ patron_id: account } = koha.world.addStaff(
      { surname: 'Ke', userid: 'narrow key', library_id: 'MPL' },
      'x',
      flags,
    ));
    koha.world.apiKeys.push(
      { clientId: 'wide', secret: 'key secret', patron: 1 },
      { clientId: 'narrow', secret: 'key secret', patron: account },
    );
  });

  async function worksWith(clientId: string, looks?: number): Promise<void> {
    const apiKey = { clientId, secretFile: '/secret', staffCategories: ['S'] };
    await desk.start({ apiKey }, { offline: { signInHours: 72 } });
    await comes(STAFF, looks);
  }

  test('whom a new key isn’t shown, the copy that the old one filled doesn’t show either', async () => {
    await worksWith('wide');
    expect(await names('Holm')).toEqual(['Holm']);
    await worksWith('narrow', 0);
    expect(await names('Holm')).toEqual([]);
    await worksWith('narrow');
    await comesWithoutLine(STAFF);
    expect([await names('Holm'), await names('Öberg')]).toEqual([[], ['Öberg']]);
  });

  test.each([
    ['a new key is', () => worksWith('wide')],
    [
      'the same key is, since its account was given the right,',
      () => {
        koha.world.flags.set(account, 'superlibrarian');
        return worksWith('narrow');
      },
    ],
  ])('whom %s shown in addition is in the copy', async (_which, goesOn) => {
    await worksWith('narrow');
    expect(await names('Holm')).toEqual([]);
    await goesOn();
    expect(await names('Holm')).toEqual(['Holm']);
    expect(await search('Holm')).toMatchObject({ partial: false });
  });
});

test('titles that Koha doesn’t show to a librarian aren’t shown to them because a colleague saw them before', async () => {
  const UNTITLED = { library: 'MPL', username: 'untitled', password: 'without titles' };
  koha.world.addStaff({ surname: 'Un', userid: UNTITLED.username, library_id: 'MPL' }, UNTITLED.password, {
    borrowers: ['edit_borrowers', 'list_borrowers'],
    circulate: ['circulate_remaining_permissions'],
  });
  const loansFor = async (who: typeof STAFF) => {
    await comes(who);
    return (await desk.parts.patrons.read(id, true)).patron.loans;
  };
  expect(await loansFor(STAFF)).toMatchObject([{ title: 'Dune', itemBarcode: 'b77' }]);
  expect(await loansFor(UNTITLED)).toMatchObject([{ title: '', itemBarcode: '' }]);
  expect(await loansFor(STAFF)).toMatchObject([{ title: 'Dune', itemBarcode: 'b77' }]);
});

test('nor because a colleague was given the right to them while signed in', async () => {
  const flags = {
    borrowers: ['edit_borrowers', 'list_borrowers'],
    circulate: ['circulate_remaining_permissions'],
  };
  const add = (userid: string) =>
    koha.world.addStaff({ surname: 'Un', userid, library_id: 'MPL' }, userid, { ...flags }).patron_id;
  const who = (username: string) => ({ library: 'MPL', username, password: username });
  const given = add('given');
  add('untitled');
  await comes(who('untitled'));
  await comes(who('given'));
  koha.world.flags.set(given, { ...flags, catalogue: true });
  koha.world.change(number, { phone: '1' });
  clock.pass(60_000);
  await desk.parts.sync.now();
  await comesWithoutLine(who('untitled'));
  const { loans } = (await desk.parts.patrons.read(id, false)).patron;
  expect(loans).toMatchObject([{ title: '', itemBarcode: '' }]);
});
