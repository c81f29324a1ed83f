// What a deletion takes, what it leaves, and what stands in its way.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { atTheDesk, byPatron, issuesOf, problemOf, testNetwork, valueOf } from '../testing/network.ts';

describe('deleting', () => {
  test('takes everything about the patron, and leaves an id', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'circdesk-delete-'));
    const { central, signIn } = testNetwork({ database: join(folder, 'db') });
    const desk = await signIn('north', 'lead');
    const patron = await desk.register({
      personal: { familyName: 'Gonewiththewind' },
      card: { cards: [{ number: '9988', state: 'active' }] },
      note: { staffNote: 'Gonewiththewind too' },
    });
    await desk.block(patron, 'Gonewiththewind as well');
    expect((await desk.delete(await desk.patron(patron.id))).status).toBe(200);
    expect(problemOf(await desk.ask('patron', { params: { patronId: patron.id } }))).toBe('patron-gone');
    expect(problemOf(await desk.save(patron, 'note', { staffNote: 'x' }))).toBe('patron-gone');
    expect((await desk.ask('search', { query: { query: '9988' } })).body).toMatchObject({ total: 0 });
    await desk.register({ card: { cards: [{ number: '9988', state: 'active' }] } });
    central.close();
    expect(readdirSync(folder)).toEqual(['db']);
    expect(readFileSync(join(folder, 'db'), 'latin1').toLowerCase()).not.toContain('gonewiththewind');
    rmSync(folder, { recursive: true });
  });

  test('leaves nothing that tells a right guess at what was typed, before it or after', async () => {
    const { desk, central } = await atTheDesk();
    const patron = await desk.register();
    const typed = { birthDate: '1957-08-23' };
    const saved = { key: desk.newId(), act: desk.newId(), actedAt: '2026-03-01T09:00:00Z' };
    const late = { key: desk.newId(), act: desk.newId(), actedAt: '2026-03-01T09:00:00Z' };
    expect((await desk.save(patron, 'personal', typed, saved)).status).toBe(200);
    expect((await desk.delete(await desk.patron(patron.id))).status).toBe(200);
    expect(problemOf(await desk.save(patron, 'personal', typed, late))).toBe('patron-gone');
    const sql = "SELECT DISTINCT fingerprint FROM attempt WHERE endpoint IN ('createPatron', 'saveSection')";
    expect(central.parts.store.rows(sql)).toEqual([{ fingerprint: '' }]);
    expect((await desk.save(patron, 'personal', typed, saved)).body).toMatchObject({ applied: true });
    expect(problemOf(await desk.save(patron, 'personal', typed, late))).toBe('patron-gone');
    const otherAct = { ...saved, act: desk.newId() };
    expect(problemOf(await desk.save(patron, 'personal', typed, otherAct))).toBe('key-reused');
  });

  test('takes the name from the answers to acts on those whom they were guarantor for', async () => {
    const { desk, central } = await atTheDesk();
    const parent = await desk.register({ personal: { familyName: 'Gonewiththewind' } });
    const [ward, other] = [await desk.register({ guarantor: byPatron(parent) }), await desk.register()];
    const saved = { key: desk.newId(), act: desk.newId() };
    const before = await desk.save(other, 'guarantor', byPatron(parent), saved);
    expect(problemOf(await desk.save(other, 'guarantor', { guarantor: null }))).toBe('stale-tag');
    for (const { id } of [ward, other])
      await desk.save(await desk.patron(id), 'guarantor', { guarantor: null });
    expect((await desk.delete(await desk.patron(parent.id))).status).toBe(200);
    const answers = central.parts.store.rows<{ body: string }>('SELECT body FROM attempt');
    expect(JSON.stringify(answers)).not.toContain('Gonewiththewind');
    const guarantor = { kind: 'patron', patronId: parent.id, name: '' };
    const { values, tag } = valueOf<{ values: unknown; tag: string }>(before);
    expect(values).toMatchObject({ guarantor: { name: 'Ada Gonewiththewind' } });
    const again = await desk.save(other, 'guarantor', byPatron(parent), saved);
    expect(valueOf(again)).toEqual({ values: { guarantor }, tag });
  });

  test('reads no answers but the patron’s own and those that name them, however many are stored', async () => {
    const { desk, central } = await atTheDesk();
    const patron = await desk.register();
    const { store } = central.parts;
    const ran = vi.spyOn(store, 'run');
    expect((await desk.delete(patron)).status).toBe(200);
    const calls = ran.mock.calls.filter(([sql]) => /UPDATE|DELETE/.test(sql));
    const plans = calls.flatMap(([sql, ...values]) =>
      store.rows<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, ...values),
    );
    const steps = plans.map(({ detail }) => detail);
    expect(steps).toContainEqual(expect.stringMatching('SEARCH attempt USING INDEX attempt_of_guarantor'));
    // Its one row.
    expect(steps.filter((step) => step.startsWith('SCAN'))).toEqual(['SCAN history']);
  });

  test('keeps the person’s account at another library', async () => {
    const { desk, signIn, central } = await atTheDesk();
    const patron = await desk.register();
    const south = await signIn('south', 'lead');
    const same = await south.register();
    central.parts.store.run(
      'UPDATE patron SET person = (SELECT person FROM patron WHERE id = ?) WHERE id = ?',
      patron.id,
      same.id,
    );
    expect((await desk.delete(patron)).status).toBe(200);
    expect(await south.patron(same.id)).toEqual(same);
  });

  test('is refused with counts of what stands in its way', async () => {
    const { desk } = await atTheDesk();
    const parent = await desk.register();
    const params = { patronId: parent.id };
    const personal = { familyName: 'Liten', birthDate: '2016-01-01' };
    await desk.register({ personal, guarantor: byPatron(parent) });
    const title = { title: 'T', author: '' };
    const lend = { id: desk.newId(), ...title, itemBarcode: '1', dueAt: '2026-04-01T00:00:00Z' };
    await desk.act('lend', { params, body: lend });
    await desk.act('reserve', { params, body: { id: desk.newId(), ...title, pickupBranch: 'main' } });
    const debt = { id: desk.newId(), kind: 'other', description: '', amount: 100 };
    await desk.act('addDebt', { params, body: debt });
    const answer = await desk.delete(await desk.patron(parent.id));
    expect(problemOf(answer)).toBe('not-deletable');
    expect(answer.body).toMatchObject({
      obstacles: { loans: 1, reservations: 1, debts: 1, guarantorFor: 1 },
    });
  });

  test('is refused where anything of the patron has changed since staff looked', async () => {
    const { desk } = await atTheDesk();
    const patron = await desk.register();
    await desk.block(patron);
    expect(problemOf(await desk.delete(patron))).toBe('stale-tag');
  });

  test('can’t be undone by an act that was on its way: the id is never used again', async () => {
    const { desk } = await atTheDesk();
    const patron = await desk.register();
    await desk.delete(patron);
    const body = { id: patron.id, sections: { personal: { familyName: 'X' } } };
    expect(problemOf(await desk.act('createPatron', { body }))).toBe('patron-gone');
  });

  test('leaves an id that another library can’t take, so that the deletion comes to every desk here', async () => {
    const { desk, signIn } = await atTheDesk();
    const south = await signIn('south', 'desk');
    const patron = await desk.register();
    await desk.delete(patron);
    const body = { id: patron.id, sections: { personal: { familyName: 'X' } } };
    expect(issuesOf(await south.act('createPatron', { body }))).toEqual(['id: idTaken']);
    const { body: feed } = await desk.ask('changes', { query: { after: 0, epoch: desk.session.epoch } });
    expect(feed).toMatchObject({ changes: [{ kind: 'deleted', patronId: patron.id }] });
  });
});
