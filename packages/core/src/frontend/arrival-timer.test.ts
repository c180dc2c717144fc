import { expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { ArrivalTimer } from './arrival-timer.ts';

const PERIOD_MS = 10_000;

function watched(): { clock: FakeClock; timer: ArrivalTimer; late: number[] } {
  const clock = new FakeClock();
  const late: number[] = [];
  const timer = new ArrivalTimer({ clock, periodMs: PERIOD_MS, onLate: (tookMs) => late.push(tookMs) });
  return { clock, timer, late };
}

it.each([1, 100_000_000])('gives up a request that stops after %i bytes, once', (bytes) => {
  const { clock, timer, late } = watched();
  timer.arrived(bytes);
  clock.advance(PERIOD_MS - 1);
  expect(late).toEqual([]);
  clock.advance(1);
  expect(late).toEqual([PERIOD_MS]);
  clock.advance(10 * PERIOD_MS);
  expect(late).toHaveLength(1);
});

it('gives up a request that comes byte by byte', () => {
  const { clock, timer, late } = watched();
  for (let bytes = 1; late.length === 0; bytes++) {
    timer.arrived(bytes);
    clock.advance(1_000);
  }
  expect(late).toEqual([PERIOD_MS]);
});

it('gives up a request that was fast at first', () => {
  const { clock, timer, late } = watched();
  timer.arrived(1);
  timer.arrived(50_000_000);
  clock.advance(PERIOD_MS);
  expect(late).toEqual([]);
  clock.advance(PERIOD_MS);
  expect(late).toEqual([2 * PERIOD_MS]);
});

it('lets a large request over a slow line arrive', () => {
  const { clock, timer, late } = watched();
  for (let seconds = 1; seconds <= 3_600; seconds++) {
    timer.arrived(seconds * 1_300);
    clock.advance(1_000);
  }
  expect(late).toEqual([]);
});

it('counts from anew after a request is whole, and waits for none in between', () => {
  const { clock, timer, late } = watched();
  timer.arrived(1);
  clock.advance(PERIOD_MS - 1);
  timer.stop();
  expect(clock.delays).toEqual([]);
  timer.arrived(1);
  clock.advance(PERIOD_MS - 1);
  expect(late).toEqual([]);
});
