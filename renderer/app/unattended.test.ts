// @vitest-environment happy-dom
import { mount } from '@vue/test-utils';
import { createPinia, setActivePinia } from 'pinia';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { fakeMain, type FakeMain } from '../testing/fake-main.ts';
import { useLook } from './look.ts';
import { useSession } from './session.ts';
import { useUnattended } from './unattended.ts';

const MINUTE = 60_000;
let main: FakeMain;
let inSight: boolean;
let left: number;
let stayed: number;
let touch: () => void;
beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse('2026-03-01T10:00:00Z') });
  setActivePinia(createPinia());
  main = fakeMain();
  Object.assign(globalThis.window, {
    addEventListener: (name: string, listener: () => void) => name === 'keydown' && (touch = listener),
    removeEventListener: () => undefined,
  });
  inSight = true;
  left = 0;
  stayed = 0;
  useLook().rules = { privacy: { afterMinutes: 5 } } as never;
  useSession().state = { status: 'signedIn' } as never;
  mount({
    setup: () =>
      useUnattended(
        () => inSight,
        () => left++,
        () => stayed++,
      ),
    template: '',
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test.each([
  ['goes as it should', 0],
  ['is set back two hours', -120],
  ['is set back two months', -60 * 24 * 60],
  ['is set forward', 120],
])('what is in sight goes after minutes without a touch, where the computer’s clock %s', (_how, minutes) => {
  vi.advanceTimersByTime(4 * MINUTE);
  touch();
  vi.setSystemTime(Date.now() + minutes * MINUTE);
  vi.advanceTimersByTime(4 * MINUTE);
  expect(left).toBe(0);
  vi.advanceTimersByTime(2 * MINUTE);
  expect(left).toBe(1);
});

test('whoever touches it is there', () => {
  vi.advanceTimersByTime(6 * MINUTE);
  expect([left, stayed]).toEqual([1, 0]);
  touch();
  expect(stayed).toBe(1);
  vi.advanceTimersByTime(6 * MINUTE);
  expect(left).toBe(2);
});

test('what comes into sight after a while with nothing there goes, too', () => {
  inSight = false;
  vi.advanceTimersByTime(12 * MINUTE);
  expect(left).toBe(0);
  inSight = true;
  vi.advanceTimersByTime(6 * MINUTE);
  expect(left).toBe(1);
});

test('main is told of touches, at most each two seconds, also once the clock is set back', () => {
  const told = () => main.asked.filter(({ name }) => name === 'window.touched').length;
  touch();
  touch();
  expect(told()).toBe(1);
  vi.setSystemTime(Date.now() - 60 * MINUTE);
  vi.advanceTimersByTime(2_001);
  touch();
  expect(told()).toBe(2);
});
