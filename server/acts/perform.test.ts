// What holds of every act: the order of checks, answers kept under keys, one effect.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { EndpointAnswer } from '../../shared/central/contract.ts';
import type { Patron } from '../../shared/patrons/patron.ts';
import { BLOCK_PATRON, DELETE_PATRON } from '../../shared/permissions.ts';
import { problemOf, testNetwork, valueOf } from '../testing/network.ts';
import { beginExport } from '../testing/patron-data.ts';

const phones = async (desk: { patron(id: string): Promise<Patron> }, { id }: Patron) =>
  (await desk.patron(id)).sections.contact.values.phones;

async function atTheDesk() {
  const network = testNetwork();
  const desk = await network.signIn('north', 'lead');
  return { ...network, desk, patron: await desk.register() };
}

describe('a repeat', () => {
  test('has no second effect and gets the very answer of the first', async () => {
    const { desk, patron, central } = await atTheDesk();
    const parts = { key: desk.newId(), act: desk.newId(), id: desk.newId() };
    const first = await desk.block(patron, 'once', parts);
    const head = central.marks().head;
    const second = await desk.block(patron, 'once', parts);
    expect(second).toEqual(first);
    expect(central.marks().head).toBe(head);
    expect((await desk.patron(patron.id)).blocks).toHaveLength(1);
  });

  test('is looked up before If-Match: a lost answer is told again, not refused as stale', async () => {
    const { desk, patron } = await atTheDesk();
    const parts = { key: desk.newId(), act: desk.newId() };
    const first = await desk.save(patron, 'contact', { phones: ['070-1740605'] }, parts);
    expect(first.status).toBe(200);
    const later = valueOf<{ tag: string }>(first).tag;
    await desk.save(patron, 'contact', { phones: ['070-1740606'] }, { ifMatch: later });
    expect(await desk.save(patron, 'contact', { phones: ['070-1740605'] }, parts)).toEqual(first);
    expect(await phones(desk, patron)).toEqual(['070-1740606']);
  });

  test('is looked up before permission: what was applied stays told so after the permission went', async () => {
    const { desk, patron, central } = await atTheDesk();
    const parts = { key: desk.newId(), act: desk.newId(), id: desk.newId() };
    const first = await desk.block(patron, 'x', parts);
    central.staff.revoke(desk.session.staff.id, BLOCK_PATRON);
    expect(await desk.block(patron, 'x', parts)).toEqual(first);
    expect(problemOf(await desk.block(patron))).toBe('not-permitted');
  });

  test('is the same whatever its If-Match and the order of its fields', async () => {
    const { desk, patron } = await atTheDesk();
    const parts = { key: desk.newId(), act: desk.newId() };
    const request = (changes: unknown) => ({
      params: { patronId: patron.id, section: 'address' },
      body: { changes },
    });
    const { tag } = patron.sections.address;
    const first = await desk.act('saveSection', request({ town: 'a', line1: 'b' }), {
      ...parts,
      ifMatch: tag,
    });
    expect(first.status).toBe(200);
    const again = await desk.act('saveSection', request({ line1: 'b', town: 'a' }), {
      ...parts,
      ifMatch: 'other',
    });
    expect(again).toEqual(first);
  });

  test('with other content under the same key is refused, and changes nothing', async () => {
    const { desk, patron } = await atTheDesk();
    const parts = { key: desk.newId(), act: desk.newId(), id: desk.newId() };
    await desk.block(patron, 'one', parts);
    expect(problemOf(await desk.block(patron, 'another', parts))).toBe('key-reused');
    expect((await desk.patron(patron.id)).blocks.map(({ comment }) => comment)).toEqual(['one']);
  });

  test("never shows one member of staff another's answer", async () => {
    const { desk, patron, signIn } = await atTheDesk();
    const parts = { key: desk.newId(), act: desk.newId(), id: desk.newId() };
    await desk.block(patron, 'x', parts);
    for (const other of [await signIn('north', 'desk'), await signIn('south', 'lead')]) {
      expect(problemOf(await other.block(patron, 'x', parts))).toBe('key-reused');
      expect(problemOf(await other.ask('act', { params: { key: parts.key } }))).toBe('not-found');
    }
  });

  test('tells a PIN set twice under one key from two different PINs, without keeping either', async () => {
    const { desk, patron, central } = await atTheDesk();
    const parts = { key: desk.newId(), act: desk.newId() };
    const set = (pin: string) =>
      desk.act('setPin', { params: { patronId: patron.id }, body: { pin } }, parts);
    const first = await set('4711');
    expect(first.status).toBe(200);
    expect(await set('4711')).toEqual(first);
    expect(problemOf(await set('4712'))).toBe('key-reused');
    const rows = central.parts.store.rows('SELECT * FROM attempt, patron');
    expect(JSON.stringify(rows)).not.toContain('4711');
  });
});

