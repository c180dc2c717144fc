import { describe, expect, it } from 'vitest';
import { Deadline, backoffMs, pause, within } from './deadline.ts';

const never = new Promise<never>(() => undefined);

describe('within', () => {
  it('passes a value and an error on', async () => {
    const options = { timeoutMs: 1_000, onTimeout: () => new Error('late') };
    expect(await within(Promise.resolve(1), options)).toBe(1);
    await expect(within(Promise.reject(new Error('own')), options)).rejects.toThrow('own');
  });

  it('ends at the time-out', async () => {
    await expect(within(never, { timeoutMs: 5, onTimeout: () => new Error('late') })).rejects.toThrow('late');
  });

  it("ends with the signal's reason, before or meanwhile", async () => {
    const options = { timeoutMs: 1_000, onTimeout: () => new Error('late') };
    const signal = AbortSignal.abort(new Error('before'));
    await expect(within(Promise.resolve(1), { ...options, signal })).rejects.toThrow('before');
    const later = new AbortController();
    const waiting = within(never, { ...options, signal: later.signal });
    later.abort(new Error('meanwhile'));
    await expect(waiting).rejects.toThrow('meanwhile');
  });
});

it('a deadline is over when its timer fires, even a little early', async () => {
  const deadline = new Deadline(5);
  expect(deadline.isOver).toBe(false);
  expect(deadline.remainingMs).toBeGreaterThan(0);
  await pause(deadline.remainingMs, new AbortController().signal);
  expect(deadline.isOver).toBe(true);
});

it('pause ends at an abort without an error', async () => {
  const stop = new AbortController();
  const waiting = pause(60_000, stop.signal);
  stop.abort();
  await waiting;
});

it('backoffMs doubles up to its bound, less up to a quarter', () => {
  for (const [attempt, full] of [
    [0, 100],
    [1, 200],
    [3, 800],
    [4, 1_000],
    [1_000, 1_000],
  ] as const) {
    const ms = backoffMs(attempt, 100, 1_000);
    expect(ms).toBeLessThanOrEqual(full);
    expect(ms).toBeGreaterThanOrEqual(full * 0.75);
  }
});
