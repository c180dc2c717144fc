import { beforeEach, expect, it } from 'vitest';
import { IdleGrowth } from './idle-growth.ts';

const CHECK_MS = 2_000;
let growth: IdleGrowth;
let nowMs: number;

beforeEach(() => {
  growth = new IdleGrowth(20 * 1_048_576);
  nowMs = 1_000_000;
});

function check(mebibytes: number): boolean {
  nowMs += CHECK_MS;
  return growth.isRipe(mebibytes * 1_048_576, nowMs);
}

/** How many of so many checks are ripe, with as much in use all the time. */
function ripeOf(checks: number, mebibytes: number): number {
  let count = 0;
  for (let i = 0; i < checks; i++) count += check(mebibytes) ? 1 : 0;
  return count;
}

it('is ripe when much has come and nothing more comes', () => {
  expect(ripeOf(5, 20)).toBe(0);
  expect(check(60)).toBe(false);
  expect(check(100)).toBe(false);
  expect(check(101)).toBe(true);
});

it('is not while memory comes and goes', () => {
  const saw = Array.from({ length: 300 }, (_, at) => check(20 + (at % 7) * 15));
  expect(saw).not.toContain(true);
});

it('is not for a little', () => {
  check(20);
  expect(ripeOf(100, 51)).toBe(0);
});

it('is ripe again after the next burst, each time', () => {
  for (let burst = 0; burst < 5; burst++) {
    expect(ripeOf(3, 20)).toBe(0);
    check(120);
    expect(check(120)).toBe(true);
  }
});

it('asks ever more rarely when what grew is in use, down to once in five minutes', () => {
  check(20);
  check(100);
  expect(check(100)).toBe(true);
  expect(ripeOf(300, 100)).toBeLessThanOrEqual(8);
  const tenMinutes = 600_000 / CHECK_MS;
  expect(ripeOf(tenMinutes, 100)).toBeGreaterThanOrEqual(1);
  expect(ripeOf(tenMinutes, 100)).toBeLessThanOrEqual(2);
});

it('does not put off what comes on top of that', () => {
  check(20);
  ripeOf(1_000, 100);
  check(400);
  expect(ripeOf(2, 400)).toBe(1);
  ripeOf(2, 110);
  check(400);
  expect(ripeOf(2, 400)).toBe(1);
});

it('finds within five minutes what was in use at first and is no more', () => {
  check(20);
  ripeOf(1_000, 100);
  expect(ripeOf(300_000 / CHECK_MS, 100)).toBe(1);
  expect(ripeOf(1_000, 20)).toBe(0);
});
