import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { systemClock } from './system-clock.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('calls back once, or again and again, until canceled', () => {
  let once = 0;
  let often = 0;
  systemClock.after(10, () => once++);
  const repeated = systemClock.every(10, () => often++);
  const canceled = systemClock.after(10, () => expect.unreachable());
  canceled.cancel();
  vi.advanceTimersByTime(30);
  repeated.cancel();
  vi.advanceTimersByTime(30);
  expect([once, often]).toEqual([1, 3]);
});

it('does not fire at once for a time that does not fit 32 bits', () => {
  let fired = 0;
  systemClock.after(2 ** 40, () => fired++);
  systemClock.every(2 ** 40, () => fired++);
  vi.advanceTimersByTime(86_400_000);
  expect(fired).toBe(0);
});

it('tells the time', () => {
  vi.setSystemTime(1_700_000_000_000);
  expect(systemClock.now()).toBe(1_700_000_000_000);
});
