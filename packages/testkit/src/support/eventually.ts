import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';

/** Longest wait for anything that a plugin has to do by itself. */
export const PATIENCE_MS = 15_000;
const POLL_MS = 20;

/** Repeats `check` until it does not throw; then returns its value. Throws its last error when the time is over. */
export async function eventually<T>(check: () => T | Promise<T>, timeoutMs = PATIENCE_MS): Promise<T> {
  const endsAt = performance.now() + timeoutMs;
  while (true) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > endsAt) throw error;
      await delay(POLL_MS);
    }
  }
}

/** Repeats `check` for as long as something must not happen. Throws its first error. */
export async function always(check: () => void | Promise<void>, forMs: number): Promise<void> {
  const endsAt = performance.now() + forMs;
  do {
    await check();
    await delay(POLL_MS);
  } while (performance.now() < endsAt);
  await check();
}

/** `promise`, or a failure that names what was waited for. */
export async function soon<T>(what: string, promise: Promise<T>, timeoutMs = PATIENCE_MS): Promise<T> {
  const over = new AbortController();
  const late = delay(timeoutMs, null, { signal: over.signal }).then(
    () => assert.fail(`${what} did not happen within ${timeoutMs} ms`),
    () => new Promise<never>(() => undefined),
  );
  try {
    return await Promise.race([promise, late]);
  } finally {
    over.abort();
  }
}

/** Whether `promise` is still pending, asked after everything that is ready has run. */
export async function isPending(promise: Promise<unknown>): Promise<boolean> {
  const pending = Symbol('pending');
  return (await Promise.race([promise, delay(0, pending)])) === pending;
}