test('a PIN that waits for its turn is not set by an account that was locked meanwhile', async () => {
  const { central, signIn } = testNetwork();
  const desk = await signIn('north', 'lead');
  const patron = await desk.register();
  const waiting = desk.act('setPin', { params: { patronId: patron.id }, body: { pin: '7391' } });
  central.staff.setLocked(desk.session.staff.id, true);
  expect(problemOf(await waiting)).toBe('signed-out');
});

test('PINs wait for their turn: whoever sets ever more of them holds up nobody else, and may try again', async () => {
  const { desk, patron, signIn } = await atTheDesk();
  const colleague = await signIn('north', 'desk');
  const request = { params: { patronId: patron.id }, body: { pin: '4711' } };
  const keys = Array.from({ length: 20 }, () => ({ key: desk.newId(), act: desk.newId() }));
  const setting = keys.map((parts) => desk.act('setPin', request, parts));
  expect(problemOf(await desk.act('setPin', request, { epoch: desk.newId() }))).toBe('other-epoch');
  expect((await colleague.act('setPin', request)).status).toBe(200);
  const answers = await Promise.all(setting);
  expect(answers.map(({ status }) => status)).toEqual([...Array(4).fill(200), ...Array(16).fill(429)]);
  expect((await desk.act('setPin', request, keys.at(-1))).status).toBe(200);
});

describe('a refusal is final under its key', () => {
  test('412: a delayed duplicate does not apply after the tag came to fit', async () => {
    const { desk, patron } = await atTheDesk();
    const parts = { key: desk.newId(), act: desk.newId() };
    const stale = await desk.save(patron, 'contact', { phones: ['1'] }, { ...parts, ifMatch: 'x.9' });
    expect(problemOf(stale)).toBe('stale-tag');
    const again = await desk.save(patron, 'contact', { phones: ['1'] }, parts);
    expect(again).toEqual(stale);
    expect(await phones(desk, patron)).toEqual([]);
  });

  test('403: a delayed duplicate does not apply after the permission came', async () => {
    const { signIn, central, desk, patron } = await atTheDesk();
    const plain = await signIn('north', 'desk');
    const parts = { key: plain.newId(), act: plain.newId(), id: plain.newId() };
    const refused = await plain.block(patron, 'x', parts);
    expect(problemOf(refused)).toBe('not-permitted');
    central.staff.grant(plain.session.staff.id, BLOCK_PATRON);
    expect(await plain.block(patron, 'x', parts)).toEqual(refused);
    expect((await desk.patron(patron.id)).blocks).toEqual([]);
  });

  test('409, 410 and 422 likewise', async () => {
    const { desk, patron } = await atTheDesk();
    const parts = () => ({ key: desk.newId(), act: desk.newId() });
    const params = { patronId: patron.id };
    const lift = parts();
    const notBlocked = () =>
      desk.act('unblock', { params, body: { blocks: [lift.key], comment: 'x' } }, lift);
    const first = await notBlocked();
    expect(problemOf(first)).toBe('not-blocked');
    await desk.block(patron, 'x', { id: lift.key });
    expect(await notBlocked()).toEqual(first);

    const empty = parts();
    const invalid = await desk.block(patron, '  ', empty);
    expect(problemOf(invalid)).toBe('invalid');
    expect(problemOf(await desk.block(patron, 'now with words', empty))).toBe('key-reused');

    await desk.delete(await desk.patron(patron.id));
    const late = parts();
    const gone = await desk.block(patron, 'x', { ...late, id: late.key });
    expect(problemOf(gone)).toBe('patron-gone');
    expect(await desk.block(patron, 'x', { ...late, id: late.key })).toEqual(gone);
  });

  test('another epoch is refused, but never kept: the same attempt may come again', async () => {
    const { desk, patron } = await atTheDesk();
    const parts = { key: desk.newId(), act: desk.newId(), id: desk.newId() };
    expect(problemOf(await desk.block(patron, 'x', { ...parts, epoch: 'before' }))).toBe('other-epoch');
    expect(problemOf(await desk.ask('act', { params: { key: parts.key } }))).toBe('not-found');
    expect((await desk.block(patron, 'x', parts)).status).toBe(201);
  });

  test('a missing session or a missing If-Match is not kept either', async () => {
    const { desk, patron } = await atTheDesk();
    const parts = { key: desk.newId(), act: desk.newId() };
    const { token } = desk;
    desk.token = 'a.wrong';
    expect(problemOf(await desk.save(patron, 'note', { staffNote: 'x' }, parts))).toBe('signed-out');
    desk.token = token;
    const params = { patronId: patron.id, section: 'note' };
    const without = await desk.act('saveSection', { params, body: { changes: { staffNote: 'x' } } }, parts);
    expect(problemOf(without)).toBe('tag-required');
    expect((await desk.save(patron, 'note', { staffNote: 'x' }, parts)).status).toBe(200);
  });
});

