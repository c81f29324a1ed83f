// What our own server refuses and Koha takes: policy's permissions, PINs and values that no patron should have. Held
// where the desk speaks with Koha, whatever a window or a request asks for.
import { beforeEach, describe, expect, test } from 'vitest';
import { v7 } from 'uuid';
import { TooLarge } from '../../electron/central/transport.ts';
import { BLOCK_PATRON, DELETE_PATRON, DOWNLOAD_PATRON_DATA } from '../../shared/permissions.ts';
import type { FieldValues, SectionId, TaggedValues } from '../../shared/patrons/sections.ts';
import { LOOKER, serverOn, STAFF } from './fake/small-library.ts';
import type { Field } from './fake/world.ts';
import * as one from './one-patron.ts';
import { ada, at, begin, desk, ids, koha, row, save, sent, session } from './one-patron.ts';

const open = (fields: Record<string, Field> = {}, policy: object = {}) => one.open(fields, { policy });
const act = () => ({ id: v7(), key: v7(), at: new Date(at()).toISOString() });
const block = (comment: string) => session.send(desk.act(ada, { kind: 'block', comment }, at()));
const unblock = (...blocks: string[]) =>
  session.send(desk.act(ada, { kind: 'unblock', blocks, comment: 'x' }, at()));

beforeEach(begin);

describe('whom policy names for nothing', () => {
  const nobody = { users: ['somebody.else'], categories: [] };
  const permissions = {
    [BLOCK_PATRON]: nobody,
    [DELETE_PATRON]: nobody,
    [DOWNLOAD_PATRON_DATA]: nobody,
  };
  beforeEach(() => open({}, { permissions }));

  test('a block that waited since before isn’t set', async () => {
    expect(await block('Took the till.')).toMatchObject({
      kind: 'refused',
      code: 'notPermitted',
      detail: BLOCK_PATRON,
    });
    expect(sent()).toEqual([]);
  });

  test('a block that arrived while they had it counts as done, though its answer was lost', async () => {
    const sends = desk.act(ada, { kind: 'block', comment: 'Took the till.' }, at());
    await (await serverOn(koha).server.signIn(STAFF)).send(sends);
    expect(await session.send({ ...sends, repeated: true })).toMatchObject({ kind: 'confirmed' });
    expect(koha.world.attributes).toHaveLength(1);
  });

  test('an unblock that waited since before lifts nothing', async () => {
    const { id } = koha.world.addAttribute(row.patron_id, 'DESKBLOCK', 'MPL|2026-01-02|Bo|By hand');
    expect(await unblock(ids.id('attribute', id))).toMatchObject({ kind: 'refused', code: 'notPermitted' });
    expect(sent()).toEqual([]);
  });

  test('no patron is deleted, and no file is made', async () => {
    const { tag } = await session.patron(ada, true);
    koha.heard.length = 0;
    await expect(session.deletePatron(act(), '', ada, tag)).rejects.toMatchObject({
      error: { code: 'notPermitted', permission: DELETE_PATRON },
    });
    await expect(session.exportPatronData(act(), '', ada, 'unchecked')).rejects.toMatchObject({
      error: { code: 'notPermitted', permission: DOWNLOAD_PATRON_DATA },
    });
    expect(koha.heard).toEqual([]);
  });
});

test.each([
  ['letters', 'abcd', 'notAPin'],
  ['too many digits', '1234567890123', 'pinLength'],
  ['the birth date', '310190', 'pinIsBirthDate'],
  ['the end of the card', '0001', 'pinIsCardNumber'],
])('a PIN of %s isn’t set', async (_what, pin, code) => {
  await open({ date_of_birth: '1990-01-31' }, { pinLength: { min: 4, max: 6 } });
  await expect(session.setPin(act(), '', ada, pin)).rejects.toMatchObject({
    error: { code: 'invalid', fields: [{ field: 'pin', code }] },
  });
  expect(sent()).toEqual([]);
});

test.each<[string, SectionId, FieldValues, string, string]>([
  [
    'a birth date that is still to come',
    'personal',
    { birthDate: '2999-01-31' },
    'birthDate',
    'birthDateInFuture',
  ],
  [
    'a card number of signs alone',
    'card',
    { cards: [{ number: '---', state: 'active' }] },
    'cards.0.number',
    'notACardNumber',
  ],
  ['half a character', 'note', { staffNote: 'a\ud800' }, 'staffNote', 'invalid'],
])('%s isn’t saved', async (_what, section, changes, field, code) => {
  await open();
  expect(await save(section, changes)).toMatchObject({
    kind: 'refused',
    code: 'invalid',
    fields: [{ field, code }],
  });
  expect(sent()).toEqual([]);
});

