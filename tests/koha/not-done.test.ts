// What is answered as if Koha had done it, by a gateway in its place or by a Koha that leaves something out, and is not
// done, is never called confirmed.
import { beforeEach, expect, test } from 'vitest';
import { v7 } from 'uuid';
import type { HttpRequest } from '../../electron/central/transport.ts';
import { ada, at, begin, desk, koha, open, row, save, session } from './one-patron.ts';

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

test('an edit is refused where Koha leaves its fields as they were', async () => {
  await open();
  nothingIsDone((record) => record);
  expect(await save('personal', { givenName: 'Adina' })).toMatchObject({
    kind: 'refused',
    fields: [{ field: 'givenName', code: 'invalid' }],
  });
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
