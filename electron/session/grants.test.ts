// Tokens that staff left behind are for the server that gave them.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { OutboxAct } from '../cache/act.ts';
import { actOf, Folders, STAFF } from '../cache/testing.ts';
import type { ActSender, CentralServer, CentralSession } from '../central/central-server.ts';
import { Grants } from './grants.ts';

const folders = new Folders();
afterEach(() => folders.removeAll());

test('a token is never shown to a server other than the one that gave it', async () => {
  const { store } = folders.open();
  const shown: string[] = [];
  const grantsAt = async (address: string) => {
    const resume = (token: string) => {
      shown.push(token);
      return Promise.reject(new Error('The line is cut.'));
    };
    const heard = () => Promise.resolve();
    const grants = new Grants(store, { address, resume } as unknown as CentralServer, heard, heard);
    await grants.boot();
    return grants;
  };
  await (await grantsAt('https://library.example')).keepSession(STAFF.id, 'a token');

  const elsewhere = await grantsAt('https://elsewhere.example');
  expect(elsewhere.sessionOf(STAFF.id)).toBeUndefined();
  await elsewhere.settle(undefined);
  expect(shown).toEqual([]);

  const again = await grantsAt('https://library.example');
  expect(again.sessionOf(STAFF.id)).toBe('a token');
  await expect(again.settle(undefined)).rejects.toThrow('The line is cut.');
  expect(shown).toEqual(['a token']);
});

describe('what two members of staff left behind', () => {
  const COLLEAGUE = { ...STAFF, id: '00000000-0000-4000-8000-0000000000bb' };
  const block = { kind: 'block', comment: 'Facts only.' } as const;
  const [own, theirs] = [actOf(1, 1, block), actOf(2, 1, block, { staff: COLLEAGUE })];
  /** The grant that an act goes out by. */
  const grantOf = ({ id }: { id: string }) =>
    grants.senderFor({ id } as OutboxAct) as unknown as string | undefined;
  let grants: Grants;
  beforeEach(async () => {
    const { store } = folders.open();
    const heard = () => Promise.resolve();
    const pushWith = (token: string) => token as unknown as ActSender;
    grants = new Grants(store, { address: 'a', pushWith } as unknown as CentralServer, heard, heard);
    await grants.boot();
    for (const act of [own, theirs]) {
      await store.append(act);
      const end = () => Promise.resolve(`a grant of ${act.staff.id}`);
      await grants.end({ staff: act.staff, resumeToken: 'x', end } as unknown as CentralSession);
    }
  });

  test('goes out in the name of whoever did it, and nothing else does', () => {
    expect(grantOf(own)).toBe(`a grant of ${STAFF.id}`);
    expect(grantOf(theirs)).toBe(`a grant of ${COLLEAGUE.id}`);
    expect(grantOf(actOf(3, 1, block))).toBeUndefined();
  });

  test('stays as long as it waits, whoever signs in or has their session ended', async () => {
    await grants.keepSession(COLLEAGUE.id, 'of a colleague');
    await grants.keepSession(STAFF.id, 'a session');
    await grants.tidy();
    expect(grants.sessionOf(COLLEAGUE.id)).toBe('of a colleague');
    await grants.dropSession(STAFF.id);
    expect([grantOf(own), grantOf(theirs)]).not.toContain(undefined);
  });
});
