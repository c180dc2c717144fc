import {
  type Logger,
  type NodeSpec,
  type Registration,
  RegistrationEnd,
  SenbonError,
  messageOf,
} from '@senbon/core';
import { backoffMs, deferred, orAborted, pause } from '@senbon/core/discovery';
import type { Attempt, EtcdClient, RunOptions } from '../client/etcd-client.ts';
import { isFault } from '../client/etcd-error.ts';
import { KeyWatch } from '../client/key-watch.ts';
import { LATE_REQUEST_MS, keyOf } from '../client/keys.ts';
import type { LeaseSession } from '../client/lease-session.ts';
import { translated } from '../errors.ts';
import { type Placing, deleteKey, findOwn, markSpace, placeNode } from './place-node.ts';
import type { Turns } from './turns.ts';

const RETRY_BASE_MS = 200;
const RETRY_MAX_MS = 10_000;
/** For one wait for a member that answers; there is another after it. */
const LATE_DELETION_MS = 60_000;
const NO_LEASE = '0';

export const RegistrationState = {
  registering: 'registering',
  registered: 'registered',
  /** The lease, and with it the node, is gone; a node with the new lease is being made. */
  lost: 'lost',
  ended: 'ended',
} as const;
export type RegistrationState = (typeof RegistrationState)[keyof typeof RegistrationState];

const moves: Readonly<Record<RegistrationState, readonly RegistrationState[]>> = {
  registering: ['registered', 'ended'],
  registered: ['lost', 'ended'],
  lost: ['registered', 'ended'],
  ended: [],
};

export interface RegistrationOptions {
  readonly client: EtcdClient;
  readonly space: string;
  readonly spec: NodeSpec;
  readonly logger: Logger;
  /** Paths of this client's registrations, so that none adopts another's node. */
  readonly ownPaths: Set<string>;
  /** Of the spaces of this client: what one takes away must not be what another is just making. */
  readonly turns: Turns;
  readonly onEnd: (registration: EtcdRegistration) => void;
}

/** One node under a space, made again after a lost lease, but never after somebody deleted it. */
export class EtcdRegistration implements Registration {
  readonly ended: Promise<RegistrationEnd>;
  readonly #options: RegistrationOptions;
  readonly #stop = new AbortController();
  readonly #resolveEnded: (end: RegistrationEnd) => void;
  readonly #offSession: () => void;
  #state: RegistrationState = RegistrationState.registering;
  #path = '';
  /** Whose lease the node has. */
  #session: LeaseSession | null = null;
  #watch: KeyWatch | null = null;
  #isChecking = false;
  #changes = 0;
  /** Making the node anew with a new lease. */
  #work: Promise<void> = Promise.resolve();
  /** Closed, and yet to be deleted. */
  #isLeftBehind = false;
  #isDeletingLate = false;

  private constructor(options: RegistrationOptions) {
    this.#options = options;
    const { promise, resolve } = deferred<RegistrationEnd>();
    this.ended = promise;
    this.#resolveEnded = resolve;
    this.#offSession = options.client.onSession(() => this.#onNewSession());
  }

  static async open(options: RegistrationOptions, call: RunOptions): Promise<EtcdRegistration> {
    const registration = new EtcdRegistration(options);
    try {
      await registration.#place(call);
      return registration;
    } catch (error) {
      registration.#end(RegistrationEnd.closed, 'it could not be made');
      if (!registration.isPersistent) void registration.#sweep();
      throw error;
    }
  }

  get path(): string {
    return this.#path;
  }

  get isEnded(): boolean {
    return this.#state === RegistrationState.ended;
  }

  get isPersistent(): boolean {
    return this.#options.spec.persistent === true;
  }

