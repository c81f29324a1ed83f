// The change feed: everything that a record shows moves it, deletions stay as tombstones for a while.
import { describe, expect, test } from 'vitest';
import type { Change, EndpointAnswer } from '../../shared/central/contract.ts';
import type { Patron } from '../../shared/patrons/patron.ts';
import { fillUp, problemOf, testNetwork, type TestDesk } from '../testing/network.ts';

const DAY = 86_400_000;

async function page(desk: TestDesk, after: number, limit = 100) {
  const { epoch } = desk.session;
  const answer = await desk.ask('changes', { query: { after, epoch, limit } });
  expect(answer.status).toBe(200);
  return answer.body as EndpointAnswer<'changes'>;
}

/** A desk's copy, kept up by pages of a size. */
async function pull(
  desk: TestDesk,
  copy: Map<string, Patron>,
  after: number,
  limit: number,
): Promise<number> {
  const { changes, position, more } = await page(desk, after, limit);
  for (const change of changes) {
    if (change.kind === 'patron') copy.set(change.patron.id, change.patron);
    else copy.delete(change.patronId);
  }
  return more ? pull(desk, copy, position, limit) : position;
}

async function snapshot(desk: TestDesk, limit = 2) {
  const patrons: Patron[] = [];
  let position: number | undefined;
  for (let next: string | null | undefined; next !== null;) {
    const query = { limit, ...(next && { after: next }) };
    const answer = (await desk.ask('snapshot', { query })).body as EndpointAnswer<'snapshot'>;
    position ??= answer.position;
    patrons.push(...answer.patrons);
    next = answer.next;
  }
  return { patrons, position: position ?? 0 };
}

test('a snapshot and the changes after its first page make a copy equal to the server', async () => {
  const network = testNetwork();
  const desk = await network.signIn('north', 'lead');
  const patrons = await Promise.all([1, 2, 3, 4, 5].map(() => desk.register()));
  const filled = await snapshot(desk);
  const copy = new Map(filled.patrons.map((patron) => [patron.id, patron]));
  const [a, b, c] = patrons as [Patron, Patron, Patron];
  await desk.save(a, 'note', { staffNote: 'x' });
  await desk.block(b);
  await desk.delete(c);
  await desk.register();
  const end = await pull(desk, copy, filled.position, 2);
  expect(end).toBe(network.central.marks().head);
  const now = await snapshot(desk, 1000);
  expect([...copy.values()].sort((x, y) => (x.id < y.id ? -1 : 1))).toEqual(now.patrons);
  expect(await page(desk, end)).toMatchObject({ changes: [], more: false, position: end });
});

test('a patron stands in the feed once, at the newest position, however often it changed', async () => {
  const network = testNetwork();
  const desk = await network.signIn('north', 'lead');
  const patron = await desk.register();
  for (let n = 0; n < 5; n++) await desk.block(patron);
  const { changes } = await page(desk, 0);
  expect(changes).toHaveLength(1);
  expect(changes[0]?.position).toBe(network.central.marks().head);
});

test('a library sees its own patrons only', async () => {
  const network = testNetwork();
  const north = await network.signIn('north', 'lead');
  const south = await network.signIn('south', 'lead');
  const patron = await north.register();
  await north.delete(await north.register());
  expect(await page(south, 0)).toMatchObject({ changes: [], position: network.central.marks().head });
  expect((await south.ask('snapshot')).body).toMatchObject({ patrons: [], total: 0 });
  expect((await page(north, 0)).changes).toHaveLength(2);
  expect(problemOf(await south.ask('patron', { params: { patronId: patron.id } }))).toBe('not-found');
});

