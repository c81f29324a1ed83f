// The copy: how it is filled, whom it holds, and who is gone from it.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { Failure } from '../../electron/support/failure.ts';
import { testNetwork, type TestDesk, type TestNetwork } from '../../server/testing/network.ts';
import type { TaggedValues } from '../../shared/patrons/sections.ts';
import { cut, Desk, goodLine } from './desk.ts';

const DAY = 24 * 3_600_000;
const MONTH = 31 * DAY;
const desks: Desk[] = [];
afterEach(async () => {
  for (const desk of desks.splice(0)) {
    await desk.end();
    desk.remove();
  }
});

function deskOn({ central, clock }: TestNetwork, policy?: unknown): Promise<Desk> {
  const desk = new Desk({ central: () => central, clock, ...(policy !== undefined && { policy }) });
  desks.push(desk);
  return desk.start();
}

async function registered(colleague: TestDesk, count: number, familyName = 'Ek') {
  for (let n = 0; n < count; n++) await colleague.register({ personal: { familyName: `${familyName}${n}` } });
}

const ten = (from: 'copy' | 'server') => ({ offset: 0, limit: 10, order: 'plain', from }) as const;
const found = async (desk: Desk, query: string) => (await desk.store.search('north', query, 0, 1000)).total;
const pages = (desk: Desk, path: string) => desk.asked.filter((request) => request.path === path).length;

test('a fill that is cut off at any page goes on from there, after a crash too, and what has arrived is found', async () => {
  const network = testNetwork();
  await registered(await network.signIn('north', 'lead'), 1200);
  const desk = await deskOn(network);
  let allowed = 1;
  desk.line.asked = ({ path }) => {
    if (path === '/snapshot' && allowed-- <= 0) cut();
  };
  await desk.signIn();
  expect(await found(desk, 'ek*')).toBe(500);
  expect(await desk.store.pullState('north')).toMatchObject({
    position: null,
    fill: { arrived: 500, total: 1200, whole: false },
  });
  await desk.crash();
  await desk.start();
  expect(await found(desk, 'ek*')).toBe(500);
  desk.line = goodLine();
  desk.asked.length = 0;
  await desk.signIn();
  expect(pages(desk, '/snapshot')).toBe(2);
  expect(await found(desk, 'ek*')).toBe(1200);
});

test('what a first fill that was cut off holds is told to be as old as that fill', async () => {
  const network = testNetwork();
  await registered(await network.signIn('north', 'lead'), 600);
  const desk = await deskOn(network);
  const begun = new Date(network.clock.now()).toISOString();
  let allowed = 1;
  desk.line.asked = ({ path }) => {
    if (path === '/snapshot' && allowed-- <= 0) cut();
  };
  await desk.signIn();
  desk.line.asked = () => cut();
  network.clock.pass(2 * 24 * 3_600_000);
  const [arrived] = (await desk.store.search('north', 'Ek*', 0, 1)).patrons;
  expect((await desk.parts.patrons.read(arrived?.id ?? '', false)).asOf).toBe(begun);
});

test('staff edit and block while the copy is still filled', async () => {
  const network = testNetwork();
  const colleague = await network.signIn('north', 'lead');
  await registered(colleague, 600);
  const patron = await colleague.register({ personal: { familyName: 'Aa' } });
  const desk = await deskOn(network);
  let stop = () => undefined as void;
  desk.line.answered = ({ path }, answer) => {
    if (path === '/snapshot') stop();
    return answer;
  };
  stop = () => {
    stop = () => undefined;
    cut();
  };
  await desk.signIn();
  expect(await desk.parts.patrons.block(patron.id, 'Kept the atlas.')).toBe('confirmed');
  expect((await colleague.patron(patron.id)).blocks).toHaveLength(1);
});

test('the cost of staying in step follows the changes, not the size of the library', async () => {
  const network = testNetwork();
  const colleague = await network.signIn('north', 'lead');
  await registered(colleague, 300);
  const desk = await deskOn(network);
  await desk.signIn();
  desk.asked.length = 0;
  await desk.parts.sync.now();
  expect(pages(desk, '/changes')).toBe(1);
  expect(pages(desk, '/snapshot')).toBe(0);
  await registered(colleague, 3, 'Ny');
  desk.asked.length = 0;
  await desk.parts.sync.now();
  expect(pages(desk, '/changes')).toBe(1);
  expect(await found(desk, 'ny*')).toBe(3);
});

