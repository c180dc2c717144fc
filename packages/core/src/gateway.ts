import { SenbonError } from './errors/senbon-error.ts';
import type { Frontend } from './frontend/frontend.ts';
import type { GatewayOptions } from './gateway-options.ts';
import {
  checkConfiguration,
  createDoor,
  createServerLife,
  createSessions,
  openDiscovery,
  type Own,
} from './gateway-parts.ts';
import type { Drain } from './lifecycle/drain.ts';
import type { ServerRegistrations } from './lifecycle/server-registrations.ts';
import { atMost } from './observe/at-most.ts';
import type { Logger } from './ports/logger.ts';
import type { SessionManager } from './session/session-manager.ts';

export const GatewayState = {
  created: 'created',
  starting: 'starting',
  running: 'running',
  /** Deregistered: no new session, the present ones are served. */
  draining: 'draining',
  stopping: 'stopping',
  stopped: 'stopped',
} as const;
export type GatewayState = (typeof GatewayState)[keyof typeof GatewayState];

const moves: Readonly<Record<GatewayState, readonly GatewayState[]>> = {
  created: ['starting', 'stopping'],
  starting: ['running', 'stopping'],
  running: ['draining', 'stopping'],
  draining: ['stopping'],
  stopping: ['stopped'],
  stopped: [],
};

/** After a drain: how long clients are given to take the answers that are on their way. */
const LAST_ANSWERS_MS = 3_000;
/** Nothing that closes, discovery that is down least of all, holds up the stop for longer. */
const CLOSE_PATIENCE_MS = 20_000;

/** A gateway: frontends for clients, a session router, and the way to engines. */
export class Gateway {
  readonly #options: GatewayOptions;
  readonly #logger: Logger;
  readonly #hardStop = new AbortController();
  readonly #stopped: Promise<void>;
  #settleStopped: () => void = () => {};
  #state: GatewayState = GatewayState.created;
  #opening: Promise<void> = Promise.resolve();
  /** What is open, in the order it was opened; closed in reverse. */
  readonly #closers: ((graceMs: number) => Promise<void>)[] = [];
  #frontends: readonly Frontend[] = [];
  #sessions: SessionManager | null = null;
  #registrations: ServerRegistrations | null = null;
  #drain: Drain | null = null;

  constructor(options: GatewayOptions) {
    this.#options = options;
    this.#logger = options.logger.named('server.KyuubiServer');
    this.#stopped = new Promise((resolve) => {
      this.#settleStopped = resolve;
    });
  }

  get state(): GatewayState {
    return this.#state;
  }

  get frontends(): readonly Frontend[] {
    return this.#frontends;
  }

  get openSessions(): number {
    return this.#sessions?.directory.size ?? 0;
  }

  /** Resolves when the gateway has stopped, for whatever reason. */
  get stopped(): Promise<void> {
    return this.#stopped;
  }

  /** Throws CONFIG_*, DISCOVERY_UNREACHABLE, BIND_FAILED; nothing is left open then. */
  async start(): Promise<void> {
    this.#move('starting', 'start');
    const opening = this.#open();
    this.#opening = opening.catch(() => {});
    try {
      await opening;
    } catch (error) {
      await this.#stop('it could not start');
      throw error;
    }
    this.#move('running', 'registered');
  }

  /**
   * Graceful end: deregisters, takes no new sessions, and stops when the last one has gone or after
   * `kyuubi.server.drain.deadline`. Idempotent; resolves when stopped.
   */
  async drain(why: string): Promise<void> {
    if (this.#state === 'running' && this.#drain !== null) {
      this.#move('draining', why);
      // Not waited for: discovery may be what is down.
      this.#registrations
        ?.close()
        .catch((error: unknown) => this.#logger.warn('Could not deregister', error));
      await this.#drain.run(this.#hardStop.signal);
      await this.#stop(why, LAST_ANSWERS_MS);
    } else if (this.#state === 'created' || this.#state === 'starting') {
      await this.#stop(why);
    }
    await this.#stopped;
  }

  /** Stops now; open sessions are closed. Idempotent. */
  async destroy(why: string): Promise<void> {
    this.#hardStop.abort(new SenbonError('OPERATION_CANCELED'));
    if (this.#state !== 'draining') await this.#stop(why);
    await this.#stopped;
  }

  async #open(): Promise<void> {
    const own: Own = (close) => this.#closers.push(close);
    checkConfiguration(this.#options);
    const client = await openDiscovery(this.#options, this.#hardStop.signal);
    own(() => client.close());
    this.#checkStarting();
    const sessions = await createSessions(this.#options, client, own);
    this.#sessions = sessions;
    const door = await createDoor(this.#options, sessions, () => this.#admit());
    this.#frontends = door.frontends;
    for (const frontend of door.frontends) {
      own((graceMs) => frontend.close(graceMs));
      this.#checkStarting();
      await frontend.listen();
    }
    this.#checkStarting();
    const onDeleted = (instance: string) => this.#onDeleted(instance);
    const { drain, registrations } = createServerLife(this.#options, {
      ...door,
      client,
      sessions,
      onDeleted,
    });
    this.#drain = drain;
    this.#registrations = registrations;
    // Opened last, so closed first: nobody is sent to a gateway that does not serve any more.
    own(() => registrations.close());
    await registrations.open();
    this.#checkStarting();
  }

  /** Throws OPERATION_CANCELED when somebody stops the gateway while it starts; what it opened is closed then. */
  #checkStarting(): void {
    if (this.#state !== 'starting') throw new SenbonError('OPERATION_CANCELED');
  }

  #onDeleted(instance: string): void {
    this.#logger.warn(
      `This Kyuubi instance ${instance} is now de-registered from ZooKeeper. The server will be shut down after the last client session completes.`,
    );
    void this.drain('its node was deleted');
  }

  #admit(): void {
    if (this.#state === 'running' || this.#state === 'starting') return;
    if (this.#drain !== null) throw this.#drain.refusal();
    throw new SenbonError('SERVER_DRAINING', { instance: 'unknown', advice: '' });
  }

  async #stop(why: string, graceMs = 0): Promise<void> {
    if (this.#state === 'stopping' || this.#state === 'stopped') return;
    this.#move('stopping', why);
    this.#hardStop.abort(new SenbonError('OPERATION_CANCELED'));
    const { clock } = this.#options;
    await atMost(clock, CLOSE_PATIENCE_MS, this.#opening);
    for (const close of this.#closers.splice(0).reverse()) {
      try {
        if (await atMost(clock, CLOSE_PATIENCE_MS, close(graceMs))) continue;
        this.#logger.warn(`Something did not close within ${CLOSE_PATIENCE_MS} ms`);
      } catch (error) {
        this.#logger.warn('Something did not close cleanly', error);
      }
    }
    this.#move('stopped', why);
    this.#settleStopped();
  }

  #move(to: GatewayState, why: string): void {
    if (!moves[this.#state].includes(to)) {
      throw new SenbonError('INTERNAL', { problem: `a gateway cannot go from ${this.#state} to ${to}` });
    }
    this.#logger.info(`${this.#state} -> ${to} (${why})`);
    this.#state = to;
  }
}
