import type { Clock, Timer } from '@senbon/core';

export interface GatewayWatchOptions {
  /** How long a gateway may be without a connection before it counts as dead; 0 = for ever. */
  readonly lostTimeoutMs: number;
  readonly onLost: (gateway: string) => void;
  readonly clock: Clock;
}

interface Seen {
  connections: number;
  timer: Timer | null;
}

/**
 * Which gateways live, by their connections: one that holds sessions here keeps a connection too, and the death of its
 * process closes that at once. Service discovery would say it later, or be down itself.
 */
export class GatewayWatch {
  readonly #options: GatewayWatchOptions;
  /** Gateways with a connection, and those that had one not long ago. */
  readonly #seen = new Map<string, Seen>();

  constructor(options: GatewayWatchOptions) {
    this.#options = options;
  }

  onConnected(gateway: string): void {
    const seen = this.#seen.get(gateway) ?? { connections: 0, timer: null };
    seen.timer?.cancel();
    seen.timer = null;
    seen.connections++;
    this.#seen.set(gateway, seen);
  }

  onDisconnected(gateway: string): void {
    const seen = this.#seen.get(gateway);
    if (seen === undefined || --seen.connections > 0) return;
    const { lostTimeoutMs, clock, onLost } = this.#options;
    if (lostTimeoutMs === 0) {
      this.#seen.delete(gateway);
      return;
    }
    seen.timer = clock.after(lostTimeoutMs, () => {
      this.#seen.delete(gateway);
      onLost(gateway);
    });
  }

  close(): void {
    for (const { timer } of this.#seen.values()) timer?.cancel();
    this.#seen.clear();
  }
}
