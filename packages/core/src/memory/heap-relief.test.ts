import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { systemClock } from '../observe/system-clock.ts';
import { collectGarbage } from './collect-garbage.ts';
import { HeapRelief } from './heap-relief.ts';

let sessions = 0;
let usedMiB = 20;
let collections = 0;
let relief: HeapRelief;

beforeEach(() => {
  vi.useFakeTimers();
  sessions = 0;
  usedMiB = 20;
  collections = 0;
  const collect = () => collections++;
  relief = new HeapRelief({
    openSessions: () => sessions,
    usedBytes: () => usedMiB * 1_048_576,
    collect,
    clock: systemClock,
  });
});
afterEach(() => {
  relief.close();
  vi.useRealTimers();
});

function checkWith(count: number): void {
  sessions = count;
  vi.advanceTimersByTime(2_000);
}

it('collects once a wave of sessions has been closed', () => {
  checkWith(5_000);
  checkWith(3_000);
  checkWith(10);
  expect(collections).toBe(0);
  checkWith(10);
  expect(collections).toBe(1);
  for (let i = 0; i < 10; i++) checkWith(10);
  expect(collections).toBe(1);
});

it('does nothing for a few, nor while as many come as go', () => {
  checkWith(499);
  checkWith(0);
  checkWith(0);
  for (let i = 0; i < 10; i++) checkWith(2_000 + (i % 2) * 400);
  expect(collections).toBe(0);
});

it('collects after each wave, whatever stays open', () => {
  for (let wave = 0; wave < 3; wave++) {
    checkWith(2_000);
    checkWith(1_200);
    checkWith(1_250);
  }
  expect(collections).toBe(3);
});

it('collects once what a burst of large requests left behind has come to rest', () => {
  checkWith(1);
  usedMiB = 110;
  checkWith(1);
  expect(collections).toBe(0);
  checkWith(1);
  expect(collections).toBe(1);
  usedMiB = 21;
  for (let i = 0; i < 10; i++) checkWith(1);
  expect(collections).toBe(1);
});

it('stops when it is closed', () => {
  checkWith(5_000);
  relief.close();
  checkWith(0);
  checkWith(0);
  expect(collections).toBe(0);
});

it('really collects', async () => {
  vi.useRealTimers();
  const reference = new WeakRef({ large: Array.from({ length: 1_000 }, (_, index) => index) });
  // A WeakRef is strong until the job that made it has ended.
  await new Promise(setImmediate);
  collectGarbage();
  expect(reference.deref()).toBeUndefined();
});
