import type { Clock, Timer } from '../ports/clock.ts';

/** A request that arrives more slowly than this is one that is not meant to be finished. */
const MIN_BYTES_PER_MS = 1;

export interface ArrivalTimerOptions {
  readonly clock: Clock;
  /** A request that is not whole must have gone on, faster than one byte a millisecond, in every such period. */
  readonly periodMs: number;
  /** Called once; the request does not arrive. */
  readonly onLate: (tookMs: number) => void;
}

/**
 * Bounds how long a request may take to arrive. Looking at whole periods takes no timer for each piece, lets a large
 * request over a slow line arrive, and one byte now and then does not keep a connection.
 */
export class ArrivalTimer {
  readonly #options: ArrivalTimerOptions;
  #timer: Timer | null = null;
  #beganAtMs = 0;
  #bytes = 0;
  #bytesBefore = 0;

  constructor(options: ArrivalTimerOptions) {
    this.#options = options;
  }

  /** A request has begun (the first time) or goes on; `bytes` of it are here. */
  arrived(bytes: number): void {
    this.#bytes = bytes;
    if (this.#timer !== null) return;
    this.#beganAtMs = this.#options.clock.now();
    this.#wait();
  }

  /** The request is whole, or of no interest any more. */
  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  #wait(): void {
    this.#bytesBefore = this.#bytes;
    this.#timer = this.#options.clock.after(this.#options.periodMs, () => this.#check());
  }

  #check(): void {
    const { clock, periodMs, onLate } = this.#options;
    if (this.#bytes - this.#bytesBefore >= periodMs * MIN_BYTES_PER_MS) return this.#wait();
    this.#timer = null;
    onLate(clock.now() - this.#beganAtMs);
  }
}
