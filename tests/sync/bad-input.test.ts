// What a desk meets that should not be: each has its message, none loses an act or does it twice.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { httpTransport } from '../../electron/central/transport.ts';
import { testNetwork } from '../../server/testing/network.ts';
import type { Patron } from '../../shared/patrons/patron.ts';
import { cut, Desk, goodLine } from './desk.ts';
import { afterwards, deskOn, filled, found, position, problem, started } from './filled.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const comments = async (desk: Desk, { id }: Patron) =>
  (await desk.store.patron('north', id))?.patron.blocks.map(({ comment }) => comment);

test('a cursor from the future: the copy is filled anew, the outbox untouched', async () => {
  const { desk, colleague, ek } = await filled();
  const { epoch } = await desk.store.pullState('north');
  await desk.store.applyChanges('north', [], 9_999, epoch ?? '', null);
  desk.line.asked = cut;
  await desk.parts.patrons.block(ek.id, 'Kept the atlas.');
  desk.line = goodLine();
  await desk.sync();
  expect(await position(desk)).toBeLessThan(100);
  expect((await colleague.patron(ek.id)).blocks).toHaveLength(1);
  expect(await comments(desk, ek)).toEqual(['Kept the atlas.']);
});

test('a page of changes cut in half is not believed; the next one is', async () => {
  const { desk, colleague } = await filled();
  await colleague.register({ personal: { familyName: 'Ny' } });
  desk.line.answered = ({ path }, answer) =>
    path === '/changes' ? { ...answer, body: answer.body.slice(0, answer.body.length / 2) } : answer;
  const before = await position(desk);
  await desk.sync();
  expect(problem(desk)).toBe('serverRubbish');
  expect(await position(desk)).toBe(before);
  desk.line = goodLine();
  await desk.sync();
  expect(problem(desk)).toBeNull();
  expect(await found(desk, 'ny')).toBe(1);
});

test('fields that this version does not know are passed over', async () => {
  const { desk, colleague } = await filled();
  await colleague.register({ personal: { familyName: 'Ny' } });
  desk.line.answered = ({ path }, answer) => {
    if (path !== '/changes') return answer;
    const page = JSON.parse(answer.body) as { changes: { patron: object }[] };
    for (const change of page.changes) Object.assign(change.patron, { shoeSize: 43 });
    return { ...answer, body: JSON.stringify({ ...page, weather: 'rain' }) };
  };
  await desk.sync();
  expect(await found(desk, 'ny')).toBe(1);
  expect((await desk.parts.syncState()).setAside).toBe(0);
});

test('a record that fails the schema is kept aside and told of; the others go on', async () => {
  const { desk, colleague, ek, lind } = await filled();
  await colleague.save(ek, 'contact', { phones: ['0123 456'] });
  await colleague.save(lind, 'contact', { phones: ['0123 789'] });
  desk.line.answered = ({ path }, answer) => {
    if (path !== '/changes') return answer;
    const page = JSON.parse(answer.body) as { changes: { patron: Patron }[] };
    for (const { patron } of page.changes)
      if (patron.id === ek.id) Object.assign(patron, { createdAt: 'last week' });
    return { ...answer, body: JSON.stringify(page) };
  };
  await desk.sync();
  expect((await desk.parts.syncState()).setAside).toBe(1);
  expect(await found(desk, '0123789')).toBe(1);
  expect(await found(desk, 'ek')).toBe(1);
  desk.line = goodLine();
  await colleague.block(ek);
  await desk.sync();
  expect((await desk.parts.syncState()).setAside).toBe(0);
});

test.each([
  ['half a section', 'personal', "field_values = '{'"],
  ['a section of another shape', 'card', "field_values = 'null'"],
  ['a section that says nothing', 'note', "field_values = ''"],
  [
    'a birth date that is a number',
    'personal',
    "field_values = json_set(field_values, '$.birthDate', 20150506)",
  ],
])(
  '%s in a database that was put back costs one patron, and is told of; the others go on',
  async (_what, section, put) => {
    const { network, colleague, ek, lind } = await filled();
    const child = await colleague.register({
      personal: { familyName: 'Ask', birthDate: '2015-05-06' },
      guarantor: { guarantor: { kind: 'patron', patronId: ek.id, name: '' } },
    });
    const { store } = network.central.parts;
    for (const { id } of [lind, child])
      store.run(
        `UPDATE patron_section SET ${put} WHERE section = ? AND patron = (SELECT number FROM patron WHERE id = ?)`,
        section,
        id,
      );
    network.central.housekeep();
    const desk = await deskOn(network);
    await desk.signIn();
    expect([problem(desk), (await desk.parts.syncState()).setAside]).toEqual([null, 2]);
    expect([await found(desk, 'ek'), await found(desk, 'öberg')]).toEqual([1, 1]);
    const hits = await colleague.ask('search', { query: { query: '*', offset: 0, limit: 10 } });
    expect(hits).toMatchObject({ status: 200, body: { total: 4 } });
    const { guarantorFor } = await colleague.patron(ek.id);
    expect(guarantorFor.map(({ id }) => id)).toEqual([child.id]);
    const { epoch } = colleague.session;
    await colleague.block(ek);
    const news = await colleague.ask('changes', { query: { after: 0, epoch, limit: 100 } });
    expect(news.status).toBe(200);
  },
);

