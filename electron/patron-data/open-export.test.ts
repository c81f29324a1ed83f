import { expect, test } from 'vitest';
import { DOWNLOAD_PATRON_DATA } from '../../shared/permissions.ts';
import type { Requester } from '../../shared/patron-data/requester.ts';
import type { CentralServer, CentralSession } from '../central/central-server.ts';
import { clock, patronOf, STAFF } from '../cache/testing.ts';
import { Acts } from '../patrons/acts.ts';
import { StaffSession } from '../session/staff-session.ts';
import { Failure } from '../support/failure.ts';
import type { DeskError } from '../../shared/ipc/errors.ts';
import { openExport, type OwnStore } from './open-export.ts';
import { exportOf } from './testing.ts';

const library = {
  id: 'karlstad',
  name: 'Library',
  country: 'SE',
  currency: 'SEK',
  timeZone: 'Europe/Stockholm',
  branches: [],
  categories: [],
  rules: { debtLimit: 0, guarantorBelowAge: 15, pinLength: { min: 4, max: 6 } },
};

/** A desk whose server answers exports so; what was logged at the desk is in `logged`. */
async function deskWith(answer: CentralSession['exportPatronData'], ageGroup: 'adult' | 'child' = 'adult') {
  const random = { bytes: (count: number) => crypto.getRandomValues(new Uint8Array(count)) };
  const central = {
    staff: STAFF,
    library,
    permissions: [DOWNLOAD_PATRON_DATA],
    exportPatronData: answer,
  } as unknown as CentralSession;
  const server = { address: 'x', signIn: () => Promise.resolve(central) } as unknown as CentralServer;
  const session = new StaffSession(server, { read: () => null, write: () => undefined }, () => undefined);
  await session.signIn({ library: 'karlstad', username: 'eva', password: 'x' }, () => undefined);
  const logged: unknown[][] = [];
  const ownStore: OwnStore = {
    patron: (id) =>
      Promise.resolve({
        patron: { ...patronOf(1), id, ageGroup },
        library,
        asOf: '2026-11-23T17:00:00.000Z',
      }),
    acts: () => Promise.resolve([]),
    logExport: (...entry) => Promise.resolve(void logged.push(entry)),
  };
  const open = (requester: Requester, store: OwnStore | undefined = ownStore) =>
    openExport({ session, acts: new Acts(clock, random), clock, ownStore: store }, 'p', requester);
  return { open, logged, session };
}
const fails = (code: DeskError['code']) => () => Promise.reject(new Failure({ code }));

test('online the server compiles it, and nothing is logged at the desk', async () => {
  const { source } = exportOf();
  const { open, logged } = await deskWith(() => Promise.resolve(source));
  expect((await open('unchecked')).source.head.madeFrom).toEqual({ kind: 'server' });
  expect(logged).toEqual([]);
});

test.each(['serverAway', 'serverSlow'] as const)(
  '%s: the copy is exported, logged with who asked before anything is read',
  async (code) => {
    const { open, logged } = await deskWith(fails(code));
    const { source } = await open('patron');
    expect(source.head.madeFrom).toEqual({ kind: 'copy', asOf: '2026-11-23T17:00:00.000Z' });
    expect(logged).toEqual([['p', 'patron', new Date(clock.now()).toISOString()]]);
  },
);

test('an export that can’t be logged isn’t made', async () => {
  const { open } = await deskWith(fails('serverAway'));
  const full: OwnStore = {
    patron: () => Promise.resolve({ patron: patronOf(1), library, asOf: null }),
    acts: () => Promise.resolve([]),
    logExport: () => Promise.reject(new Error('disk full')),
  };
  await expect(open('patron', full)).rejects.toThrow('disk full');
});

test.each(['notPermitted', 'patronGone', 'signedOut'] as const)(
  '%s is the server’s word: no copy is exported instead',
  async (code) => {
    const { open, logged } = await deskWith(fails(code));
    await expect(open('patron')).rejects.toMatchObject({ error: { code } });
    expect(logged).toEqual([]);
  },
);

test('without the line too, a child’s data is for its legal guardian only', async () => {
  const { open, logged } = await deskWith(fails('serverAway'), 'child');
  await expect(open('patron')).rejects.toMatchObject({ error: { code: 'invalid' } });
  expect(logged).toEqual([]);
  expect((await open('guardian')).source.head.patron.ageGroup).toBe('child');
});

test('a session that ends between two pages is noticed', async () => {
  const { source } = exportOf();
  const { open, session } = await deskWith(() =>
    Promise.resolve({ ...source, page: fails('signedOut') as never }),
  );
  const opened = await open('unchecked');
  await expect(opened.source.page('payments', null)).rejects.toMatchObject({ error: { code: 'signedOut' } });
  expect(session.state.status).toBe('expired');
});
