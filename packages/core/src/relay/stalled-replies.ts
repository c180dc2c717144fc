import type { Clock, Timer } from '../ports/clock.ts';
import type { EngineConnection } from './engine-connection.ts';

export interface StalledRepliesOptions {
  /** Connections beyond the pool's own that may wait for clients which do not read; the longest stalled is cut off for a further one. */
  readonly maxParked: number;
  readonly clock: Clock;
  /** A connection's place in the pool is free for another. */
  readonly onParked: () => void;
  /** It takes the place again: its client reads, or it is over. */
  readonly onUnparked: () => void;
}

/** A client that takes longer than this for two reads of an engine's socket has stopped, or is as slow as one that has. */
const PARK_AFTER_MS = 1_000;

/**
 * Connections in the middle of a reply whose client does not read. While others wait for a connection, they are parked:
 * they keep it, but not the place, so that clients that stop reading cannot keep everybody else from an engine.
 */
export class StalledReplies {
  readonly #options: StalledRepliesOptions;
  /** Since when, the longest stalled first. */
  readonly #since = new Map<EngineConnection, number>();
  readonly #parked = new Set<EngineConnection>();
  #timer: Timer | null = null;

  constructor(options: StalledRepliesOptions) {
    this.#options = options;
  }

  add(connection: EngineConnection): void {
    this.#since.set(connection, this.#options.clock.now());
  }

  remove(connection: EngineConnection): void {
    this.#since.delete(connection);
    if (this.#parked.delete(connection)) this.#options.onUnparked();
  }

  /** Parks what has stalled, now and later, as long as `isNeeded` and there is any. */
  parkWhile(isNeeded: () => boolean): void {
    if (this.#timer !== null || this.#since.size === 0 || !isNeeded()) return;
    this.#timer = this.#options.clock.after(this.#park(), () => {
      this.#timer = null;
      this.parkWhile(isNeeded);
    });
  }

  close(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  /** Milliseconds until there may be more to park. */
  #park(): number {
    const { clock, maxParked, onParked } = this.#options;
    const nowMs = clock.now();
    for (const [connection, sinceMs] of this.#since) {
      if (nowMs - sinceMs < PARK_AFTER_MS) return PARK_AFTER_MS - (nowMs - sinceMs);
      if (this.#parked.has(connection)) continue;
      const [longest] = this.#parked;
      if (longest !== undefined && this.#parked.size >= maxParked) {
        this.remove(longest);
        longest.destroy(new Error('its client does not read, and others wait for a connection'));
      }
      this.#parked.add(connection);
      onParked();
    }
    return PARK_AFTER_MS;
  }
}