test.each([
  ['an hour ahead', HOUR],
  ['an hour behind', -HOUR],
  ['a year ahead', 365 * DAY],
  ['a year behind', -365 * DAY],
])("a computer's clock %s makes no wrong dates at the server, and loses nothing", async (_how, wrong) => {
  const network = testNetwork();
  const colleague = await network.signIn('north', 'lead');
  const patron = await colleague.register();
  const { central, clock } = network;
  const ownClock = { now: () => clock.now() + wrong };
  const desk = new Desk({ central: () => central, clock, ownClock });
  await started(desk);
  await desk.signIn();
  desk.line.asked = cut;
  await desk.parts.patrons.block(patron.id, 'Kept the atlas.');
  clock.pass(2 * HOUR);
  desk.line = goodLine();
  await desk.sync();
  const [block] = (await (await network.signIn('north', 'lead')).patron(patron.id)).blocks;
  expect(block?.blockedAt).toBe(new Date(clock.now() - 2 * HOUR).toISOString());
});

test.each(['*', '**', ' * *', 'l', 'l*', '*d'])(
  'a page that asks for guarantors by %j, which could be anybody’s name, is told of nobody',
  async (name) => {
    const { desk, ek } = await filled();
    const find = (name: string) => desk.parts.patrons.guarantors(ek.id, { name, order: 'plain' }, 8);
    expect(await find(name)).toEqual([]);
    expect(await find('li')).toHaveLength(1);
  },
);

test('a page that asks for guarantors is told of nobody by what it is not told of them, sign by sign', async () => {
  const { desk, colleague, ek } = await filled();
  await colleague.register({
    personal: {
      givenName: 'Ånna',
      familyName: 'Berg-Öst',
      birthDate: '1990-02-01',
      nationalId: '199002010017',
    },
    contact: {
      phones: ['070 174 06 11'],
      emails: ['post@planted.example', 'anna.berg.norrby@planted.example'],
    },
    address: { line1: 'Storgatan 5', postcode: '12345', town: 'Norrby' },
    card: { cards: [{ number: 'C-77001', state: 'active' }] },
  });
  await desk.sync();
  const find = (name: string) => desk.parts.patrons.guarantors(ek.id, { name, order: 'plain' }, 8);
  for (const shown of ['anna', 'berg ost', 'bergöst norr', 'anna 1.2.1990', 'anna 1990', 'C77001'])
    expect(await find(shown)).toHaveLength(1);
  for (const hidden of ['0701', '70174', 'post', 'planted', 'storg', '12345', 'C7700', '77001', '1990020100'])
    for (const asked of [hidden, `anna ${hidden}`]) expect(await find(asked)).toEqual([]);
  // Of beginnings that are shown: they are looked for as one word.
  for (const joined of ['berg@anna', 'anna@berg', '19900201-1', '199-19'])
    expect(await find(joined)).toEqual([]);
});

test('hits whose texts have no end are cut to what a list shows of them', async () => {
  const { desk } = await filled();
  const endless = 'x'.repeat(140_000);
  desk.line.answered = ({ path }, answer) => {
    if (path !== '/patrons') return answer;
    const { total, patrons } = JSON.parse(answer.body) as { total: number; patrons: object[] };
    const long = { givenName: endless, familyName: endless, addressLine: endless, cardNumber: endless };
    return {
      ...answer,
      body: JSON.stringify({ total, patrons: patrons.map((one) => ({ ...one, ...long })) }),
    };
  };
  const part = { offset: 0, limit: 50, order: 'plain', from: 'server' } as const;
  const { patrons } = await desk.parts.patrons.search('lind', part);
  expect(patrons).toHaveLength(1);
  for (const text of Object.values(patrons[0] ?? {})) expect(String(text).length).toBeLessThanOrEqual(300);
});

