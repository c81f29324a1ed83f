import { afterEach, expect, test, vi } from 'vitest';
import { timeSchema } from '../../shared/primitives.ts';
import { systemClock } from './system.ts';

afterEach(() => {
  vi.useRealTimers();
});

test('what is dated by a computer whose clock is set beyond sense has a time that a server takes', () => {
  vi.setSystemTime(new Date('+010001-01-01T00:00:00Z'));
  const at = new Date(systemClock.now()).toISOString();
  expect(timeSchema.safeParse(at).success).toBe(true);
});
