import { afterEach, expect, test } from 'vitest';
import { isFailure } from '../support/failure.ts';
import {
  actOf,
  AT,
  deskIdOf,
  EPOCH,
  Folders,
  fill,
  idOf,
  LIBRARY,
  patronOf,
  renamed,
  STAFF,
} from './testing.ts';

const folders = new Folders();
/** A look that waits for the server. */
const event = {
  ...{ id: deskIdOf(9), kind: 'looked' as const, library: LIBRARY },
  ...{ patronId: idOf(1), staff: STAFF, at: AT },
};
afterEach(() => folders.removeAll());

const names = async (store: Awaited<ReturnType<typeof folders.filled>>['store'], query: string) =>
  (await store.search(LIBRARY, query, 0, 100)).patrons.map(({ familyName }) => familyName);

test('what was filled is found and opened, also after a restart', async () => {
  const { store, folder } = await folders.filled([
    patronOf(1, { personal: { familyName: 'Öberg' }, cards: ['S-1234'] }),
    patronOf(2, { personal: { familyName: 'Ek' } }),
  ]);
  expect(await names(store, 'oberg')).toEqual(['Öberg']);
  expect(await names(store, 'anna')).toEqual(['Ek', 'Öberg']);
  await store.close();
  const again = folders.open(folder);
  expect(again.report).toEqual({ copy: 'kept', outbox: 'kept', rescued: 0, lost: 0, looksLost: 0 });
  expect((await again.store.search(LIBRARY, 's1234', 0, 10)).total).toBe(1);
  expect(await again.store.patron(LIBRARY, idOf(1))).toEqual({
    patron: patronOf(1, { personal: { familyName: 'Öberg' }, cards: ['S-1234'] }),
    acts: [],
  });
  expect(await again.store.pullState(LIBRARY)).toEqual({
    epoch: EPOCH,
    position: 100,
    fill: null,
    syncedAt: expect.any(String) as string,
  });
});

test('a patron renamed here is found under the new name, blocked with a flag', async () => {
  const { store } = await folders.filled([patronOf(1), patronOf(2, { personal: { familyName: 'Ek' } })]);
  await store.append(actOf(1, 2, renamed('Aalto')));
  await store.append(actOf(2, 2, { kind: 'block', comment: 'Lost the atlas' }));
  expect(await names(store, 'ek')).toEqual([]);
  expect(await names(store, 'anna')).toEqual(['Aalto', 'Nr1']);
  expect((await store.search(LIBRARY, 'aalto', 0, 10)).patrons[0]?.blocked).toBe(true);
  const view = await store.patron(LIBRARY, idOf(2));
  expect(view?.patron.blocks).toEqual([
    { id: deskIdOf(2), comment: 'Lost the atlas', blockedAt: AT, blockedBy: 'Eva Ek' },
  ]);
  expect(view?.acts.map(({ sequence }) => sequence)).toEqual([1, 2]);
});

test('a confirmed act is laid over until the copy has passed its head', async () => {
  const { store } = await folders.filled([patronOf(1, { personal: { familyName: 'Ek' } })]);
  await store.append(actOf(1, 1, renamed('Aalto')));
  const confirmed = { epoch: EPOCH, head: 101, at: AT };
  await store.update(deskIdOf(1), { state: 'confirmed', confirmed });
  expect(await names(store, 'anna')).toEqual(['Aalto']);
  expect(await store.forgetDurable(LIBRARY, EPOCH, 200)).toBe(0);
  const patron = patronOf(1, { personal: { familyName: 'Aalto-Ek' } });
  const touched = await store.applyChanges(
    LIBRARY,
    [{ kind: 'patron', position: 101, patron }],
    101,
    EPOCH,
    AT,
  );
  expect(touched).toEqual([idOf(1)]);
  expect(await names(store, 'anna')).toEqual(['Aalto-Ek']);
  expect(await store.forgetDurable(LIBRARY, EPOCH, 100)).toBe(0);
  expect(await store.forgetDurable(LIBRARY, 'epoch-2', 200)).toBe(0);
  expect(await store.forgetDurable(LIBRARY, EPOCH, 101)).toBe(1);
  expect(await store.act(deskIdOf(1))).toBeUndefined();
});

test('what is done in the history that a server goes on from is not forgotten before the copy is of it, too', async () => {
  const { store } = await folders.filled([patronOf(1)]);
  const confirmed = { epoch: 'epoch-2', head: 5, at: AT };
  await store.append(actOf(1, 1, renamed('Aalto'), { state: 'confirmed', confirmed }));
  expect(await store.forgetDurable(LIBRARY, 'epoch-2', 200)).toBe(0);
  expect(await names(store, 'anna')).toEqual(['Aalto']);
});

