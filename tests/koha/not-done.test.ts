// What is answered as if Koha had done it, or refused it, by a gateway in its place or by a Koha that leaves something out,
// and is not done, is never called confirmed, nor refused for good.
import { beforeEach, expect, test } from 'vitest';
import { v7 } from 'uuid';
import type { Deed } from '../../electron/cache/act.ts';
import type { HttpRequest } from '../../electron/central/transport.ts';
import { Failure } from '../../electron/support/failure.ts';
import { ada, at, begin, desk, koha, open, refuse, row, save, session } from './one-patron.ts';

beforeEach(begin);

const rubbish = { error: { code: 'serverRubbish' } };
const inItsPlace: [string, () => string][] = [
  ['nothing', () => ''],
  ['an empty object', () => '{}'],
  ['a word', () => '"ok"'],
];

/** Whatever is to be changed is answered so, and not done. */
function nothingIsDone(bodyOf: (record: string) => string): void {
  const answer = koha.answer.bind(koha);
  koha.answer = (request: HttpRequest) => {
    if (request.method === 'GET') return answer(request);
    const record = answer({ ...request, method: 'GET', path: `/api/v1/patrons/${row.patron_id}` }).body;
    return { status: 200, headers: {}, body: bodyOf(record) };
  };
}

test.each([...inItsPlace, ['the record as it was', (record: string) => record]])(
  'block, unblock and deletion where %s is answered',
  async (_, bodyOf) => {
    await open();
    koha.world.addAttribute(row.patron_id, 'DESKBLOCK', 'MPL|2026-01-02|Bo Ek|Shouted');
    await desk.fill();
    nothingIsDone(bodyOf);
    const { id = '' } = desk.patron(ada).blocks[0] ?? {};
    const send = (deed: Parameters<typeof desk.act>[1]) => session.send(desk.act(ada, deed, at()));
    await expect(send({ kind: 'block', comment: 'Took the till.' })).rejects.toMatchObject(rubbish);
    await expect(send({ kind: 'unblock', blocks: [id], comment: 'Paid.' })).rejects.toMatchObject(rubbish);
    const act = { id: v7(), key: v7(), at: new Date(at()).toISOString() };
    await expect(session.deletePatron(act, 'koha', ada, desk.patron(ada).tag)).rejects.toMatchObject(rubbish);
    await expect(session.setPin(act, 'koha', ada, '48151623')).rejects.toMatchObject(rubbish);
    expect(koha.world.patrons.has(row.patron_id)).toBe(true);
  },
);

test.each(inItsPlace)('an edit goes on waiting where a gateway answers %s', async (_, bodyOf) => {
  await open();
  nothingIsDone(bodyOf);
  await expect(save('personal', { givenName: 'Adina' })).rejects.toMatchObject(rubbish);
});

test('nothing goes out that the desk could not note as leaving', async () => {
  await open();
  koha.world.addAttribute(row.patron_id, 'DESKBLOCK', 'MPL|2026-01-02|Bo Ek|Shouted');
  await desk.fill();
  const changing: string[] = [];
  const answer = koha.answer.bind(koha);
  koha.answer = (request: HttpRequest) => {
    if (request.method !== 'GET') changing.push(request.path);
    return answer(request);
  };
  const leaves = () => Promise.reject(new Failure({ code: 'diskFull' }));
  const { id = '' } = desk.patron(ada).blocks[0] ?? {};
  const deeds: Deed[] = [
    { kind: 'block', comment: 'Took the till.' },
    { kind: 'unblock', blocks: [id], comment: 'Paid.' },
  ];
  for (const deed of deeds)
    await expect(session.send({ ...desk.act(ada, deed, at()), leaves })).rejects.toMatchObject({
      error: { code: 'diskFull' },
    });
  expect(changing).toEqual([]);
});

test('an edit is refused where Koha leaves its fields as they were', async () => {
  await open();
  nothingIsDone((record) => record);
  expect(await save('personal', { givenName: 'Adina' })).toMatchObject({
    kind: 'refused',
    fields: [{ field: 'givenName', code: 'invalid' }],
  });
});

const NOT_FOUND = '{"error":"Not Found","path":"/api/v1"}';

test.each([NOT_FOUND, '{"error":"Attribute not found"}'])(
  'a repeated unblock that is answered by a 404, with the block still there, is not confirmed: %s',
  async (body) => {
    await open();
    koha.world.addAttribute(row.patron_id, 'DESKBLOCK', 'MPL|2026-01-02|Bo Ek|Shouted');
    const [block] = (await session.patron(ada, true)).blocks;
    const unblock = desk.act(ada, { kind: 'unblock', blocks: [block?.id ?? ''], comment: 'Paid.' }, at());
    refuse(404, body, ({ method }) => method === 'DELETE');
    await expect(session.send({ ...unblock, repeated: true })).rejects.toMatchObject(rubbish);
  },
);

test('a deletion whose answer was lost is not done because a gateway finds nothing there', async () => {
  await open();
  const act = { id: v7(), key: v7(), at: new Date(at()).toISOString() };
  const remove = () => session.deletePatron(act, 'koha', ada, desk.patron(ada).tag);
  const goOn = refuse(502, '', ({ method }) => method === 'DELETE');
  await expect(remove()).rejects.toMatchObject({ error: { code: 'serverAway' } });
  goOn();
  const goOnAgain = refuse(404, NOT_FOUND, ({ path }) => path.endsWith(`/patrons/${row.patron_id}`));
  await expect(remove()).rejects.toMatchObject(rubbish);
  goOnAgain();
  koha.world.delete(row.patron_id);
  await remove();
});

