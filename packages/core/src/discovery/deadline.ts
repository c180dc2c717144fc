import { setTimeout as delay } from 'node:timers/promises';

/** Timers fire up to this much before their time, as `performance.now` sees it. */
const TIMER_SLACK_MS = 2;

/** A point in time that several steps share. Monotonic, so a changed wall clock moves nothing. */
export class Deadline {
  readonly totalMs: number;
  /** Ends the wait before that, for somebody does not want it any more. */
  readonly signal: AbortSignal | undefined;
  readonly #endsAt: number;

  constructor(totalMs: number, signal?: AbortSignal) {
    this.totalMs = totalMs;
    this.signal = signal;
    this.#endsAt = performance.now() + totalMs;
  }

  get remainingMs(): number {
    return Math.max(0, this.#endsAt - performance.now());
  }

  get isOver(): boolean {
    return this.remainingMs < TIMER_SLACK_MS;
  }
}

export interface WaitOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly onTimeout: () => Error;
}

/** `promise`, but no longer than `timeoutMs`, and rejecting with the signal's reason when it aborts. */
export async function within<T>(promise: Promise<T>, options: WaitOptions): Promise<T> {
  const { signal, timeoutMs, onTimeout } = options;
  signal?.throwIfAborted();
  let cleanUp = (): void => undefined;
  const stopped = new Promise<never>((_, reject) => {
    const timer = setTimeout(() => reject(onTimeout()), timeoutMs);
    const onAbort = (): void => reject(signal?.reason as Error);
    signal?.addEventListener('abort', onAbort, { once: true });
    cleanUp = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    };
  });
  try {
    return await Promise.race([promise, stopped]);
  } finally {
    cleanUp();
  }
}

/** `promise`, or the signal's reason as soon as it aborts. */
export async function orAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  signal.throwIfAborted();
  let onAbort = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** Waits; ends early, without an error, when the signal aborts. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
}

/** `baseMs`, doubled at each attempt up to `maxMs`, less up to a quarter so that many clients spread out. */
export function backoffMs(attempt: number, baseMs: number, maxMs: number): number {
  const full = Math.min(maxMs, baseMs * 2 ** Math.min(attempt, 30));
  return full * (1 - Math.random() / 4);
}