describe('an account that policy gives rights to', () => {
  const staff = ids.id('patron', 1);
  const key = { apiKey: { clientId: 'desk', secretFile: '/secret', staffCategories: ['S'] } };
  const withKey = async () => {
    const { patron_id } = koha.world.addStaff({ surname: 'Key', userid: 'key' }, 'x', 'superlibrarian');
    koha.world.apiKeys.push({ clientId: 'desk', secret: 'key secret', patron: patron_id });
    await open({}, key);
  };
  const leads = { permissions: { [BLOCK_PATRON]: { users: ['lead'], categories: ['LEAD'] } } };

  test.each<[string, object, string]>([
    ['into a category that may do more', leads, 'LEAD'],
    ['into one whose members may come in', key, 'S'],
  ])('nobody is put %s', async (_what, policy, category) => {
    koha.world.categories.add('LEAD');
    if ('apiKey' in policy) await withKey();
    else await open({}, policy);
    expect(await save('library', { category })).toMatchObject({
      kind: 'refused',
      code: 'invalid',
      fields: [{ field: 'category', code: 'invalid' }],
    });
    expect(sent()).toEqual([]);
  });

  test.each([{ branch: 'CPL' }, { branch: 'CPL', category: 'LEAD' }])(
    'nobody is put out of such a category either, and stays in it where only the branch is changed: %j',
    async (changes) => {
      koha.world.categories.add('LEAD');
      await open({ category_id: 'LEAD' }, leads);
      expect(await save('library', { category: 'PT' })).toMatchObject({ kind: 'refused' });
      expect(await save('library', changes)).toMatchObject({ kind: 'confirmed' });
      expect(koha.world.patron(row.patron_id)).toMatchObject({ library_id: 'CPL', category_id: 'LEAD' });
    },
  );

  test.each<[string, () => Promise<void>]>([
    ['by its category', withKey],
    ['by its name', () => open({}, leads)],
  ])('%s keeps its password: whoever set a PIN could work in its name', async (_by, begin) => {
    await begin();
    await expect(session.setPin(act(), '', staff, '9735')).rejects.toMatchObject({
      error: { code: 'patronProtected' },
    });
    expect(sent()).toEqual([]);
  });

  test('keeps its e-mails, where Koha would send a new password to; its own librarian may change them', async () => {
    await withKey();
    const other = await serverOn(koha, { policy: key }).server.signIn(LOOKER);
    const base = desk.patron(staff).sections.contact as unknown as TaggedValues;
    const changes = { emails: ['mine@evil.example'] };
    const edit = desk.act(staff, { kind: 'saveSection', section: 'contact', base, changes }, at());
    koha.heard.length = 0;
    expect(await other.send(edit)).toMatchObject({
      kind: 'refused',
      code: 'invalid',
      fields: [{ field: 'emails.0', code: 'invalid' }],
    });
    expect(sent()).toEqual([]);
    expect(await session.send(edit)).toMatchObject({ kind: 'confirmed' });
  });

  test('keeps its name, under which its blocks stand: nobody sets one in a colleague’s', async () => {
    await withKey();
    const other = await serverOn(koha, { policy: key }).server.signIn(LOOKER);
    const base = desk.patron(staff).sections.personal as unknown as TaggedValues;
    const edit = (changes: FieldValues) =>
      desk.act(staff, { kind: 'saveSection', section: 'personal', base, changes }, at());
    koha.heard.length = 0;
    for (const librarian of [session, other])
      expect(await librarian.send(edit({ givenName: 'Ada', familyName: 'Al' }))).toMatchObject({
        kind: 'refused',
        code: 'invalid',
        fields: [
          { field: 'givenName', code: 'invalid' },
          { field: 'familyName', code: 'invalid' },
        ],
      });
    expect(sent()).toEqual([]);
    expect(await session.send(edit({ birthDate: '1980-01-31' }))).toMatchObject({ kind: 'confirmed' });
  });

  test('isn’t deleted', async () => {
    await withKey();
    const { tag } = await session.patron(staff, true);
    await expect(session.deletePatron(act(), '', staff, tag)).rejects.toMatchObject({
      error: { code: 'patronProtected' },
    });
    expect(koha.world.patrons.has(1)).toBe(true);
  });
});

test.each([
  ...['key', 'KEY', 'kéy', ' key '].map((account) => ({ account })),
  { staffUsers: ['lead', 'key'] },
])(
  'whom policy names as the API key’s own account, or as staff, is neither deleted nor given a PIN: %j',
  async (named) => {
    const { patron_id } = koha.world.addStaff(
      { surname: 'Key', userid: 'key', category_id: 'PT' },
      'x',
      'superlibrarian',
    );
    koha.world.apiKeys.push({ clientId: 'desk', secret: 'key secret', patron: patron_id });
    const apiKey = { clientId: 'desk', secretFile: '/secret', staffCategories: ['S'], ...named };
    await open({}, { apiKey });
    const account = ids.id('patron', patron_id);
    const { tag } = await session.patron(account, true);
    for (const work of [
      session.setPin(act(), '', account, '9735'),
      session.deletePatron(act(), '', account, tag),
    ])
      await expect(work).rejects.toMatchObject({ error: { code: 'patronProtected' } });
    expect(sent()).toEqual([]);
  },
);

