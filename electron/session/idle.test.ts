// A desk that nobody touches locks, whatever the system counts.
import { afterEach, expect, test, vi } from 'vitest';

const MINUTE = 60_000;
afterEach(() => {
  vi.doUnmock('electron');
  vi.resetModules();
});

/** The minute in which a desk with `lock.afterMinutes` 10 was locked first, of eight hours; undefined: it wasn't. */
async function lockedIn(
  idleSeconds: (minute: number) => number,
  touches: (minute: number) => boolean,
  afterMinutes = 10,
): Promise<number | undefined> {
  let now = 1_000_000_000;
  let touchedAt = now;
  const began = now;
  const minute = () => Math.floor((now - began) / MINUTE);
  const getSystemIdleTime = () => idleSeconds(minute());
  vi.doMock('electron', () => ({ powerMonitor: { getSystemIdleTime, on: () => undefined } }));
  vi.resetModules();
  const { watchIdle } = await import('./idle.ts');
  const due: (() => void)[] = [];
  const timers = { after: (_ms: number, work: () => void) => (due.push(work), () => undefined) };
  let locked: number | undefined;
  watchIdle({ clock: { now: () => now }, timers, touchedAt: () => touchedAt }, afterMinutes, () => {
    locked ??= minute();
  });
  while (now - began < 8 * 60 * MINUTE) {
    now += 5_000;
    if (touches(minute())) touchedAt = now;
    due.shift()?.();
  }
  return locked;
}
const never = () => false;

test.each([0, -1])('where the system counts nothing, and says %i for ever', async (says) => {
  expect(await lockedIn(() => says, never)).toBe(10);
  expect(
    await lockedIn(
      () => says,
      () => true,
    ),
  ).toBeUndefined();
  expect(
    await lockedIn(
      () => says,
      (minute) => minute < 60,
    ),
  ).toBe(69);
});

test('where it counts, its count alone decides: work in another program keeps a desk open', async () => {
  expect(await lockedIn((minute) => minute * 60, never)).toBe(10);
  expect(await lockedIn((minute) => minute % 3, never)).toBeUndefined();
});

test('where policy wants no lock, there is none', async () => {
  expect(await lockedIn((minute) => minute * 60, never, 0)).toBeUndefined();
});