test('whatever the record shows moves it, and gives the patron another tag', async () => {
  const network = testNetwork();
  const desk = await network.signIn('north', 'lead');
  const { id } = await desk.register();
  const params = { patronId: id };
  const loanId = desk.newId();
  const debtId = desk.newId();
  const title = { title: 'T', author: 'A' };
  const lend = { id: loanId, ...title, itemBarcode: '3', dueAt: '2026-04-01T00:00:00Z' };
  const reservation = { id: desk.newId(), ...title, pickupBranch: 'main' };
  const debt = { id: debtId, kind: 'lost', description: 'T', amount: 500 };
  const steps = [
    () => desk.act('lend', { params, body: lend }),
    () => desk.act('renew', { params: { ...params, loanId }, body: { dueAt: '2026-05-01T00:00:00Z' } }),
    () => desk.act('returnLoan', { params: { ...params, loanId } }),
    () => desk.act('reserve', { params, body: reservation }),
    () => desk.act('cancelReservation', { params: { ...params, reservationId: reservation.id } }),
    () => desk.act('addDebt', { params, body: debt }),
    () => desk.act('payDebt', { params: { ...params, debtId }, body: { amount: 500 } }),
    () => desk.act('setPin', { params, body: { pin: '4711' } }),
  ];
  for (const step of steps) {
    const before = await desk.patron(id);
    const { head } = network.central.marks();
    expect((await step()).status).toBeLessThan(300);
    const { changes } = await page(desk, head);
    const after = await desk.patron(id);
    expect(changes).toEqual([{ kind: 'patron', position: head + 1, patron: after }]);
    expect(after.tag).not.toBe(before.tag);
  }
});

test('names that other records show move those too', async () => {
  const network = testNetwork();
  const desk = await network.signIn('north', 'lead');
  const parent = await desk.register();
  const guarantor = { kind: 'patron', patronId: parent.id, name: 'whatever the desk says' };
  const child = await desk.register({
    personal: { familyName: 'Öberg', givenName: 'Bo', birthDate: '2020-05-05' },
    guarantor: { guarantor },
  });
  expect(child.sections.guarantor.values.guarantor).toMatchObject({ name: 'Ada Öberg' });
  const { head } = network.central.marks();
  await desk.save(await desk.patron(parent.id), 'personal', { familyName: 'Åkesson' });
  const moved = (await page(desk, head)).changes as Extract<Change, { kind: 'patron' }>[];
  expect(moved.map(({ patron }) => patron.id).sort()).toEqual([child.id, parent.id].sort());
  expect((await desk.patron(child.id)).sections.guarantor.values.guarantor).toMatchObject({
    name: 'Ada Åkesson',
  });
  await desk.save(await desk.patron(child.id), 'personal', { givenName: 'Siv' });
  expect((await desk.patron(parent.id)).guarantorFor).toEqual([{ id: child.id, name: 'Siv Öberg' }]);
});

describe('tombstones', () => {
  test('stay for the library’s days; after that an older cursor must fill anew, a younger one goes on', async () => {
    const network = testNetwork();
    const desk = await network.signIn('north', 'lead');
    const before = network.central.marks().head;
    const patron = await desk.register();
    await desk.delete(patron);
    const deletedAt = network.central.marks().head;
    expect((await page(desk, before)).changes).toEqual([
      { kind: 'deleted', position: deletedAt, patronId: patron.id },
    ]);
    network.passDays(6);
    const between = await network.signIn('north', 'lead');
    const another = await between.register();
    await between.delete(another);
    network.passDays(5);
    const later = await network.signIn('north', 'lead');
    const ask = (after: number) => later.ask('changes', { query: { after, epoch: later.session.epoch } });
    expect(problemOf(await ask(before))).toBe('cursor-too-old');
    expect((await ask(deletedAt)).body).toMatchObject({
      changes: [{ kind: 'deleted', patronId: another.id }],
    });
  });

  test('of one library cost the other nothing, nor does it lose its own before its time', async () => {
    const network = testNetwork();
    network.central.parts.libraries.get('south').retention.deletions = 60;
    const heads: number[] = [];
    for (const library of ['north', 'south']) {
      const desk = await network.signIn(library, 'lead');
      await desk.delete(await desk.register());
      heads.push(network.central.marks().head);
    }
    network.passDays(11);
    const north = await network.signIn('north', 'lead');
    expect((await page(north, heads[0] ?? 0)).changes).toEqual([]);
    const south = await network.signIn('south', 'lead');
    expect((await page(south, 0)).changes).toMatchObject([{ kind: 'deleted' }]);
    network.passDays(50);
    const later = await network.signIn('south', 'lead');
    const ask = { query: { after: 0, epoch: later.session.epoch } };
    expect(problemOf(await later.ask('changes', ask))).toBe('cursor-too-old');
  });
});

