import type { Clock, Timer } from '../ports/clock.ts';

/** A request that arrives more slowly than this, on the whole, is one that is not meant to be finished. */
const MIN_BYTES_PER_MS = 4;

export interface ArrivalTimerOptions {
  readonly clock: Clock;
  /** What even the shortest request may take from its first byte to its last. */
  readonly graceMs: number;
  /** Called once; the request has not arrived in time. */
  readonly onLate: (tookMs: number) => void;
}

/**
 * Bounds how long a request may take to arrive: the grace and, so that a large one over a slow line is not cut off, a
 * millisecond for every 4 bytes that have come.
 */
export class ArrivalTimer {
  readonly #options: ArrivalTimerOptions;
  #timer: Timer | null = null;
  #beganAtMs = 0;
  #bytes = 0;

  constructor(options: ArrivalTimerOptions) {
    this.#options = options;
  }

  /** A request has begun (the first time) or goes on; `bytes` of it are here. */
  arrived(bytes: number): void {
    this.#bytes = bytes;
    if (this.#timer !== null) return;
    this.#beganAtMs = this.#options.clock.now();
    this.#wait(this.#options.graceMs);
  }

  /** The request is whole, or of no interest any more. */
  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  #wait(ms: number): void {
    this.#timer = this.#options.clock.after(ms, () => this.#check());
  }

  #check(): void {
    const tookMs = this.#options.clock.now() - this.#beganAtMs;
    const leftMs = this.#options.graceMs + this.#bytes / MIN_BYTES_PER_MS - tookMs;
    if (leftMs > 0) return this.#wait(Math.ceil(leftMs));
    this.#timer = null;
    this.#options.onLate(tookMs);
  }
}
