import type { Clock, Timer } from '../ports/clock.ts';
import { IdleGrowth } from './idle-growth.ts';
import { SessionWave } from './session-wave.ts';

export interface HeapReliefOptions {
  readonly openSessions: () => number;
  /** JavaScript objects and buffers, dead ones too. */
  readonly usedBytes: () => number;
  /** A full collection: stops the process for as long as what lives takes to mark, about 1 ms a megabyte. */
  readonly collect: () => void;
  readonly clock: Clock;
}

const CHECK_INTERVAL_MS = 2_000;

/**
 * V8 collects old objects when new ones need room: after a wave of sessions has been closed, or of large requests has
 * passed, a gateway with nothing to do would keep their memory until the next wave. Once the wave is over this has it
 * collected, and the pages go back to the system.
 */
export class HeapRelief {
  readonly #options: HeapReliefOptions;
  readonly #timer: Timer;
  readonly #wave = new SessionWave();
  readonly #growth: IdleGrowth;

  constructor(options: HeapReliefOptions) {
    this.#options = options;
    this.#growth = new IdleGrowth(options.usedBytes());
    this.#timer = options.clock.every(CHECK_INTERVAL_MS, () => this.#check());
  }

  close(): void {
    this.#timer.cancel();
  }

  #check(): void {
    const { openSessions, usedBytes, collect, clock } = this.#options;
    // Both, whatever the first says: each must see every figure.
    const isWaveOver = this.#wave.isOver(openSessions());
    const isRipe = this.#growth.isRipe(usedBytes(), clock.now());
    if (isWaveOver || isRipe) collect();
  }
}
