// What a Koha fails to say is asked again, and never taken for nothing being there.
import { beforeEach, expect, test } from 'vitest';
import { DeskCopy } from '../port/desk-copy.ts';
import { serverOn, STAFF } from './fake/small-library.ts';
import { addPatrons, begin, id, koha } from './many-patrons.ts';

beforeEach(begin);

/** Koha, or what stands before it, fails at these paths; answers how it's mended. */
function failAt(path: RegExp, status: number): () => void {
  const answer = koha.answer.bind(koha);
  koha.answer = (request) => (path.test(request.path) ? { status, headers: {}, body: '' } : answer(request));
  return () => {
    koha.answer = answer;
  };
}

test('nobody is let in with rights that were never found out, since the line was cut meanwhile', async () => {
  failAt(/\/checkouts$/, 502);
  await expect(serverOn(koha).server.signIn(STAFF)).rejects.toMatchObject({ error: { code: 'serverAway' } });
});

test('a patron who owes is not shown as owing nothing where Koha fails at the account', async () => {
  const [number = 0] = addPatrons(1);
  koha.world.charge(number, 12);
  const desk = new DeskCopy(await serverOn(koha).server.signIn(STAFF));
  const mend = failAt(/\/account$/, 500);
  await expect(desk.fill()).rejects.toMatchObject({ error: { code: 'serverFailed' } });
  mend();
  await desk.fill();
  expect(desk.patron(id(number)).totalDebt).toBe(1200);
});
