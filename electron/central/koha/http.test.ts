// How long a Koha is waited for that takes a connection and says nothing: it would hold one of four places.
import { expect, test } from 'vitest';
import { z } from 'zod';
import { Failure } from '../../support/failure.ts';
import { Gentle } from './gentle.ts';
import { KohaHttp } from './http.ts';

test('a read is waited for for 20 seconds, a write for 30', async () => {
  const clock = { now: () => Date.parse('2026-03-01T10:00:00Z') };
  const timers = { after: () => () => undefined };
  const gentle = new Gentle({ clock, timers, random: { bytes: (count) => new Uint8Array(count) } });
  const waited: (number | undefined)[] = [];
  const http = new KohaHttp(
    ({ timeout }) => {
      waited.push(timeout);
      return Promise.reject(new Failure({ code: 'serverSlow' }));
    },
    gentle,
    clock,
  );
  for (const asked of [
    () => http.ask({ method: 'GET', path: '/patrons' }, z.unknown()),
    () => http.ask({ method: 'PUT', path: '/patrons/1', body: {} }, z.unknown()),
    () => http.lookThere('/libraries'),
  ])
    await expect(asked()).rejects.toMatchObject({ error: { code: 'serverSlow' } });
  expect(waited).toEqual([20_000, 30_000, 20_000]);
});