describe('the order of checks', () => {
  test('epoch before key, permission before validity, validity before If-Match', async () => {
    const { desk, patron, signIn } = await atTheDesk();
    const plain = await signIn('north', 'desk');
    expect(problemOf(await plain.block(patron, '', {}))).toBe('not-permitted');
    expect(problemOf(await desk.save(patron, 'contact', { phones: ['?'] }, { ifMatch: 'no' }))).toBe(
      'invalid',
    );
    const parts = { key: desk.newId(), act: desk.newId(), id: desk.newId() };
    await desk.block(patron, 'x', parts);
    expect(problemOf(await desk.block(patron, 'x', { ...parts, epoch: 'other' }))).toBe('other-epoch');
  });

  test('an act without a key is told that it needs one', async () => {
    const { desk, patron } = await atTheDesk();
    const request = { params: { patronId: patron.id }, body: { id: desk.newId(), comment: 'x' } };
    expect(problemOf(await desk.ask('block', request))).toBe('key-required');
  });
});

describe('one act', () => {
  test('is applied once over all its attempts; a second attempt gets the answer of the first', async () => {
    const { desk, patron } = await atTheDesk();
    const act = desk.newId();
    const first = await desk.save(patron, 'contact', { phones: ['070-1740605'] }, { act });
    const { tag } = valueOf<{ tag: string }>(first);
    const second = await desk.save(patron, 'contact', { phones: ['070-1740606'] }, { act, ifMatch: tag });
    expect(second).toEqual(first);
    expect(await phones(desk, patron)).toEqual(['070-1740605']);
  });

  test('that was refused may be attempted again under a new key', async () => {
    const { desk, patron } = await atTheDesk();
    const act = desk.newId();
    expect(problemOf(await desk.save(patron, 'note', { staffNote: 'x' }, { act, ifMatch: 'no' }))).toBe(
      'stale-tag',
    );
    expect((await desk.save(patron, 'note', { staffNote: 'x' }, { act })).status).toBe(200);
  });

  test('has its effect, its key and its change in one transaction: a failure leaves none of them', async () => {
    const { desk, patron, central } = await atTheDesk();
    const { store, search } = central.parts;
    const before = central.marks();
    const parts = { key: desk.newId(), act: desk.newId() };
    const put = search.put.bind(search);
    search.put = () => {
      throw new Error('The power went.');
    };
    await expect(desk.save(patron, 'contact', { phones: ['070-1740605'] }, parts)).rejects.toThrow('power');
    search.put = put;
    expect(central.marks()).toEqual(before);
    expect(await phones(desk, patron)).toEqual([]);
    expect(store.row('SELECT 1 FROM attempt WHERE key = ?', parts.key)).toBeUndefined();
    expect((await desk.save(patron, 'contact', { phones: ['070-1740605'] }, parts)).status).toBe(200);
  });

  test('in any order of duplicates has at most one effect, and all its duplicates the same answer', async () => {
    const { desk, patron, central } = await atTheDesk();
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 12 }), async (sent) => {
        const acts = [0, 1, 2, 3].map((n) => ({ act: desk.newId(), key: desk.newId(), id: desk.newId(), n }));
        const before = (await desk.patron(patron.id)).blocks.length;
        const answers = new Map<number, unknown>();
        for (const n of sent) {
          const parts = acts[n];
          const answer = await desk.block(patron, `block ${n}`, { ...parts });
          if (answers.has(n)) expect(answer).toEqual(answers.get(n));
          answers.set(n, answer);
        }
        expect((await desk.patron(patron.id)).blocks).toHaveLength(before + new Set(sent).size);
        expect(
          central.parts.store.rows('SELECT act FROM applied_act GROUP BY act HAVING count(*) > 1'),
        ).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });
});