test.each([
  [404, NOT_FOUND],
  [400, '{"error":"Bad Request"}'],
  [400, '{"errors":[{"message":"Bad Request"}]}'],
  [400, '{"error":"Invalid request parameter"}'],
  [400, '{"error":"The attribute body.email is not allowed"}'],
  [400, '{"error":"Not enough privileges"}'],
  [400, '{"errors":[{"message":"Bad Request","path":"/api/v1/patrons"}]}'],
  [409, '{"error":"Conflict"}'],
  [409, '{"error":"The resource does not exist"}'],
  [409, '{"error":"Duplicate request"}'],
  [403, '{"error":"Forbidden"}'],
  [403, '{"error":"Forbidden by policy: password in body"}'],
  [403, '{"error":"Forbidden parameter"}'],
  [403, '{"error":"Access denied by attribute policy","error_code":"denied"}'],
])('an edit that a gateway refuses in JSON goes on waiting: %s %s', async (status, body) => {
  await open();
  refuse(status, body, ({ method }) => method === 'PUT');
  await expect(save('personal', { givenName: 'Adina' })).rejects.toMatchObject(rubbish);
});

test.each([
  [404, '{"error":"Patron not found"}', 'patronUnseen'],
  [400, '{"errors":[{"message":"Not a date.","path":"/body/date_of_birth"}],"status":400}', 'invalid'],
  [400, '{"error":"Given library_id does not exist"}', 'invalid'],
  [400, '{"error":"Missing mandatory parameter(s)","parameters":["surname"]}', 'invalid'],
  [400, '{"error":"Invalid parameter(s)","parameters":["email"]}', 'invalid'],
  [400, '{"error":"Missing mandatory extended attribute (type=CLASS)"}', 'invalid'],
  [409, '{"error":"Duplicate ID","conflict":"cardnumber"}', 'invalid'],
  [403, '{"error":"Authorization failure.","required_permissions":{"borrowers":1}}', 'missingRight'],
  [403, '{"error":"Not enough privileges to change a superlibrarian\'s email"}', 'missingRight'],
])('an edit that Koha itself refuses is refused: %s %s', async (status, body, code) => {
  await open();
  refuse(status, body, ({ method }) => method === 'PUT');
  expect(await save('personal', { givenName: 'Adina' })).toMatchObject({ kind: 'refused', code });
});

test('a card number that Koha calls a duplicate, and no more, is refused at the card', async () => {
  await open();
  refuse(409, '{"error":"Duplicate ID"}', ({ method }) => method === 'PUT');
  expect(await save('card', { cards: [{ number: '777', state: 'active' }] })).toMatchObject({
    kind: 'refused',
    fields: [{ field: 'cards.0.number', code: 'cardNumberTaken' }],
  });
});

test.each([
  [400, 'Tried to use an invalid attribute type. type=DESKBLOCK'],
  [409, 'Tried to add more than one non-repeatable attributes. type=DESKBLOCK value=x'],
  [409, 'Your action breaks a unique constraint on the attribute. type=DESKBLOCK value=x'],
])('a block that Koha refuses for its type says what has to be created: %s %s', async (status, error) => {
  await open();
  refuse(status, JSON.stringify({ error }), ({ method }) => method === 'POST');
  const block = desk.act(ada, { kind: 'block', comment: 'Took the till.' }, at());
  expect(await session.send(block)).toMatchObject({ kind: 'refused', code: 'blockTypeMissing' });
});

test.each(['{"error":"Attribute filter: request blocked"}', '{"error":"Unknown attribute in body"}'])(
  'a block that a gateway refuses goes on waiting, and names no type: %s',
  async (body) => {
    await open();
    refuse(400, body, ({ method }) => method === 'POST');
    const block = desk.act(ada, { kind: 'block', comment: 'Took the till.' }, at());
    await expect(session.send(block)).rejects.toMatchObject(rubbish);
  },
);

const setPin = () => {
  const act = { id: v7(), key: v7(), at: new Date(at()).toISOString() };
  return session.setPin(act, 'koha', ada, '48151623');
};

test.each(['Bad Request', 'Blocked: a password of this length', 'Weak cipher'])(
  'a PIN that a gateway refuses is not said to be a bad one: %s',
  async (error) => {
    await open();
    refuse(400, JSON.stringify({ error }), ({ method }) => method === 'POST');
    await expect(setPin()).rejects.toMatchObject(rubbish);
  },
);

test.each([
  ['Password length (8) is shorter than required (10)', 'pinTooShort'],
  ['The password is too weak', 'pinTooWeak'],
  ['The password was rejected by a plugin', 'pinRefused'],
])('a PIN that Koha itself refuses is refused at its field: %s', async (error, code) => {
  await open();
  refuse(400, JSON.stringify({ error }), ({ method }) => method === 'POST');
  await expect(setPin()).rejects.toMatchObject({ error: { code: 'invalid', fields: [{ code }] } });
});

test('an edit of blanks alone is confirmed by a Koha that takes blanks away', async () => {
  await open();
  nothingIsDone((record) => record);
  expect(await save('personal', { givenName: 'Ada ' })).toMatchObject({ kind: 'confirmed' });
});

test('a block that Koha keeps as another text is refused, and not set again', async () => {
  await open();
  const answer = koha.answer.bind(koha);
  koha.answer = (request: HttpRequest) => {
    const body = request.body as { value?: string } | undefined;
    if (body?.value === undefined) return answer(request);
    return answer({ ...request, body: { ...body, value: body.value.slice(0, 30) } });
  };
  expect(await session.send(desk.act(ada, { kind: 'block', comment: 'Took the till.' }, at()))).toMatchObject(
    { kind: 'refused', code: 'invalid', fields: [{ field: 'comment' }] },
  );
  expect(koha.world.attributes).toHaveLength(1);
});
