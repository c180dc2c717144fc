import { type AreaConfig, type Clock, type Logger, messageOf, type Timer } from '@senbon/core';
import type { engineHostArea } from '../config.ts';
import type { SessionManager } from '../session/session-manager.ts';

export const EngineState = {
  serving: 'serving',
  /** Out of discovery; serves the sessions it has and takes no new ones. */
  draining: 'draining',
  stopping: 'stopping',
  stopped: 'stopped',
} as const;
export type EngineState = (typeof EngineState)[keyof typeof EngineState];

const moves: Readonly<Record<EngineState, readonly EngineState[]>> = {
  serving: ['draining', 'stopping'],
  draining: ['stopping'],
  stopping: ['stopped'],
  stopped: [],
};

/** How often a draining engine looks whether it may stop. */
const DRAIN_CHECK_MS = 100;

export interface EngineLifecycleOptions {
  readonly config: AreaConfig<typeof engineHostArea>;
  readonly sessions: SessionManager;
  /** Gateways that are connected now, by any number of connections. */
  readonly connectionCount: () => number;
  /** Takes the node out of discovery, so that no gateway finds the engine any more. */
  readonly deregister: () => Promise<void>;
  /** Closes everything, whoever is still connected. */
  readonly shutDown: () => Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface DrainOptions {
  readonly why: string;
  readonly deadlineMs: number;
  /** Idle sessions do not hold it back: for a shutdown that somebody waits for. */
  readonly onlyWhileBusy?: boolean;
}

/** When an engine ends: idle for too long, its node deleted, discovery lost for good, its one session closed, or told to. */
export class EngineLifecycle {
  readonly #options: EngineLifecycleOptions;
  /** Resolves when the engine has stopped. */
  readonly stopped: Promise<void>;
  #onStopped = () => {};
  readonly #timers: Timer[] = [];
  #state: EngineState = EngineState.serving;
  #isDiscoveryLost = false;
  #onlyWhileBusy = false;
  #hasServed = false;

  constructor(options: EngineLifecycleOptions) {
    this.#options = options;
    this.stopped = new Promise((resolve) => {
      this.#onStopped = resolve;
    });
  }

  /** Begins to look for idleness. */
  start(): void {
    const { config, clock, sessions, logger } = this.#options;
    if (this.#state !== 'serving') return;
    this.#timers.push(
      clock.every(config.checkIntervalMs, () => this.#checkIdle()),
      clock.every(config.sessionCheckIntervalMs, () => {
        sessions.reap().catch((error: unknown) => logger.warn('Idle sessions could not be closed', error));
      }),
    );
  }

  get state(): EngineState {
    return this.#state;
  }

  /** To be called whenever a session was opened or closed. */
  onSessionsChanged(): void {
    const { config, sessions } = this.#options;
    if (sessions.count > 0) {
      this.#hasServed = true;
      return;
    }
    if (this.#state === 'draining') this.#checkDrained();
    else if (this.#hasServed && config.shareLevel.toUpperCase() === 'CONNECTION') {
      this.drain({ why: 'its one session is closed', deadlineMs: 0 });
    } else if (this.#isDiscoveryLost) this.#checkLost();
  }

  /** To be called whenever a connection has gone. */
  onConnectionsChanged(): void {
    if (this.#isDiscoveryLost) this.#checkLost();
  }

  /** Discovery has been away for longer than `kyuubi.engine.discovery.lost.timeout`, or is back. */
  onDiscovery(isLost: boolean): void {
    this.#isDiscoveryLost = isLost;
    this.#checkLost();
  }

  /** No new sessions from now on; stops when the last is closed, or at the deadline. A later call may only hasten it. */
  drain({ why, deadlineMs, onlyWhileBusy = false }: DrainOptions): void {
    if (this.#state === 'stopping' || this.#state === 'stopped') return;
    const { sessions, clock, logger } = this.#options;
    this.#onlyWhileBusy ||= onlyWhileBusy;
    if (this.#state === 'serving') {
      this.#move('draining', why);
      sessions.refuseNew(
        `it is being drained (${why}) and takes no new sessions; open the session again to get a fresh engine`,
      );
      logger.info(
        `Draining: ${why}; ${sessions.count} sessions are open, the deadline is in ${deadlineMs} ms`,
      );
      this.#timers.push(clock.every(DRAIN_CHECK_MS, () => this.#checkDrained()));
      void this.#deregister();
    }
    this.#timers.push(clock.after(deadlineMs, () => this.stop(`${why}; the deadline passed`)));
    this.#checkDrained();
  }

  /** At once: open sessions are closed. Idempotent. */
  stop(why: string): void {
    if (this.#state === 'stopping' || this.#state === 'stopped') return;
    this.#move('stopping', why);
    for (const timer of this.#timers) timer.cancel();
    void this.#shutDown(why);
  }

  async #shutDown(why: string): Promise<void> {
    const { sessions, logger, shutDown } = this.#options;
    logger.info(`Stopping: ${why}; ${sessions.count} sessions are open`);
    sessions.refuseNew(`it stops (${why}); open the session again to get a fresh engine`);
    await this.#deregister();
    try {
      await shutDown();
    } catch (error) {
      logger.error('The engine did not stop cleanly', error);
    }
    this.#move('stopped', why);
    this.#onStopped();
  }

  async #deregister(): Promise<void> {
    try {
      await this.#options.deregister();
    } catch (error) {
      this.#options.logger.warn(`The engine's node could not be removed: ${messageOf(error)}`);
    }
  }

  #checkIdle(): void {
    const { config, sessions, clock } = this.#options;
    if (this.#state !== 'serving' || config.idleTimeoutMs <= 0 || sessions.emptySinceMs === null) return;
    const idleMs = clock.now() - sessions.emptySinceMs;
    if (idleMs < config.idleTimeoutMs) return;
    this.drain({ why: `no session for ${idleMs} ms`, deadlineMs: 0 });
  }

  #checkLost(): void {
    const { config, sessions, connectionCount } = this.#options;
    if (!this.#isDiscoveryLost || this.#state !== 'serving') return;
    // A gateway that lives keeps connections for its sessions; without one, and with nobody able to find the engine any
    // more, sessions are what a dead gateway left behind.
    if (sessions.count > 0 && connectionCount() > 0) return;
    this.drain({ why: `no service discovery for ${config.discoveryLostTimeoutMs} ms`, deadlineMs: 0 });
  }

  #checkDrained(): void {
    const { sessions } = this.#options;
    if (this.#state !== 'draining') return;
    if (sessions.count === 0) this.stop('drained');
    else if (this.#onlyWhileBusy && !sessions.isBusy) this.stop('drained but for idle sessions');
  }

  #move(to: EngineState, why: string): void {
    if (!moves[this.#state].includes(to)) throw new Error(`an engine cannot go from ${this.#state} to ${to}`);
    this.#options.logger.info(`Engine: ${this.#state} -> ${to} (${why})`);
    this.#state = to;
  }
}
