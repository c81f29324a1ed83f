// What is sent to Koha, to the field: edits, PINs and deletions, with what Koha does differently.
import { beforeEach, describe, expect, test } from 'vitest';
import { v7 } from 'uuid';
import { KohaIds } from '../../electron/central/koha/ids.ts';
import type { HttpAnswer, HttpRequest, Transport } from '../../electron/central/transport.ts';
import type { FieldValues, SectionId } from '../../shared/patrons/sections.ts';
import { failureOf } from './failure-of.ts';
import { LOOKER, serverOn } from './fake/small-library.ts';
import {
  ada,
  at,
  begin,
  clock,
  desk,
  goOnIn,
  koha,
  open,
  refuse,
  row,
  save,
  sent,
  session,
} from './one-patron.ts';

beforeEach(begin);

describe('an edit', () => {
  const REQUIRED = { surname: 'Öberg', library_id: 'MPL', category_id: 'PT' };

  test.each<[string, SectionId, FieldValues, object]>([
    ['a name', 'personal', { givenName: 'Adina' }, { firstname: 'Adina' }],
    ['a family name', 'personal', { familyName: 'Berg' }, { surname: 'Berg' }],
    ['no birth date', 'personal', { birthDate: null }, { date_of_birth: null }],
    ['a gender', 'personal', { gender: 'other' }, { gender: 'O' }],
    ['a language', 'personal', { language: 'sv' }, { lang: 'sv' }],
    ['no address', 'address', { line1: '' }, { address: null }],
    ['a country', 'address', { country: 'SE' }, { country: 'Sweden' }],
    ['a card', 'card', { cards: [{ number: '99', state: 'active' }] }, { cardnumber: '99' }],
    ['a lost card', 'card', { cards: [{ number: '2100001', state: 'lost' }] }, { patron_card_lost: true }],
    ['a branch', 'library', { branch: 'CPL' }, { library_id: 'CPL' }],
    ['no loan history', 'preferences', { keepLoanHistory: false }, { privacy: 2 }],
    ['a note', 'note', { staffNote: 'Rings twice.' }, { staff_notes: 'Rings twice.' }],
    ['a second phone', 'contact', { phones: ['1', '+46 70 1'] }, { mobile: '+46 70 1' }],
    ['another first phone', 'contact', { phones: ['2'] }, { phone: '2' }],
    ['an e-mail', 'contact', { emails: ['a@example.org'] }, { email: 'a@example.org' }],
  ])('of %s sends that, and the three fields that Koha asks for', async (_what, section, changes, fields) => {
    koha.world.anonymousPatron = 1;
    await open({ date_of_birth: '1990-01-31', address: 'Storgatan 1', phone: '1' });
    expect(await save(section, changes)).toMatchObject({ kind: 'confirmed' });
    expect(sent()).toMatchObject([{ method: 'PUT', path: `/api/v1/patrons/${row.patron_id}` }]);
    expect(sent()[0]?.body).toEqual({ ...REQUIRED, ...fields });
  });

  test('phones that stay keep their places; one that goes leaves its own', async () => {
    await open({ phone: '1', mobile: '2', secondary_phone: '3' });
    await save('contact', { phones: ['1', '3'] });
    expect(sent()[0]?.body).toEqual({ ...REQUIRED, mobile: null });
    await desk.fill();
    await save('contact', { phones: ['4', '3'] });
    expect(koha.world.patron(row.patron_id)).toMatchObject({
      phone: '4',
      mobile: null,
      secondary_phone: '3',
    });
  });

  test('a house number that Koha keeps apart stays apart', async () => {
    await open({ street_number: '12', address: 'Rue Haute' });
    expect(desk.patron(ada).sections.address.values.line1).toBe('12 Rue Haute');
    await save('address', { line1: '12 Rue Basse' });
    expect(sent()[0]?.body).toEqual({ ...REQUIRED, address: 'Rue Basse' });
    await desk.fill();
    await save('address', { line1: 'Rue Haute 9' });
    expect(koha.world.patron(row.patron_id)).toMatchObject({ street_number: null, address: 'Rue Haute 9' });
  });

  test.each(['Deutschland', 'DE', 'germany'])('a country that is written “%s” stays so', async (country) => {
    await open({ country }, { policy: { countryNames: 'de' } });
    expect(desk.patron(ada).sections.address.values.country).toBe('DE');
    await save('address', { country: 'DE', town: 'Bonn' });
    expect(sent()[0]?.body).toEqual({ ...REQUIRED, city: 'Bonn' });
  });

  test('values that no edit could give are shown as they are, and don’t stand in the way of others', async () => {
    await open({
      phone: 'ring the bell',
      country: 'Ruritania',
      email: 'at work',
      lang: 'xx-weird_code',
      gender: 'Q',
    });
    const { contact, address, personal } = desk.patron(ada).sections;
    expect(contact.values).toMatchObject({ phones: ['ring the bell'], emails: ['at work'] });
    expect(address.values.country).toBe('Ruritania');
    expect(personal.values).toMatchObject({ language: 'xx-weird_code', gender: 'unspecified' });
    expect(await save('personal', { givenName: 'Adina' })).toMatchObject({ kind: 'confirmed' });
  });

  test('that moves a patron to a library that the account doesn’t see is done, and not called refused', async () => {
    koha.world.settings.version = 'main';
    koha.world.flags.set(1, { borrowers: ['edit_borrowers', 'list_borrowers'] });
    await open();
    expect(await save('library', { branch: 'CPL' })).toMatchObject({
      kind: 'confirmed',
      saved: { values: { branch: 'CPL', category: 'PT' } },
    });
    expect(koha.world.patron(row.patron_id)).toMatchObject({ library_id: 'CPL' });
    expect(await failureOf(session.patron(ada, true))).toMatchObject({ code: 'patronUnseen' });
  });

  test('that may have moved a patron out of the account’s sight is called neither done nor refused', async () => {
    koha.world.settings.version = 'main';
    koha.world.flags.set(1, { borrowers: ['edit_borrowers', 'list_borrowers'] });
    await open();
    const answer = koha.answer.bind(koha);
    koha.answer = (request) => {
      const said = answer(request);
      return request.method === 'PUT' ? { status: 502, headers: {}, body: '' } : said;
    };
    const key = v7();
    const move = () => save('library', { branch: 'CPL' }, { key });
    expect(await failureOf(move())).toMatchObject({ code: 'serverAway' });
    expect(await move()).toMatchObject({ kind: 'refused', code: 'outcomeUnknown' });
    expect(koha.world.patron(row.patron_id)).toMatchObject({ library_id: 'CPL' });
  });

  test('of a patron without a surname leaves them without one', async () => {
    await open({ surname: null } as never);
    expect(await save('personal', { givenName: 'Adina' })).toMatchObject({ kind: 'confirmed' });
    expect(sent()).toMatchObject([{ body: { surname: null, firstname: 'Adina' } }]);
  });

  test('a change of another section in between is nobody’s business', async () => {
    await open();
    koha.world.change(row.patron_id, { city: 'Umeå' });
    expect(await save('personal', { givenName: 'Adina' })).toMatchObject({ kind: 'confirmed' });
    expect(koha.world.patron(row.patron_id)).toMatchObject({ city: 'Umeå', firstname: 'Adina' });
  });

  describe('that waits for its turn', () => {
    let held: (() => void)[];
    let isBusy: boolean;
    beforeEach(async () => {
      held = [];
      isBusy = false;
      const transport: Transport = async (request) => {
        if (isBusy) await new Promise<void>((resolve) => held.push(resolve));
        return koha.answer(request);
      };
      await open({}, { transport });
    });

    /** The patron is read, and the edit waits behind searches. */
    async function saveWaiting(further: object, meanwhile: () => void) {
      const search = () => session.search('Ek', 0, 10);
      isBusy = true;
      const searches = [search(), search(), search()];
      await expect.poll(() => held.length).toBe(3);
      const saved = save('personal', { givenName: 'Adina' }, further);
      await expect.poll(() => held.length).toBe(4);
      searches.push(search());
      await new Promise(setImmediate);
      held.pop()?.();
      await expect.poll(() => held.length).toBe(4);
      isBusy = false;
      clock.pass(5_000);
      meanwhile();
      for (const goOn of held) goOn();
      return saved.finally(() => Promise.all(searches));
    }
    const isOfAda = ({ path }: HttpRequest) => path.endsWith(`/patrons/${row.patron_id}`);
    const away = { error: { code: 'serverAway' } };

    test.each<[string, Record<string, string>, string, object]>([
      [
        'nothing of it is undone',
        { library_id: 'CPL', surname: 'Berg' },
        'confirmed',
        { firstname: 'Adina' },
      ],
      ['theirs stands', { firstname: 'Adele' }, 'stale', {}],
    ])('while a colleague changes the patron: %s', async (_what, theirs, kind, ours) => {
      const outcome = await saveWaiting({}, () => koha.world.change(row.patron_id, theirs));
      expect(outcome).toMatchObject({ kind });
      expect(koha.world.patron(row.patron_id)).toMatchObject({ ...theirs, ...ours });
    });

    test('and never went out is no attempt that may have arrived: its repeat is confirmed', async () => {
      const key = v7();
      let goOn = () => undefined as void;
      await expect(saveWaiting({ key }, () => (goOn = refuse(502, '', isOfAda)))).rejects.toMatchObject(away);
      expect(sent()).toEqual([]);
      goOn();
      koha.world.change(row.patron_id, { city: 'Lund' });
      const repeat = save('personal', { givenName: 'Adina' }, { key });
      expect(await repeat).toMatchObject({ kind: 'confirmed' });
    });

    test('as a repeat of one that never went out is confirmed, whatever a colleague changes meanwhile', async () => {
      const key = v7();
      const goOn = refuse(502, '', isOfAda);
      await expect(save('personal', { givenName: 'Adina' }, { key })).rejects.toMatchObject(away);
      goOn();
      const repeat = saveWaiting({ key }, () => koha.world.change(row.patron_id, { city: 'Lund' }));
      expect(await repeat).toMatchObject({ kind: 'confirmed' });
    });
  });

  /** Nine seconds pass as the first such request is answered, and a colleague moves and renames the patron. */
  function movedDuring(isMeant: (request: HttpRequest) => boolean, instead?: HttpAnswer): void {
    const answer = koha.answer.bind(koha);
    koha.answer = (request) => {
      if (!isMeant(request)) return answer(request);
      koha.answer = answer;
      clock.pass(9_000);
      koha.world.change(row.patron_id, MOVED);
      return instead ?? answer(request);
    };
  }
  const MOVED = { library_id: 'CPL', surname: 'Berg' };

  test('of a card undoes nothing that a colleague did while Koha was asked whether its number is a username', async () => {
    await open();
    movedDuring(({ query }) => String(query?.['q']).includes('userid'));
    const cards = [{ number: '777', state: 'active' }];
    expect(await save('card', { cards })).toMatchObject({ kind: 'confirmed' });
    expect(koha.world.patron(row.patron_id)).toMatchObject({ ...MOVED, cardnumber: '777' });
  });

  test('that goes out again with a new token undoes nothing that a colleague did meanwhile', async () => {
    const { patron_id } = koha.world.addStaff({ surname: 'Key', userid: 'key' }, 'x', 'superlibrarian');
    koha.world.apiKeys.push({ clientId: 'desk', secret: 'key secret', patron: patron_id });
    const apiKey = { clientId: 'desk', secretFile: '/secret', staffCategories: ['S'] };
    await open({}, { policy: { apiKey } });
    const ended = { status: 401, headers: {}, body: '{"error":"Authentication failure."}' };
    movedDuring(({ method }) => method === 'PUT', ended);
    expect(await save('personal', { givenName: 'Adina' })).toMatchObject({ kind: 'confirmed' });
    expect(koha.world.patron(row.patron_id)).toMatchObject({ ...MOVED, firstname: 'Adina' });
  });

  test('a card number that somebody else has is said at the card', async () => {
    await open();
    koha.world.addPatron({ surname: 'Dahl', cardnumber: '77' });
    expect(await save('card', { cards: [{ number: '77', state: 'active' }] })).toMatchObject({
      kind: 'refused',
      fields: [{ field: 'cards.0.number', code: 'cardNumberTaken' }],
    });
  });

  test.each<[SectionId, FieldValues, string, string]>([
    ['library', { branch: 'XXX' }, 'branch', 'branchUnknown'],
    ['library', { category: 'XXX' }, 'category', 'categoryUnknown'],
    ['address', { postcode: '1'.repeat(20) }, '', ''],
    ['contact', { phones: ['1', '2', '3', '4'] }, 'phones.3', 'tooMany'],
    ['card', { cards: [{ number: '1'.repeat(33), state: 'active' }] }, 'cards.0.number', 'tooLong'],
  ])('of %s that Koha would not keep is refused at its field', async (section, changes, field, code) => {
    await open();
    const outcome = await save(section, changes);
    if (field === '') expect(outcome.kind).toBe('confirmed');
    else expect(outcome).toMatchObject({ kind: 'refused', code: 'invalid', fields: [{ field, code }] });
  });

  test('without the right it is refused, by the name of the permission', async () => {
    await open();
    goOnIn(await serverOn(koha).server.signIn(LOOKER));
    expect(await save('personal', { givenName: 'Adina' })).toMatchObject({
      kind: 'refused',
      code: 'missingRight',
      missing: { permission: 'borrowers', right: 'changePatrons' },
    });
  });

  test('a repeat whose value somebody has put back since is for staff to decide', async () => {
    await open();
    clock.pass(1_000);
    const key = v7();
    expect(await save('personal', { givenName: 'Adina' }, { key })).toMatchObject({ kind: 'confirmed' });
    koha.world.change(row.patron_id, { firstname: 'Ada' });
    // The answer was lost after all, and the desk was started anew meanwhile.
    expect(await save('personal', { givenName: 'Adina' }, { key })).toMatchObject({
      kind: 'refused',
      code: 'outcomeUnknown',
    });
    expect(koha.world.patron(row.patron_id)['firstname']).toBe('Ada');
  });

  test('the word of another Koha is not taken for this one’s', async () => {
    await open();
    const act = desk.act(
      new KohaIds('https://other.example/').id('patron', row.patron_id),
      {
        ...{
          kind: 'saveSection',
          section: 'note',
          base: { values: {}, tag: 'x' },
          changes: { staffNote: 'x' },
        },
      } as const,
      at(),
    );
    expect(await session.send(act)).toMatchObject({ kind: 'refused', code: 'patronUnknown' });
  });
});

