// A desk that nobody touches locks, whatever the system counts.
import { afterEach, expect, test, vi } from 'vitest';

const MINUTE = 60_000;
afterEach(() => {
  vi.doUnmock('electron');
  vi.resetModules();
});

interface Day {
  /** What the system says at a minute of the day. */
  idleSeconds: (minute: number) => number;
  /** Whether a window of the desk is touched then. */
  touched?: (minute: number) => boolean;
  afterMinutes?: number;
  /** The computer's clock is set back two hours in the second minute. */
  isSetBack?: boolean;
}

/** The minute in which the desk was locked first, of eight hours; undefined: it wasn't. */
async function lockedIn({ idleSeconds, touched, afterMinutes = 10, isSetBack }: Day) {
  let counter = 0;
  let touchedAt = 0;
  const minute = () => Math.floor(counter / MINUTE);
  const getSystemIdleTime = () => idleSeconds(minute());
  vi.doMock('electron', () => ({ powerMonitor: { getSystemIdleTime, on: () => undefined } }));
  vi.resetModules();
  const { watchIdle } = await import('./idle.ts');
  const due: (() => void)[] = [];
  const timers = { after: (_ms: number, work: () => void) => (due.push(work), () => undefined) };
  const clock = { now: () => 1e12 + counter - (isSetBack && minute() > 0 ? 120 * MINUTE : 0) };
  let locked: number | undefined;
  const parts = { clock, timers, counter: () => counter, touchedAt: () => touchedAt };
  watchIdle(parts, afterMinutes, () => {
    locked ??= minute();
  });
  while (counter < 8 * 60 * MINUTE) {
    counter += 5_000;
    if (touched?.(minute())) touchedAt = counter;
    due.shift()?.();
  }
  return locked;
}

test.each([0, -1])('where the system counts nothing, and says %i for ever', async (says) => {
  const idleSeconds = () => says;
  expect(await lockedIn({ idleSeconds })).toBe(10);
  expect(await lockedIn({ idleSeconds, isSetBack: true })).toBe(10);
  expect(await lockedIn({ idleSeconds, touched: () => true })).toBeUndefined();
  expect(await lockedIn({ idleSeconds, touched: (minute) => minute < 60 })).toBe(69);
});

test('where it counts, its count alone decides: hours without a pause in another program keep a desk open', async () => {
  expect(await lockedIn({ idleSeconds: (minute) => minute * 60 })).toBe(10);
  expect(await lockedIn({ idleSeconds: (minute) => (minute < 5 ? 3 : 0) })).toBeUndefined();
});

test('where policy wants no lock, there is none', async () => {
  expect(await lockedIn({ idleSeconds: (minute) => minute * 60, afterMinutes: 0 })).toBeUndefined();
});