  /** Rejects when the node cannot be deleted now. It is deleted as soon as it can be then, or with its lease. */
  async close(): Promise<void> {
    if (this.#state === RegistrationState.ended && !this.#isLeftBehind) return;
    const { client, space, turns, ownPaths } = this.#options;
    const isBeingMade =
      this.#state === RegistrationState.registering || this.#state === RegistrationState.lost;
    if (this.#state === RegistrationState.registered) this.#isLeftBehind = true;
    this.#end(RegistrationEnd.closed, 'close was called');
    // Until it is gone, no other registration may take it for the node of an attempt whose answer was lost.
    if (this.#isLeftBehind) ownPaths.add(this.#path);
    // In its turn, for a node that is just being made with a new lease would stay otherwise.
    await this.#work;
    const remove = () => turns.take(space, () => client.run((attempt) => deleteKey(attempt, this.#path)));
    try {
      await translated(space, remove);
      this.#forget();
    } catch (error) {
      if (this.#isLeftBehind && !this.#isDeletingLate) void this.#deleteLate();
      throw error;
    } finally {
      if (isBeingMade) void this.#sweep();
    }
  }

  /** Forgets the node without deleting it: the lease's end will, or it is persistent. */
  abandon(): void {
    this.#end(RegistrationEnd.closed, 'the client was closed');
  }

  #forget(): void {
    this.#isLeftBehind = false;
    this.#options.ownPaths.delete(this.#path);
  }

  async #deleteLate(): Promise<void> {
    const { client, logger, space } = this.#options;
    const bound = this.isPersistent || this.#session === null ? {} : { session: this.#session };
    const options = { ...bound, timeoutMs: LATE_DELETION_MS };
    this.#isDeletingLate = true;
    while (this.#isLeftBehind && !client.closing.aborted) {
      try {
        await client.run((attempt) => deleteKey(attempt, this.#path), options);
        logger.info(`Registration ${this.#path.slice(space.length + 1)} is deleted now`);
        this.#forget();
      } catch (error) {
        // It goes on only for want of a member that answers, for which `run` waits.
        if (error instanceof SenbonError && error.code === 'DISCOVERY_UNREACHABLE') continue;
        if (!isFault(error, 'leaseGone') && !client.closing.aborted) {
          logger.warn(`Cannot delete ${this.#path}, which goes with its lease: ${messageOf(error)}`);
        }
        this.#forget();
      }
    }
  }

  #onNewSession(): void {
    if (this.#state !== RegistrationState.registered || this.isPersistent) return;
    this.#move(RegistrationState.lost, 'the lease was lost');
    this.#watch?.close();
    this.#work = this.#work.then(() => this.#replace());
  }

  async #replace(): Promise<void> {
    const { client, logger, space } = this.#options;
    for (let attempt = 0; !this.#stop.signal.aborted && !client.closing.aborted; attempt++) {
      try {
        await this.#place({ signal: this.#stop.signal });
        return;
      } catch (error) {
        if (this.#stop.signal.aborted || client.closing.aborted) return;
        const waitMs = backoffMs(attempt, RETRY_BASE_MS, RETRY_MAX_MS);
        logger.warn(
          `Cannot register under ${space} again (${messageOf(error)}); next try in ${Math.round(waitMs)} ms`,
        );
        await pause(waitMs, this.#stop.signal);
      }
    }
  }

  async #place(call: RunOptions): Promise<void> {
    const { client, space } = this.#options;
    await client.run((attempt) => markSpace(attempt, space), call);
    const session = await this.#placeInSession(call);
    if (this.#state === RegistrationState.ended) return;
    this.#move(RegistrationState.registered, this.#path);
    this.#watch = new KeyWatch(client, { key: keyOf(this.#path) }, () => this.#changed());
    // The lease may have gone between the answer and now, when this was not listening yet.
    if (!this.isPersistent && session !== client.session) this.#onNewSession();
  }

  /** A turn of its space is kept until the request has been answered, also when the caller does not wait any more. */
  async #placeInSession(call: RunOptions): Promise<LeaseSession> {
    const { client, space, turns } = this.#options;
    while (true) {
      const session = await client.liveSession(call);
      this.#session = session;
      try {
        await orAborted(
          turns.take(space, () => this.#placeNow(session, call)),
          call.signal,
        );
        return session;
      } catch (error) {
        if (!isFault(error, 'leaseGone')) throw error;
      }
    }
  }

  async #placeNow(session: LeaseSession, { signal }: RunOptions): Promise<void> {
    const { client, ownPaths } = this.#options;
    const placing = this.#placing(session);
    const place = async (attempt: Attempt): Promise<string> => {
      signal?.throwIfAborted();
      const own = attempt.count === 0 ? null : await findOwn(attempt, placing, ownPaths);
      return own ?? (await placeNode(attempt, placing));
    };
    // Whose a persistent node is cannot be told afterwards, so its making is not repeated.
    this.#setPath(await client.run(place, this.isPersistent ? { once: true } : { session }));
  }

  #placing(session: LeaseSession): Placing {
    const { space, spec } = this.#options;
    return { space, spec, leaseId: this.isPersistent ? NO_LEASE : session.id };
  }

  /** Takes away a node of which only the answer was lost, or which came after the caller had given up. */
  async #sweep(): Promise<void> {
    const { client, space, logger, ownPaths, turns } = this.#options;
    const session = this.#session;
    if (session === null) return;
    const placing = this.#placing(session);
    const takeAway = async (attempt: Attempt): Promise<void> => {
      const path = await findOwn(attempt, placing, ownPaths);
      if (path !== null) await deleteKey(attempt, path);
    };
    for (const waitMs of [0, LATE_REQUEST_MS]) {
      await pause(waitMs, client.closing);
      try {
        await turns.take(space, () => client.run(takeAway, { session, timeoutMs: session.ttlMs }));
      } catch (error) {
        logger.debug(`Nothing to take away under ${space}: ${messageOf(error)}`);
      }
    }
  }

  #changed(): void {
    this.#changes++;
    if (!this.#isChecking) void this.#check();
  }

  /** Looks whether the node is there, and if not, whether it went with its lease. */
  async #check(): Promise<void> {
    const { client, logger } = this.#options;
    this.#isChecking = true;
    for (let failures = 0; this.#isWatching; ) {
      const seen = this.#changes;
      try {
        await this.#checkOnce();
        if (this.#changes === seen) break;
      } catch (error) {
        // A new lease means a new node, and a new look.
        if (isFault(error, 'leaseGone') || client.closing.aborted) break;
        logger.debug(`Cannot tell yet whether ${this.#path} is there: ${messageOf(error)}`);
        await pause(backoffMs(failures++, RETRY_BASE_MS, RETRY_MAX_MS), this.#stop.signal);
      }
    }
    this.#isChecking = false;
  }

  get #isWatching(): boolean {
    return this.#state === RegistrationState.registered && !this.#options.client.closing.aborted;
  }

  async #checkOnce(): Promise<void> {
    const { client } = this.#options;
    const path = this.#path;
    const session = this.#session;
    const key = keyOf(path);
    const { kvs } = await client.run(({ link, timeoutMs }) =>
      link.range({ key, keys_only: true }, timeoutMs),
    );
    if (kvs.length > 0 || session === null) return;
    if (!this.isPersistent && !(await client.isLeaseAlive(session))) {
      client.expire(session, 'the lease has expired');
    } else if (path === this.#path && this.#isWatching) {
      this.#end(RegistrationEnd.deleted, 'somebody deleted the node');
    }
  }

  #setPath(path: string): void {
    const { ownPaths } = this.#options;
    ownPaths.delete(this.#path);
    if (this.#state !== RegistrationState.ended) ownPaths.add(path);
    this.#path = path;
  }

  #end(end: RegistrationEnd, why: string): void {
    if (this.#state === RegistrationState.ended) return;
    this.#move(RegistrationState.ended, why);
    this.#stop.abort();
    this.#watch?.close();
    this.#offSession();
    this.#options.ownPaths.delete(this.#path);
    this.#resolveEnded(end);
    this.#options.onEnd(this);
  }

  #move(to: RegistrationState, why: string): void {
    const from = this.#state;
    if (!moves[from].includes(to)) throw new Error(`illegal move of a registration: ${from} -> ${to}`);
    this.#state = to;
    const { space, logger } = this.#options;
    const name = this.#path === '' ? space : this.#path.slice(space.length + 1);
    logger.info(`Registration ${name} ${from} -> ${to}: ${why}`);
  }
}
