import { expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { ArrivalTimer } from './arrival-timer.ts';

const GRACE_MS = 10_000;

function watched(): { clock: FakeClock; timer: ArrivalTimer; late: number[] } {
  const clock = new FakeClock();
  const late: number[] = [];
  const timer = new ArrivalTimer({ clock, graceMs: GRACE_MS, onLate: (tookMs) => late.push(tookMs) });
  return { clock, timer, late };
}

it('gives up a request that does not go on, when the grace is over', () => {
  const { clock, timer, late } = watched();
  timer.arrived(1);
  clock.advance(GRACE_MS - 1);
  expect(late).toEqual([]);
  clock.advance(2);
  expect(late).toEqual([GRACE_MS + 1]);
  clock.advance(10 * GRACE_MS);
  expect(late).toHaveLength(1);
});

it('gives up a request that comes byte by byte', () => {
  const { clock, timer, late } = watched();
  for (let bytes = 1; late.length === 0; bytes++) {
    timer.arrived(bytes);
    clock.advance(1_000);
  }
  expect(late[0]).toBeLessThanOrEqual(GRACE_MS + 10);
});

it('lets a large request over a slow line arrive', () => {
  const { clock, timer, late } = watched();
  for (let seconds = 1; seconds <= 3_600; seconds++) {
    timer.arrived(seconds * 4_096);
    clock.advance(1_000);
  }
  expect(late).toEqual([]);
});

it('counts from anew after a request is whole, and waits for none in between', () => {
  const { clock, timer, late } = watched();
  timer.arrived(1);
  clock.advance(GRACE_MS - 1);
  timer.stop();
  expect(clock.delays).toEqual([]);
  timer.arrived(1);
  clock.advance(GRACE_MS - 1);
  expect(late).toEqual([]);
});