test('nobody deletes the account that they work with', async () => {
  await open();
  const { tag } = await session.patron(session.staff.id, true);
  await expect(session.deletePatron(act(), '', session.staff.id, tag)).rejects.toMatchObject({
    error: { code: 'patronProtected' },
  });
  expect(koha.world.patrons.has(1)).toBe(true);
});

test('no card gets a number that is somebody else’s username, who could sign in by it no more', async () => {
  await open({ userid: 'ada.oberg' });
  const number = (number: string) => save('card', { cards: [{ number, state: 'active' }] });
  expect(await number('looker')).toMatchObject({
    kind: 'refused',
    code: 'invalid',
    fields: [{ field: 'cards.0.number', code: 'cardNumberIsUsername' }],
  });
  expect(sent()).toEqual([]);
  koha.world.change(row.patron_id, { userid: '2100002' });
  expect(await number('2100002')).toMatchObject({ kind: 'confirmed' });
});

test('nor one that may be the username of somebody whose record is too large to be read', async () => {
  await open();
  const surname = 'x'.repeat(1_000);
  koha.world.addPatron({ surname, userid: '2100007', library_id: 'MPL' });
  const answer = koha.answer.bind(koha);
  koha.answer = (request) => {
    const answered = answer(request);
    if (answered.body.includes(surname)) throw new TooLarge('beyond 64 MiB');
    return answered;
  };
  expect(await save('card', { cards: [{ number: '2100007', state: 'active' }] })).toMatchObject({
    kind: 'refused',
    fields: [{ field: 'cards.0.number', code: 'cardNumberIsUsername' }],
  });
  expect(sent()).toEqual([]);
});

test('a comment with half a character sets no block', async () => {
  await open();
  expect(await block('a\ud800')).toMatchObject({
    kind: 'refused',
    code: 'invalid',
    fields: [{ field: 'comment', code: 'invalid' }],
  });
  expect(sent()).toEqual([]);
});

test('a block isn’t dated later than Koha’s clock, whatever the desk’s says', async () => {
  await open();
  await session.send(desk.act(ada, { kind: 'block', comment: 'Took the till.' }, at() + 400 * 86_400_000));
  const [block] = (await session.patron(ada, true)).blocks;
  expect(Date.parse(block?.blockedAt ?? '') - at()).toBeLessThan(2_000);
});

test('another library’s block isn’t lifted, whoever names it', async () => {
  await open();
  const { id } = koha.world.addAttribute(row.patron_id, 'DESKBLOCK', 'CPL|2026-01-02|Bo|Theirs');
  expect(await unblock(ids.id('attribute', id))).toMatchObject({ kind: 'refused', code: 'notBlocked' });
  expect(sent()).toEqual([]);
});

describe('where the card-lost mark is the block', () => {
  const permissions = { [BLOCK_PATRON]: { users: ['somebody.else'], categories: [] } };
  const note = '[Blocked MPL|2026-01-02T00:00:00Z|Bo|Took the till.|AZ0_0J2zdECaPPWSWEb5SQ]';

  test.each([
    ['hides it', '[Blocked CPL|2026-01-02|Bo|'],
    ['puts it in another’s name', '[Blocked MPL|2026-01-02|Eva Ek|Forged.'],
    ['makes it last', '[Blocked, card lost before: MPL|2026-01-02|Eva Ek|'],
    ['breaks it', '[Blocked until May] '],
  ])(
    'a note that begins what its end would be of neither %s nor a block that comes later',
    async (_what, staffNote) => {
      await open(
        { staff_notes: note, patron_card_lost: true },
        { block: { keptAs: 'cardLost' }, permissions },
      );
      await save('note', { staffNote });
      const [first] = (await session.patron(ada, true)).blocks;
      expect(first).toMatchObject({ comment: 'Took the till.', blockedBy: 'Bo' });
      const colleague = await serverOn(koha, { policy: { block: { keptAs: 'cardLost' } } }).server.signIn(
        STAFF,
      );
      await desk.fill();
      await colleague.send(desk.act(ada, { kind: 'block', comment: 'Came back.' }, at()));
      const { blocks } = await colleague.patron(ada, true);
      expect(blocks.map(({ comment }) => comment)).toEqual(['Took the till.', 'Came back.']);
      const ids = blocks.map(({ id }) => id);
      await colleague.send(desk.act(ada, { kind: 'unblock', blocks: ids, comment: 'x' }, at()));
      expect(koha.world.patron(row.patron_id)).toMatchObject({ patron_card_lost: false });
    },
  );

  test.each<[string, FieldValues]>([
    ['finding the card again', { cards: [{ number: '2100001', state: 'active' }] }],
    ['a new card', { cards: [{ number: '2100002', state: 'active' }] }],
    ['taking the card away', { cards: [] }],
  ])('%s doesn’t lift it', async (_what, changes) => {
    await open({ staff_notes: note, patron_card_lost: true }, { block: { keptAs: 'cardLost' }, permissions });
    await save('card', changes);
    expect(koha.world.patron(row.patron_id)).toMatchObject({ patron_card_lost: true, staff_notes: note });
  });
});