test('ids are the same for an address with and without its last slash, and others for another path', () => {
  const idAt = (address: string) => new KohaIds(address).id('patron', 7);
  expect(idAt('https://one.example/koha')).toBe(idAt('https://one.example/koha/'));
  expect(idAt('https://one.example')).toBe(idAt('https://one.example/'));
  expect(idAt('https://one.example/koha')).not.toBe(idAt('https://one.example/'));
});

describe('a number that Koha gave to somebody else', () => {
  const NEXT = { surname: 'Ek', firstname: 'Bo', cardnumber: '2100002', date_enrolled: '2024-05-06' };
  const block = { kind: 'block', comment: 'Took the till.' } as const;
  const registeredAnew = async () => {
    await open();
    koha.world.change(row.patron_id, NEXT);
  };

  test('what was done to one is not done to the other', async () => {
    await registeredAnew();
    const outcomes = [
      await save('note', { staffNote: 'Rang twice.' }),
      await session.send(desk.act(ada, block, at())),
    ];
    expect(outcomes).toEqual([
      expect.objectContaining({ kind: 'refused', code: 'patronUnknown' }),
      expect.objectContaining({ kind: 'refused', code: 'patronUnknown' }),
    ]);
    expect(sent()).toEqual([]);
  });

  test.each([{ date_enrolled: null }, { date_enrolled: 'soon' }])(
    'is not that of a patron registered on no day %j, once Koha knows the day',
    async (fields) => {
      await open(fields);
      koha.world.change(row.patron_id, { date_enrolled: '2024-05-06' });
      expect(await session.send(desk.act(ada, block, at()))).toMatchObject({ kind: 'confirmed' });
    },
  );

  test.each([{ date_enrolled: '2020-01-11' }, { surname: 'Öberg Ek' }])(
    'is not told by a day that was put right alone, nor by a name: %j',
    async (fields) => {
      await open({ date_enrolled: '2020-01-01' });
      koha.world.change(row.patron_id, fields);
      expect(await session.send(desk.act(ada, block, at()))).toMatchObject({ kind: 'confirmed' });
    },
  );

  test('an act from before the desk kept when a patron was registered goes out as ever', async () => {
    await registeredAnew();
    const act = desk.act(ada, block, at(), { patron: undefined });
    expect(await session.send(act)).toMatchObject({ kind: 'confirmed' });
  });
});

