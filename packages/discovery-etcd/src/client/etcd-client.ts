import { setMaxListeners } from 'node:events';
import { type Connection, ConnectionState, type Logger, SenbonError, messageOf } from '@senbon/core';
import { Deadline, backoffMs, orAborted, pause, within } from '@senbon/core/discovery';
import { EtcdError, isFault } from './etcd-error.ts';
import type { EtcdLink, LinkFactory } from './etcd-link.ts';
import { LeaseKeeper, grantSession } from './lease-keeper.ts';
import type { LeaseSession } from './lease-session.ts';

/** Between two attempts of one operation. */
const RETRY_BASE_MS = 20;
const RETRY_MAX_MS = 500;
/** For giving the lease back; it runs out by itself when that fails. */
const REVOKE_TIMEOUT_MS = 3_000;

const moves: Readonly<Record<ConnectionState, readonly ConnectionState[]>> = {
  connected: ['suspended', 'lost', 'closed'],
  suspended: ['connected', 'lost', 'closed'],
  lost: ['connected', 'closed'],
  closed: [],
};

export interface EtcdClientOptions {
  /** Of the members. One of them is talked to at a time. */
  readonly addresses: readonly string[];
  readonly links: LinkFactory;
  readonly ttlSeconds: number;
  readonly connectTimeoutMs: number;
  readonly operationTimeoutMs: number;
  /** For one question to one member, before another member is asked. */
  readonly attemptTimeoutMs: number;
  readonly logger: Logger;
}

export interface RunOptions {
  readonly signal?: AbortSignal | undefined;
  /** For all attempts together; the client's operation time-out when absent. */
  readonly timeoutMs?: number;
  /** Once only: an answer that was lost is an error. For what cannot be repeated. */
  readonly once?: boolean;
  /** Fails with the fault `leaseGone` as soon as this is not the client's session any more. */
  readonly session?: LeaseSession;
}

export interface Attempt {
  readonly link: EtcdLink;
  readonly timeoutMs: number;
  /** Above 0 when an earlier one may have been carried out. */
  readonly count: number;
}

/**
 * A client of an etcd cluster: talks to one member, goes to the next when that fails or is silent, and keeps one
 * lease, which is replaced for ever when it is lost. Operations are repeated after a lost answer.
 */
export class EtcdClient implements Connection {
  readonly #options: EtcdClientOptions;
  readonly #listeners = new Set<(state: ConnectionState) => void>();
  readonly #sessionListeners = new Set<(session: LeaseSession) => void>();
  readonly #linkListeners = new Set<() => void>();
  readonly #closing = new AbortController();
  #state: ConnectionState = ConnectionState.connected;
  #member: number;
  #link: EtcdLink;
  #keeper!: LeaseKeeper;
  #kept: Promise<void> = Promise.resolve();

