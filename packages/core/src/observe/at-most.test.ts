import { expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { atMost } from './at-most.ts';

it('ends with the work', async () => {
  const clock = new FakeClock();
  expect(await atMost(clock, 1_000, Promise.resolve())).toBe(true);
  expect(clock.delays).toEqual([]);
});

it('ends with the time', async () => {
  const clock = new FakeClock();
  const waited = atMost(clock, 1_000, new Promise(() => {}));
  clock.advance(1_000);
  expect(await waited).toBe(false);
});

it('throws what the work throws, if that is in time', async () => {
  const clock = new FakeClock();
  await expect(atMost(clock, 1_000, Promise.reject(new Error('oh')))).rejects.toThrow('oh');
  expect(clock.delays).toEqual([]);
  let fail: (error: Error) => void = () => {};
  const late = new Promise((_, reject) => {
    fail = reject;
  });
  const waited = atMost(clock, 1_000, late);
  clock.advance(1_000);
  expect(await waited).toBe(false);
  fail(new Error('too late'));
  await new Promise(setImmediate);
});