describe('a PIN', () => {
  const set = (pin: string) =>
    session.setPin(desk.act(ada, { kind: 'block', comment: '-' }, at()), '', ada, pin);

  test.each([
    ['too short for this Koha', { minPasswordLength: 8 }, 'pinTooShort'],
    ['too weak for this Koha', { strongPasswords: true }, 'pinTooWeak'],
  ])('%s is said at its field', async (_what, settings, code) => {
    await open();
    Object.assign(koha.world.settings, settings);
    expect(await failureOf(set('8264'))).toEqual({ code: 'invalid', fields: [{ field: 'pin', code }] });
  });
});

describe('a deletion', () => {
  const remove = async () => {
    const { tag } = await session.patron(ada, true);
    return session.deletePatron(desk.act(ada, { kind: 'block', comment: '-' }, at()), '', ada, tag);
  };

  test('looks at reservations itself, since Koha would cancel them', async () => {
    await open();
    const { biblio } = koha.world.addBook('Emma', null, 'b1');
    koha.world.hold(row.patron_id, biblio);
    koha.heard.length = 0;
    expect(await failureOf(remove())).toMatchObject({ code: 'notDeletable', obstacles: { reservations: 1 } });
    expect(sent()).toEqual([]);
    expect(koha.world.holds).toHaveLength(1);
  });

  test('of somebody’s guarantor is refused by Koha, and said', async () => {
    await open();
    koha.world.guarantees.set(row.patron_id, [99]);
    expect(await failureOf(remove())).toMatchObject({ code: 'notDeletable', obstacles: { guarantorFor: 1 } });
  });

  test('of the anonymous patron is refused', async () => {
    await open();
    koha.world.anonymousPatron = row.patron_id;
    expect(await failureOf(remove())).toEqual({ code: 'patronProtected' });
  });
});