  private constructor(options: EtcdClientOptions) {
    this.#options = options;
    // Every operation listens to it, and every watch.
    setMaxListeners(0, this.#closing.signal);
    // At random, so that many clients spread over the members.
    this.#member = Math.floor(Math.random() * options.addresses.length);
    this.#link = this.#openLink();
  }

  /** Rejects with `DISCOVERY_UNREACHABLE` within `connectTimeoutMs`, or with the server's refusal. */
  static async open(options: EtcdClientOptions, signal?: AbortSignal): Promise<EtcdClient> {
    const client = new EtcdClient(options);
    try {
      const session = await client.run(
        ({ link, timeoutMs }) => grantSession(link, { ...options, attemptTimeoutMs: timeoutMs }),
        { signal, timeoutMs: options.connectTimeoutMs },
      );
      client.#keep(session);
      return client;
    } catch (error) {
      client.#closing.abort(error);
      client.#link.close();
      throw error;
    }
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** The lease's; `kyuubi.ha.zookeeper.session.timeout` is not for etcd. */
  get sessionTimeoutMs(): number {
    return this.session.ttlMs;
  }

  get session(): LeaseSession {
    return this.#keeper.session;
  }

  get link(): EtcdLink {
    return this.#link;
  }

  /** Aborts at `close`. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  onChange(listener: (state: ConnectionState) => void): () => void {
    return listen(this.#listeners, listener);
  }

  /** Calls back with every session after the present one. */
  onSession(listener: (session: LeaseSession) => void): () => void {
    return listen(this.#sessionListeners, listener);
  }

  /** Calls back when another link is in use. */
  onLink(listener: () => void): () => void {
    return listen(this.#linkListeners, listener);
  }

  /**
   * Runs `operation`, again after a lost answer, so it must bear repetition. Rejects with `EtcdError` for the server's
   * refusals, else with `DISCOVERY_UNREACHABLE` or `DISCOVERY_CLOSED`.
   */
  async run<T>(operation: (attempt: Attempt) => Promise<T>, options: RunOptions = {}): Promise<T> {
    const deadline = new Deadline(options.timeoutMs ?? this.#options.operationTimeoutMs, options.signal);
    let last: unknown = new Error('no member answers');
    for (let count = 0; ; count++) {
      this.#check(deadline, options, last);
      const link = this.#link;
      const timeoutMs = Math.min(deadline.remainingMs, this.#options.attemptTimeoutMs);
      try {
        return await this.#bounded(operation({ link, timeoutMs, count }), deadline, last);
      } catch (error) {
        this.#judge(error, link, options);
        last = error;
      }
      await pause(
        Math.min(backoffMs(count, RETRY_BASE_MS, RETRY_MAX_MS), deadline.remainingMs),
        this.closing,
      );
    }
  }

  /** The present session, or the next one when that is lost. */
  async liveSession({ timeoutMs, signal }: RunOptions = {}): Promise<LeaseSession> {
    const deadline = new Deadline(timeoutMs ?? this.#options.operationTimeoutMs, signal);
    while (this.#state === ConnectionState.lost || this.closing.aborted) {
      this.#check(deadline, {}, new Error('the lease was lost and no other could be had yet'));
      let off = (): void => undefined;
      const next = new Promise<void>((resolve) => {
        off = this.onSession(() => resolve());
      });
      await this.#bounded(next, deadline, new Error('the lease was lost')).finally(() => off());
    }
    return this.session;
  }

  /** Whether the lease lives, as agreed by the whole cluster at this point of its history. */
  async isLeaseAlive(session: LeaseSession): Promise<boolean> {
    const lifeTtl = session.ttlSeconds;
    return this.run(
      async ({ link, timeoutMs, count }) => {
        if (count > 0) return Number((await link.timeToLive(session.id, timeoutMs)).grantedTTL) === lifeTtl;
        try {
          // A lease of this id can be granted only when there is none, and unlike a question to the leader this goes
          // through the log. It differs by its length, in case the answer is lost.
          await link.grant(lifeTtl + 1, timeoutMs, session.id);
        } catch (error) {
          if (isFault(error, 'leaseExists')) return true;
          throw error;
        }
        await link.revoke(session.id, timeoutMs).catch(() => undefined);
        return false;
      },
      { session },
    );
  }

  /** By the server's word. */
  expire(session: LeaseSession, why: string): void {
    this.#keeper.expire(session, why);
  }

  /** Goes to the next member, unless that has been done already. */
  linkFailed(link: EtcdLink, error: unknown): void {
    if (link !== this.#link || this.closing.aborted) return;
    this.#move(ConnectionState.suspended, `${link.address} failed: ${messageOf(error)}`);
    this.#member = (this.#member + 1) % this.#options.addresses.length;
    this.#link = this.#openLink();
    link.close();
    for (const listener of this.#linkListeners) listener();
    this.#keeper?.hurry();
  }

  /** Gives the lease back, and with it the ephemeral nodes. Idempotent. */
  async close(): Promise<void> {
    if (this.closing.aborted) return;
    const revoking = this.#link
      .revoke(this.session.id, REVOKE_TIMEOUT_MS)
      .catch((error: unknown) =>
        this.#options.logger.debug(`The lease was not revoked: ${messageOf(error)}`),
      );
    this.#closing.abort(new SenbonError('DISCOVERY_CLOSED'));
    await Promise.all([revoking, this.#kept]);
    this.#link.close();
    this.#move(ConnectionState.closed, 'close was called');
    for (const listeners of [this.#listeners, this.#sessionListeners, this.#linkListeners]) listeners.clear();
  }

  #keep(session: LeaseSession): void {
    const { ttlSeconds, attemptTimeoutMs, logger } = this.#options;
    this.#keeper = new LeaseKeeper(session, {
      ttlSeconds,
      attemptTimeoutMs: Math.min(attemptTimeoutMs, session.ttlMs / 4),
      logger,
      closing: this.closing,
      link: () => this.#link,
      linkFailed: (link, error) => this.linkFailed(link, error),
      onRenewed: () => this.#move(ConnectionState.connected, `${this.#link.address} answers`),
      onLost: (why) => this.#move(ConnectionState.lost, why),
      onGranted: (granted) => {
        this.#move(ConnectionState.connected, `new lease ${granted.hexId}`);
        for (const listener of this.#sessionListeners) listener(granted);
      },
    });
    this.#kept = this.#keeper.keep();
    this.#move(ConnectionState.connected, `lease ${session.hexId} at ${this.#link.address}`);
  }

  #openLink(): EtcdLink {
    const { addresses, links } = this.#options;
    return links(addresses[this.#member] ?? '');
  }

  #check(deadline: Deadline, { session }: RunOptions, last: unknown): void {
    this.closing.throwIfAborted();
    deadline.signal?.throwIfAborted();
    if (session !== undefined && (session !== this.session || this.#state === ConnectionState.lost)) {
      throw new EtcdError('leaseGone', 'the lease this belongs to is gone');
    }
    if (deadline.isOver) throw this.#unreachable(last);
  }

  async #bounded<T>(work: Promise<T>, deadline: Deadline, last: unknown): Promise<T> {
    const { remainingMs: timeoutMs, signal } = deadline;
    const onTimeout = (): Error => this.#unreachable(last);
    return orAborted(within(work, { timeoutMs, signal, onTimeout }), this.closing);
  }

  /** Throws unless another attempt is to be made. */
  #judge(error: unknown, link: EtcdLink, { once, session }: RunOptions): void {
    this.closing.throwIfAborted();
    if (isFault(error, 'leaseGone') && session !== undefined) {
      this.expire(session, 'the lease is not known any more');
    }
    if (isFault(error, 'compacted')) return;
    if (!isFault(error, 'connection')) throw error;
    this.linkFailed(link, error);
    if (once === true) throw this.#unreachable(error);
  }

  #move(to: ConnectionState, why: string): void {
    const from = this.#state;
    if (!moves[from].includes(to)) return;
    this.#state = to;
    const line = `etcd connection ${from} -> ${to}: ${why}`;
    if (to === ConnectionState.lost) this.#options.logger.warn(line);
    else this.#options.logger.info(line);
    for (const listener of this.#listeners) listener(to);
  }

  #unreachable(cause: unknown): SenbonError {
    if (cause instanceof SenbonError) return cause;
    const details = { addresses: this.#options.addresses.join(','), problem: messageOf(cause) };
    return new SenbonError('DISCOVERY_UNREACHABLE', details, { cause });
  }
}

function listen<L>(listeners: Set<L>, listener: L): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
