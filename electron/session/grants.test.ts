// Tokens that staff left behind are for the server that gave them.
import { afterEach, expect, test } from 'vitest';
import { Folders, STAFF } from '../cache/testing.ts';
import type { CentralServer } from '../central/central-server.ts';
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