test('a row of somebody who is not there holds up no desk: they are told as deleted, and the others come', async () => {
  const network = testNetwork();
  const desk = await network.signIn('north', 'lead');
  const patron = await desk.register();
  await desk.delete(patron);
  // As a server wrote that let another library take the id.
  network.central.parts.store.run('UPDATE change SET deleted_at = NULL WHERE patron_id = ?', patron.id);
  const other = await desk.register();
  expect((await page(desk, 0)).changes).toMatchObject([
    { kind: 'deleted', patronId: patron.id },
    { kind: 'patron', patron: { id: other.id } },
  ]);
});

describe('patrons who are large', () => {
  test.each([
    ['with all that the server takes', 1000],
    ['with more of it than a page is to be', 9000],
  ])('%s come by pages that a desk can take, each of them once', async (_which, rows) => {
    const network = testNetwork();
    const desk = await network.signIn('north', 'lead');
    const patrons = [1, 2, 3, 4, 5].map(() => desk.register());
    for (const patron of patrons) fillUp(network.central, 'loan', (await patron).id, rows, '漢'.repeat(500));
    const sizes: number[] = [];
    const size = (body: unknown) => void sizes.push(Buffer.byteLength(JSON.stringify(body)));
    const ids: string[] = [];
    for (let next: string | null | undefined; next !== null;) {
      const query = { limit: 1000, ...(next && { after: next }) };
      const body = (await desk.ask('snapshot', { query })).body as EndpointAnswer<'snapshot'>;
      size(body);
      ids.push(...body.patrons.map(({ id }) => id));
      next = body.next;
    }
    const changed: string[] = [];
    for (let after = 0, more = true; more;) {
      const body = await page(desk, after, 1000);
      size(body);
      changed.push(...body.changes.flatMap((one) => (one.kind === 'patron' ? one.patron.id : [])));
      ({ position: after, more } = body);
    }
    const all = (await Promise.all(patrons)).map(({ id }) => id).toSorted();
    expect([ids, changed.toSorted()]).toEqual([all, all]);
    expect(Math.max(...sizes)).toBeLessThan(16 * 1024 * 1024);
  });
});

test('a birthday that changes the age group moves the patron, on the day', async () => {
  const network = testNetwork();
  const desk = await network.signIn('north', 'lead');
  const patron = await desk.register({ personal: { familyName: 'X', birthDate: '2008-03-03' } });
  expect(patron.ageGroup).toBe('youth');
  const { head } = network.central.marks();
  network.central.housekeep();
  expect(network.central.marks().head).toBe(head);
  network.clock.pass(2 * DAY);
  network.central.housekeep();
  const later = await network.signIn('north', 'lead');
  expect((await page(later, head)).changes).toMatchObject([{ patron: { id: patron.id, ageGroup: 'adult' } }]);
});

test('whoever is young and was made an adult by a clock that was ahead is young again once it is right', async () => {
  const network = testNetwork();
  const desk = await network.signIn('north', 'lead');
  const patron = await desk.register({ personal: { familyName: 'X', birthDate: '2009-03-03' } });
  network.clock.pass(9 * 365 * DAY);
  network.passDays(2);
  expect((await (await network.signIn('north', 'lead')).patron(patron.id)).ageGroup).toBe('adult');
  network.clock.pass(-9 * 365 * DAY);
  const { head } = network.central.marks();
  network.passDays(2);
  const later = await network.signIn('north', 'lead');
  expect((await page(later, head)).changes).toMatchObject([{ patron: { id: patron.id, ageGroup: 'youth' } }]);
});
