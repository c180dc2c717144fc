import type { Clock, Timer } from '../ports/clock.ts';
import { type Connection, ConnectionState } from '../ports/discovery.ts';
import type { Logger } from '../ports/logger.ts';

export const LOST_ACTIONS = ['WAIT', 'DRAIN'] as const;
export type LostAction = (typeof LOST_ACTIONS)[number];

export interface DiscoveryLossOptions {
  readonly connection: Connection;
  /** Of the session, where the connection knows of no other. */
  readonly timeoutMs: number;
  readonly action: LostAction;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Called for `DRAIN`. */
  readonly onLost: () => void;
}

/** Sees that service discovery is away for longer than the session's time-out, and acts as `kyuubi.ha.lost.action` says. */
export class DiscoveryLoss {
  readonly #options: DiscoveryLossOptions;
  #unsubscribe: () => void = () => {};
  #timer: Timer | null = null;
  /** After as long, the ensemble has given up this gateway's nodes, whether we can hear it say so or not. */
  #timeoutMs = 0;
  #isLost = false;

  constructor(options: DiscoveryLossOptions) {
    this.#options = options;
  }

  watch(): void {
    const { connection } = this.#options;
    this.#unsubscribe = connection.onChange((state) => this.#onChange(state));
    this.#onChange(connection.state);
  }

  close(): void {
    this.#unsubscribe();
    this.#timer?.cancel();
    this.#timer = null;
  }

  #onChange(state: ConnectionState): void {
    const { logger } = this.#options;
    switch (state) {
      case ConnectionState.connected:
        if (this.#isLost) logger.info('Service discovery is back');
        this.#isLost = false;
        this.#timer?.cancel();
        this.#timer = null;
        return;
      case ConnectionState.suspended:
      case ConnectionState.lost:
        if (!this.#isLost && this.#timer === null) this.#startTimer();
        return;
      case ConnectionState.closed:
        this.close();
    }
  }

  #startTimer(): void {
    const { connection, timeoutMs, clock } = this.#options;
    this.#timeoutMs = connection.sessionTimeoutMs ?? timeoutMs;
    this.#timer = clock.after(this.#timeoutMs, () => this.#giveUp());
  }

  #giveUp(): void {
    const { action, logger, onLost } = this.#options;
    const seconds = this.#timeoutMs / 1000;
    this.#timer = null;
    this.#isLost = true;
    if (action === 'WAIT') {
      logger.warn(
        `Service discovery has been away for ${seconds} seconds: nobody finds this gateway there until it is back. Sessions are served on`,
      );
      return;
    }
    logger.error(
      `Zookeeper client connection state changed to: LOST, but failed to reconnect in ${seconds} seconds. Give up retry and stop gracefully . `,
    );
    onLost();
  }
}