test('a clock that jumps while staff work changes neither what waits nor its order', async () => {
  const { network, desk, colleague, ek } = await filled();
  desk.line.asked = cut;
  await desk.parts.patrons.block(ek.id, 'First.');
  network.clock.pass(-365 * DAY);
  const { patron } = await desk.parts.patrons.read(ek.id, false);
  await desk.parts.patrons.unblock(
    ek.id,
    patron.blocks.map(({ id }) => id),
    'Second.',
  );
  network.clock.pass(365 * DAY);
  desk.line = goodLine();
  await desk.sync();
  expect(await desk.store.acts(['waiting', 'sent', 'conflict', 'refused'])).toEqual([]);
  expect((await colleague.patron(ek.id)).blocks).toEqual([]);
});

test('a copy that was not synced for 14 days is erased, whatever the clock is set to; what waits stays', async () => {
  const { network, desk, ek } = await filled();
  desk.line.asked = cut;
  await desk.parts.patrons.block(ek.id, 'Kept the atlas.');
  network.clock.pass(13 * DAY);
  await desk.crash();
  await desk.start();
  expect(await found(desk, 'ek')).toBe(1);
  network.clock.pass(2 * DAY);
  await desk.crash();
  await desk.start();
  expect(await found(desk, 'ek')).toBe(0);
  expect(await desk.store.acts(['waiting', 'sent'])).toHaveLength(1);
  desk.line = goodLine();
  await desk.signIn();
  await desk.sync();
  const colleague = await network.signIn('north', 'lead');
  expect((await colleague.patron(ek.id)).blocks).toHaveLength(1);
  expect(await found(desk, 'ek')).toBe(1);
});

test('setting the clock back each day keeps neither the copy nor a sign-in without the line longer', async () => {
  const network = testNetwork();
  const colleague = await network.signIn('north', 'lead');
  await colleague.register({ personal: { familyName: 'Ek' } });
  const { central, clock } = network;
  let behind = 0;
  const desk = new Desk({ central: () => central, clock, ownClock: { now: () => clock.now() - behind } });
  await started(desk);
  const signIn = async () => {
    await desk.signIn();
    await desk.parts.session.end();
    await desk.parts.session.signOut();
  };
  await signIn();
  desk.line.asked = cut;
  await signIn();
  for (let day = 0; day < 15; day++) {
    clock.pass(DAY);
    behind += DAY;
    await desk.parts.housekeep();
  }
  await expect(signIn()).rejects.toMatchObject({ error: { code: 'offlineTooLong' } });
  expect(await found(desk, 'ek')).toBe(0);
});

const mounts = process.platform === 'linux' && process.getuid?.() === 0;
test.skipIf(!mounts)(
  'a disk that fills up in the middle of a page: nothing of it is stored, staff are told, and with room it goes on',
  async () => {
    const { network, desk, colleague } = await filled();
    await desk.crash();
    const small = mkdtempSync(join(tmpdir(), 'circdesk-small-'));
    execFileSync('cp', ['-a', `${desk.folder}/.`, small]);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=800k', 'tmpfs', desk.folder]);
    afterwards(() => execFileSync('umount', [desk.folder]));
    afterwards(() => rmSync(small, { recursive: true }));
    execFileSync('cp', ['-a', `${small}/.`, desk.folder]);
    await desk.start();
    await desk.signIn();
    for (let n = 0; n < 90; n++)
      await colleague.register({
        personal: { familyName: `Stor${n}` },
        note: { staffNote: 'x'.repeat(9_900) },
      });
    await desk.sync();
    expect(problem(desk)).toBe('diskFull');
    const [stored, at] = [await found(desk, 'stor*'), await position(desk)];
    expect(stored).toBeLessThan(90);
    execFileSync('mount', ['-o', 'remount,size=64m', desk.folder]);
    await desk.sync();
    expect(problem(desk)).toBeNull();
    expect(await found(desk, 'stor*')).toBe(90);
    expect(await position(desk)).toBeGreaterThan(at ?? 0);
    expect(network.central.marks().head).toBe(await position(desk));
  },
);

test("a server whose certificate has expired is not spoken to, and that is what's said", async () => {
  const fixture = (name: string) => readFileSync(join(import.meta.dirname, '../fixtures', name));
  const server = createServer(
    { cert: fixture('expired-certificate.pem'), key: fixture('expired-key.pem') },
    (_request, answer) => void answer.end('{}'),
  ).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  afterwards(() => void server.close());
  const reachable: boolean[] = [];
  const { port } = server.address() as AddressInfo;
  const transport = httpTransport(`https://127.0.0.1:${port}`, fetch, (heard) => reachable.push(heard));
  await expect(transport({ method: 'GET', path: '/', timeout: 5_000 })).rejects.toMatchObject({
    error: { code: 'serverCertificate' },
  });
  expect(reachable).toEqual([false]);
});