test('scope none: nobody is kept, and everything works with the line', async () => {
  const network = testNetwork();
  const colleague = await network.signIn('north', 'lead');
  const patron = await colleague.register({ personal: { familyName: 'Ek' } });
  const desk = await deskOn(network, { copy: { scope: 'none' } });
  await desk.signIn();
  expect(await found(desk, 'ek')).toBe(0);
  expect((await desk.parts.patrons.search('ek', ten('copy'))).partial).toBe(true);
  expect((await desk.parts.patrons.search('ek', ten('server'))).total).toBe(1);
  const view = await desk.parts.patrons.read(patron.id, true);
  expect(
    await desk.parts.patrons.saveSection(patron.id, 'note', view.patron.sections.note as never, {
      staffNote: 'x',
    }),
  ).toBe('confirmed');
  await desk.sync();
  expect((await desk.parts.patrons.read(patron.id, false)).patron.sections.note.values.staffNote).toBe('x');
  expect(pages(desk, '/snapshot')).toBe(0);
});

test('scope none: what waits or has to be decided is shown all the same, and nobody is deleted over it', async () => {
  const network = testNetwork();
  const colleague = await network.signIn('north', 'lead');
  const patron = await colleague.register({ personal: { familyName: 'Ek' } });
  const desk = await deskOn(network, { copy: { scope: 'none' } });
  await desk.signIn();
  const { patrons, deskActs } = desk.parts;
  const { note } = (await patrons.read(patron.id, true)).patron.sections;
  const noteShown = async () => (await patrons.read(patron.id, true)).patron.sections.note.values.staffNote;
  desk.line.asked = ({ method }) => {
    if (method === 'PATCH') cut();
  };
  await patrons.saveSection(patron.id, 'note', note as never, { staffNote: 'mine' });
  expect(await noteShown()).toBe('mine');
  await colleague.save(await colleague.patron(patron.id), 'note', { staffNote: 'theirs' });
  desk.line = goodLine();
  await desk.sync();
  expect(await noteShown()).toBe('theirs');
  const { acts, patron: shown } = await patrons.read(patron.id, true);
  expect(acts).toMatchObject([{ state: 'conflict', changes: { staffNote: 'mine' } }]);
  await expect(patrons.delete(patron.id, shown.tag)).rejects.toMatchObject({
    error: { code: 'actsWaiting' },
  });
  await deskActs.decide(patron.id, acts[0]?.id ?? '', { staffNote: 'both' });
  expect((await colleague.patron(patron.id)).sections.note.values).toEqual({ staffNote: 'both' });
});

test('scope branch: patrons of that branch only; who moves away goes, who comes is there', async () => {
  const network = testNetwork();
  network.central.parts.store.run("INSERT INTO branch (library, id, name) VALUES ('north', 'bus', 'Bus')");
  const colleague = await network.signIn('north', 'lead');
  const here = await colleague.register({ personal: { familyName: 'Ek' }, library: { branch: 'main' } });
  const there = await colleague.register({ personal: { familyName: 'Lind' }, library: { branch: 'bus' } });
  const desk = await deskOn(network, { copy: { scope: 'branch', branch: 'main' } });
  await desk.signIn();
  expect([await found(desk, 'ek'), await found(desk, 'lind')]).toEqual([1, 0]);
  await colleague.save(here, 'library', { branch: 'bus' });
  await colleague.save(there, 'library', { branch: 'main' });
  await desk.sync();
  expect([await found(desk, 'ek'), await found(desk, 'lind')]).toEqual([0, 1]);
  expect(desk.decryptedCopy().includes('Ek')).toBe(false);
});

test('scope branch: what was done to somebody who moves away goes out, and is decided, with the line or without', async () => {
  const network = testNetwork();
  network.central.parts.store.run("INSERT INTO branch (library, id, name) VALUES ('north', 'bus', 'Bus')");
  const colleague = await network.signIn('north', 'lead');
  const { id } = await colleague.register({ library: { branch: 'main' } });
  const desk = await deskOn(network, { copy: { scope: 'branch', branch: 'main' } });
  await desk.signIn();
  const { patrons, deskActs } = desk.parts;
  const { note } = (await patrons.read(id, false)).patron.sections;
  desk.line.asked = cut;
  await patrons.saveSection(id, 'note', note as never, { staffNote: 'mine' });
  await patrons.block(id, 'Kept the atlas.');
  await colleague.save(await colleague.patron(id), 'note', { staffNote: 'theirs' });
  await colleague.save(await colleague.patron(id), 'library', { branch: 'bus' });
  desk.line = goodLine();
  await desk.sync();
  expect((await colleague.patron(id)).blocks).toHaveLength(1);
  const { acts } = await patrons.read(id, true);
  expect(acts).toMatchObject([{ state: 'conflict', changes: { staffNote: 'mine' } }]);
  desk.line.asked = cut;
  expect(await deskActs.decide(id, acts[0]?.id ?? '', { staffNote: 'both' })).toBe('waiting');
  desk.line = goodLine();
  await desk.sync();
  expect((await colleague.patron(id)).sections.note.values).toEqual({ staffNote: 'both' });
});

