import { setTimeout as delay } from 'node:timers/promises';
import { ConnectionState, type Logger, SenbonError, messageOf } from '@senbon/core';
import { Deadline, backoffMs, pause, within } from '@senbon/core/discovery';
import { type Ensemble, type Resolve, describe, hasNames, resolveServers } from './addresses.ts';
import { CloseCode, type ZkHandleConstructor } from './handle.ts';
import { ZkCode, ZkError, isConnectionProblem } from './zk-error.ts';
import { SessionState, ZkSession } from './zk-session.ts';

const LOOK_UP_MS = 5_000;
/** Between two attempts of one operation, so that a flapping connection is not hammered. */
const RETRY_PAUSE_MS = 20;

const moves: Readonly<Record<ConnectionState, readonly ConnectionState[]>> = {
  connected: ['suspended', 'lost', 'closed'],
  suspended: ['connected', 'lost', 'closed'],
  lost: ['connected', 'closed'],
  closed: [],
};

export interface ZkClientOptions {
  readonly handle: ZkHandleConstructor;
  readonly ensemble: Ensemble;
  readonly sessionTimeoutMs: number;
  readonly connectTimeoutMs: number;
  readonly operationTimeoutMs: number;
  readonly digest?: string | undefined;
  readonly backoff: { readonly baseMs: number; readonly maxMs: number };
  readonly logger: Logger;
  readonly resolve?: Resolve;
  /** How often names are looked up again while disconnected: a server may have come back elsewhere. */
  readonly lookUpMs?: number;
}

export interface RunOptions {
  readonly signal?: AbortSignal | undefined;
  /** For all attempts together; the client's operation time-out when absent. */
  readonly timeoutMs?: number;
  /** Once only: an answer that was lost is an error. For what cannot be repeated. */
  readonly once?: boolean;
  /** Fails with `sessionExpired` as soon as this is not the client's session any more. */
  readonly session?: ZkSession;
}

/**
 * A ZooKeeper client that outlives its sessions: when one expires, it opens another, with bounded back-off and for
 * ever, and tells who asked by `onSession`. Operations wait for a connection and are repeated after a lost answer.
 */
export class ZkClient {
  readonly #options: ZkClientOptions;
  readonly #listeners = new Set<(state: ConnectionState) => void>();
  readonly #sessionListeners = new Set<(session: ZkSession) => void>();
  readonly #closing = new AbortController();
  #state: ConnectionState = ConnectionState.connected;
  #session!: ZkSession;
  #servers = '';

  private constructor(options: ZkClientOptions) {
    this.#options = options;
  }

