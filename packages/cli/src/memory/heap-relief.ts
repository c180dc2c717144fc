import type { Clock, Timer } from '@senbon/core';

export interface HeapReliefOptions {
  readonly openSessions: () => number;
  /** A full collection: stops the process for as long as what lives takes to mark, about 1 ms a megabyte. */
  readonly collect: () => void;
  readonly clock: Clock;
}

const CHECK_INTERVAL_MS = 2_000;
/** Fewer sessions leave too little behind, a few megabytes, to stop the process for. */
const MIN_CLOSED_SESSIONS = 500;

/**
 * V8 collects old objects when new ones need room: after a wave of sessions has been closed, a gateway with nothing to do
 * would keep their memory until the next wave. Once the wave is over this has it collected, and V8 gives the pages back.
 */
export class HeapRelief {
  readonly #options: HeapReliefOptions;
  readonly #timer: Timer;
  #mostSessions = 0;
  #lastSessions = 0;

  constructor(options: HeapReliefOptions) {
    this.#options = options;
    this.#timer = options.clock.every(CHECK_INTERVAL_MS, () => this.#check());
  }

  close(): void {
    this.#timer.cancel();
  }

  #check(): void {
    const sessions = this.#options.openSessions();
    const isFalling = sessions < this.#lastSessions;
    this.#lastSessions = sessions;
    this.#mostSessions = Math.max(this.#mostSessions, sessions);
    if (isFalling || this.#mostSessions - sessions < MIN_CLOSED_SESSIONS) return;
    this.#mostSessions = sessions;
    this.#options.collect();
  }
}
