// Blocks at Koha: as attributes that its staff can read, or by the card-lost mark and the circulation note.
import { beforeEach, describe, expect, test } from 'vitest';
import { v7 } from 'uuid';
import { LONGEST_COMMENT } from '../../electron/central/koha/block-text.ts';
import { patronSchema, serverBlocksOn } from '../../shared/patrons/patron.ts';
import { ada, at, begin, desk, koha, open, row, save, sent, session } from './one-patron.ts';

const textOf = (id: number) => koha.world.attributes.find((one) => one.id === id)?.value;

beforeEach(begin);

describe('a block', () => {
  const block = (comment = 'Took the till.', id = v7()) =>
    session.send({ ...desk.act(ada, { kind: 'block', comment }, at()), id });
  const lift = (id: string) =>
    session.send(desk.act(ada, { kind: 'unblock', blocks: [id], comment: 'Settled.' }, at()));
  const blocks = async () => (await session.patron(ada, true)).blocks;

  test('is one attribute that Koha’s staff can read', async () => {
    await open();
    await block();
    const [attribute] = koha.world.attributes;
    expect(attribute).toMatchObject({ patron: row.patron_id, type: 'DESKBLOCK' });
    expect(attribute?.value).toMatch(/^MPL\|2026-03-02T10:00:00Z\|Eva Ek\|Took the till\.\|[\w-]{22}$/);
    expect(session.capabilities).toMatchObject({ block: 'note', blockComment: LONGEST_COMMENT });
  });

  test('of a type that isn’t there says what the administrator has to create', async () => {
    await open({}, { policy: { block: { attribute: 'NODESK' } } });
    expect(await block()).toMatchObject({ kind: 'refused', code: 'blockTypeMissing', wanted: 'NODESK' });
  });

  test('of a type that takes only one says so too', async () => {
    await open();
    koha.world.attributeTypes.set('DESKBLOCK', { repeatable: false });
    await block();
    expect(await block()).toMatchObject({ kind: 'refused', code: 'blockTypeMissing' });
  });

  test('is shown, and can be lifted, at a desk whose policy writes its type in other capitals than Koha', async () => {
    await open({}, { policy: { block: { attribute: 'DeskBlock' } } });
    koha.world.addAttribute(row.patron_id, 'DESKBLOCK', 'MPL|2026-01-02|Bo|By hand');
    await block();
    expect(await blocks()).toMatchObject([{ comment: 'By hand' }, { comment: 'Took the till.' }]);
    for (const { id } of await blocks()) expect(await lift(id)).toMatchObject({ kind: 'confirmed' });
    expect(koha.world.attributes).toEqual([]);
  });

  test('with the longest comment fits, a longer one is refused before it is sent', async () => {
    await open();
    expect(await block('å'.repeat(LONGEST_COMMENT))).toMatchObject({ kind: 'confirmed' });
    expect((await blocks())[0]?.comment).toBe('å'.repeat(LONGEST_COMMENT));
    expect(await block('x'.repeat(LONGEST_COMMENT + 1))).toMatchObject({ fields: [{ code: 'tooLong' }] });
  });

  test('of another library isn’t ours; one that was written by hand is, and can be lifted', async () => {
    await open();
    koha.world.addAttribute(row.patron_id, 'DESKBLOCK', 'CPL|2026-01-02|Bo|Elsewhere');
    const { id } = koha.world.addAttribute(row.patron_id, 'DESKBLOCK', 'MPL|2026-01-02|Bo|By hand');
    koha.world.addAttribute(row.patron_id, 'DESKBLOCK', 'no block at all');
    expect(await blocks()).toMatchObject([{ comment: 'By hand', blockedBy: 'Bo' }]);
    const [hand] = await blocks();
    expect(await lift(hand?.id ?? '')).toMatchObject({ kind: 'confirmed' });
    expect(textOf(id)).toBeUndefined();
    expect(koha.world.attributes).toHaveLength(2);
  });

  test('by hand whose last word is as long as an id is shown with it, and can be lifted', async () => {
    await open();
    const text = 'Took the till|see_the_note_of_Monday';
    koha.world.addAttribute(row.patron_id, 'DESKBLOCK', `MPL|2026-01-02|Bo|${text}`);
    const patron = patronSchema.parse(await session.patron(ada, true));
    expect(patron.blocks).toMatchObject([{ comment: text, blockedBy: 'Bo' }]);
    expect(await lift(patron.blocks[0]?.id ?? '')).toMatchObject({ kind: 'confirmed' });
    expect(koha.world.attributes).toEqual([]);
  });

  test('that somebody ended so in the note keeps nobody from reading it there', async () => {
    const staffNote = '[Blocked MPL|2026-01-02|Bo|Took the till|see_the_note_of_Monday]';
    await open({ staff_notes: staffNote });
    const { blocks, sections } = patronSchema.parse(await session.patron(ada, true));
    expect([blocks, sections.note.values]).toEqual([[], { staffNote }]);
  });

  describe('that Koha’s staff number anew, as they save the patron in between,', () => {
    /** As many times as they save, just before the desk's request to lift it arrives. */
    function saveBefore(saves: number): void {
      const answer = koha.answer.bind(koha);
      koha.answer = (request) => {
        if (request.method === 'DELETE' && saves-- > 0) {
          const kept = koha.world.attributes;
          koha.world.attributes = [];
          for (const { patron, type, value } of kept) koha.world.addAttribute(patron, type, value);
        }
        return answer(request);
      };
    }

    test.each([
      ['desk', 'MPL|2026-01-02|Bo|Came back|AZxvv2kgcACAAAAAAAAAAQ'],
      ['hand', 'MPL|2026-01-02|Bo|Came back'],
    ])('is lifted by its new number: set by %s', async (_by, text) => {
      await open();
      koha.world.addAttribute(row.patron_id, 'DESKBLOCK', text);
      koha.world.addAttribute(row.patron_id, 'DESKBLOCK', 'MPL|2026-01-03|Bo|Stays');
      const [first] = await blocks();
      saveBefore(1);
      expect(await lift(first?.id ?? '')).toMatchObject({ kind: 'confirmed' });
      expect(await blocks()).toMatchObject([{ comment: 'Stays' }]);
    });

    test.each([false, true])('is called neither lifted nor not there: repeated %s', async (repeated) => {
      await open();
      const id = v7();
      await block('Took the till.', id);
      saveBefore(2);
      const act = desk.act(ada, { kind: 'unblock', blocks: [id], comment: 'Settled.' }, at(), { repeated });
      await expect(session.send(act)).rejects.toMatchObject({ error: { code: 'serverRubbish' } });
      expect(await blocks()).toHaveLength(1);
      expect(await session.send({ ...act, repeated: true })).toMatchObject({ kind: 'confirmed' });
      expect(await blocks()).toEqual([]);
    });
  });

  test('is neither overlooked nor set twice nor called lifted where the header that asks for it gets lost', async () => {
    await open();
    const took = desk.act(ada, { kind: 'block', comment: 'Took the till.' }, at());
    await session.send(took);
    const lifts = desk.act(ada, { kind: 'unblock', blocks: [took.id], comment: 'Settled.' }, at());
    const answer = koha.answer.bind(koha);
    koha.answer = (request) => answer({ ...request, headers: { ...request.headers, 'x-koha-embed': '' } });
    for (const work of [
      session.patron(ada, true),
      session.search('Öberg', 0, 10),
      session.snapshot(null, 10),
      session.send({ ...took, repeated: true }),
      session.send({ ...lifts, repeated: true }),
    ])
      await expect(work).rejects.toMatchObject({ error: { code: 'serverRubbish' } });
    expect(koha.world.attributes).toHaveLength(1);
  });

  test('of Koha’s own is shown as one that is not ours to lift', async () => {
    await open({
      ...{ restricted: true, patron_card_lost: true, incorrect_address: true },
      expiry_date: '2020-01-01',
    });
    expect(desk.patron(ada).blocks).toEqual([]);
    const shown = serverBlocksOn(desk.patron(ada), '2026-03-02');
    expect(shown).toEqual(['restricted', 'cardLost', 'incorrectAddress', 'expired']);
  });

  test('of Koha’s own is there the day after a membership has ended, also in a copy that was filled before', async () => {
    await open({ expiry_date: '2026-03-03' });
    const shown = ['2026-03-03', '2026-03-04'].map((day) => serverBlocksOn(desk.patron(ada), day));
    expect(shown).toEqual([[], ['expired']]);
  });

  describe('by the card-lost mark', () => {
    const policy = { block: { keptAs: 'cardLost' } };

    test('stops loans at Koha, with the comment in the note, in one request', async () => {
      await open({ staff_notes: 'Rings twice.' }, { policy });
      await block('Took the till.\nTwice.');
      expect(sent()).toHaveLength(1);
      const koharow = koha.world.patron(row.patron_id);
      expect(koharow['patron_card_lost']).toBe(true);
      expect(koharow['staff_notes']).toMatch(
        /^Rings twice\.\n\[Blocked MPL\|.*\|Eva Ek\|Took the till\.\nTwice\.\|/,
      );
      const patron = await session.patron(ada, true);
      expect(patron.blocks).toMatchObject([{ comment: 'Took the till.\nTwice.' }]);
      expect(patron.serverBlocks).toEqual([]);
      expect(patron.sections.note.values.staffNote).toBe('Rings twice.');
      expect(session.capabilities).toMatchObject({ block: 'cardLost', cardStates: [], blockComment: 2000 });
    });

    test('a card that was lost before stays so once the block is lifted', async () => {
      await open({ patron_card_lost: true }, { policy });
      const id = v7();
      await block('Took the till.', id);
      expect(await blocks()).toHaveLength(1);
      await lift(id);
      const koharow = koha.world.patron(row.patron_id);
      expect(koharow).toMatchObject({ staff_notes: null, patron_card_lost: true });
    });

    test('a card that was lost before stays so, too, where the first of two blocks is lifted before the other', async () => {
      await open({ patron_card_lost: true }, { policy });
      const [first, second] = [v7(), v7()];
      await block('Took the till.', first);
      await block('Came back.', second);
      await lift(first);
      expect(await blocks()).toMatchObject([{ comment: 'Came back.' }]);
      await lift(second);
      const koharow = koha.world.patron(row.patron_id);
      expect(koharow).toMatchObject({ staff_notes: null, patron_card_lost: true });
    });

    test('a note that is edited meanwhile keeps the block, and lifting it leaves the note', async () => {
      await open({}, { policy });
      const id = v7();
      await block('Took the till.', id);
      await desk.fill();
      await save('note', { staffNote: 'Moved.' });
      expect(await blocks()).toHaveLength(1);
      await lift(id);
      expect(koha.world.patron(row.patron_id)).toMatchObject({
        staff_notes: 'Moved.',
        patron_card_lost: false,
      });
    });
  });
});
