// Who asks for how much of the server's one thread.
import { expect, test, vi } from 'vitest';
import { Turns } from './turns.ts';

const busy = (ms: number) => {
  for (const until = performance.now() + ms; performance.now() < until;);
  return Promise.resolve();
};

test('one of each asker’s goes on after the other', async () => {
  const turns = new Turns();
  const order: string[] = [];
  const ask = (asker: string) => turns.take(asker, () => Promise.resolve(void order.push(asker)));
  await Promise.all([ask('a'), ask('a'), ask('a'), ask('b'), ask('c'), ask('b')]);
  expect(order).toEqual(['a', 'a', 'b', 'c', 'a', 'b']);
});

test('and one of each account’s, however many sessions it has', async () => {
  const turns = new Turns();
  const order: string[] = [];
  const ask = (asker: string, account: string) =>
    turns.take(asker, () => Promise.resolve(void order.push(asker)), account);
  await Promise.all([
    ...['a1', 'a1', 'a2', 'a3'].map((session) => ask(session, 'a')),
    ...['b1', 'b1'].map((session) => ask(session, 'b')),
  ]);
  expect(order).toEqual(['a1', 'a1', 'b1', 'a2', 'b1', 'a3']);
});

test('after long work others are let in for as long as it took, and no longer than a moment', async () => {
  const rest = vi.fn((_ms: number) => Promise.resolve());
  const turns = new Turns(4, rest);
  for (const ms of [5, 60]) await turns.take('a', () => busy(ms));
  await vi.waitFor(() => expect(rest).toHaveBeenCalledTimes(2));
  const [short, long] = rest.mock.calls.map(([ms]) => ms);
  expect(short).toBeGreaterThanOrEqual(5);
  expect(short).toBeLessThan(20);
  expect(long).toBe(20);
});

test('work that fails holds nobody up', async () => {
  const turns = new Turns();
  await expect(turns.take('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await turns.take('a', () => Promise.resolve('done'))).toBe('done');
});
