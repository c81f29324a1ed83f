// What a patron's file is handed out with, and what a window shows, is that patron's own: whatever others of their
// library, and of another, have in the same tables.
import { expect, test } from 'vitest';
import type { EndpointName } from '../../shared/central/contract.ts';
import type { Patron } from '../../shared/patrons/patron.ts';
import { OF_PATRONS, type Cell } from '../testing/column-decisions.ts';
import { whoseCard } from './failed-pins.ts';
import { atTheDesk, type TestDesk, type TestNetwork } from '../testing/network.ts';
import { wholeFile } from '../testing/patron-data.ts';

const AT = '2026-02-03T10:00:00Z';

/** A row for each table that no act below writes, with this word in it. */
const rowsOf = (word: string, id: () => string): Record<string, Record<string, Cell>> => ({
  loan: {
    ...{ id: id(), title: word, author: word, item_barcode: word, branch: 'main' },
    ...{ loaned_at: AT, due_at: AT, renewals: 0 },
  },
  past_loan: { title: word, author: word, loaned_at: AT, returned_at: AT },
  reservation: { id: id(), title: word, author: word, pickup_branch: 'main', placed_at: AT, state: 'ready' },
  debt: { id: id(), kind: 'other', description: word, amount: 4_000, created_at: AT },
  payment: { paid_at: AT, amount: 100, description: word },
  notification: {
    ...{ id: id(), kind: 'dueSoon', channel: 'email', recipient: word, subject: word },
    ...{ sent_at: AT, state: 'sent' },
  },
  agreement: { id: id(), kind: 'terms', version: word, accepted_at: AT },
  source: { what: word, came_from: word, on_day: '2026-02-03' },
});

/** Registers a patron who has something in every table, with this word in all of it. */
async function fullOf(word: string, card: string, desk: TestDesk, network: TestNetwork): Promise<Patron> {
  const { store } = network.central.parts;
  const { id } = await desk.register({
    personal: { givenName: word, familyName: word },
    card: { cards: [{ number: card, state: 'active' }] },
    note: { staffNote: word },
  });
  for (const [table, row] of Object.entries(rowsOf(word, () => desk.newId())))
    store.run(
      `INSERT INTO ${table} (patron, ${Object.keys(row).join(', ')})
       SELECT number, ${Object.keys(row)
         .map(() => '?')
         .join(', ')} FROM patron WHERE id = ?`,
      ...Object.values(row),
      id,
    );
  const lifted = desk.newId();
  await desk.block(await desk.patron(id), `${word} lifted`, { id: lifted });
  const lifting = { params: { patronId: id }, body: { blocks: [lifted], comment: `${word} lifting` } };
  expect(await desk.act('unblock', lifting)).toMatchObject({ status: 200 });
  await desk.block(await desk.patron(id), `${word} in force`);
  const body = { library: desk.session.library.id, cardNumber: card, pin: '1111' };
  await network.central.answer('patronSignIn', { params: {}, query: {}, headers: {}, body });
  return desk.patron(id);
}

/** What the server answers about a patron, by who asks. */
async function answersAbout(patronId: string, desk: TestDesk): Promise<Record<string, string>> {
  const of = async (name: EndpointName, query = {}) => {
    const answer = await desk.ask(name, { params: { patronId, section: 'personal' }, query });
    expect(answer.status, name).toBe(200);
    return [name, JSON.stringify(answer.body)] as const;
  };
  const answers = [
    await of('patron'),
    await of('standing'),
    await of('notifications'),
    await of('agreements'),
    await of('section'),
  ];
  return { ...Object.fromEntries(answers), file: JSON.stringify(await wholeFile(desk, patronId)) };
}

test('the rows of others, of one library or of two, are in nobody’s file and in nobody’s window', async () => {
  const network = await atTheDesk();
  const { desk, central } = network;
  const elsewhere = await network.signIn('south', 'lead');
  const all = [
    { word: 'Firstword', card: '10000001', desk },
    { word: 'Secondword', card: '10000002', desk },
    // Libraries number their cards each for itself.
    { word: 'Thirdword', card: '10000001', desk: elsewhere },
  ];
  const patrons = [];
  for (const { word, card, desk } of all)
    patrons.push({ word, desk, patron: await fullOf(word, card, desk, network) });

  // Who has nothing in a table proves nothing by it.
  const { store } = central.parts;
  store.define('is_of_card', (who, card) => who === whoseCard(...(JSON.parse(card) as [string, string])));
  for (const { patron } of patrons)
    for (const [table, { whose, by }] of Object.entries(OF_PATRONS)) {
      const key = by === 'id' ? '?' : '(SELECT number FROM patron WHERE id = ?)';
      const rows = store.rows(`SELECT 1 FROM ${table} WHERE ${whose.replace('?', key)}`, patron.id);
      expect(rows, table).not.toEqual([]);
    }

  for (const { word, desk, patron } of patrons) {
    const answers = await answersAbout(patron.id, desk);
    for (const [name, text] of Object.entries(answers)) {
      if (name !== 'standing') expect(text, `${name} of ${word}`).toContain(word);
      for (const other of all.filter((one) => one.word !== word))
        expect(text, `${name} of ${word}`).not.toContain(other.word);
    }
    // Rows without words are counted.
    const { payments, blocks, failedSignIns } = await wholeFile(desk, patron.id);
    expect([payments?.length, blocks?.length, failedSignIns?.length]).toEqual([1, 2, 1]);
    // What another owes blocks nobody, and what they have keeps nobody from being deleted.
    expect(patron).toMatchObject({ totalDebt: 4_000, debtBlock: null });
    const obstacles = { loans: 1, reservations: 1, debts: 1, guarantorFor: 0 };
    expect((await desk.delete(patron)).body).toMatchObject({ obstacles });
  }
});