  /** Rejects with `DISCOVERY_UNREACHABLE` within `connectTimeoutMs`. */
  static async open(options: ZkClientOptions, signal?: AbortSignal): Promise<ZkClient> {
    const client = new ZkClient(options);
    try {
      client.#adopt(await client.#openSession(signal), 'opened');
      return client;
    } catch (error) {
      if (signal?.aborted) throw error;
      throw client.#unreachable(error);
    }
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** As the server has granted it: it keeps to bounds of its own, 2 to 20 of its ticks. */
  get sessionTimeoutMs(): number {
    return this.#session.timeoutMs;
  }

  get session(): ZkSession {
    return this.#session;
  }

  get addresses(): string {
    return describe(this.#options.ensemble);
  }

  /** Aborts at `close`. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  onChange(listener: (state: ConnectionState) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Calls back with every session after the present one. */
  onSession(listener: (session: ZkSession) => void): () => void {
    this.#sessionListeners.add(listener);
    return () => this.#sessionListeners.delete(listener);
  }

  /**
   * Runs `operation` on the connected session, again after a lost answer, so it must bear repetition: `attempt` > 0
   * says that an earlier one may have been carried out. Rejects with `ZkError` for the server's refusals, else with
   * `DISCOVERY_UNREACHABLE` or `DISCOVERY_CLOSED`.
   */
  async run<T>(
    operation: (session: ZkSession, attempt: number) => Promise<T>,
    options: RunOptions = {},
  ): Promise<T> {
    const deadline = new Deadline(options.timeoutMs ?? this.#options.operationTimeoutMs);
    let last: unknown;
    for (let attempt = 0; ; attempt++) {
      const session = await this.#connected(deadline, options, last);
      try {
        return await this.#within(operation(session, attempt), deadline, options, last);
      } catch (error) {
        if (this.#closing.signal.aborted) throw new SenbonError('DISCOVERY_CLOSED');
        if (!isConnectionProblem(error)) throw error;
        if (options.once === true) throw this.#unreachable(error);
        last = error;
        await delay(Math.min(RETRY_PAUSE_MS, deadline.remainingMs));
      }
    }
  }

  /** Ends the session, and with it the ephemeral nodes. Idempotent. */
  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort(new SenbonError('DISCOVERY_CLOSED'));
    await this.#session.close();
    this.#move(ConnectionState.closed, 'close was called');
    this.#listeners.clear();
    this.#sessionListeners.clear();
  }

  async #connected(deadline: Deadline, options: RunOptions, last: unknown): Promise<ZkSession> {
    while (true) {
      if (this.#closing.signal.aborted) throw new SenbonError('DISCOVERY_CLOSED');
      options.signal?.throwIfAborted();
      if (options.session !== undefined && options.session !== this.#session) throw sessionGone();
      if (deadline.isOver) throw this.#unreachable(last ?? new Error('not connected'));
      if (this.#state === ConnectionState.connected) return this.#session;
      if (options.session !== undefined && this.#state === ConnectionState.lost) throw sessionGone();
      let stop = (): void => undefined;
      const changed = new Promise<void>((resolve) => {
        stop = this.onChange(() => resolve());
      });
      await this.#within(changed, deadline, options, last).finally(() => stop());
    }
  }

  async #within<T>(promise: Promise<T>, deadline: Deadline, options: RunOptions, last: unknown): Promise<T> {
    return within(promise, {
      timeoutMs: deadline.remainingMs,
      signal: options.signal,
      onTimeout: () =>
        this.#unreachable(last ?? new Error(`no answer within ${Math.round(deadline.totalMs)} ms`)),
    });
  }

  async #openSession(signal?: AbortSignal): Promise<ZkSession> {
    const { connectTimeoutMs, ensemble, resolve } = this.#options;
    const deadline = new Deadline(connectTimeoutMs);
    this.#servers = await within(resolveServers(ensemble, resolve), {
      timeoutMs: connectTimeoutMs,
      signal,
      onTimeout: () => new Error(`the name look-up took more than ${connectTimeoutMs} ms`),
    });
    const { handle, sessionTimeoutMs, operationTimeoutMs, digest } = this.#options;
    return ZkSession.open(
      {
        handle,
        servers: this.#servers,
        chroot: ensemble.chroot,
        sessionTimeoutMs,
        operationTimeoutMs,
        digest,
        onState: (session, state) => this.#onSessionState(session, state),
      },
      deadline,
      signal,
    );
  }

  #adopt(session: ZkSession, why: string): void {
    this.#session = session;
    this.#move(ConnectionState.connected, why);
    // What happened to it between its opening and now was not listened to.
    if (session.state !== SessionState.connected) this.#onSessionState(session, session.state);
  }

  #onSessionState(session: ZkSession, state: SessionState): void {
    // A session that is still being opened has no say yet, and one that was replaced has none any more.
    if (session !== this.#session) return;
    if (state === SessionState.connected) this.#move(ConnectionState.connected, 'the server answers again');
    if (state === SessionState.suspended) {
      this.#move(ConnectionState.suspended, 'the server does not answer');
      void this.#lookUpNames();
    }
    if (state !== SessionState.expired) return;
    const why =
      session.endCode === CloseCode.authFailed ? 'the server refused the credentials' : 'session expired';
    this.#move(ConnectionState.lost, why);
    void this.#replaceSession();
  }

  async #replaceSession(): Promise<void> {
    const { backoff, logger } = this.#options;
    for (let attempt = 0; !this.#closing.signal.aborted; attempt++) {
      try {
        const session = await this.#openSession(this.#closing.signal);
        this.#adopt(session, `new session 0x${session.id}`);
        for (const listener of this.#sessionListeners) listener(session);
        return;
      } catch (error) {
        if (this.#closing.signal.aborted) return;
        const waitMs = backoffMs(attempt, backoff.baseMs, backoff.maxMs);
        logger.warn(
          `No new ZooKeeper session at ${this.addresses} (${messageOf(error)}); next try in ${Math.round(waitMs)} ms`,
        );
        await pause(waitMs, this.#closing.signal);
      }
    }
  }

  async #lookUpNames(): Promise<void> {
    const { ensemble, resolve, logger, lookUpMs = LOOK_UP_MS } = this.#options;
    const session = this.#session;
    const isStillAway = (): boolean =>
      this.#session === session && this.#state === ConnectionState.suspended && !this.#closing.signal.aborted;
    while (hasNames(ensemble) && isStillAway()) {
      await pause(lookUpMs, this.#closing.signal);
      const servers = await resolveServers(ensemble, resolve).catch(() => this.#servers);
      if (!isStillAway() || servers === this.#servers) continue;
      logger.info(`ZooKeeper at ${this.addresses} has other numbers now: ${servers}`);
      this.#servers = servers;
      session.setServers(servers);
    }
  }

  #move(to: ConnectionState, why: string): void {
    const from = this.#state;
    if (!moves[from].includes(to)) return;
    this.#state = to;
    const line = `ZooKeeper connection ${from} -> ${to}: ${why}`;
    if (to === ConnectionState.lost) this.#options.logger.warn(line);
    else this.#options.logger.info(line);
    for (const listener of this.#listeners) listener(to);
  }

  #unreachable(cause: unknown): SenbonError {
    if (cause instanceof SenbonError) return cause;
    const details = { addresses: this.addresses, problem: messageOf(cause) };
    return new SenbonError('DISCOVERY_UNREACHABLE', details, { cause });
  }
}

function sessionGone(): ZkError {
  return new ZkError(ZkCode.sessionExpired, 'wait', '', 'the session this belongs to is gone');
}
