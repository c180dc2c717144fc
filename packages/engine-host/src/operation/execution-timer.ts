import type { Clock, Timer } from '@senbon/core';

/**
 * Counts the time in which an executor works on a statement: until its result is there, and then in each read of rows,
 * for a streamed result is computed while it is read. What passes between the reads is the client's own time.
 */
export class ExecutionTimer {
  readonly #clock: Clock;
  readonly #onTimeout: () => void;
  #leftMs: number;
  #timer: Timer | null = null;
  #resumedMs = 0;

  /** `timeoutMs` 0 = none. */
  constructor(clock: Clock, timeoutMs: number, onTimeout: () => void) {
    this.#clock = clock;
    this.#leftMs = timeoutMs > 0 ? timeoutMs : Infinity;
    this.#onTimeout = onTimeout;
  }

  resume(): void {
    if (this.#leftMs === Infinity || this.#timer !== null) return;
    this.#resumedMs = this.#clock.now();
    this.#timer = this.#clock.after(this.#leftMs, this.#onTimeout);
  }

  pause(): void {
    if (this.#timer === null) return;
    this.#timer.cancel();
    this.#timer = null;
    this.#leftMs = Math.max(0, this.#leftMs - (this.#clock.now() - this.#resumedMs));
  }
}
