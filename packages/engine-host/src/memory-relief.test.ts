import { beforeEach, expect, it } from 'vitest';
import { relieveEngine } from './memory-relief.ts';
import { FakeClock } from './testing/fake-clock.ts';

let clock: FakeClock;
let endedSessions: number;
let residentMiB: number;
let collections: number;

beforeEach(() => {
  clock = new FakeClock();
  endedSessions = 0;
  residentMiB = 80;
  collections = 0;
  relieveEngine({
    endedSessions: () => endedSessions,
    residentBytes: () => residentMiB * 1_048_576,
    collect: () => collections++,
    clock,
  });
});

/** A table in memory, or a result that is being read: time and again there is nothing to collect. */
async function collectInVain(): Promise<void> {
  residentMiB = 500;
  await clock.advance(600_000);
}

it('collects when an engine that has grown rests', async () => {
  residentMiB = 500;
  await clock.advance(6_000);
  expect(collections).toBe(1);
});

it('collects ever more rarely when that is of no use', async () => {
  await collectInVain();
  const before = collections;
  await clock.advance(600_000);
  expect(collections - before).toBeLessThanOrEqual(2);
});

it('collects soon after a session has ended, whatever was in vain before', async () => {
  await collectInVain();
  const before = collections;
  endedSessions++;
  await clock.advance(10_000);
  expect(collections - before).toBeGreaterThanOrEqual(1);
  residentMiB = 90;
  const then = collections;
  await clock.advance(600_000);
  expect(collections).toBe(then);
});

it('leaves a small engine alone, however many sessions end', async () => {
  for (let session = 0; session < 100; session++) {
    endedSessions++;
    await clock.advance(4_000);
  }
  expect(collections).toBe(0);
});