describe('what became of an act', () => {
  test('is told by its key: applied, refused, or never taken', async () => {
    const { desk, patron } = await atTheDesk();
    const parts = { key: desk.newId(), act: desk.newId() };
    const ask = (key: string) => desk.ask('act', { params: { key } });
    expect(problemOf(await ask(parts.key))).toBe('not-found');
    const refused = await desk.delete(patron, { ...parts, ifMatch: 'no' });
    expect((await ask(parts.key)).body).toEqual({ status: 412, body: refused.body });
    const key = desk.newId();
    const deleted = await desk.delete(patron, { act: parts.act, key });
    expect((await ask(key)).body).toEqual({ status: 200, body: deleted.body });
  });

  test('keeps nothing of a deleted patron but ids, keys and kinds, and tells a repeat that the patron is gone since', async () => {
    const { desk, patron, central } = await atTheDesk();
    const parts = { key: desk.newId(), act: desk.newId() };
    await desk.save(patron, 'note', { staffNote: 'a secret garden' }, parts);
    const refused = { key: desk.newId(), act: desk.newId(), ifMatch: 'no' };
    await desk.save(patron, 'note', { staffNote: 'another secret garden' }, refused);
    await desk.delete(await desk.patron(patron.id));
    const again = await desk.save(patron, 'note', { staffNote: 'a secret garden' }, parts);
    expect(problemOf(again)).toBe('patron-gone');
    expect(again.body).toMatchObject({ applied: true });
    const neverDone = await desk.save(patron, 'note', { staffNote: 'another secret garden' }, refused);
    expect(problemOf(neverDone)).toBe('patron-gone');
    expect(neverDone.body).not.toHaveProperty('applied');
    expect(JSON.stringify(central.parts.store.rows('SELECT * FROM attempt'))).not.toContain('secret garden');
  });

  test('is remembered as long as a desk may be away, then forgotten; not that it was done', async () => {
    const { signIn, desk, patron, central, passDays } = await atTheDesk();
    const parts = { key: desk.newId(), act: desk.newId(), id: desk.newId() };
    const { key } = parts;
    await desk.block(patron, 'x', parts);
    const kept = () => central.parts.store.row('SELECT 1 FROM attempt WHERE key = ?', key) !== undefined;
    passDays(99);
    expect(kept()).toBe(true);
    passDays(2);
    expect(kept()).toBe(false);
    const late = await signIn('north', 'lead', desk.desk);
    const again = await late.block(patron, 'x', parts);
    expect(problemOf(again)).toBe('already-done');
    expect(again.body).toMatchObject({ applied: true });
  });
});

test('an answer tells epoch, head and durable, and head is the position of its own change', async () => {
  const { desk, patron, central } = await atTheDesk();
  const answer = await desk.block(patron);
  const { epoch, head } = answer.body as EndpointAnswer<'block'>;
  expect(epoch).toBe(central.marks().epoch);
  const query = { after: head - 1, epoch, limit: 10 };
  const { changes } = (await desk.ask('changes', { query })).body as EndpointAnswer<'changes'>;
  expect(changes).toMatchObject([{ kind: 'patron', position: head, patron: { id: patron.id } }]);
});

test('what only leaves a trace is in the history too: a database from before it is seen to be older', async () => {
  const { desk, patron, central } = await atTheDesk();
  const { head } = central.marks();
  expect((await beginExport(desk, patron.id)).status).toBe(200);
  expect(central.marks().head).toBe(head + 1);
});

test('the time of an act is the desk’s, but never later than now', async () => {
  const { desk, patron, clock } = await atTheDesk();
  const now = new Date(clock.now()).toISOString();
  const blockedAt = async (actedAt: string) =>
    valueOf<{ blockedAt: string }>(await desk.block(patron, 'x', { actedAt })).blockedAt;
  expect(await blockedAt('2026-02-27T08:00:00.000Z')).toBe('2026-02-27T08:00:00.000Z');
  expect(await blockedAt('2031-01-01T00:00:00.000Z')).toBe(now);
});

test('permissions are judged when the act arrives, from the staff table', async () => {
  const { desk, patron, central } = await atTheDesk();
  central.staff.revoke(desk.session.staff.id, DELETE_PATRON);
  expect(problemOf(await desk.delete(patron))).toBe('not-permitted');
  central.staff.grant(desk.session.staff.id, DELETE_PATRON);
  expect((await desk.delete(patron)).status).toBe(200);
});