test('a page of another epoch, or from before, changes nothing', async () => {
  const { store } = await folders.filled([patronOf(1)]);
  const page = [{ kind: 'deleted', position: 101, patronId: idOf(1) }];
  const failing = (code: Parameters<typeof isFailure>[1]) => (thrown: unknown) => isFailure(thrown, code);
  await expect(store.applyChanges(LIBRARY, page, 101, 'epoch-2', AT)).rejects.toSatisfy(
    failing('serverRestored'),
  );
  await expect(store.applyChanges(LIBRARY, page, 99, EPOCH, AT)).rejects.toSatisfy(failing('serverRubbish'));
  expect(await store.patron(LIBRARY, idOf(1))).toBeDefined();
  expect(await store.pullState(LIBRARY)).toMatchObject({
    position: 100,
    syncedAt: expect.any(String) as string,
  });
});

test('a bad record is set aside and reported; the others go on', async () => {
  const { store } = await folders.filled([patronOf(1), patronOf(2)]);
  const bad = { ...patronOf(1), totalDebt: 'much' };
  const changes = [
    { kind: 'patron', position: 101, patron: bad },
    { kind: 'patron', position: 102, patron: patronOf(2, { personal: { familyName: 'Ny' } }) },
    { kind: 'rubbish' },
  ];
  expect(await store.applyChanges(LIBRARY, changes, 103, EPOCH, AT)).toEqual([idOf(1), idOf(2)]);
  expect(await names(store, 'anna')).toEqual(['Nr1', 'Ny']);
  expect(await store.setAside(LIBRARY)).toMatchObject([
    { patronId: idOf(1), reason: 'totalDebt: invalid_type', at: AT },
    { patronId: null },
  ]);
  await store.applyChanges(LIBRARY, [{ kind: 'patron', position: 104, patron: patronOf(1) }], 104, EPOCH, AT);
  expect(await store.setAside(LIBRARY)).toHaveLength(1);
});

test('an interrupted fill goes on, is searched meanwhile, and takes the place of the old one at once', async () => {
  const { store, folder } = folders.open();
  const patrons = Array.from({ length: 30 }, (_, n) => patronOf(n, { cards: [`C${n}`] }));
  await store.beginFill(LIBRARY, EPOCH, 50, 30);
  await store.fillPage(LIBRARY, patrons.slice(0, 10), idOf(9), 10);
  expect((await store.search(LIBRARY, 'anna', 0, 5)).total).toBe(10);
  expect((await store.search(LIBRARY, 'c9', 0, 5)).patrons.map(({ id }) => id)).toEqual([idOf(9)]);
  await store.close();

  const second = folders.open(folder).store;
  const { fill: going } = await second.pullState(LIBRARY);
  expect(going).toEqual({ epoch: EPOCH, position: 50, after: idOf(9), whole: false, arrived: 10, total: 30 });
  await second.fillPage(LIBRARY, patrons.slice(10), null, 20);
  await second.finishFill(LIBRARY);
  expect((await second.search(LIBRARY, 'anna', 0, 5)).total).toBe(30);

  await second.forgetPosition(LIBRARY);
  expect(await second.pullState(LIBRARY)).toMatchObject({ position: null, fill: null, epoch: EPOCH });
  await second.beginFill(LIBRARY, 'epoch-2', 10, 1);
  await second.fillPage(LIBRARY, [patronOf(99)], null, 1);
  expect((await second.search(LIBRARY, 'anna', 0, 5)).total).toBe(30);
  await second.finishFill(LIBRARY);
  expect((await second.search(LIBRARY, 'anna', 0, 5)).total).toBe(1);
  while (second.tidy());
  expect(await second.patron(LIBRARY, idOf(3))).toBeUndefined();
  expect(await second.pullState(LIBRARY)).toMatchObject({ position: 10, epoch: 'epoch-2' });
});

test('for a copy that was built anew meanwhile no page is left to be stored', async () => {
  const { store } = await folders.filled([patronOf(1)]);
  await store.beginFill(LIBRARY, EPOCH, 100, 2);
  await store.erasePatrons();
  expect(await store.fillPage(LIBRARY, [patronOf(2)], null, 1)).toBeUndefined();
  await store.finishFill(LIBRARY);
  expect(await store.applyChanges(LIBRARY, [], 101, EPOCH, AT)).toBeUndefined();
  expect(await store.pullState(LIBRARY)).toMatchObject({ position: null, fill: null });
});

test('a page and its position are one: what fails in the middle leaves neither', async () => {
  const { store } = await folders.filled([patronOf(1)]);
  await store.append(
    actOf(1, 1, renamed('Ny'), { state: 'confirmed', confirmed: { epoch: EPOCH, head: 1, at: AT } }),
  );
  const changes: unknown[] = [{ kind: 'deleted', position: 101, patronId: idOf(1) }];
  const unserializable = { id: idOf(2), self: undefined as unknown };
  unserializable.self = unserializable;
  changes.push({ kind: 'patron', position: 102, patron: unserializable });
  await expect(store.applyChanges(LIBRARY, changes, 102, EPOCH, AT)).rejects.toThrow();
  expect(await store.patron(LIBRARY, idOf(1))).toBeDefined();
  expect((await store.search(LIBRARY, 'nr1', 0, 1)).total).toBe(1);
  expect(await store.pullState(LIBRARY)).toMatchObject({ position: 100 });
});

