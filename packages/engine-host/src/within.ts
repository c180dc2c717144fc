import type { Clock } from '@senbon/core';

/** `promise`, but not for longer than `timeoutMs`: then it rejects, and what the promise does later is ignored. */
export function within<T>(promise: Promise<T>, timeoutMs: number, what: string, clock: Clock): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = clock.after(timeoutMs, () => reject(new Error(`${what} took more than ${timeoutMs} ms`)));
    promise.then(resolve, reject).finally(() => timer.cancel());
  });
}
