import type { Clock, Timer } from '../ports/clock.ts';
import { SenbonError } from '../errors/senbon-error.ts';
import { StalledReplies } from './stalled-replies.ts';
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
  /** Idle connections beyond this many are closed when nobody has needed them for a moment. */
  readonly idleConnections: number;
  /** Whether the engine must be able to see, by a connection, that this gateway lives: it holds sessions of ours. */
  readonly isTethered: () => boolean;
  readonly clock: Clock;
}

interface Idle {
  readonly connection: EngineConnection;
  readonly sinceMs: number;
}

interface Waiter {
  readonly user: string;
  readonly mustBeUser: boolean;
  /** Hands over a connection or, with `null`, the place of one: the right to open it. */
  readonly grant: (connection: EngineConnection | null) => void;
  readonly fail: (error: Error) => void;
  readonly timer: Timer;
}

/** More callers than this waiting for one engine are turned away at once. */
const MAX_WAITERS = 10_000;
/**
 * A burst of calls borrows its connections again and again, and to open one costs both ends more than most calls do: those
 * beyond the idle ones that are kept stay for as long as this.
 */
const SURPLUS_LINGER_MS = 1_000;
/** Between the loss of the last connection and a new one, and between attempts: twice as long after each. */
const TETHER_PAUSE_MS = 1_000;
const MAX_TETHER_PAUSE_MS = 10_000;
const NOT_NEEDED = new Error('the connection is not needed any more');

/**
 * The connections of this gateway to one engine. They belong to nobody: a call borrows one and gives it back, so ten
 * thousand idle sessions need none (design decision 3).
 */
export class EnginePool {
  readonly #options: EnginePoolOptions;
  /** The longest idle first. */
  readonly #idle: Idle[] = [];
  /** While there are any, no connection is idle: one that is given back passes to the first of them. */
  readonly #waiters: Waiter[] = [];
  readonly #open = new Set<EngineConnection>();
  /** Places taken: connections borrowed, idle or being opened. */
  #count = 0;
  readonly #stalled: StalledReplies;
  #trim: Timer | null = null;
  #tether: Timer | null = null;
  #tetherPauseMs = TETHER_PAUSE_MS;
  #isClosed = false;

