import { canceled } from './duckdb-error.ts';

/** Turns in the order they were asked for. */
export class Mutex {
  #last: Promise<void> = Promise.resolve();

  /** Resolves with the function that ends the turn. Throws OPERATION_CANCELED when `signal` fires first. */
  async acquire(signal: AbortSignal): Promise<() => void> {
    if (signal.aborted) throw canceled();
    let end: () => void = () => undefined;
    const before = this.#last;
    this.#last = new Promise<void>((resolve) => {
      end = resolve;
    });
    try {
      await orAborted(before, signal);
      return end;
    } catch (error) {
      // The place in the queue is kept until it comes up: those behind must still wait for those before.
      void before.then(end);
      throw error;
    }
  }
}

/** `promise`, or OPERATION_CANCELED as soon as the signal fires. What `promise` stands for goes on. */
export async function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) throw canceled();
  let onAbort: () => void = () => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(canceled());
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