test('scope active: who has nothing open and has not changed for long is not kept; a block brings them back', async () => {
  const network = testNetwork();
  const early = await network.signIn('north', 'lead');
  const old = await early.register({ personal: { familyName: 'Ek' } });
  network.clock.pass(25 * MONTH);
  const colleague = await network.signIn('north', 'lead');
  await colleague.register({ personal: { familyName: 'Lind' } });
  const desk = await deskOn(network, {});
  await desk.signIn();
  expect([await found(desk, 'ek'), await found(desk, 'lind')]).toEqual([0, 1]);
  await colleague.block(old);
  await desk.sync();
  expect(await found(desk, 'ek')).toBe(1);
});

test('scope active: the copy lets go of whom nothing has happened to for too long, but for whom something waits', async () => {
  const network = testNetwork();
  const colleague = await network.signIn('north', 'lead');
  const [quiet, blocked, edited] = [
    await colleague.register(),
    await colleague.register(),
    await colleague.register(),
  ];
  await colleague.block(blocked);
  const desk = await deskOn(network, { copy: { scope: 'active', activeMonths: 1 } });
  await desk.signIn();
  const held = async () =>
    Promise.all([quiet, blocked, edited].map(async ({ id }) => !!(await desk.store.patron('north', id))));
  expect(await held()).toEqual([true, true, true]);
  desk.line.asked = ({ path }) => {
    if (path.endsWith('/address')) throw new Failure({ code: 'serverFailed' });
  };
  const base = edited.sections.address as unknown as TaggedValues;
  await desk.parts.patrons.saveSection(edited.id, 'address', base, { town: 'Lund' });
  network.clock.pass(MONTH);
  await desk.signIn();
  expect(desk.asked.filter(({ path }) => path === '/snapshot')).toHaveLength(1);
  expect(await held()).toEqual([false, true, true]);
  expect(desk.decryptedCopy().includes(quiet.id)).toBe(false);
  desk.line = goodLine();
  await desk.sync();
  expect(await held()).toEqual([false, true, true]);
});

test('scope active: a computer’s clock that is years ahead takes nobody out of the copy', async () => {
  const network = testNetwork();
  const { id } = await (await network.signIn('north', 'lead')).register();
  const ownClock = { now: () => network.clock.now() + 100 * MONTH };
  const { central, clock } = network;
  const desk = new Desk({ central: () => central, clock, ownClock, policy: { copy: { scope: 'active' } } });
  desks.push(await desk.start());
  await desk.signIn();
  expect(await desk.store.patron('north', id)).toBeDefined();
});

test.each(['computer', 'server'])(
  'scope active: whom the clock of a %s that was ahead for one sync took out of the copy is in it again a day after it is right',
  async (whose) => {
    const network = testNetwork();
    const { central, clock } = network;
    const { id } = await (await network.signIn('north', 'lead')).register();
    let ahead = 0;
    const ownClock = { now: () => clock.now() + ahead };
    const desk = new Desk({ central: () => central, clock, ownClock, policy: { copy: { scope: 'active' } } });
    desks.push(await desk.start());
    await desk.signIn();
    if (whose === 'computer') {
      ahead = 100 * MONTH;
      await desk.sync();
      ahead = 0;
    } else {
      clock.pass(101 * MONTH);
      ahead = -100 * MONTH;
      await desk.signIn();
      clock.pass(-100 * MONTH);
      ahead = 0;
    }
    expect(await desk.store.patron('north', id)).toBeUndefined();
    await desk.signIn();
    clock.pass(DAY);
    await desk.signIn();
    expect(await desk.store.patron('north', id)).toBeDefined();
    await desk.sync();
    expect(pages(desk, '/snapshot')).toBe(2);
  },
);

test('scope active: a server that is started with its clock behind each morning isn’t asked for everybody', async () => {
  const network = testNetwork();
  const { central, clock } = network;
  await (await network.signIn('north', 'lead')).register();
  let behind = 0;
  const ownClock = { now: () => clock.now() + behind };
  const desk = new Desk({ central: () => central, clock, ownClock, policy: { copy: { scope: 'active' } } });
  desks.push(await desk.start());
  await desk.signIn();
  for (let morning = 0; morning < 3; morning++) {
    clock.pass(-2 * DAY);
    behind = 3 * DAY;
    await desk.signIn();
    clock.pass(3 * DAY);
    behind = 0;
    await desk.signIn();
  }
  expect(pages(desk, '/snapshot')).toBe(1);
});

