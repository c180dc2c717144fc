import type { Clock, Timer } from '../ports/clock.ts';
import { SenbonError } from '../errors/senbon-error.ts';
import { EngineConnection, type EngineConnectionOptions, type EngineEndpoint } from './engine-connection.ts';

export interface EnginePoolOptions {
  readonly endpoint: EngineEndpoint;
  /** A fresh password or token for `user`. */
  readonly credentialsFor: (user: string) => string;
  readonly loginTimeoutMs: number;
  readonly callTimeoutMs: number;
  readonly maxMessageBytes: number;
  readonly maxConnections: number;
  readonly waitTimeoutMs: number;
  /** Idle connections beyond this many are closed when they are given back. */
  readonly idleConnections: number;
  readonly clock: Clock;
}

interface Waiter {
  readonly grant: () => void;
  readonly fail: (error: Error) => void;
  readonly timer: Timer;
}

/** More callers than this waiting for one engine are turned away at once. */
const MAX_WAITERS = 10_000;

/**
 * The connections of this gateway to one engine. They belong to nobody: a call borrows one and gives it back, so ten
 * thousand idle sessions need none (design decision 3).
 */
export class EnginePool {
  readonly #options: EnginePoolOptions;
  readonly #idle: EngineConnection[] = [];
  readonly #waiters: Waiter[] = [];
  /** Connections borrowed or being opened, plus the idle ones. */
  #count = 0;
  #isClosed = false;

  constructor(options: EnginePoolOptions) {
    this.#options = options;
  }

  get connectionCount(): number {
    return this.#count;
  }

  /**
   * Runs `fn` with a connection nobody else uses. `user` asks for one that is authenticated as that user (only
   * OpenSession cares). Throws ENGINE_BUSY, ENGINE_UNREACHABLE, ENGINE_REFUSED, or what `fn` throws.
   */
  async use<T>(
    user: string,
    mustBeUser: boolean,
    fn: (connection: EngineConnection) => Promise<T>,
  ): Promise<T> {
    const connection = await this.#acquire(user, mustBeUser);
    try {
      return await fn(connection);
    } finally {
      this.#release(connection);
    }
  }

  close(): void {
    this.#isClosed = true;
    for (const connection of this.#idle.splice(0))
      this.#discard(connection, new Error('the engine is no longer used'));
    for (const waiter of this.#waiters.splice(0)) {
      waiter.timer.cancel();
      waiter.fail(this.#unreachable('it is no longer used'));
    }
  }

  async #acquire(user: string, mustBeUser: boolean): Promise<EngineConnection> {
    const usable = this.#takeIdle(user, mustBeUser);
    if (usable !== null) return usable;
    if (this.#isClosed) throw this.#unreachable('it is no longer used');
    if (this.#count >= this.#options.maxConnections && !this.#evictIdle()) {
      await this.#wait();
      return this.#acquire(user, mustBeUser);
    }
    return this.#connect(user);
  }

  #takeIdle(user: string, mustBeUser: boolean): EngineConnection | null {
    for (let index = this.#idle.length - 1; index >= 0; index--) {
      const connection = this.#idle[index];
      if (connection === undefined || (mustBeUser && connection.user !== user)) continue;
      this.#idle.splice(index, 1);
      if (connection.isUsable) return connection;
      this.#count--;
    }
    return null;
  }

  #evictIdle(): boolean {
    const connection = this.#idle.shift();
    if (connection === undefined) return false;
    this.#discard(connection, new Error('its place is needed for another user'));
    return true;
  }

  async #connect(user: string): Promise<EngineConnection> {
    this.#count++;
    try {
      const { endpoint, loginTimeoutMs, callTimeoutMs, maxMessageBytes } = this.#options;
      const password = this.#options.credentialsFor(user);
      const options: EngineConnectionOptions = {
        endpoint,
        user,
        password,
        loginTimeoutMs,
        callTimeoutMs,
        maxMessageBytes,
      };
      return await EngineConnection.open(options);
    } catch (error) {
      this.#count--;
      this.#wakeOne();
      throw error;
    }
  }

  #release(connection: EngineConnection): void {
    const isSurplus = this.#waiters.length === 0 && this.#idle.length >= this.#options.idleConnections;
    if (!connection.isUsable || this.#isClosed || isSurplus) {
      this.#discard(connection, new Error('the connection is not needed any more'));
    } else {
      this.#idle.push(connection);
    }
    this.#wakeOne();
  }

  #discard(connection: EngineConnection, why: Error): void {
    this.#count--;
    connection.destroy(why);
  }

  #wakeOne(): void {
    const waiter = this.#waiters.shift();
    if (waiter === undefined) return;
    waiter.timer.cancel();
    waiter.grant();
  }

  #wait(): Promise<void> {
    const { waitTimeoutMs, maxConnections, clock } = this.#options;
    const busy = new SenbonError('ENGINE_BUSY', {
      engine: this.#name(),
      limit: maxConnections,
      ms: waitTimeoutMs,
    });
    if (this.#waiters.length >= MAX_WAITERS) return Promise.reject(busy);
    return new Promise((grant, fail) => {
      const timer = clock.after(waitTimeoutMs, () => {
        this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
        fail(busy);
      });
      const waiter: Waiter = { grant, fail, timer };
      this.#waiters.push(waiter);
    });
  }

  #name(): string {
    return `${this.#options.endpoint.host}:${this.#options.endpoint.port}`;
  }

  #unreachable(problem: string): SenbonError {
    return new SenbonError('ENGINE_UNREACHABLE', { engine: this.#name(), problem });
  }
}
