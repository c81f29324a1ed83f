// A Koha that others work with is asked by four at a time, and left alone for as long as it says.
import { beforeEach, expect, test } from 'vitest';
import type { HttpAnswer } from '../transport.ts';
import { AT_ONCE, Gentle } from './gentle.ts';

let now: number;
let waits: number[];
let gentle: Gentle;
beforeEach(() => {
  now = 0;
  waits = [];
  gentle = new Gentle({
    clock: { now: () => now },
    random: { bytes: () => new Uint8Array([128]) },
    timers: {
      after: (ms, work) => {
        waits.push(ms);
        now += ms;
        queueMicrotask(work);
        return () => undefined;
      },
    },
  });
});

const answer = (status: number, headers: Record<string, string> = {}): HttpAnswer => ({
  status,
  headers,
  body: '',
});
/** A server that answers these, one after another. */
const answering = (...answers: HttpAnswer[]) => {
  const ask = () => {
    asked.count++;
    return Promise.resolve(answers.shift() ?? answer(200));
  };
  const asked = { count: 0, ask };
  return asked;
};

test('never more than four requests are on their way', async () => {
  let running = 0;
  let most = 0;
  const request = async () => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setTimeout(resolve, 1));
    running--;
    return answer(200);
  };
  await Promise.all(Array.from({ length: 40 }, () => gentle.ask(request, true)));
  expect(most).toBe(AT_ONCE);
});

test('one that fails gives its turn to the next', async () => {
  const failing = () => Promise.reject(new Error('cut'));
  await Promise.allSettled(Array.from({ length: 10 }, () => gentle.ask(failing, true)));
  expect((await gentle.ask(answering().ask, true)).status).toBe(200);
});

test('a server that asks for a pause gets it, and is asked again', async () => {
  const server = answering(answer(429, { 'retry-after': '3' }), answer(200));
  expect((await gentle.ask(server.ask, true)).status).toBe(200);
  expect(waits).toEqual([3000]);
});

test('without a word how long, the pauses grow', async () => {
  const server = answering(answer(503), answer(503), answer(503), answer(503), answer(200));
  expect((await gentle.ask(server.ask, true)).status).toBe(503);
  expect(server.count).toBe(4);
  expect(waits).toEqual([1000, 2000, 4000]);
});

test('everybody waits, not only who was told to', async () => {
  await gentle.ask(answering(answer(429, { 'retry-after': '5' })).ask, false);
  await gentle.ask(answering().ask, true);
  expect(waits).toEqual([5000]);
});

test('what changes something is not sent again by itself', async () => {
  const server = answering(answer(503), answer(200));
  expect((await gentle.ask(server.ask, false)).status).toBe(503);
  expect(server.count).toBe(1);
});

test.each(['1e15', '99999999', 'Fri, 31 Dec 9999 23:59:59 GMT'])(
  'a server that asks for a pause of years (%s) is asked again the same day',
  async (said) => {
    const asked = answer(429, { 'retry-after': said });
    expect(gentle.pauseAsked(asked)).toBe(15 * 60_000);
    await gentle.ask(answering(asked).ask, true);
    now += 15 * 60_000;
    await gentle.ask(answering().ask, true);
    expect(waits).toEqual([]);
  },
);

test('nobody at a window waits for a long pause', async () => {
  const server = answering(answer(429, { 'retry-after': '120' }), answer(200));
  expect((await gentle.ask(server.ask, true)).status).toBe(429);
  expect(waits).toEqual([]);
});

test('a pause is over where the clock was set back in it', async () => {
  now = 1_000_000_000;
  await gentle.ask(answering(answer(503, { 'retry-after': '20' })).ask, false);
  now = 1_000;
  waits = [];
  await gentle.ask(answering().ask, true);
  expect(waits).toEqual([]);
});