  constructor(options: EnginePoolOptions) {
    this.#options = options;
    this.#stalled = new StalledReplies({
      maxParked: options.maxConnections,
      clock: options.clock,
      onParked: () => this.#givePlaceBack(),
      // There may be one more than there should be until it is released.
      onUnparked: () => this.#count++,
    });
  }

  get connectionCount(): number {
    return this.#count;
  }

  get loginTimeoutMs(): number {
    return this.#options.loginTimeoutMs;
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

  /** Whether the engine answers a login, by a connection of its own beside the others. Throws ENGINE_UNREACHABLE, ENGINE_REFUSED. */
  async probe(user: string): Promise<void> {
    const connection = await EngineConnection.open(this.#connectionOptions(user));
    connection.destroy(new Error('the engine has answered'));
  }

  /** Ends every connection, those in use too, and every wait. */
  close(): void {
    this.#isClosed = true;
    this.#trim?.cancel();
    this.#tether?.cancel();
    this.#stalled.close();
    for (const waiter of this.#waiters.splice(0)) {
      waiter.timer.cancel();
      waiter.fail(this.#unreachable('it is no longer used'));
    }
    this.#count -= this.#idle.splice(0).length;
    for (const connection of this.#open) connection.destroy(new Error('the engine is no longer used'));
    this.#open.clear();
  }

  async #acquire(user: string, mustBeUser: boolean): Promise<EngineConnection> {
    if (this.#isClosed) throw this.#unreachable('it is no longer used');
    const usable = this.#takeIdle(user, mustBeUser);
    if (usable !== null) return usable;
    if (this.#count < this.#options.maxConnections || this.#evictIdle()) {
      this.#count++;
      return this.#connect(user);
    }
    return (await this.#wait(user, mustBeUser)) ?? this.#connect(user);
  }

  #takeIdle(user: string, mustBeUser: boolean): EngineConnection | null {
    for (let index = this.#idle.length - 1; index >= 0; index--) {
      const connection = this.#idle[index]?.connection;
      if (connection === undefined || (mustBeUser && connection.user !== user)) continue;
      this.#idle.splice(index, 1);
      if (connection.isUsable) return connection;
      this.#discard(connection, new Error('it broke while it was idle'));
    }
    return null;
  }

  #evictIdle(): boolean {
    const connection = this.#idle.shift()?.connection;
    if (connection === undefined) return false;
    this.#discard(connection, new Error('its place is needed for another user'));
    return true;
  }

  /** Opens a connection in a place that is taken already. */
  async #connect(user: string): Promise<EngineConnection> {
    try {
      const connection = await EngineConnection.open(this.#connectionOptions(user));
      this.#open.add(connection);
      connection.onClosed = () => this.#onClosed(connection);
      connection.onStalled = (isStalled) => this.#onStalled(connection, isStalled);
      if (!this.#isClosed) return connection;
      const error = this.#unreachable('it is no longer used');
      this.#open.delete(connection);
      connection.destroy(error);
      throw error;
    } catch (error) {
      this.#givePlaceBack();
      this.#scheduleTether(user);
      throw error;
    }
  }

  #connectionOptions(user: string): EngineConnectionOptions {
    const { endpoint, loginTimeoutMs, callTimeoutMs, maxMessageBytes, credentialsFor } = this.#options;
    const password = credentialsFor(user);
    return { endpoint, user, password, loginTimeoutMs, callTimeoutMs, maxMessageBytes };
  }

  #onStalled(connection: EngineConnection, isStalled: boolean): void {
    if (!isStalled) return this.#stalled.remove(connection);
    this.#stalled.add(connection);
    this.#parkStalled();
  }

  #parkStalled(): void {
    this.#stalled.parkWhile(() => this.#waiters.length > 0);
  }

  /** Passes it to the first waiter. */
  #givePlaceBack(): void {
    const next = this.#nextWaiter();
    if (next === undefined) this.#count--;
    else next.grant(null);
  }

  #release(connection: EngineConnection): void {
    this.#onStalled(connection, false);
    const next = this.#nextWaiter();
    if (next === undefined) return this.#keepOrDiscard(connection);
    if (connection.isUsable && (!next.mustBeUser || connection.user === next.user)) {
      next.grant(connection);
      return;
    }
    this.#open.delete(connection);
    connection.destroy(new Error('its place is needed for another user'));
    next.grant(null);
  }

  #keepOrDiscard(connection: EngineConnection): void {
    const isSurplus = this.#count > this.#options.maxConnections;
    if (!connection.isUsable || this.#isClosed || isSurplus) return this.#discard(connection, NOT_NEEDED);
    this.#idle.push({ connection, sinceMs: this.#options.clock.now() });
    this.#scheduleTrim(SURPLUS_LINGER_MS);
  }

  #scheduleTrim(ms: number): void {
    const { clock, idleConnections } = this.#options;
    if (this.#trim !== null || this.#idle.length <= idleConnections) return;
    this.#trim = clock.after(ms, () => {
      this.#trim = null;
      this.#trimIdle(clock.now() - SURPLUS_LINGER_MS);
    });
  }

  /** Closes the surplus that has been idle since `beforeMs`. */
  #trimIdle(beforeMs: number): void {
    let next = this.#idle[0];
    while (
      next !== undefined &&
      next.sinceMs <= beforeMs &&
      this.#idle.length > this.#options.idleConnections
    ) {
      this.#idle.shift();
      this.#discard(next.connection, NOT_NEEDED);
      next = this.#idle[0];
    }
    if (next !== undefined) this.#scheduleTrim(next.sinceMs - beforeMs);
  }

  /** An idle one that broke is forgotten at once, and replaced if it was the last while the engine holds sessions of ours. */
  #onClosed(connection: EngineConnection): void {
    const index = this.#idle.findIndex((idle) => idle.connection === connection);
    if (index < 0) return;
    this.#idle.splice(index, 1);
    this.#open.delete(connection);
    this.#count--;
    this.#scheduleTether(connection.user);
  }

  #scheduleTether(user: string): void {
    const isMissing = () => !this.#isClosed && this.#count === 0 && this.#options.isTethered();
    if (this.#tether !== null || !isMissing()) return;
    const pauseMs = this.#tetherPauseMs;
    this.#tetherPauseMs = Math.min(2 * pauseMs, MAX_TETHER_PAUSE_MS);
    this.#tether = this.#options.clock.after(pauseMs, () => {
      this.#tether = null;
      if (!isMissing()) return;
      // A failure has scheduled the next attempt.
      this.use(user, false, async () => {
        this.#tetherPauseMs = TETHER_PAUSE_MS;
      }).catch(() => {});
    });
  }

  #discard(connection: EngineConnection, why: Error): void {
    this.#count--;
    this.#open.delete(connection);
    connection.destroy(why);
    this.#scheduleTether(connection.user);
  }

  #nextWaiter(): Waiter | undefined {
    const waiter = this.#waiters.shift();
    waiter?.timer.cancel();
    return waiter;
  }

  #wait(user: string, mustBeUser: boolean): Promise<EngineConnection | null> {
    const { waitTimeoutMs, maxConnections, clock } = this.#options;
    const busy = new SenbonError('ENGINE_BUSY', {
      engine: this.#name(),
      limit: maxConnections,
      ms: waitTimeoutMs,
    });
    if (this.#waiters.length >= MAX_WAITERS) return Promise.reject(busy);
    const granted = new Promise<EngineConnection | null>((grant, fail) => {
      const timer = clock.after(waitTimeoutMs, () => {
        this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
        fail(busy);
      });
      const waiter: Waiter = { user, mustBeUser, grant, fail, timer };
      this.#waiters.push(waiter);
    });
    this.#parkStalled();
    return granted;
  }

  #name(): string {
    return `${this.#options.endpoint.host}:${this.#options.endpoint.port}`;
  }

  #unreachable(problem: string): SenbonError {
    return new SenbonError('ENGINE_UNREACHABLE', { engine: this.#name(), problem });
  }
}