test('erasing leaves no patron, and the outbox whole', async () => {
  const { store } = await folders.filled([patronOf(1)]);
  await store.append(actOf(1, 1, renamed('Aalto')));
  await store.erasePatrons(LIBRARY);
  expect(await store.patron(LIBRARY, idOf(1))).toBeUndefined();
  expect(await store.search(LIBRARY, 'anna', 0, 10)).toEqual({ total: 0, patrons: [] });
  expect(await store.counts(LIBRARY)).toEqual({ waiting: 1, undecided: 0 });
  expect(await store.pullState(LIBRARY)).toEqual({
    epoch: EPOCH,
    position: null,
    fill: null,
    syncedAt: null,
  });
  await fill(store, [patronOf(1)]);
  expect(await names(store, 'aalto')).toEqual(['Aalto']);
});

test('small values and log events outlive a restart', async () => {
  const { store, folder } = folders.open();
  await store.remember('grant', 'one');
  await store.remember('another', 'three');
  await store.remember('grant', 'two');
  await store.appendLogEvent(event);
  await store.appendLogEvent(event);
  await store.close();
  const { store: again } = folders.open(folder);
  expect(await again.recall('grant')).toBe('two');
  await again.forget('grant');
  expect([await again.recall('grant'), await again.recall('another')]).toEqual([undefined, 'three']);
  expect(await again.logEvents(LIBRARY, 10)).toEqual([event]);
  expect(await again.counts(LIBRARY)).toEqual({ waiting: 0, undecided: 0 });
});

test('a look is kept until a backup surely holds it, and handed over again after a restore from before', async () => {
  const { store } = await folders.filled([patronOf(1)]);
  await store.appendLogEvent(event);
  const taken = (epoch: string, head: number) => store.logEventsTaken([event.id], epoch, head);
  await taken(EPOCH, 7);
  expect(await store.logEvents(LIBRARY, 10)).toEqual([]);
  // The backup that reaches to 7 may be from before the look was taken.
  await store.forgetDurable(LIBRARY, EPOCH, 7);
  await store.seeEpoch('epoch-2');
  expect(await store.logEvents(LIBRARY, 10)).toEqual([event]);
  await taken('epoch-2', 7);
  await store.forgetDurable(LIBRARY, 'epoch-2', 8);
  await store.seeEpoch('epoch-3');
  expect(await store.logEvents(LIBRARY, 10)).toEqual([]);
});

test('of acts from long ago only those that staff withdrew are let go of', async () => {
  const { store } = folders.open();
  const states = ['waiting', 'sent', 'conflict', 'refused', 'confirmed', 'withdrawn'] as const;
  for (const [n, state] of states.entries()) await store.append(actOf(n, 1, renamed('Ek'), { state }));
  await store.append(actOf(6, 1, renamed('Ek'), { state: 'withdrawn', actedAt: '2026-11-25T10:00:00.000Z' }));
  expect(await store.forgetWithdrawn('2026-11-25T00:00:00.000Z')).toBe(1);
  expect((await store.acts([...states])).map(({ id }) => id)).toEqual([0, 1, 2, 3, 4, 6].map(deskIdOf));
});

test('what a history holds that a server is no longer in is not let go of as durable in the one that it is in', async () => {
  const { store } = await folders.filled([patronOf(1)]);
  const confirmed = { epoch: EPOCH, head: 101, at: AT };
  await store.append(actOf(1, 1, renamed('Aalto'), { state: 'confirmed', confirmed }));
  await store.appendLogEvent(event);
  await store.logEventsTaken([event.id], EPOCH, 101);
  await fill(store, [patronOf(1)], 300, 'epoch-2');
  expect(await store.forgetDurable(LIBRARY, 'epoch-2', 300)).toBe(0);
  expect((await store.outgoing()).revived).toMatchObject([{ id: deskIdOf(1) }]);
  expect(await store.logEvents(LIBRARY, 10)).toEqual([event]);
});

test('what needs a decision is listed, however much waits since', async () => {
  const { store } = folders.open();
  await store.append(actOf(1, 1, renamed('Ek'), { state: 'conflict' }));
  for (let n = 2; n <= 6; n++) await store.append(actOf(n, n, renamed('Alm')));
  for (let n = 7; n <= 12; n++) await store.append(actOf(n, n, renamed('Lind'), { state: 'confirmed' }));
  const listed = await store.recentActs(LIBRARY, 4);
  expect(listed.map(({ id }) => id)).toEqual([6, 5, 4, 1].map(deskIdOf));
});
