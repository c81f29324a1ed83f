// How long a Koha is waited for that takes a connection and says nothing: it would hold one of four places. And that an
// act is noted before it leaves: Koha knows no keys, by which it would know a second one.
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { Failure } from '../../support/failure.ts';
import type { Transport } from '../transport.ts';
import { Gentle } from './gentle.ts';
import { KohaHttp } from './http.ts';

const clock = { now: () => Date.parse('2026-03-01T10:00:00Z') };
function kohaBy(transport: Transport): KohaHttp {
  const timers = { after: () => () => undefined };
  const gentle = new Gentle({ clock, timers, random: { bytes: (count) => new Uint8Array(count) } });
  return new KohaHttp(transport, gentle, clock);
}

test('a read is waited for for 20 seconds, a write for 30', async () => {
  const waited: (number | undefined)[] = [];
  const http = kohaBy(({ timeout }) => {
    waited.push(timeout);
    return Promise.reject(new Failure({ code: 'serverSlow' }));
  });
  for (const asked of [
    () => http.ask({ method: 'GET', path: '/patrons' }, z.unknown()),
    () => http.ask({ method: 'PUT', path: '/patrons/1', body: {} }, z.unknown()),
    () => http.lookThere('/libraries'),
  ])
    await expect(asked()).rejects.toMatchObject({ error: { code: 'serverSlow' } });
  expect(waited).toEqual([20_000, 30_000, 20_000]);
});

test('an act goes out once it is noted that it leaves, and not where that fails', async () => {
  const done: string[] = [];
  const http = kohaBy(() => {
    done.push('gone out');
    return Promise.resolve({ status: 200, headers: {}, body: '{}' });
  });
  const act = { method: 'PUT', path: '/patrons/1', body: {} } as const;
  const leaves = async () => {
    await setImmediate();
    done.push('noted');
  };
  await http.ask({ ...act, leaves }, z.unknown());
  expect(done).toEqual(['noted', 'gone out']);
  const fails = () => Promise.reject(new Failure({ code: 'diskFull' }));
  await expect(http.ask({ ...act, leaves: fails }, z.unknown())).rejects.toMatchObject({
    error: { code: 'diskFull' },
  });
  expect(done).toHaveLength(2);
});