test('a deletion reaches the copy and everything settled in the outbox, down to the decrypted bytes', async () => {
  const network = testNetwork();
  const colleague = await network.signIn('north', 'lead');
  const patron = await colleague.register({ personal: { familyName: 'Zwyczajna' } });
  const desk = await deskOn(network);
  await desk.signIn();
  await desk.parts.patrons.block(patron.id, 'Plugawy komentarz.');
  await desk.sync();
  const blocked = await colleague.patron(patron.id);
  const unblock = { blocks: blocked.blocks.map(({ id }) => id), comment: 'Fine.' };
  await colleague.act('unblock', { params: { patronId: patron.id }, body: unblock });
  await colleague.delete(await colleague.patron(patron.id));
  await desk.sync();
  expect(await found(desk, 'zwyczajna')).toBe(0);
  for (const bytes of [desk.decryptedCopy(), desk.decryptedOutbox()]) {
    expect(bytes.includes('Zwyczajna')).toBe(false);
    expect(bytes.includes('zwyczajna')).toBe(false);
    expect(bytes.includes('Plugawy')).toBe(false);
  }
});

test.each([
  ['its copy was lost', 1, true],
  ["its copy's time was over", 20, false],
])(
  'a desk that wasn’t told of a deletion, since %s, empties what it did all the same',
  async (_why, days, isLost) => {
    const network = testNetwork();
    const colleague = await network.signIn('north', 'lead');
    const patron = await colleague.register({ personal: { familyName: 'Zwyczajna' } });
    const desk = await deskOn(network);
    await desk.signIn();
    await desk.parts.patrons.block(patron.id, 'Plugawy komentarz.');
    const [block] = (await colleague.patron(patron.id)).blocks;
    await desk.parts.patrons.unblock(patron.id, [block?.id ?? ''], 'Plugawy, too.');
    await desk.sync();
    await desk.crash();
    await colleague.delete(await colleague.patron(patron.id));
    if (isLost)
      for (const part of ['', '-wal', '-shm']) rmSync(join(desk.folder, `copy.db${part}`), { force: true });
    network.clock.pass(days * DAY);
    await desk.start();
    await desk.signIn();
    expect(await desk.parts.deskActs.list()).toEqual([]);
    const bytes = desk.decryptedOutbox();
    expect(['Zwyczajna', 'Plugawy'].filter((word) => bytes.includes(word))).toEqual([]);
  },
);

test('loan history, notifications and PINs never enter the copy', async () => {
  const network = testNetwork();
  const colleague = await network.signIn('north', 'lead');
  const patron = await colleague.register({ preferences: { keepLoanHistory: true } });
  await colleague.act('setPin', { params: { patronId: patron.id }, body: { pin: '739162' } });
  const loan = {
    id: colleague.newId(),
    title: 'Atlas över Zanzibar',
    itemBarcode: '1',
    dueAt: '2026-04-01T00:00:00Z',
  };
  await colleague.act('lend', { params: { patronId: patron.id }, body: loan });
  const desk = await deskOn(network);
  await desk.signIn();
  expect(desk.decryptedCopy().includes('Zanzibar')).toBe(true);
  await colleague.act('returnLoan', { params: { patronId: patron.id, loanId: loan.id } });
  await desk.sync();
  expect(desk.decryptedCopy().includes('Zanzibar')).toBe(false);
  await desk.parts.patrons.setPin(patron.id, '739163');
  for (const bytes of [desk.decryptedCopy(), desk.decryptedOutbox()]) {
    expect(bytes.includes('739162')).toBe(false);
    expect(bytes.includes('739163')).toBe(false);
  }
});

test('a fill that staff pause keeps what has arrived, sends what they do, and goes on where it was', async () => {
  const network = testNetwork();
  const colleague = await network.signIn('north', 'lead');
  await registered(colleague, 1200);
  const desk = await deskOn(network);
  desk.line.answered = ({ path }, answer) => {
    if (path === '/snapshot') void desk.parts.sync.pauseFill(true);
    return answer;
  };
  await desk.signIn();
  expect(desk.parts.sync.state).toMatchObject({
    fill: { arrived: 500, total: 1200, paused: true },
    problem: null,
  });
  const [patron] = (await desk.store.search('north', 'ek*', 0, 1)).patrons;
  expect(await desk.parts.patrons.block(patron?.id ?? '', 'Kept the atlas.')).toBe('confirmed');
  desk.line = goodLine();
  await desk.parts.sync.pauseFill(false);
  desk.asked.length = 0;
  await desk.parts.sync.now();
  expect(pages(desk, '/snapshot')).toBe(2);
  expect(await found(desk, 'ek*')).toBe(1200);
  expect(desk.parts.sync.state.fill).toBeNull();
});
